import type { Estimate } from '#index-engine/estimate';
import { divideHalfEven } from '#methodology/decimal';

/** A provider's price in the window. */
export interface ProviderPrice {
  provider: string;
  venue: string;
  /** Whole micro-USD, weighted by share. */
  price: bigint;
  /** In units of 10⁻¹². */
  share: bigint;
}

/** Price × share is summed in two parts of the share, so that doubles hold both sums; where one does not, as big integers. */
const PART = 2 ** 15;

function pricesOf({ shares }: Estimate): ProviderPrice[] {
  const sums = new Map<string, { venue: string; share: number; upper: number; lower: number }>();
  for (const [{ observation, micro }, share] of shares) {
    const { provider } = observation;
    let sum = sums.get(provider);
    if (sum === undefined) {
      sum = { venue: observation.venue, share: 0, upper: 0, lower: 0 };
      sums.set(provider, sum);
    }
    const upper = Math.floor(share / PART);
    sum.share += share;
    sum.upper += (micro ?? 0) * upper;
    sum.lower += (micro ?? 0) * (share - upper * PART);
  }
  const exactValue = (provider: string): bigint => {
    let value = 0n;
    for (const [{ observation, micro }, share] of shares)
      if (observation.provider === provider) value += BigInt(micro ?? 0) * BigInt(share);
    return value;
  };
  return [...sums]
    .filter(([, { share }]) => share > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([provider, { venue, share, upper, lower }]) => {
      const isExact = upper < Number.MAX_SAFE_INTEGER && lower < Number.MAX_SAFE_INTEGER;
      const value = isExact ? BigInt(upper) * BigInt(PART) + BigInt(lower) : exactValue(provider);
      return { provider, venue, price: divideHalfEven(value, BigInt(share)), share: BigInt(share) };
    });
}

/** Of one estimate they are asked for whenever somebody is left out of it. */
const known = new WeakMap<Estimate, readonly ProviderPrice[]>();

/** Prices by provider under an estimate, in the order of their ids. */
export function providerPrices(estimated: Estimate): readonly ProviderPrice[] {
  let prices = known.get(estimated);
  if (prices === undefined) {
    prices = pricesOf(estimated);
    known.set(estimated, prices);
  }
  return prices;
}
