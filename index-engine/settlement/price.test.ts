import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareRationals } from '#index-engine/rational';
import { lotValue, priceOf } from '#index-engine/settlement/price';
import { monthSchedule } from '#index-engine/settlement/schedule';
import { type Contract, contract } from '#methodology/contracts';
import { parseDecimal } from '#methodology/decimal';

const terms = contract('CSI-H100-SXM-80-CD') as Contract;
const hoursIn = (time_zone: string, month: string) => monthSchedule({ ...terms, time_zone }, month).gpuHours;

const golden = new URL('../../../shared/golden/vectors.json', import.meta.url);
const known = existsSync(golden);
if (!known) console.warn('vectors.json is not beside the checkout: its contract arithmetic is skipped');

describe.skipIf(!known)('contract arithmetic worked by hand', () => {
  const vectors = known ? JSON.parse(readFileSync(golden, 'utf8')).contractArithmetic : [];
  const of = (what: RegExp) => vectors.find((one: { what: string }) => what.test(one.what));

  it('gives the value of a tick', () => {
    const { gpu_hours, tick, expect: wanted } = of(/tick value/);
    expect(Number(lotValue(String(tick), gpu_hours))).toBe(wanted);
    const filed = contract('CSI-H100-SXM-80-BD') as Contract;
    expect(filed.quantity).toEqual({ rule: 'fixed', gpu_hours });
    expect(lotValue(filed.tick, gpu_hours)).toBe('7.30');
  });

  it.each([
    ['2026-11', /November 2026/],
    ['2026-03', /March 2026/],
  ])('gives the true hours of %s', (month, what) => {
    const vector = of(what);
    expect(hoursIn('UTC', month)).toBe(vector.utc);
    expect(hoursIn('America/New_York', month)).toBe(vector['America/New_York']);
    expect(monthSchedule(terms, month).gpuHours).toBe(vector['America/New_York']);
  });
});

describe('a price', () => {
  it.each([
    ['0.01', 'half_even', 2_825n, 1_000n, '2.82'],
    ['0.01', 'half_up', 2_825n, 1_000n, '2.83'],
    ['0.01', 'half_even', 2_835n, 1_000n, '2.84'],
    ['0.001', 'half_even', 1n, 3n, '0.333'],
    ['0.005', 'half_even', 28_125n, 10_000n, '2.810'],
    ['0.005', 'half_up', 28_125n, 10_000n, '2.815'],
    ['0.25', 'half_up', 3n, 1n, '3.00'],
    ['1', 'half_even', 5n, 2n, '2'],
  ] as const)('on a tick of %s, %s: %d/%d is %s', (tick, rounding, numerator, denominator, price) => {
    expect(priceOf({ numerator, denominator }, { tick, rounding })).toBe(price);
  });

  it('is a whole number of ticks, the nearest to the mean', () => {
    const ticks = fc.constantFrom('0.01', '0.001', '0.005', '0.25');
    const modes = fc.constantFrom('half_even' as const, 'half_up' as const);
    fc.assert(
      fc.property(ticks, modes, fc.bigInt(0n, 10n ** 12n), fc.bigInt(1n, 10n ** 9n), (tick, rounding, top, bottom) => {
        const price = parseDecimal(priceOf({ numerator: top, denominator: bottom }, { tick, rounding }), 6);
        const step = parseDecimal(tick, 6);
        expect(price % step).toBe(0n);
        const away = { numerator: price * bottom - top * 10n ** 6n, denominator: bottom };
        const distance = away.numerator < 0n ? { ...away, numerator: -away.numerator } : away;
        expect(compareRationals(distance, { numerator: step, denominator: 2n })).toBeLessThanOrEqual(0);
      }),
    );
  });

  it('has no lot where the contract has no quantity', () => {
    expect(lotValue('2.81', null)).toBeNull();
    expect(lotValue('2.810', 744)).toBe('2090.640');
  });
});
