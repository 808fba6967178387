import { compareRationals, type Rational } from '#index-engine/rational';

/** A participant's weight before the caps: whole numbers, and the venue its hosts share. */
export interface Participant {
  provider: string;
  venue: string;
  weight: number;
}

/** Whether a cap bound, and the cap in force: the rulebook's, or the least that can be kept where there are too few. */
export interface CapState {
  cap: Rational;
  inForce: Rational;
  bound: boolean;
  relaxed: boolean;
}

/** The capped weights: each participant's weight is to be multiplied by a whole number. */
export interface CappedWeights {
  /** Index into `multipliers`, one a participant, in the order given. */
  scaleOf: Int32Array;
  multipliers: bigint[];
  provider: CapState;
  venue: CapState;
}

function relax(cap: Rational, participants: number): Rational {
  const equal = { numerator: 1n, denominator: BigInt(participants) };
  return compareRationals(cap, equal) < 0 ? equal : cap;
}

/**
 * The provider cap in force: what the rules say or 1/n, and where the venues together could not hold the whole under it, since some have
 * too few providers, the least at which they can. The venue cap is never raised above 1/n.
 * @param sizes providers of each venue
 */
function feasible(cap: Rational, venueCap: Rational, sizes: readonly number[]): Rational {
  let least = cap;
  for (;;) {
    const fills = (size: number) =>
      BigInt(size) * least.numerator * venueCap.denominator >= venueCap.numerator * least.denominator;
    const full = BigInt(sizes.filter(fills).length);
    const open = BigInt(sizes.filter((size) => !fills(size)).reduce((sum, size) => sum + size, 0));
    if (open === 0n) return least;
    // What the full venues leave, shared by all providers of the others.
    const next = {
      numerator: venueCap.denominator - full * venueCap.numerator,
      denominator: venueCap.denominator * open,
    };
    if (compareRationals(next, least) <= 0) return least;
    least = next;
  }
}

/**
 * The level of a filling: members below the cap get `level` a unit of weight, so that all together hold `total`; members above it hold
 * the cap. Excess is shared pro rata, iterated to the fixed point (which is reached, since who is capped stays capped).
 */
function fill(
  weights: readonly number[],
  cap: Rational,
  total: Rational,
): { level: Rational | null; capped: Set<number> } {
  const capped = new Set<number>();
  for (;;) {
    let free = 0n;
    for (const [index, weight] of weights.entries()) if (!capped.has(index)) free += BigInt(weight);
    if (free === 0n) return { level: null, capped };
    const level = {
      numerator: total.numerator * cap.denominator - BigInt(capped.size) * cap.numerator * total.denominator,
      denominator: total.denominator * cap.denominator * free,
    };
    const before = capped.size;
    for (const [index, weight] of weights.entries()) {
      if (!capped.has(index) && exceeds(level, weight, cap)) capped.add(index);
    }
    if (capped.size === before) return { level, capped };
  }
}

function exceeds(level: Rational, weight: number, cap: Rational): boolean {
  return level.numerator * BigInt(weight) * cap.denominator > cap.numerator * level.denominator;
}

/**
 * Caps each provider's share, and each venue's with all its hosts together (methodology, section 5.2): the unique shares
 * `min(provider cap, level × weight)`, where a venue at its cap has a level of its own. Exact: whole numbers in, whole numbers out.
 * @throws RangeError for no participant, or a weight that is not a positive whole number
 */
export function capWeights(
  participants: readonly Participant[],
  providerCap: Rational,
  venueCap: Rational,
): CappedWeights {
  if (participants.length === 0) throw new RangeError('no participants to cap');
  for (const { provider, weight } of participants) {
    if (!(Number.isSafeInteger(weight) && weight > 0))
      throw new RangeError(`weight of ${provider} must be a positive whole number, got ${weight}`);
  }
  const venues = new Map<string, number[]>();
  participants.forEach(({ venue }, index) => {
    const members = venues.get(venue);
    if (members) members.push(index);
    else venues.set(venue, [index]);
  });
  const forVenue = relax(venueCap, venues.size);
  const forProvider = feasible(
    relax(providerCap, participants.length),
    forVenue,
    [...venues.values()].map((members) => members.length),
  );

  const cappedVenues = new Set<string>();
  const cappedProviders = new Set<number>();
  let level: Rational | null = null;
  for (;;) {
    let free = 0n;
    participants.forEach(({ venue, weight }, index) => {
      if (!cappedVenues.has(venue) && !cappedProviders.has(index)) free += BigInt(weight);
    });
    if (free === 0n) {
      level = null;
      break;
    }
    const atProviderCap = [...cappedProviders].filter(
      (index) => !cappedVenues.has(participants[index]?.venue ?? ''),
    ).length;
    const unit = forProvider.denominator * forVenue.denominator;
    const remaining =
      unit -
      BigInt(atProviderCap) * forProvider.numerator * forVenue.denominator -
      BigInt(cappedVenues.size) * forVenue.numerator * forProvider.denominator;
    level = { numerator: remaining, denominator: unit * free };
    const before = cappedVenues.size + cappedProviders.size;
    for (const [venue, members] of venues) {
      if (cappedVenues.has(venue)) continue;
      let freeHere = 0n;
      let cappedHere = 0n;
      for (const index of members) {
        const weight = participants[index]?.weight ?? 0;
        if (!cappedProviders.has(index) && exceeds(level, weight, forProvider)) cappedProviders.add(index);
        if (cappedProviders.has(index)) cappedHere += 1n;
        else freeHere += BigInt(weight);
      }
      const share = {
        numerator:
          level.numerator * freeHere * forProvider.denominator + cappedHere * forProvider.numerator * level.denominator,
        denominator: level.denominator * forProvider.denominator,
      };
      if (compareRationals(share, forVenue) > 0) cappedVenues.add(venue);
    }
    if (cappedVenues.size + cappedProviders.size === before) break;
  }

  const scales: Rational[] = [];
  const scaleOf = new Int32Array(participants.length);
  const place = (index: number, scale: Rational) => {
    scaleOf[index] = scales.length;
    scales.push(scale);
  };
  const capScale = (index: number): Rational => ({
    numerator: forProvider.numerator,
    denominator: forProvider.denominator * BigInt(participants[index]?.weight ?? 1),
  });
  const common = level === null ? -1 : scales.push(level) - 1;
  for (const [venue, members] of venues) {
    if (cappedVenues.has(venue)) {
      const weights = members.map((index) => participants[index]?.weight ?? 0);
      const inside = fill(weights, forProvider, forVenue);
      const shared = inside.level === null ? -1 : scales.push(inside.level) - 1;
      members.forEach((index, position) => {
        if (inside.capped.has(position)) place(index, capScale(index));
        else scaleOf[index] = shared;
      });
    } else {
      for (const index of members) {
        if (cappedProviders.has(index)) place(index, capScale(index));
        else scaleOf[index] = common;
      }
    }
  }
  const everything = scales.reduce((product, scale) => product * scale.denominator, 1n);
  return {
    scaleOf,
    multipliers: scales.map((scale) => scale.numerator * (everything / scale.denominator)),
    provider: {
      cap: providerCap,
      inForce: forProvider,
      bound: cappedProviders.size > 0,
      relaxed: compareRationals(forProvider, providerCap) !== 0,
    },
    venue: {
      cap: venueCap,
      inForce: forVenue,
      bound: cappedVenues.size > 0,
      relaxed: compareRationals(forVenue, venueCap) !== 0,
    },
  };
}
