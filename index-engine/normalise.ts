import { type Facts, factsOf } from '#index-engine/facts';
import type { Rational } from '#index-engine/rational';
import { divideHalfEven, parseDecimal } from '#methodology/decimal';
import type { ExchangeRate, Observation } from '#store/observation';

const ONE: Rational = { numerator: 1n, denominator: 1n };
const QUOTED_SCALE = 18;
const MICRO_SCALE = 6;

/** Seconds of the period a price is quoted for; a month is the calendar month of the event in UTC, at its true length. */
const secondsIn = {
  second: () => 1n,
  hour: () => 3600n,
  day: () => 86_400n,
  month: (event: string) => {
    const at = new Date(event);
    const days = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate();
    return BigInt(days) * 86_400n;
  },
};

/** A price on the standard unit, or why there is none. */
export type Normalised = { micro: number; quoted: number } | { reason: string; detail: string };

/**
 * A quoted price per GPU-hour: in whole micro-units of USD (`micro`) and of the quoted currency (`quoted`), each rounded once, half to
 * even (methodology, section 2). The rate is one dated on or before the strike.
 * @param ratio of a measured differential: brings the USD price to the grade; the quoted one stays as it was quoted
 */
export function normalise(
  observation: Observation,
  rates: ReadonlyMap<string, ExchangeRate>,
  ratio: Rational = ONE,
  facts: Facts = factsOf(observation),
): Normalised {
  const { price_basis, gpus, currency, event_at } = observation;
  const isPlain = currency === 'USD' && ratio === ONE;
  if (isPlain && facts.plain !== null) return { micro: facts.plain, quoted: facts.plain };
  const [unit, period] = price_basis.split('_') as ['gpu' | 'lot', keyof typeof secondsIn];
  if (unit === 'lot' && gpus === null) {
    return { reason: 'normalise.lot_unknown', detail: 'a price per lot whose size is not stated' };
  }
  // Per hour: × 3,600 ÷ the seconds of the period; per GPU: ÷ the lot.
  const divisor = BigInt(unit === 'lot' ? (gpus ?? 1) : 1) * secondsIn[period](event_at);
  const quoted = parseDecimal(observation.price, QUOTED_SCALE) * 3600n;
  const perMicro = 10n ** BigInt(QUOTED_SCALE - MICRO_SCALE);
  const inQuoted = Number(divideHalfEven(quoted, divisor * perMicro));
  if (currency === 'USD') {
    if (isPlain) {
      facts.plain = inQuoted;
      return { micro: inQuoted, quoted: inQuoted };
    }
    const onGrade = divideHalfEven(quoted * ratio.numerator, divisor * perMicro * ratio.denominator);
    return { micro: Number(onGrade), quoted: inQuoted };
  }
  const rate = rates.get(currency);
  if (!rate) {
    return { reason: 'normalise.no_rate', detail: `no exchange rate for ${currency} dated on or before the strike` };
  }
  const inUsd = quoted * parseDecimal(rate.usd_per_unit, QUOTED_SCALE) * ratio.numerator;
  return {
    micro: Number(divideHalfEven(inUsd, divisor * perMicro * 10n ** BigInt(QUOTED_SCALE) * ratio.denominator)),
    quoted: inQuoted,
  };
}

/** The rate in force at a strike for each currency: the last dated on or before its day. */
export function ratesInForce(
  rates: readonly ExchangeRate[],
  strikeDate: string,
  strike: string,
): Map<string, ExchangeRate> {
  const inForce = new Map<string, ExchangeRate>();
  for (const rate of rates) {
    if (rate.date > strikeDate || rate.observed_at >= strike) continue;
    const known = inForce.get(rate.currency);
    if (!known || rate.date > known.date || (rate.date === known.date && rate.observed_at < known.observed_at)) {
      inForce.set(rate.currency, rate);
    }
  }
  return inForce;
}
