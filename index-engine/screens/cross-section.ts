import { divideHalfEven, parseRatio } from '#methodology/decimal';
import type { Rulebook } from '#methodology/rulebook';

/** A price standing in a partition, in micro-USD, with whole weight. */
export interface Point {
  provider: string;
  price: number;
  weight: number;
}

/** Where the middle of a partition lies: prices further from the centre than `reach` are outliers. In quarters of a micro-USD. */
export interface Centre {
  centreQuarters: number;
  reachQuarters: number;
}

/** The value at which cumulated weight reaches half, the lower of two. Points sorted by price. */
function lowerMedian(points: readonly { price: number; weight: number }[]): number {
  const total = points.reduce((sum, point) => sum + point.weight, 0);
  let before = 0;
  for (const { price, weight } of points) {
    before += weight;
    if (before * 2 >= total) return price;
  }
  return (points.at(-1) as { price: number }).price;
}

/** Twice the median of whole numbers: whole, whatever the count. */
function twiceMedian(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? 2 * upper : (sorted[middle - 1] as number) + upper;
}

/**
 * Screen 8: modified z = 0.6745·|p − median| / max(MAD, 1.5% of the median) > 3.5, with 7 points or more. A point is one provider's
 * weighted median in the partition.
 * @param points sorted by price
 * @returns null where there are too few points to judge
 */
export function crossSection(points: readonly Point[], { screens: { cross_section: rule } }: Rulebook): Centre | null {
  const byProvider = new Map<string, Point[]>();
  for (const point of points) {
    const list = byProvider.get(point.provider);
    if (list) list.push(point);
    else byProvider.set(point.provider, [point]);
  }
  if (byProvider.size < rule.minimum_points) return null;
  const medians = [...byProvider.values()].map(lowerMedian);
  const centreHalves = twiceMedian(medians);
  const deviationQuarters = twiceMedian(medians.map((price) => Math.abs(2 * price - centreHalves)));
  const floor = parseRatio(rule.deviation_floor);
  const threshold = parseRatio(rule.threshold);
  const consistency = parseRatio(rule.consistency);
  const deviation = BigInt(deviationQuarters) * floor.denominator;
  const least = BigInt(2 * centreHalves) * floor.numerator;
  const spread = deviation > least ? deviation : least;
  const reach = spread * threshold.numerator * consistency.denominator;
  const unit = floor.denominator * threshold.denominator * consistency.numerator;
  // A whole distance is above a ratio exactly when it is above the ratio's whole part.
  return { centreQuarters: 2 * centreHalves, reachQuarters: Number(reach / unit) };
}

/** Whether a price lies further from the centre than the screen allows. */
export function isOutlier(price: number, centre: Centre): boolean {
  return Math.abs(4 * price - centre.centreQuarters) > centre.reachQuarters;
}

/** The centre in USD to four decimals, for words. */
export function centreText(centre: Centre): string {
  return (Number(divideHalfEven(BigInt(centre.centreQuarters), 4n)) / 1e6).toFixed(4);
}
