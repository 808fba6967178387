import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimalsOf, stretchesOf, ticksOf } from './plot-scale';

describe('an axis', () => {
  it('covers every point with a few round values', () => {
    expect(ticksOf([2.52, 3.31]).map((tick) => tick.toFixed(2))).toEqual([
      '2.40',
      '2.60',
      '2.80',
      '3.00',
      '3.20',
      '3.40',
    ]);
    expect(ticksOf([])).toEqual([]);
    expect(ticksOf([0, -5e-324])).toHaveLength(2);
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1000, max: 1000, noNaN: true }), { minLength: 1 }), (values) => {
        const ticks = ticksOf(values);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(9);
        const slack = 1e-6 * Math.max(1, ...values.map(Math.abs));
        expect(ticks[0]).toBeLessThanOrEqual(Math.min(...values) + slack);
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(Math.max(...values) - slack);
      }),
    );
  });

  it('has as many decimals as tell its values apart', () => {
    expect(decimalsOf([2.4, 2.6])).toBe(1);
    expect(decimalsOf([0, 5])).toBe(0);
    expect(decimalsOf([0.01, 0.015])).toBe(3);
    expect(decimalsOf([])).toBe(0);
  });
});

describe('a line', () => {
  it('breaks where a value is missing, and before a place of its own', () => {
    expect(stretchesOf([1, 2, null, 3])).toEqual([[0, 1], [3]]);
    expect(stretchesOf([1, 2, 3], new Set([1]))).toEqual([[0], [1, 2]]);
    expect(stretchesOf([null, null])).toEqual([]);
  });
});
