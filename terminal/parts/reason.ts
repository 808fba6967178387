/** Reason codes in words. A code stays beside its words: it is what the evidence says, the words only help to read it. */

const EXACT: Record<string, string> = {
  'corroboration.alone': 'a jump that no peer followed',
  'country.unknown': 'a country that is none',
  'cross_section.outlier': 'far from the other prices',
  'duplicate.in_sweep': 'the same offer twice in one reading',
  'duplicate.origin': "gives way to the origin's own price",
  'duplicate.report': 'the same trade as another reported it',
  'duplicate.slice': 'the same machine counts once',
  'event.future': 'dated after it was read',
  'event.not_an_instant': 'its time is no instant',
  'event.too_old': 'too old when it was read',
  'gpus.missing': 'no number of GPUs stated',
  'grade.hosting': 'off the standard grade: not in a data centre',
  'grade.product': 'off the standard grade: another product',
  'history.jump': 'a jump against its own history',
  'identity.tenor_unknown': 'whether it is on demand is not known',
  'level.not_used': 'the level of the fix takes no such price',
  'native_id.missing': 'the source gave no id',
  'normalise.lot_unknown': 'a price per lot whose size is not known',
  'normalise.no_rate': 'no exchange rate dated on or before the strike',
  'plausibility.band': 'outside the plausible range of the class',
  'plausibility.no_band': 'the class has no plausible range yet',
  'price.absurd': 'a price no market has',
  'price.negative': 'a price below zero',
  'price.not_a_number': 'a price that is no number',
  'price.not_offered': 'not offered',
  'price.zero': 'a price of zero, which means not offered',
  'rate.absurd': 'an exchange rate no market has',
  'row.not_json': 'a row that is not JSON',
  'row.shape': 'a row of another shape than expected',
  'tenor.unknown': 'how long the price holds is not known',
  'trade.cancelled': 'cancelled by who reported it',
  'trade.closed_cycle': 'sold round a closed cycle',
  'trade.corrected': 'corrected later',
  'trade.no_volume': 'no volume stated',
  'trade.ping_pong': 'two who sell to each other',
  'trade.same_owner': 'both sides are one owner',
};

const SCREENS: Record<string, string> = {
  body: 'the answer could not be used',
  capture: 'the capture could not be used',
  corroboration: 'a jump no other provider made',
  duplicate: 'counted once already',
  grade: 'off the standard grade',
  hardware: 'the hardware is not known exactly',
  http: 'the source answered with an error',
  identity: 'not known exactly what it is',
  stale: 'too old',
  staleness: 'too old',
};

/** "grade.lot_size" as "off the standard grade: lot size"; an unknown code is at least made legible. */
export function reasonWords(code: string): string {
  const exact = EXACT[code];
  if (exact) return exact;
  const [screen = code, ...rest] = code.split('.');
  const tail = rest.join(', ').replaceAll('_', ' ');
  const head = SCREENS[screen] ?? screen.replaceAll('_', ' ');
  return tail ? `${head}: ${tail}` : head;
}
