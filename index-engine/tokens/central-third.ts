import type { Rational } from '#index-engine/rational';

/** A price and its weight, both in units of the caller's. */
export interface WeightedPrice {
  price: bigint;
  weight: bigint;
}

/**
 * The mean of the prices whose weight lies between the fractions `low` and `high` of the total, with fractional edges: exact, in the unit of
 * the prices. The engine's own runs on doubles, which hold GPUs and seconds exactly but not volumes of tokens; on what both can hold, both agree.
 * @returns null where no weight is left
 */
export function centralThird(points: readonly WeightedPrice[], low: Rational, high: Rational): Rational | null {
  const sorted = [...points].sort((a, b) => (a.price < b.price ? -1 : a.price > b.price ? 1 : 0));
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0n);
  if (total === 0n) return null;
  // Weights are counted in units of 1/(low.denominator × high.denominator), so that both edges are whole.
  const unit = low.denominator * high.denominator;
  const from = total * low.numerator * high.denominator;
  const to = total * high.numerator * low.denominator;
  let before = 0n;
  let sum = 0n;
  for (const { price, weight } of sorted) {
    const after = before + weight * unit;
    // What lies outside the edges is cut off: Math.min knows no big integers.
    let inside = after - before;
    if (before < from) inside -= from - before;
    if (after > to) inside -= after - to;
    if (inside > 0n) sum += price * inside;
    before = after;
  }
  return { numerator: sum, denominator: to - from };
}
