import type { Rational } from '#index-engine/rational';

/** Points in ascending order of price: whole micro-USD, whole weights before the caps, and for each the index of its owner. */
export interface SortedPoints {
  prices: Float64Array;
  weights: Float64Array;
  ownerOf: Int32Array;
}

/** What each owner holds in each block of points, and all together: counted once where the same points are weighed again and again. */
export interface BlockSums {
  owners: number;
  /** Block by block, in each by owner. */
  weights: Float64Array;
  values: Float64Array;
  /** By block. */
  allWeights: Float64Array;
  allValues: Float64Array;
}

/** Points of a block; where an edge runs through one, of the blocks it is cut into, and of those again. */
const BLOCK_POINTS = [256, 32, 4, 1];
/** Points of a block whose sums are counted once. */
const COUNTED = 64;
const COUNTED_POINTS = [COUNTED, 8, 1];

const lesser = (a: bigint, b: bigint) => (a < b ? a : b);
const greater = (a: bigint, b: bigint) => (a > b ? a : b);

/** As many points as keep every sum of price × weight in a block an exact double. */
function mostInBlock({ prices, weights }: SortedPoints): number {
  let largest = 1;
  for (let index = 0; index < weights.length; index += 1) {
    if ((weights[index] as number) > largest) largest = weights[index] as number;
  }
  return Math.max(1, Math.floor(Number.MAX_SAFE_INTEGER / Math.max(1, (prices.at(-1) ?? 0) * largest)));
}

/** The sums of all blocks by owner; null where a block of the largest size would not be exact. */
export function blockSums(points: SortedPoints, owners: number): BlockSums | null {
  const { prices, weights, ownerOf } = points;
  if (mostInBlock(points) < COUNTED) return null;
  const blocks = Math.ceil(prices.length / COUNTED);
  const sums = {
    owners,
    weights: new Float64Array(blocks * owners),
    values: new Float64Array(blocks * owners),
    allWeights: new Float64Array(blocks),
    allValues: new Float64Array(blocks),
  };
  for (let index = 0; index < prices.length; index += 1) {
    const block = Math.floor(index / COUNTED);
    const cell = block * owners + (ownerOf[index] as number);
    const weight = weights[index] as number;
    const value = weight * (prices[index] as number);
    sums.weights[cell] = (sums.weights[cell] as number) + weight;
    sums.values[cell] = (sums.values[cell] as number) + value;
    sums.allWeights[block] = (sums.allWeights[block] as number) + weight;
    sums.allValues[block] = (sums.allValues[block] as number) + value;
  }
  return sums;
}

/** The scale that most owners have, and the owners that have another. */
function mostCommon(scaleOf: Int32Array, scales: number): { common: number; others: number[] } {
  const owners = new Int32Array(scales);
  for (const scale of scaleOf) if (scale >= 0) owners[scale] = (owners[scale] as number) + 1;
  const common = owners.indexOf(Math.max(...owners));
  const others: number[] = [];
  for (let owner = 0; owner < scaleOf.length; owner += 1) if (scaleOf[owner] !== common) others.push(owner);
  return { common, others };
}

/** Nearer than this part of the whole weight to an edge, doubles do not say on which side of it a block lies. */
const UNSURE = 1e-9;

/**
 * The mean of the prices whose weight lies between the fractions `low` and `high` of the total, with fractional edges: exact, in
 * micro-USD (methodology, section 5.3). Doubles say which blocks lie between the edges for sure, and hold the sums of each exactly; every
 * point that may lie at an edge is counted by itself, in big integers.
 * @param scaleOf for each owner the index of the multiplier of its weights; −1 leaves it out
 * @param known the sums of the blocks, where they were counted before
 * @returns null where no weight is left
 */
