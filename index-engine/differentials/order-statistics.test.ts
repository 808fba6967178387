import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  deepestOverlap,
  medianOfRationals,
  medianRanks,
  simplestWithin,
  weightedMedianOf,
} from '#index-engine/differentials/order-statistics';
import { compareRationals, type Rational } from '#index-engine/rational';

const ratio = (numerator: number, denominator = 1): Rational => ({
  numerator: BigInt(numerator),
  denominator: BigInt(denominator),
});
const number = ({ numerator, denominator }: Rational) => Number(numerator) / Number(denominator);
const confidence = ratio(95, 100);

describe('the interval of a median', () => {
  it('takes the ranks of the printed tables', () => {
    // Order statistics for a 95% interval of the median, as textbooks print them.
    const printed = { 6: [1, 6], 8: [1, 8], 9: [2, 8], 15: [4, 12], 20: [6, 15], 30: [10, 21], 50: [18, 33] };
    for (const [count, [low, high]] of Object.entries(printed)) {
      expect(medianRanks(Number(count), confidence)).toMatchObject({ low, high });
    }
    expect(number(medianRanks(30, confidence)?.coverage as Rational)).toBeCloseTo(0.957226, 6);
    expect(number(medianRanks(6, confidence)?.coverage as Rational)).toBe(1 - 2 / 64);
  });

  it('does not exist below six values', () => {
    for (const count of [0, 1, 2, 5]) expect(medianRanks(count, confidence)).toBeNull();
  });

  it('is the tightest that covers enough, counted over every way the draws can fall', () => {
    const coverage = (count: number, low: number) => {
      let inside = 0;
      for (let draws = 0; draws < 2 ** count; draws += 1) {
        const below = draws.toString(2).replaceAll('0', '').length;
        if (below >= low && below <= count - low) inside += 1;
      }
      return inside / 2 ** count;
    };
    for (let count = 6; count <= 14; count += 1) {
      const ranks = medianRanks(count, confidence);
      const low = ranks?.low as number;
      expect(number(ranks?.coverage as Rational)).toBe(coverage(count, low));
      expect(coverage(count, low)).toBeGreaterThanOrEqual(0.95);
      expect(coverage(count, low + 1)).toBeLessThan(0.95);
    }
  });
});

describe('medians', () => {
  it('are exact, and the mean of the middle two where the count is even', () => {
    expect(medianOfRationals([ratio(1, 3), ratio(1, 2), ratio(1, 7)])).toEqual(ratio(1, 3));
    expect(medianOfRationals([ratio(1, 3), ratio(1, 2)])).toEqual(ratio(5, 12));
    expect(() => medianOfRationals([])).toThrow('no values');
  });

  it('weigh by GPUs', () => {
    const values = (...pairs: [number, number][]) =>
      pairs.map(([value, weight]) => ({ value: BigInt(value), weight: BigInt(weight) }));
    expect(weightedMedianOf(values([30, 1], [10, 8], [20, 1]))).toEqual(ratio(10));
    expect(weightedMedianOf(values([10, 2], [20, 1], [30, 1]))).toEqual(ratio(30, 2));
    expect(() => weightedMedianOf([])).toThrow('no values');
  });
});

describe('what intervals share', () => {
  const interval = (low: number, high: number) => ({ low: ratio(low), high: ratio(high) });

  it('is where most of them overlap, ends included', () => {
    expect(deepestOverlap([interval(1, 4), interval(3, 6), interval(4, 9), interval(7, 8)])).toEqual({
      ...interval(4, 4),
      depth: 3,
    });
    expect(deepestOverlap([])).toBeNull();
  });

  it('is as deep as the deepest of their ends, in any order', () => {
    const some = fc.array(
      fc.tuple(fc.nat(12), fc.nat(5)).map(([low, width]) => interval(low, low + width)),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(some, (intervals) => {
        const depthAt = (at: Rational) =>
          intervals.filter(({ low, high }) => compareRationals(low, at) <= 0 && compareRationals(at, high) <= 0).length;
        const deepest = deepestOverlap(intervals);
        expect(deepest?.depth).toBe(Math.max(...intervals.map(({ low }) => depthAt(low))));
        expect(depthAt(deepest?.low as Rational)).toBe(deepest?.depth);
        expect(depthAt(deepest?.high as Rational)).toBe(deepest?.depth);
        expect(deepestOverlap([...intervals].reverse())).toEqual(deepest);
      }),
    );
  });

  it('has a simplest fraction', () => {
    expect(simplestWithin({ low: ratio(4998, 10_000), high: ratio(5003, 10_000) })).toEqual(ratio(1, 2));
    expect(simplestWithin({ low: ratio(333, 1000), high: ratio(334, 1000) })).toEqual(ratio(1, 3));
    expect(simplestWithin({ low: ratio(9, 10), high: ratio(21, 10) })).toEqual(ratio(1));
    expect(simplestWithin({ low: ratio(29, 10), high: ratio(29, 10) })).toEqual(ratio(29, 10));
  });
});
