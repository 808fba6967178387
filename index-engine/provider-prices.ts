import type { Candidate } from '#index-engine/book';
import type { Rows } from '#index-engine/ladder';
import { divideHalfEven } from '#methodology/decimal';

/** Shares of the whole weight after caps, in whole units of 10⁻¹², of the rows of a book that hold one, each once. */
export interface Shares {
  rows: Rows;
  places: Int32Array;
  units: Float64Array;
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
export function providerPrices({ rows, places, units }: Shares): ProviderPrice[] {
  const { providers, prices: asked } = rows.columns;
  const sums: ({ place: number; share: number; upper: number; lower: number } | undefined)[] = [];
  for (let index = 0; index < places.length; index += 1) {
    const place = places[index] as number;
    const provider = providers[place] as number;
    const micro = asked[place] as number;
    const share = units[index] as number;
    let sum = sums[provider];
    if (sum === undefined) {
      sum = { place, share: 0, upper: 0, lower: 0 };
      sums[provider] = sum;
    }
    const upper = Math.floor(share / PART);
    sum.share += share;
    sum.upper += micro * upper;
    sum.lower += micro * (share - upper * PART);
  }
  const exactValue = (provider: number): bigint => {
    let value = 0n;
    places.forEach((place, index) => {
      if (providers[place] === provider) value += BigInt(asked[place] as number) * BigInt(units[index] as number);
    });
    return value;
  };
  const prices: ProviderPrice[] = [];
  // In the order of the book, which is that of their names.
  sums.forEach((sum, number) => {
    if (sum === undefined || sum.share === 0) return;
    const { provider, venue } = (rows.candidates[sum.place] as Candidate).observation;
    const isExact = sum.upper < Number.MAX_SAFE_INTEGER && sum.lower < Number.MAX_SAFE_INTEGER;
    const value = isExact ? BigInt(sum.upper) * BigInt(PART) + BigInt(sum.lower) : exactValue(number);
    prices.push({ provider, venue, price: divideHalfEven(value, BigInt(sum.share)), share: BigInt(sum.share) });
  });
  return prices;
}
