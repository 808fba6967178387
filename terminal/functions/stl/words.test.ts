import { expect, it } from 'vitest';
import type { SettlementStamp } from '#api/types';
import { addMonths, rangeWords, ratioWords, runsOf } from './words';

it('goes from month to month over the end of a year', () => {
  expect([addMonths('2026-12', 1), addMonths('2026-01', -1), addMonths('2026-07', 0)]).toEqual([
    '2027-01',
    '2025-12',
    '2026-07',
  ]);
});

it('shows an exact ratio in decimals', () => {
  expect([ratioWords('56037/20000'), ratioWords('1/3'), ratioWords('12345678/1')]).toEqual([
    '2.801850',
    '0.333333',
    '12345678.000000',
  ]);
});

it('says between what a month comes to, where anything is assumed', () => {
  const at = (price: string) => ({ fix: 'f', value: '2.8000', price });
  expect(rangeWords({ from: '', low: at('2.15'), high: at('3.78'), expected: at('2.80') })).toBe('2.15 – 3.78');
  expect(rangeWords(null)).toBeNull();
});

it('puts fixes that read alike together, or leaves each alone', () => {
  const stamp = (hour: number, value: string | null): SettlementStamp => ({
    date: '2026-07-28',
    strike: `2026-07-28T0${hour}:00:00.000Z`,
    state: value === null ? 'missed' : 'locked',
    fix: value === null ? null : { id: `f${hour}`, hash: String(hour), level: 4, value },
    reason: null,
    fill: null,
  });
  const stamps = [stamp(0, '2.8000'), stamp(1, '2.8000'), stamp(2, null), stamp(3, '2.8000')];
  expect(runsOf(stamps, true).map(({ first, last, count }) => [first.strike, last.strike, count])).toEqual([
    [stamps[0]?.strike, stamps[1]?.strike, 2],
    [stamps[2]?.strike, stamps[2]?.strike, 1],
    [stamps[3]?.strike, stamps[3]?.strike, 1],
  ]);
  expect(runsOf(stamps, false)).toHaveLength(4);
});
