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

/** Points of a block; where an edge runs through one, of the blocks it is cut into, and of those again. */
const BLOCK_POINTS = [256, 16, 1] as const;
const FINEST = BLOCK_POINTS.length - 1;

const lesser = (a: bigint, b: bigint) => (a < b ? a : b);
const greater = (a: bigint, b: bigint) => (a > b ? a : b);

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
  const scales = multipliers.length;
  const totals = new Float64Array(scales);
  let largestWeight = 1;
  for (let index = 0; index < prices.length; index += 1) {
    const scale = scaleOf[index] as number;
    if (scale < 0) continue;
    const weight = weights[index] as number;
    totals[scale] = (totals[scale] as number) + weight;
    if (weight > largestWeight) largestWeight = weight;
  }
  // As many points as keep every sum of price × weight in a block an exact double.
  const most = Math.max(1, Math.floor(Number.MAX_SAFE_INTEGER / Math.max(1, (prices.at(-1) ?? 0) * largestWeight)));
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
  const blocks = BLOCK_POINTS.map((size) => ({
    size: Math.min(most, size),
    weights: new Float64Array(scales),
    values: new Float64Array(scales),
  }));
  const add = (start: number, end: number, depth: number) => {
    const block = blocks[depth] as (typeof blocks)[number];
    for (let first = start; first < end && before < to; first += block.size) {
      const last = Math.min(first + block.size, end);
      block.weights.fill(0);
      block.values.fill(0);
      for (let index = first; index < last; index += 1) {
        const scale = scaleOf[index] as number;
        if (scale < 0) continue;
        const weight = weights[index] as number;
        block.weights[scale] = (block.weights[scale] as number) + weight;
        block.values[scale] = (block.values[scale] as number) + weight * (prices[index] as number);
      }
      const after = before + weigh(block.weights) * unit;
      const isCut = after > from && (before < from || after > to);
      if (isCut && depth < FINEST) {
        add(first, last, depth + 1);
        continue;
      }
      if (isCut) sum += BigInt(prices[first] as number) * (lesser(after, to) - greater(before, from));
      else if (after > from) sum += weigh(block.values) * unit;
      before = after;
    }
  };
  add(0, prices.length, 0);
  return { numerator: sum, denominator: to - from };
}
