import { needed } from '#index-engine/hysteresis';
import { parseRatio } from '#methodology/decimal';
import type { Rulebook } from '#methodology/rulebook';

/** A price standing in a partition, in micro-USD, with whole weight. */
export interface Point {
  venue: string;
  price: number;
  weight: number;
}

/**
 * The middle of a partition: prices further from the centre than the reach are outliers, and those of who is held further than the held
 * reach. In quarters of a micro-USD.
 */
export interface Centre {
  centreQuarters: number;
  reachQuarters: number;
  heldReachQuarters: number;
}

/** The value at which cumulated weight reaches half, the lower of two. Points sorted by price. */
function lowerMedian(points: readonly Point[]): number {
  const total = points.reduce((sum, point) => sum + point.weight, 0);
  let before = 0;
  for (const { price, weight } of points) {
    before += weight;
    if (before * 2 >= total) return price;
  }
  throw new RangeError('no points');
}

/** Twice the median of whole numbers: whole, whatever the count. */
function twiceMedian(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? 2 * upper : (sorted[middle - 1] as number) + upper;
}

/**
 * Screen 8: modified z = 0.6745·|p − median| / max(MAD, 1.5% of the median) above a threshold, with 7 points or more. A point is one venue,
 * at the weighted lower median of its hosts: accounts are cheap, venues are not, so new accounts cannot move the centre. Both gates have
 * hysteresis: fewer points will do where there were enough before, and whoever is held is left out only by as much more.
 * @param points sorted by price
 * @param gates the threshold, and whether the strike before had as many venues as it takes
 * @returns null where there are too few to judge
 */
export function crossSection(
  points: readonly Point[],
  rulebook: Rulebook,
  { threshold: limit, holds }: { threshold: string; holds: boolean },
): Centre | null {
  const { cross_section: rule } = rulebook.screens;
  const byVenue = new Map<string, Point[]>();
  for (const point of points) {
    const list = byVenue.get(point.venue);
    if (list) list.push(point);
    else byVenue.set(point.venue, [point]);
  }
  if (byVenue.size < needed(rule.minimum_points, holds, rulebook)) return null;
  const medians = [...byVenue.values()].map(lowerMedian);
  const centreHalves = twiceMedian(medians);
  const deviationQuarters = twiceMedian(medians.map((price) => Math.abs(2 * price - centreHalves)));
  const floor = parseRatio(rule.deviation_floor);
  const threshold = parseRatio(limit);
  const consistency = parseRatio(rule.consistency);
  const found = BigInt(deviationQuarters) * floor.denominator;
  const least = BigInt(2 * centreHalves) * floor.numerator;
  const spread = found > least ? found : least;
  // A whole distance is above a ratio exactly when it is above the ratio's whole part.
  const reach =
    (spread * threshold.numerator * consistency.denominator) /
    (floor.denominator * threshold.denominator * consistency.numerator);
  const retain = parseRatio(rulebook.hysteresis.retain);
  const heldReach = (reach * retain.denominator) / retain.numerator;
  return { centreQuarters: 2 * centreHalves, reachQuarters: Number(reach), heldReachQuarters: Number(heldReach) };
}

/** Whether a price lies further from the centre than the screen allows. @param isHeld whoever asks it was in the fix before */
export function isOutlier(price: number, centre: Centre, isHeld = false): boolean {
  const reach = isHeld ? centre.heldReachQuarters : centre.reachQuarters;
  return Math.abs(4 * price - centre.centreQuarters) > reach;
}