export function centralMean(
  points: SortedPoints,
  scaleOf: Int32Array,
  multipliers: readonly bigint[],
  low: Rational,
  high: Rational,
  known: BlockSums | null = null,
): Rational | null {
  const { prices, weights, ownerOf } = points;
  const scales = multipliers.length;
  const most = known === null ? mostInBlock(points) : COUNTED;
  const { common, others } = mostCommon(scaleOf, scales);
  const blocks = (known === null ? BLOCK_POINTS : COUNTED_POINTS).map((size) => ({
    size: Math.min(most, size),
    weights: new Float64Array(scales),
    values: new Float64Array(scales),
  }));
  const finest = blocks.length - 1;
  const weigh = (sums: Float64Array): bigint => {
    let sum = 0n;
    for (let scale = 0; scale < scales; scale += 1) {
      const amount = sums[scale] as number;
      if (amount !== 0) sum += BigInt(amount) * (multipliers[scale] as bigint);
    }
    return sum;
  };
  const addTo = (sums: Float64Array, scale: number, amount: number) => {
    if (scale >= 0) sums[scale] = (sums[scale] as number) + amount;
  };
  // What all hold, less what those of another scale do.
  const addKnown = (sums: BlockSums, block: number, into: Float64Array, values: Float64Array | null) => {
    addTo(into, common, sums.allWeights[block] as number);
    if (values !== null) addTo(values, common, sums.allValues[block] as number);
    for (const owner of others) {
      const cell = block * sums.owners + owner;
      const weight = sums.weights[cell] as number;
      if (weight === 0) continue;
      addTo(into, common, -weight);
      addTo(into, scaleOf[owner] as number, weight);
      if (values === null) continue;
      const value = sums.values[cell] as number;
      addTo(values, common, -value);
      addTo(values, scaleOf[owner] as number, value);
    }
  };
  const totals = new Float64Array(scales);
  if (known === null) {
    for (let index = 0; index < weights.length; index += 1)
      addTo(totals, scaleOf[ownerOf[index] as number] as number, weights[index] as number);
  } else {
    for (let block = 0; block < known.allWeights.length; block += 1) addKnown(known, block, totals, null);
  }
  const total = weigh(totals);
  if (total === 0n) return null;
  // Everything is counted in units of 1/(low.denominator × high.denominator) of a weight, so that both edges are whole.
  const unit = low.denominator * high.denominator;
  const from = total * low.numerator * high.denominator;
  const to = total * high.numerator * low.denominator;
  // The same as parts of the whole. Where the whole is beyond doubles they are no numbers, and nothing is sure.
  const whole = Number(total);
  const rates = multipliers.map((multiplier) => (Number.isFinite(whole) ? Number(multiplier) / whole : Number.NaN));
  const lowest = Number(low.numerator) / Number(low.denominator);
  const highest = Number(high.numerator) / Number(high.denominator);

  const count = (first: number, last: number, depth: number) => {
    const block = blocks[depth] as (typeof blocks)[number];
    for (let scale = 0; scale < scales; scale += 1) {
      block.weights[scale] = 0;
      block.values[scale] = 0;
    }
    if (depth === 0 && known !== null) {
      addKnown(known, first / block.size, block.weights, block.values);
      return block;
    }
    for (let index = first; index < last; index += 1) {
      const scale = scaleOf[ownerOf[index] as number] as number;
      const weight = weights[index] as number;
      addTo(block.weights, scale, weight);
      addTo(block.values, scale, weight * (prices[index] as number));
    }
    return block;
  };
  // What was passed, what of it lies between the edges, and what of the points at them.
  const passed = new Float64Array(scales);
  const inside = new Float64Array(scales);
  let flushed = 0n;
  let atEdges = 0n;
  let at = 0;
  const add = (start: number, end: number, depth: number) => {
    const { size } = blocks[depth] as (typeof blocks)[number];
    for (let first = start; first < end && !(at > highest + UNSURE); first += size) {
      const last = Math.min(first + size, end);
      const block = count(first, last, depth);
      let next = at;
      for (let scale = 0; scale < scales; scale += 1)
        next += (block.weights[scale] as number) * (rates[scale] as number);
      const isBelow = next < lowest - UNSURE;
      const isInside = at > lowest + UNSURE && next < highest - UNSURE;
      if (!isBelow && !isInside && depth < finest) {
        add(first, last, depth + 1);
        continue;
      }
      if (!isBelow && !isInside) {
        const before = weigh(passed) * unit;
        const part = lesser(before + weigh(block.weights) * unit, to) - greater(before, from);
        if (part > 0n) atEdges += BigInt(prices[first] as number) * part;
      }
      for (let scale = 0; scale < scales; scale += 1) {
        addTo(passed, scale, block.weights[scale] as number);
        if (!isInside) continue;
        const value = block.values[scale] as number;
        if ((inside[scale] as number) + value > Number.MAX_SAFE_INTEGER) {
          flushed += BigInt(inside[scale] as number) * (multipliers[scale] as bigint);
          inside[scale] = 0;
        }
        addTo(inside, scale, value);
      }
      at = next;
    }
  };
  add(0, prices.length, 0);
  return { numerator: (flushed + weigh(inside)) * unit + atEdges, denominator: to - from };
}

/** The same of points that all weigh by one scale. */
export function centralMeanOf(
  { prices, weights }: Pick<SortedPoints, 'prices' | 'weights'>,
  low: Rational,
  high: Rational,
): Rational | null {
  return centralMean({ prices, weights, ownerOf: new Int32Array(prices.length) }, Int32Array.of(0), [1n], low, high);
}
