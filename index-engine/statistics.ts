/**
 * The statistics of the methodology over ordinary numbers, for analysis and for checking the engine's exact path, which agrees with
 * them. Nothing here publishes a value.
 */

function expectPairs(values: readonly number[], weights: readonly number[]): void {
  if (values.length !== weights.length) {
    throw new RangeError(`${values.length} values and ${weights.length} weights: there must be one weight a value`);
  }
  if (values.length === 0) throw new RangeError('there must be at least one value');
  if (values.some((value) => !Number.isFinite(value))) throw new RangeError('values must be finite numbers');
  if (weights.some((weight) => !(weight >= 0 && Number.isFinite(weight))))
    throw new RangeError('weights must be finite and not negative');
  if (!weights.some((weight) => weight > 0)) throw new RangeError('at least one weight must be above 0');
}

function sortedPairs(values: readonly number[], weights: readonly number[]): { value: number; weight: number }[] {
  expectPairs(values, weights);
  return values.map((value, index) => ({ value, weight: weights[index] as number })).sort((a, b) => a.value - b.value);
}

/**
 * Mean of the values whose weight lies between the fractions `lo` and `hi` of the total, with fractional edges
 * (methodology, section 5.3).
 * @throws RangeError unless 0 <= lo < hi <= 1 and there is one weight, not negative, for each value
 */
export function interquantileMean(
  values: readonly number[],
  weights: readonly number[],
  lo: number,
  hi: number,
): number {
  if (!(lo >= 0 && lo < hi && hi <= 1)) throw new RangeError(`need 0 <= lo < hi <= 1, got ${lo} and ${hi}`);
  const pairs = sortedPairs(values, weights);
  const total = pairs.reduce((sum, pair) => sum + pair.weight, 0);
  const from = lo * total;
  const to = hi * total;
  let before = 0;
  let sum = 0;
  for (const { value, weight } of pairs) {
    const inside = Math.min(before + weight, to) - Math.max(before, from);
    if (inside > 0) sum += value * inside;
    before += weight;
  }
  return sum / (to - from);
}

/**
 * Weighted median: the value at which the cumulated weight reaches half. Where it reaches half exactly between two values, `lower` takes
 * the first and `upper` the second.
 */
export function weightedMedian(values: readonly number[], weights: readonly number[], side: 'lower' | 'upper'): number {
  const pairs = sortedPairs(values, weights);
  const total = pairs.reduce((sum, pair) => sum + pair.weight, 0);
  // Decimal weights such as 0.49 + 0.01 miss a half by rounding: half is meant within a billionth of the total.
  const tolerance = total * 1e-9;
  let before = 0;
  for (const { value, weight } of pairs) {
    before += weight;
    const over = before - total / 2;
    if (side === 'lower' ? over >= -tolerance : over > tolerance) return value;
  }
  return (pairs.at(-1) as { value: number }).value;
}

/** The plain median: the mean of the middle two where the count is even. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('there must be at least one value');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/** Median of the absolute distances from the median. */
export function medianAbsoluteDeviation(values: readonly number[]): number {
  const centre = median(values);
  return median(values.map((value) => Math.abs(value - centre)));
}

/** Mean after the `k` lowest values are raised to the next, and the `k` highest lowered to the next. */
export function winsorizedMean(values: readonly number[], k: number): number {
  if (!Number.isInteger(k) || k < 0 || 2 * k >= values.length) {
    throw new RangeError(`k must be a whole number from 0 to below half of ${values.length}, got ${k}`);
  }
  const sorted = [...values].sort((a, b) => a - b);
  const low = sorted[k] as number;
  const high = sorted[sorted.length - 1 - k] as number;
  return sorted.reduce((sum, value) => sum + Math.min(Math.max(value, low), high), 0) / sorted.length;
}

/**
 * Shares of the total after a cap: excess is shared pro rata among those below, to the fixed point. Where there are fewer than 1/cap
 * participants the cap is 1/n.
 * @returns shares that sum to 1, in the order given
 */
export function capShares(shares: readonly number[], cap: number): number[] {
  if (!(cap > 0 && cap <= 1)) throw new RangeError(`a cap lies above 0 and at most at 1, got ${cap}`);
  expectPairs(shares, shares);
  const present = shares.filter((share) => share > 0).length;
  const inForce = Math.max(cap, 1 / present);
  const capped = new Set<number>();
  for (;;) {
    const free = shares.reduce((sum, share, index) => (capped.has(index) ? sum : sum + share), 0);
    const level = free > 0 ? (1 - capped.size * inForce) / free : 0;
    const over = shares.flatMap((share, index) =>
      !capped.has(index) && share * level > inForce * (1 + 1e-12) ? [index] : [],
    );
    if (over.length === 0) return shares.map((share, index) => (capped.has(index) ? inForce : share * level));
    for (const index of over) capped.add(index);
  }
}
