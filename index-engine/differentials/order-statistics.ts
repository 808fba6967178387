import { compareRationals, type Rational } from '#index-engine/rational';

function commonDivisor(a: bigint, b: bigint): bigint {
  let [larger, smaller] = [a < 0n ? -a : a, b];
  while (smaller > 0n) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}

/** The same ratio in lowest terms. */
export function lowestTerms({ numerator, denominator }: Rational): Rational {
  const divisor = commonDivisor(numerator, denominator);
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}

/** The exact mean of two ratios. */
function middle(a: Rational, b: Rational): Rational {
  return lowestTerms({
    numerator: a.numerator * b.denominator + b.numerator * a.denominator,
    denominator: 2n * a.denominator * b.denominator,
  });
}

/** Ratios in rising order. */
export function sortedRationals(values: readonly Rational[]): Rational[] {
  return [...values].sort(compareRationals);
}

/** The exact median: the mean of the middle two where the count is even. @throws RangeError for an empty list */
export function medianOfRationals(values: readonly Rational[]): Rational {
  const sorted = sortedRationals(values);
  const upper = sorted[sorted.length >> 1];
  if (!upper) throw new RangeError('no values to take the median of');
  const lower = sorted[(sorted.length - 1) >> 1] as Rational;
  return lower === upper ? upper : middle(lower, upper);
}

/** The exact weighted median of whole numbers: the mean of two where the weight reaches half exactly between them. */
export function weightedMedianOf(values: readonly { value: bigint; weight: bigint }[]): Rational {
  const sorted = [...values].sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0));
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0n);
  let before = 0n;
  for (const [place, { value, weight }] of sorted.entries()) {
    before += weight;
    if (before * 2n < total) continue;
    const next = before * 2n === total ? sorted[place + 1] : undefined;
    return next ? { numerator: value + next.value, denominator: 2n } : { numerator: value, denominator: 1n };
  }
  throw new RangeError('no values to take the median of');
}

/** Ranks, from 1, of the order statistics between which the median lies, and with what probability. */
export interface MedianRanks {
  low: number;
  high: number;
  coverage: Rational;
}

/**
 * The tightest symmetric pair of order statistics that encloses the median of any distribution with at least `confidence`: each tail is
 * that of a binomial with n fair draws, counted exactly.
 * @returns null where even the smallest and the largest enclose it too seldom
 */
export function medianRanks(count: number, confidence: Rational): MedianRanks | null {
  const all = 1n << BigInt(count);
  const allowed = (confidence.denominator - confidence.numerator) * all;
  let rank = 0;
  let tail = 0n;
  // Ways in which fewer than `rank + 1` of the draws fall below the median.
  let ways = 1n;
  for (let sum = 0n; rank < count >> 1; rank += 1) {
    sum += ways;
    if (2n * sum * confidence.denominator > allowed) break;
    tail = sum;
    ways = (ways * BigInt(count - rank)) / BigInt(rank + 1);
  }
  if (rank === 0) return null;
  return { low: rank, high: count + 1 - rank, coverage: lowestTerms({ numerator: all - 2n * tail, denominator: all }) };
}

/** What lies between two ends, both in it. */
export interface Interval {
  low: Rational;
  high: Rational;
}

/** Where most of the intervals overlap: how many, and their common part; the lowest such place. Null for none. */
export function deepestOverlap(intervals: readonly Interval[]): (Interval & { depth: number }) | null {
  const highs = sortedRationals(intervals.map(({ high }) => high));
  let depth = 0;
  let closed = 0;
  let best: (Interval & { depth: number }) | null = null;
  for (const low of sortedRationals(intervals.map((one) => one.low))) {
    while (compareRationals(highs[closed] as Rational, low) < 0) {
      closed += 1;
      depth -= 1;
    }
    depth += 1;
    if (!best || depth > best.depth) best = { low, high: highs[closed] as Rational, depth };
  }
  return best;
}

/** The fraction with the smallest denominator in an interval of positive ratios: 1/2 for 0.4998 to 0.5003. */
export function simplestWithin({ low, high }: Interval): Rational {
  const whole = low.numerator / low.denominator;
  if (whole * low.denominator === low.numerator) return { numerator: whole, denominator: 1n };
  if (whole < high.numerator / high.denominator) return { numerator: whole + 1n, denominator: 1n };
  const rest = ({ numerator, denominator }: Rational): Rational => ({
    numerator: denominator,
    denominator: numerator - whole * denominator,
  });
  const inner = simplestWithin({ low: rest(high), high: rest(low) });
  return { numerator: whole * inner.numerator + inner.denominator, denominator: inner.numerator };
}
