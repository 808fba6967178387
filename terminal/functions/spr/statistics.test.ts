import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { standingOf } from './statistics';

describe('where the last value stands', () => {
  it('is its distance from the mean in deviations, and how many do not lie above it', () => {
    const standing = standingOf([1, null, 2, 3, 4])!;
    expect(standing).toMatchObject({ count: 4, last: 4, mean: 2.5, low: 1, high: 4, percentile: 100 });
    expect(standing.deviation).toBeCloseTo(1.2909944, 6);
    expect(standing.z).toBeCloseTo(1.161895, 6);
    expect(standingOf([3, 1, 2])?.percentile).toBeCloseTo(66.667, 3);
  });

  it('has no deviation of one value, and no distance where nothing moved', () => {
    expect(standingOf([2])).toMatchObject({ deviation: null, z: null, percentile: 100 });
    expect(standingOf([0.1, 0.1, 0.1])?.z).toBeNull();
    expect(standingOf([null])).toBeNull();
  });

  it('does not depend on the unit, but for the sign of its distance from the mean', () => {
    const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(values, fc.integer({ min: 2, max: 50 }), (history, times) => {
        const one = standingOf(history)!;
        const other = standingOf(history.map((value) => value * times))!;
        expect(other.percentile).toBe(one.percentile);
        if (one.z === null || other.z === null) return;
        expect(other.z).toBeCloseTo(one.z, 6);
        expect(standingOf(history.map((value) => -value))!.z).toBeCloseTo(-one.z, 6);
      }),
    );
  });
});
