import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  capShares,
  interquantileMean,
  median,
  medianAbsoluteDeviation,
  weightedMedian,
  winsorizedMean,
} from '#index-engine/statistics';

const path = new URL('../../shared/golden/vectors.json', import.meta.url);
const present = existsSync(path);
const golden = present ? JSON.parse(readFileSync(path, 'utf8')) : null;
const ratio = (text: string) =>
  text
    .split('/')
    .map(Number)
    .reduce((a, b) => a / b);
if (!present) console.warn('golden vectors are not here (../shared/golden/vectors.json): their tests are skipped');

describe.skipIf(!present)('golden vectors', () => {
  it('interquantile mean', () => {
    expect(golden.interquantileMean.length).toBeGreaterThan(3);
    for (const { values, weights, lo, hi, expect: wanted } of golden.interquantileMean) {
      expect(interquantileMean(values, weights, ratio(lo), ratio(hi))).toBeCloseTo(wanted, 6);
    }
  });

  it('weighted median, lower and upper', () => {
    for (const { values, weights, lower, upper } of golden.weightedMedian) {
      expect(weightedMedian(values, weights, 'lower')).toBe(lower);
      expect(weightedMedian(values, weights, 'upper')).toBe(upper);
    }
  });

  it('median absolute deviation and modified z', () => {
    for (const { values, median: wanted, mad } of golden.medianAbsoluteDeviation) {
      expect(median(values)).toBe(wanted);
      expect(medianAbsoluteDeviation(values)).toBe(mad);
    }
    for (const { values, threshold, rejected, z_of_rejected } of golden.modifiedZ) {
      const z = (value: number) => (0.6745 * Math.abs(value - median(values))) / medianAbsoluteDeviation(values);
      expect(values.filter((value: number) => z(value) > threshold)).toEqual(rejected);
      expect(z(rejected[0])).toBeCloseTo(z_of_rejected, 3);
    }
  });

  it('winsorized mean', () => {
    for (const { values, k, expect: wanted } of golden.winsorizedMean)
      expect(winsorizedMean(values, k)).toBeCloseTo(wanted, 6);
  });

  it('capped shares', () => {
    for (const { shares, cap, expect: wanted } of golden.capShares) {
      capShares(shares, cap).forEach((share, index) => {
        expect(share).toBeCloseTo(wanted[index], 6);
      });
    }
  });

  it('the lower weighted median moves as published when each provider moves', () => {
    for (const { values, weights, base, after } of golden.influence) {
      expect(weightedMedian(values, weights, 'lower')).toBeCloseTo(base, 6);
      values.forEach((_: number, moved: number) => {
        const shifted = values.map((value: number, index: number) => (index === moved ? value * 1.1 : value));
        expect(weightedMedian(shifted, weights, 'lower')).toBeCloseTo(after[moved], 3);
      });
    }
  });

  it('partition mean: lower weighted median per partition, empty ones dropped', () => {
    for (const { partitions, expect: wanted } of golden.partitionMean) {
      const filled = partitions.filter((points: unknown[]) => points.length > 0);
      const medians = filled.map((points: [number, number][]) =>
        weightedMedian(
          points.map(([value]) => value),
          points.map(([, weight]) => weight),
          'lower',
        ),
      );
      expect(medians.reduce((a: number, b: number) => a + b) / medians.length).toBeCloseTo(wanted, 6);
    }
  });
});

// A coarse grid, so that ties happen.
const market = fc.array(fc.record({ value: fc.integer({ min: 1, max: 40 }), weight: fc.integer({ min: 1, max: 8 }) }), {
  minLength: 1,
  maxLength: 30,
});

describe('properties', () => {
  it('the interquantile mean lies inside the values, whatever their order, and scales with them', () => {
    fc.assert(
      fc.property(market, fc.integer({ min: 2, max: 9 }), (points, factor) => {
        const values = points.map((point) => point.value);
        const weights = points.map((point) => point.weight);
        const mean = interquantileMean(values, weights, 1 / 3, 2 / 3);
        expect(mean).toBeGreaterThanOrEqual(Math.min(...values) - 1e-9);
        expect(mean).toBeLessThanOrEqual(Math.max(...values) + 1e-9);
        expect(interquantileMean(values.toReversed(), weights.toReversed(), 1 / 3, 2 / 3)).toBeCloseTo(mean, 9);
        expect(
          interquantileMean(
            values.map((v) => v * factor),
            weights,
            1 / 3,
            2 / 3,
          ),
        ).toBeCloseTo(mean * factor, 7);
      }),
    );
  });

  it('capped shares sum to 1, none above the cap in force, and keep their order', () => {
    fc.assert(
      fc.property(market, (points) => {
        const weights = points.map((point) => point.weight);
        const capped = capShares(weights, 0.25);
        expect(capped.reduce((a, b) => a + b)).toBeCloseTo(1, 9);
        const inForce = Math.max(0.25, 1 / weights.length);
        for (const share of capped) expect(share).toBeLessThanOrEqual(inForce + 1e-9);
        weights.forEach((a, i) => {
          weights.forEach((b, j) => {
            if (a <= b) expect(capped[i] as number).toBeLessThanOrEqual((capped[j] as number) + 1e-9);
          });
        });
      }),
    );
  });
});

describe('refusals', () => {
  it('says what is wrong', () => {
    expect(() => interquantileMean([], [], 0, 1)).toThrow('at least one value');
    expect(() => interquantileMean([1], [1, 2], 0, 1)).toThrow('one weight a value');
    expect(() => interquantileMean([1], [1], 0.6, 0.5)).toThrow('lo < hi');
    expect(() => weightedMedian([Number.NaN], [1], 'lower')).toThrow('finite');
    expect(() => winsorizedMean([1, 2], 1)).toThrow('below half');
    expect(() => capShares([1], 0)).toThrow('cap');
  });
});
