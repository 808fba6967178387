import { expect, it } from 'vitest';
import type { LatestFix } from '#api/types';
import { flashOf, type Index, isNews, withFix } from './market';

const fix = (date: string, value: string | null, revision = 0): LatestFix => ({
  series: 'CSI-H100-SXM-80',
  date,
  strike: `${date}T15:00:00.000Z`,
  value,
  level: value === null ? null : 3,
  status: value === null ? 'suspended' : 'normal',
  reason: null,
  change: null,
  change_percent: null,
  providers: 5,
  revision,
  finality: 'provisional',
  hash: `${date}/${revision}`,
});
const index: Index = {
  series: 'CSI-H100-SXM-80',
  name: 'H100',
  hardware_class: 'H100-SXM-80',
  vendor: 'NVIDIA',
  family: 'Hopper',
  segment: 'headline',
  tenor: 'OD',
  region: 'global',
  unit: 'USD/GPU-h',
  definition: '',
  cadence: 'daily',
  strike_time: '16:00',
  time_zone: 'Europe/London',
  latest: fix('2026-07-27', '2.2'),
  sparkline: { date: ['2026-07-26', '2026-07-27'], value: ['2.1', '2.2'], level: [3, 3] },
};

it('takes a later strike in, and a suspended one as a gap', () => {
  const next = withFix(index, fix('2026-07-28', null));
  expect(next.sparkline).toEqual({
    date: ['2026-07-26', '2026-07-27', '2026-07-28'],
    value: ['2.1', '2.2', null],
    level: [3, 3, null],
  });
  expect(next.latest?.date).toBe('2026-07-28');
});

it('replaces the strike it restates', () => {
  expect(withFix(index, fix('2026-07-27', '2.3', 1)).sparkline.value).toEqual(['2.1', '2.3']);
});

it('takes in every hour of a date, one after another', () => {
  const hour = (at: string, value: string): LatestFix => ({
    ...fix('2026-07-27', value),
    strike: `2026-07-27T${at}:00:00.000Z`,
  });
  const hourly: Index = { ...index, cadence: 'hourly', latest: null, sparkline: { date: [], value: [], level: [] } };
  const shown = [hour('10', '1'), hour('11', '2'), { ...hour('11', '3'), revision: 1 }].reduce(withFix, hourly);
  expect(shown.sparkline.value).toEqual(['1', '3']);
});

it('leaves an older strike, as a replay sends them, where it is', () => {
  expect(withFix(index, fix('2026-07-20', '9'))).toBe(index);
  expect(isNews(fix('2026-07-27', '2.2'), fix('2026-07-27', '2.2'))).toBe(false);
});

it('keeps thirty strikes', () => {
  const dates = Array.from({ length: 40 }, (_, day) => `2026-08-${String((day % 31) + 1).padStart(2, '0')}`).slice(
    0,
    31,
  );
  const full = dates.reduce((shown, date) => withFix(shown, fix(date, '1')), index);
  expect(full.sparkline.date).toHaveLength(30);
});

it('flashes against the value that was shown', () => {
  expect([
    flashOf(fix('a', '2'), fix('b', '3')),
    flashOf(fix('a', '2'), fix('b', '1')),
    flashOf(null, fix('b', '1')),
  ]).toEqual(['up', 'down', 'flat']);
});
