import { type Rows, venueOf } from '#index-engine/ladder';
import { divideHalfEven } from '#methodology/decimal';

/** Shares of the whole weight after caps, in whole units of 10⁻¹². */
export interface Shares {
  rows: Rows;
  /** The places of those that hold one, each once. Where all partitions are one, in ascending order of price. */
  places: Int32Array;
  /** By place; 0 for those that hold none. */
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

/** What is summed for each provider, by its number. */
interface Sums {
  shares: Float64Array;
  upper: Float64Array;
  lower: Float64Array;
}

function addUp({ rows: { columns }, units }: Shares, { shares, upper, lower }: Sums): void {
  const { providers, prices } = columns;
  let place = 0;
  // Those of one provider mostly follow each other: they are added up before they are put to its sums.
  while (place < units.length) {
    const provider = providers[place] as number;
    let held = 0;
    let high = 0;
    let low = 0;
    for (; place < units.length && providers[place] === provider; place += 1) {
      const share = units[place] as number;
      const micro = prices[place] as number;
      const part = Math.floor(share / PART);
      held += share;
      high += micro * part;
      low += micro * (share - part * PART);
    }
    shares[provider] = (shares[provider] as number) + held;
    upper[provider] = (upper[provider] as number) + high;
    lower[provider] = (lower[provider] as number) + low;
  }
}

/** Prices by provider under some shares, in the order of their ids. */
export function providerPrices(shares: Shares): ProviderPrice[] {
  const { rows, places, units } = shares;
  const { providers, prices } = rows.columns;
  const count = rows.providers.length;
  const sums: Sums = {
    shares: new Float64Array(count),
    upper: new Float64Array(count),
    lower: new Float64Array(count),
  };
  addUp(shares, sums);
  const exactValue = (provider: number): bigint => {
    let value = 0n;
    units.forEach((share, place) => {
      if (providers[place] === provider) value += BigInt(prices[place] as number) * BigInt(share);
    });
    return value;
  };
  // In the order of the book, which is that of their names.
  return rows.providers.flatMap((provider, number): ProviderPrice[] => {
    const share = sums.shares[number] as number;
    if (share === 0) return [];
    const [upper, lower] = [sums.upper[number] as number, sums.lower[number] as number];
    const isExact = upper < Number.MAX_SAFE_INTEGER && lower < Number.MAX_SAFE_INTEGER;
    const value = isExact ? BigInt(upper) * BigInt(PART) + BigInt(lower) : exactValue(number);
    const venue = venueOf(rows, number, places);
    return [{ provider, venue, price: divideHalfEven(value, BigInt(share)), share: BigInt(share) }];
  });
}
