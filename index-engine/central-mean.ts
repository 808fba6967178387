import type { Rational } from '#index-engine/rational';

/**
 * Points in ascending order of price: whole micro-USD, whole weights before the caps, and for each the index of its multiplier
 * (−1 leaves a point out).
 */
export interface SortedPoints {
  prices: Float64Array;
  weights: Float64Array;
  scaleOf: Int32Array;
}

const BLOCK_POINTS = 256;

/** Points a block may hold so that every sum of price × weight in it stays an exact double. */
function blockSize({ prices, weights }: SortedPoints): number {
  let largestWeight = 0;
  for (const weight of weights) if (weight > largestWeight) largestWeight = weight;
  const largest = (prices.at(-1) ?? 0) * largestWeight;
  return Math.max(1, Math.min(BLOCK_POINTS, Math.floor(Number.MAX_SAFE_INTEGER / Math.max(1, largest))));
}

/**
 * The mean of the prices whose weight lies between the fractions `low` and `high` of the total, with fractional edges: exact, in
 * micro-USD (methodology, section 5.3). Sums run in doubles within a block, where they are exact, and in big integers between blocks.
 * @returns null where no weight is left
 */
export function centralMean(
  points: SortedPoints,
  multipliers: readonly bigint[],
  low: Rational,
  high: Rational,
): Rational | null {
  const { prices, weights, scaleOf } = points;
  const size = blockSize(points);
  const scales = multipliers.length;
  const totals = new Float64Array(scales);
  for (let index = 0; index < prices.length; index += 1) {
    const scale = scaleOf[index] as number;
    if (scale >= 0) totals[scale] = (totals[scale] as number) + (weights[index] as number);
  }
  const weigh = (sums: Float64Array): bigint => {
    let sum = 0n;
    for (let scale = 0; scale < scales; scale += 1) {
      const amount = sums[scale] as number;
      if (amount !== 0) sum += BigInt(amount) * (multipliers[scale] as bigint);
    }
    return sum;
  };
  const total = weigh(totals);
  if (total === 0n) return null;
  // Everything is counted in units of 1/(low.denominator × high.denominator) of a weight, so that both edges are whole.
  const unit = low.denominator * high.denominator;
  const from = total * low.numerator * high.denominator;
  const to = total * high.numerator * low.denominator;

  let before = 0n;
  let sum = 0n;
  const blockWeights = new Float64Array(scales);
  const blockValues = new Float64Array(scales);
  for (let start = 0; start < prices.length && before < to; start += size) {
    const end = Math.min(start + size, prices.length);
    blockWeights.fill(0);
    blockValues.fill(0);
    for (let index = start; index < end; index += 1) {
      const scale = scaleOf[index] as number;
      if (scale < 0) continue;
      const weight = weights[index] as number;
      blockWeights[scale] = (blockWeights[scale] as number) + weight;
      blockValues[scale] = (blockValues[scale] as number) + weight * (prices[index] as number);
    }
    const after = before + weigh(blockWeights) * unit;
    if (before >= from && after <= to) sum += weigh(blockValues) * unit;
    else if (after > from) sum += edgeSum(points, multipliers, start, end, before, from, to, unit);
    before = after;
  }
  return { numerator: sum, denominator: to - from };
}

/** Price × weight inside the edges, point by point, for a block that an edge runs through. */
function edgeSum(
  { prices, weights, scaleOf }: SortedPoints,
  multipliers: readonly bigint[],
  start: number,
  end: number,
  startsAt: bigint,
  from: bigint,
  to: bigint,
  unit: bigint,
): bigint {
  let before = startsAt;
  let sum = 0n;
  for (let index = start; index < end; index += 1) {
    const scale = scaleOf[index] as number;
    if (scale < 0) continue;
    const after = before + BigInt(weights[index] as number) * (multipliers[scale] as bigint) * unit;
    const inside = (after < to ? after : to) - (before > from ? before : from);
    if (inside > 0n) sum += BigInt(prices[index] as number) * inside;
    before = after;
  }
  return sum;
}
