import { roundRational } from '#index-engine/rational';
import { formatDecimal, parseDecimal, parseRatio } from '#methodology/decimal';

/**
 * One price divided by another, rounded once, half to even.
 * @throws RangeError when the second is not above 0
 */
export function ratioOf(a: string, b: string, decimals: number): string {
  const over = parseRatio(a);
  const under = parseRatio(b);
  const exact = {
    numerator: over.numerator * under.denominator,
    denominator: over.denominator * under.numerator,
  };
  return formatDecimal(roundRational(exact, decimals), decimals);
}

/** One price less another. Both have at most so many decimals, so nothing is rounded. */
export function differenceOf(a: string, b: string, decimals: number): string {
  return formatDecimal(parseDecimal(a, decimals) - parseDecimal(b, decimals), decimals);
}
