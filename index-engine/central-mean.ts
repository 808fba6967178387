import type { Rational } from '#index-engine/rational';
import { wholes } from '#index-engine/scratch';

/** Points: whole micro-USD, whole weights before the caps (0 for those that do not count), and for each the index of its owner. */
export interface SortedPoints {
  prices: Float64Array;
  weights: Float64Array;
  ownerOf: Int32Array;
  /** Which of them count, in ascending order of price. */
  order: Int32Array;
  /** What each owner holds of all that count. */
  ownerWeights: readonly number[];
}

/** What each owner holds in each block of points, and all together: counted once where the same points are weighed again and again. */
export interface BlockSums {
  /** Points of a block, and how many blocks there are. */
  size: number;
  blocks: number;
  /** Owner by owner, of each by block. */
  weights: Float64Array;
  values: Float64Array;
  /** By block. */
  allWeights: Float64Array;
  allValues: Float64Array;
}

/** Points of a block, at the least. */
const BLOCK = 64;

/** Numbers of a count each, all 0: a plain list, which costs a tenth of what a short typed one does. */
const zeros = (count: number): number[] => new Array<number>(count).fill(0);

/** A sum of whole numbers, all of them positive, is exact in doubles where it is no more than this. */
const isExact = (sum: number): boolean => sum <= Number.MAX_SAFE_INTEGER;

/**
 * The sums of all blocks by owner; null where those of a block would not be exact. Where there are many owners blocks are longer, so that
 * there are half as many sums as points.
 */
export function blockSums(points: SortedPoints): BlockSums | null {
  const size = 2 * points.ownerWeights.length;
  return (size > BLOCK ? blockSumsOf(points, size) : null) ?? blockSumsOf(points, BLOCK);
}

const roomForBlocks = wholes();

function blockSumsOf({ order, prices, weights, ownerOf, ownerWeights }: SortedPoints, size: number): BlockSums | null {
  const owners = ownerWeights.length;
  const blocks = Math.ceil(order.length / size);
  const blockOf = roomForBlocks(weights.length);
  for (let index = 0; index < order.length; index += 1) blockOf[order[index] as number] = Math.floor(index / size);
  const byOwner = { weights: new Float64Array(owners * blocks), values: new Float64Array(owners * blocks) };
  const allWeights = new Float64Array(blocks);
  const allValues = new Float64Array(blocks);
  // As they lie, and not in order of price: most of an owner's points lie beside each other.
  for (let point = 0; point < weights.length; point += 1) {
    const weight = weights[point] as number;
    if (weight === 0) continue;
    const value = weight * (prices[point] as number);
    const block = blockOf[point] as number;
    const cell = (ownerOf[point] as number) * blocks + block;
    byOwner.weights[cell] = (byOwner.weights[cell] as number) + weight;
    byOwner.values[cell] = (byOwner.values[cell] as number) + value;
    allWeights[block] = (allWeights[block] as number) + weight;
    allValues[block] = (allValues[block] as number) + value;
  }
  if (!allValues.every(isExact)) return null;
  return { size, blocks, ...byOwner, allWeights, allValues };
}

/** The scale that most owners have. */
function mostCommon(scaleOf: readonly number[], scales: number): number {
  if (scales === 1) return 0;
  const owners = zeros(scales);
  for (const scale of scaleOf) if (scale >= 0) owners[scale] = (owners[scale] as number) + 1;
  let common = 0;
  for (let scale = 1; scale < scales; scale += 1)
    if ((owners[scale] as number) > (owners[common] as number)) common = scale;
  return common;
}

/** The owners that have another scale, or none. */
function othersThan(common: number, scaleOf: readonly number[]): number[] {
  const others: number[] = [];
  for (let owner = 0; owner < scaleOf.length; owner += 1) if (scaleOf[owner] !== common) others.push(owner);
  return others;
}

