import type { Candidate } from '#index-engine/book';
import { divideHalfEven } from '#methodology/decimal';

/** Shares of the whole weight after caps, in whole units of 10⁻¹², of the candidates that hold one, each once. */
export interface Shares {
  candidates: readonly Candidate[];
  prices: readonly number[];
  units: readonly number[];
}

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

/** Prices by provider under some shares, in the order of their ids. */
export function providerPrices({ candidates, units }: Shares): ProviderPrice[] {
  const sums: ({ place: number; share: number; upper: number; lower: number } | undefined)[] = [];
  for (let place = 0; place < candidates.length; place += 1) {
    const { provider, micro } = candidates[place] as Candidate;
    const share = units[place] as number;
    let sum = sums[provider];
    if (sum === undefined) {
      sum = { place, share: 0, upper: 0, lower: 0 };
      sums[provider] = sum;
    }
    const upper = Math.floor(share / PART);
    sum.share += share;
    sum.upper += (micro ?? 0) * upper;
    sum.lower += (micro ?? 0) * (share - upper * PART);
  }
  const exactValue = (provider: number): bigint =>
    candidates.reduce(
      (value, one, place) =>
        one.provider === provider ? value + BigInt(one.micro ?? 0) * BigInt(units[place] as number) : value,
      0n,
    );
  const prices: ProviderPrice[] = [];
  // In the order of the book, which is that of their names.
  sums.forEach((sum, number) => {
    if (sum === undefined || sum.share === 0) return;
    const { provider, venue } = (candidates[sum.place] as Candidate).observation;
    const isExact = sum.upper < Number.MAX_SAFE_INTEGER && sum.lower < Number.MAX_SAFE_INTEGER;
    const value = isExact ? BigInt(sum.upper) * BigInt(PART) + BigInt(sum.lower) : exactValue(number);
    prices.push({ provider, venue, price: divideHalfEven(value, BigInt(sum.share)), share: BigInt(sum.share) });
  });
  return prices;
}
