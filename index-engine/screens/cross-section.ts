import { capWeights, type Participant } from '#index-engine/caps';
import { parseRatio } from '#methodology/decimal';
import type { Rulebook } from '#methodology/rulebook';

/** A price standing in a partition, in micro-USD, with whole weight. */
export interface Point {
  provider: string;
  venue: string;
  price: number;
  weight: number;
}

/** The middle of a partition, in micro-USD: prices further from the centre than `reach` are outliers. */
export interface Centre {
  centre: number;
  reach: number;
}

/** The value at which cumulated weight reaches half, the lower of two. Sorted by value. */
function lowerMedian(points: readonly { value: number; weight: bigint }[]): number {
  const total = points.reduce((sum, point) => sum + point.weight, 0n);
  let before = 0n;
  for (const { value, weight } of points) {
    before += weight;
    if (before * 2n >= total) return value;
  }
  throw new RangeError('no points');
}

/** Weights after the provider and venue caps, one a point. */
function cappedWeights(points: readonly Point[], rulebook: Rulebook): { weights: bigint[]; providers: number } {
  const places = new Map<string, number>();
  const participants: Participant[] = [];
  for (const { provider, venue, weight } of points) {
    const known = participants[places.get(provider) ?? -1];
    if (known) known.weight += weight;
    else {
      places.set(provider, participants.length);
      participants.push({ provider, venue, weight });
    }
  }
  const capped = capWeights(participants, parseRatio(rulebook.caps.provider), parseRatio(rulebook.caps.venue));
  const weights = points.map(({ provider, weight }) => {
    const scale = capped.scaleOf[places.get(provider) as number] as number;
    return BigInt(weight) * (capped.multipliers[scale] as bigint);
  });
  return { weights, providers: participants.length };
}

/**
 * Screen 8: modified z = 0.6745·|p − median| / max(MAD, 1.5% of the median) > 3.5, with 7 providers or more. Median and MAD are lower
 * medians weighted by the capped weights, so that accounts, which are cheap, cannot move the centre.
 * @param points sorted by price
 * @returns null where there are too few to judge
 */
export function crossSection(points: readonly Point[], rulebook: Rulebook): Centre | null {
  const rule = rulebook.screens.cross_section;
  if (points.length < rule.minimum_points) return null;
  const { weights, providers } = cappedWeights(points, rulebook);
  if (providers < rule.minimum_points) return null;
  const weighted = points.map(({ price }, index) => ({ value: price, weight: weights[index] as bigint }));
  const centre = lowerMedian(weighted);
  const deviation = lowerMedian(
    weighted
      .map(({ value, weight }) => ({ value: Math.abs(value - centre), weight }))
      .sort((a, b) => a.value - b.value),
  );
  const floor = parseRatio(rule.deviation_floor);
  const threshold = parseRatio(rule.threshold);
  const consistency = parseRatio(rule.consistency);
  const least = BigInt(centre) * floor.numerator;
  const found = BigInt(deviation) * floor.denominator;
  const spread = found > least ? found : least;
  // A whole distance is above a ratio exactly when it is above the ratio's whole part.
  const reach =
    (spread * threshold.numerator * consistency.denominator) /
    (floor.denominator * threshold.denominator * consistency.numerator);
  return { centre, reach: Number(reach) };
}

/** Whether a price lies further from the centre than the screen allows. */
export function isOutlier(price: number, { centre, reach }: Centre): boolean {
  return Math.abs(price - centre) > reach;
}