/** Sums by scale, weighed by the multipliers. */
function weigh(sums: readonly number[], multipliers: readonly bigint[]): bigint {
  let sum = 0n;
  for (let scale = 0; scale < multipliers.length; scale += 1) {
    const amount = sums[scale] as number;
    if (amount !== 0) sum += BigInt(amount) * (multipliers[scale] as bigint);
  }
  return sum;
}

/** What all owners of a scale hold. */
function totalsOf({ ownerWeights }: SortedPoints, scaleOf: readonly number[], scales: number): number[] {
  const totals = zeros(scales);
  for (let owner = 0; owner < ownerWeights.length; owner += 1) {
    const scale = scaleOf[owner] as number;
    if (scale >= 0) totals[scale] = (totals[scale] as number) + (ownerWeights[owner] as number);
  }
  return totals;
}

/** What a walk from the lowest price up has passed: doubles while they are exact. */
interface Walk {
  /** Weight below, by scale. */
  passed: number[];
  /** Price × weight between the edges, by scale, and what no double holds any more, weighed by the multipliers. */
  inside: number[];
  flushed: bigint;
  /** Price × weight of the points at the edges, in units of the edges. */
  atEdges: bigint;
}

function addInside(walk: Walk, scale: number, value: number, multiplier: bigint): void {
  const sum = (walk.inside[scale] as number) + value;
  if (isExact(sum)) {
    walk.inside[scale] = sum;
    return;
  }
  walk.flushed += BigInt(walk.inside[scale] as number) * multiplier;
  walk.inside[scale] = value;
}

/** Sums of one block by scale: what all hold, less what those of another scale do. */
function addKnown(
  sums: BlockSums,
  block: number,
  scaleOf: readonly number[],
  common: number,
  others: readonly number[],
  weights: number[],
  values: number[],
): void {
  weights[common] = sums.allWeights[block] as number;
  values[common] = sums.allValues[block] as number;
  for (const owner of others) {
    const cell = owner * sums.blocks + block;
    const weight = sums.weights[cell] as number;
    if (weight === 0) continue;
    const value = sums.values[cell] as number;
    const scale = scaleOf[owner] as number;
    weights[common] = (weights[common] as number) - weight;
    values[common] = (values[common] as number) - value;
    if (scale < 0) continue;
    weights[scale] = (weights[scale] as number) + weight;
    values[scale] = (values[scale] as number) + value;
  }
}

/** The same, counted point by point: those of one scale that follow each other are added up before they are put to the others. */
function addPoints(
  { order, prices, weights: held, ownerOf }: SortedPoints,
  first: number,
  last: number,
  scaleOf: readonly number[],
  weights: number[],
  values: number[],
): void {
  let index = first;
  while (index < last) {
    const scale = scaleOf[ownerOf[order[index] as number] as number] as number;
    let weight = 0;
    let value = 0;
    for (; index < last; index += 1) {
      const point = order[index] as number;
      if (scaleOf[ownerOf[point] as number] !== scale) break;
      weight += held[point] as number;
      value += (held[point] as number) * (prices[point] as number);
    }
    if (scale < 0) continue;
    weights[scale] = (weights[scale] as number) + weight;
    values[scale] = (values[scale] as number) + value;
  }
}

/** What points weigh together that all have one scale: nobody asks whose they are. */
function weightOf({ order, weights }: SortedPoints, first: number, last: number): number {
  let weight = 0;
  for (let index = first; index < last; index += 1) weight += weights[order[index] as number] as number;
  return weight;
}

/** Their price × weight. */
function worthOf({ order, prices, weights }: SortedPoints, first: number, last: number): number {
  let value = 0;
  for (let index = first; index < last; index += 1) {
    const point = order[index] as number;
    value += (weights[point] as number) * (prices[point] as number);
  }
  return value;
}

const lesser = (a: bigint, b: bigint) => (a < b ? a : b);
const greater = (a: bigint, b: bigint) => (a > b ? a : b);

/** Nearer than this part of the whole weight to an edge, doubles do not say on which side of it a point lies. */
const UNSURE = 1e-9;

