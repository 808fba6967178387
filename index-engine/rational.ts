import { divideHalfEven } from '#methodology/decimal';

/** An exact ratio. The denominator is positive; it is not kept in lowest terms. */
export interface Rational {
  numerator: bigint;
  denominator: bigint;
}

/** Sign of a − b. */
export function compareRationals(a: Rational, b: Rational): -1 | 0 | 1 {
  const left = a.numerator * b.denominator;
  const right = b.numerator * a.denominator;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The equal-weight mean of ratios, exact. @throws RangeError for an empty list */
export function meanOfRationals(values: readonly Rational[]): Rational {
  if (values.length === 0) throw new RangeError('no values to average');
  let sum: Rational = { numerator: 0n, denominator: 1n };
  for (const { numerator, denominator } of values) {
    // Equal denominators are the rule (a book that did not change), and then the numbers stay small.
    sum =
      sum.denominator === denominator
        ? { numerator: sum.numerator + numerator, denominator }
        : {
            numerator: sum.numerator * denominator + numerator * sum.denominator,
            denominator: sum.denominator * denominator,
          };
  }
  return { numerator: sum.numerator, denominator: sum.denominator * BigInt(values.length) };
}

/** A ratio as an integer at `scale` decimals, rounded half to even. */
export function roundRational(value: Rational, scale: number): bigint {
  return divideHalfEven(value.numerator * 10n ** BigInt(scale), value.denominator);
}

/** The same ratio with the smallest numerator and denominator. */
export function lowestTerms({ numerator, denominator }: Rational): Rational {
  let [a, b] = [numerator < 0n ? -numerator : numerator, denominator];
  while (b > 0n) [a, b] = [b, a % b];
  return { numerator: numerator / a, denominator: denominator / a };
}

/** The product, exact. */
export const times = (a: Rational, b: Rational): Rational => ({
  numerator: a.numerator * b.numerator,
  denominator: a.denominator * b.denominator,
});

/** a − b, exact. */
export const minus = (a: Rational, b: Rational): Rational => ({
  numerator: a.numerator * b.denominator - b.numerator * a.denominator,
  denominator: a.denominator * b.denominator,
});

/** a + b, exact. */
export const plus = (a: Rational, b: Rational): Rational => minus(a, { ...b, numerator: -b.numerator });

/** The ratio without its sign. */
export const size = ({ numerator, denominator }: Rational): Rational => ({
  numerator: numerator < 0n ? -numerator : numerator,
  denominator,
});
