import { divideHalfEven, parseDecimal } from '#methodology/decimal';
import type { ExchangeRate, Observation } from '#store/observation';

const QUOTED_SCALE = 18;
const MICRO_SCALE = 6;

/** A price on the standard unit, or why there is none. */
export type Normalised = { micro: number; quoted: number } | { reason: string; detail: string };

/**
 * A quoted price per GPU-hour: in whole micro-units of USD (`micro`) and of the quoted currency (`quoted`), each rounded once, half to
 * even (methodology, section 2). The rate is one dated on or before the strike.
 */
export function normalise(observation: Observation, rates: ReadonlyMap<string, ExchangeRate>): Normalised {
  const { price, price_basis, gpus, currency } = observation;
  if (price_basis === 'lot_hour' && gpus === null) {
    return { reason: 'normalise.lot_unknown', detail: 'a price per lot whose size is not stated' };
  }
  const lot = price_basis === 'lot_hour' ? BigInt(gpus ?? 1) : 1n;
  const quoted = parseDecimal(price, QUOTED_SCALE);
  const perMicro = 10n ** BigInt(QUOTED_SCALE - MICRO_SCALE);
  const inQuoted = Number(divideHalfEven(quoted, lot * perMicro));
  if (currency === 'USD') return { micro: inQuoted, quoted: inQuoted };
  const rate = rates.get(currency);
  if (!rate) {
    return { reason: 'normalise.no_rate', detail: `no exchange rate for ${currency} dated on or before the strike` };
  }
  const inUsd = quoted * parseDecimal(rate.usd_per_unit, QUOTED_SCALE);
  return { micro: Number(divideHalfEven(inUsd, lot * perMicro * 10n ** BigInt(QUOTED_SCALE))), quoted: inQuoted };
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