/**
 * The mean of the prices whose weight lies between the fractions `low` and `high` of the total, with fractional edges: exact, in
 * micro-USD (methodology, section 5.3). Doubles say which blocks and points lie between the edges for sure, and hold their sums exactly;
 * every point that may lie at an edge is counted by itself, in big integers.
 * @param scaleOf for each owner the index of the multiplier of its weights; −1 leaves it out
 * @param known the sums of the blocks, where they were counted before
 * @returns null where no weight is left
 */
export function centralMean(
  points: SortedPoints,
  scaleOf: readonly number[],
  multipliers: readonly bigint[],
  low: Rational,
  high: Rational,
  known: BlockSums | null = null,
): Rational | null {
  const { order, prices, weights, ownerOf } = points;
  const scales = multipliers.length;
  const total = weigh(totalsOf(points, scaleOf, scales), multipliers);
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

  const common = mostCommon(scaleOf, scales);
  const others = othersThan(common, scaleOf);
  const walk: Walk = { passed: zeros(scales), inside: zeros(scales), flushed: 0n, atEdges: 0n };
  const blockWeights = zeros(scales);
  const blockValues = zeros(scales);
  let at = 0;
  const size = known === null ? BLOCK : known.size;
  for (let first = 0; first < order.length && !(at > highest + UNSURE); first += size) {
    const last = Math.min(first + size, order.length);
    let next = at;
    for (let scale = 0; scale < scales; scale += 1) {
      blockWeights[scale] = 0;
      blockValues[scale] = 0;
    }
    if (known !== null) addKnown(known, first / size, scaleOf, common, others, blockWeights, blockValues);
    else if (others.length === 0) {
      const weight = weightOf(points, first, last);
      blockWeights[common] = weight;
      // Below the lower edge nobody asks for prices.
      if (!(at + weight * (rates[common] as number) < lowest - UNSURE))
        blockValues[common] = worthOf(points, first, last);
    } else addPoints(points, first, last, scaleOf, blockWeights, blockValues);
    let largest = 0;
    for (let scale = 0; scale < scales; scale += 1) {
      next += (blockWeights[scale] as number) * (rates[scale] as number);
      largest = Math.max(largest, blockValues[scale] as number);
    }
    const isBetween = at > lowest + UNSURE && next < highest - UNSURE && isExact(largest);
    if (isBetween || next < lowest - UNSURE) {
      for (let scale = 0; scale < scales; scale += 1) {
        walk.passed[scale] = (walk.passed[scale] as number) + (blockWeights[scale] as number);
        if (isBetween) addInside(walk, scale, blockValues[scale] as number, multipliers[scale] as bigint);
      }
      at = next;
      continue;
    }
    for (let index = first; index < last; index += 1) {
      const point = order[index] as number;
      const scale = scaleOf[ownerOf[point] as number] as number;
      if (scale < 0) continue;
      const weight = weights[point] as number;
      const price = prices[point] as number;
      const multiplier = multipliers[scale] as bigint;
      next = at + weight * (rates[scale] as number);
      const isInside = at > lowest + UNSURE && next < highest - UNSURE;
      if (isInside) {
        const value = weight * price;
        if (isExact(value)) addInside(walk, scale, value, multiplier);
        else walk.flushed += BigInt(weight) * BigInt(price) * multiplier;
      } else if (!(next < lowest - UNSURE || at > highest + UNSURE)) {
        const before = weigh(walk.passed, multipliers) * unit;
        const after = before + BigInt(weight) * multiplier * unit;
        const part = lesser(after, to) - greater(before, from);
        if (part > 0n) walk.atEdges += BigInt(price) * part;
      }
      walk.passed[scale] = (walk.passed[scale] as number) + weight;
      at = next;
    }
  }
  return { numerator: (walk.flushed + weigh(walk.inside, multipliers)) * unit + walk.atEdges, denominator: to - from };
}

/**
 * About the same, in doubles: within a billionth of it, unless it is no number.
 * @param sums of the blocks of the points
 */
