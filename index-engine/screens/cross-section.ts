import { needed } from '#index-engine/hysteresis';
import { parseRatio } from '#methodology/decimal';
import type { Rulebook } from '#methodology/rulebook';

/** Prices standing in a partition, in micro-USD, with whole weights (0 for who does not stand in it) and the group that each is a price of. */
export interface CrossSection {
  prices: Float64Array;
  weights: Float64Array;
  groupOf: Int32Array;
  /** What each group weighs. */
  totals: Float64Array;
  /** Those that stand in it, in ascending order of price. */
  order: Int32Array;
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

/** Of each group the price at which its cumulated weight reaches half, the lower of two. In the order of the groups' numbers. */
function lowerMedians({ prices, weights, groupOf, totals, order }: CrossSection): number[] {
  // What each group has left to its half.
  const left = totals.map((total) => total / 2);
  let open = left.reduce((count, half) => (half > 0 ? count + 1 : count), 0);
  const medians = new Array<number | undefined>(totals.length);
  for (let place = 0; place < order.length && open > 0; place += 1) {
    const index = order[place] as number;
    const group = groupOf[index] as number;
    const before = left[group] as number;
    if (before <= 0) continue;
    const after = before - (weights[index] as number);
    left[group] = after;
    if (after > 0) continue;
    medians[group] = prices[index] as number;
    open -= 1;
  }
  return medians.filter((median) => median !== undefined);
}

/** Twice the median of whole numbers: whole, whatever the count. */
function twiceMedian(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? 2 * upper : (sorted[middle - 1] as number) + upper;
}

/** The threshold of a cross-section, and whether the strike before had as many groups as it takes. */
export interface Gates {
  threshold: string;
  holds: boolean;
}

/**
 * Screen 8: modified z = 0.6745·|p − median| / max(MAD, 1.5% of the median) above a threshold, with 7 points or more. A point is one
 * group, which is a venue at the weighted lower median of its hosts: accounts are cheap, venues are not, so new accounts cannot move the
 * centre. Both gates have hysteresis: fewer points will do where there were enough before, and whoever is held is left out only by as
 * much more.
 * @returns null where there are too few to judge
 */
export function crossSection(
  section: CrossSection,
  rulebook: Rulebook,
  { threshold: limit, holds }: Gates,
): Centre | null {
  const { cross_section: rule } = rulebook.screens;
  const medians = lowerMedians(section);
  if (medians.length < needed(rule.minimum_points, holds, rulebook)) return null;
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