export function centralMeanAbout(
  { order, prices, weights, ownerOf, ownerWeights }: SortedPoints,
  scaleOf: readonly number[],
  multipliers: readonly bigint[],
  low: Rational,
  high: Rational,
  sums: BlockSums,
): number {
  const scales = multipliers.length;
  const rates = multipliers.map(Number);
  let whole = 0;
  for (let owner = 0; owner < ownerWeights.length; owner += 1) {
    const scale = scaleOf[owner] as number;
    if (scale >= 0) whole += (ownerWeights[owner] as number) * (rates[scale] as number);
  }
  const lowest = (whole * Number(low.numerator)) / Number(low.denominator);
  const highest = (whole * Number(high.numerator)) / Number(high.denominator);
  const common = mostCommon(scaleOf, scales);
  const others = othersThan(common, scaleOf);
  const rate = rates[common] as number;
  let sum = 0;
  let after = 0;
  for (let block = 0; block < sums.allWeights.length && after < highest; block += 1) {
    const before = after;
    let value = (sums.allValues[block] as number) * rate;
    after += (sums.allWeights[block] as number) * rate;
    for (const owner of others) {
      const scale = scaleOf[owner] as number;
      const more = (scale < 0 ? 0 : (rates[scale] as number)) - rate;
      after += (sums.weights[owner * sums.blocks + block] as number) * more;
      value += (sums.values[owner * sums.blocks + block] as number) * more;
    }
    if (after <= lowest) continue;
    if (before >= lowest && after <= highest) {
      sum += value;
      continue;
    }
    let at = before;
    const last = Math.min((block + 1) * sums.size, order.length);
    for (let index = block * sums.size; index < last; index += 1) {
      const point = order[index] as number;
      const scale = scaleOf[ownerOf[point] as number] as number;
      if (scale < 0) continue;
      const next = at + (weights[point] as number) * (rates[scale] as number);
      const part = Math.min(next, highest) - Math.max(at, lowest);
      if (part > 0) sum += part * (prices[point] as number);
      at = next;
    }
  }
  return sum / (highest - lowest);
}

const ONE_SCALE = [0];
const PLAIN = [1n];

/** Prices in ascending order, and what each weighs. */
interface Weighed {
  prices: Float64Array;
  weights: Float64Array;
}

/** The same of points that all weigh by one scale. */
export function centralMeanOf({ prices, weights }: Weighed, low: Rational, high: Rational): Rational | null {
  const few = centralMeanOfFew({ prices, weights }, low, high);
  if (few !== null) return few;
  const ownerOf = new Int32Array(prices.length);
  const order = ownerOf.map((_, point) => point);
  const ownerWeights = [weights.reduce((sum, weight) => sum + weight, 0)];
  return centralMean({ prices, weights, ownerOf, order, ownerWeights }, ONE_SCALE, PLAIN, low, high);
}

/** The same again in doubles alone; null where they do not hold every number that there is on the way, or there is no weight. */
function centralMeanOfFew({ prices, weights }: Weighed, low: Rational, high: Rational): Rational | null {
  let total = 0;
  for (let index = 0; index < weights.length; index += 1) total += weights[index] as number;
  const [lowest, all] = [Number(low.numerator * high.denominator), Number(low.denominator * high.denominator)];
  const highest = Number(high.numerator * low.denominator);
  if (total === 0 || !isExact(total * Math.max(lowest, highest, all) * Math.max(1, prices[prices.length - 1] ?? 0)))
    return null;
  const from = total * lowest;
  const to = total * highest;
  let after = 0;
  let sum = 0;
  for (let index = 0; index < weights.length && after < to; index += 1) {
    const before = after;
    after += (weights[index] as number) * all;
    const part = Math.min(after, to) - Math.max(before, from);
    if (part > 0) sum += part * (prices[index] as number);
  }
  return { numerator: BigInt(sum), denominator: BigInt(to - from) };
}
