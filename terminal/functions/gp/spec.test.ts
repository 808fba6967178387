import { expect, it } from 'vitest';
import type { FixHistory } from '#api/types';
import { chartSpec, parseRange, pointsOf, rangeStart } from './spec';

function history(series: string, rows: [string, string | null][]): FixHistory {
  return {
    series,
    cadence: 'daily',
    unit: 'USD/GPU-h',
    from: null,
    to: null,
    vintage: 'latest',
    date: rows.map(([date]) => date),
    strike: rows.map(([date]) => `${date}T15:00:00.000Z`),
    value: rows.map(([, value]) => value),
    level: rows.map(([, value]) => (value === null ? null : 3)),
    status: rows.map(([, value]) => (value === null ? 'suspended' : 'normal')),
    reason: rows.map(() => null),
    p25: rows.map(([, value]) => value),
    p75: rows.map(([, value]) => value),
    providers: rows.map(() => 5),
    hash: rows.map(() => ''),
  };
}
const a = history('A', [
  ['2026-07-01', '2'],
  ['2026-07-02', null],
  ['2026-07-04', '4'],
]);

it('gives every calendar day a place, so that a gap has its true width', () => {
  expect(pointsOf(a).map((point) => [point.at, point.value, point.status])).toEqual([
    ['2026-07-01', 2, 'normal'],
    ['2026-07-02', null, 'suspended'],
    ['2026-07-03', null, 'missing'],
    ['2026-07-04', 4, 'normal'],
  ]);
});

const hours = (series: string, rows: [string, string | null][]): FixHistory => ({
  ...history(series, rows),
  cadence: 'hourly',
  date: rows.map(([strike]) => strike.slice(0, 10)),
  strike: rows.map(([strike]) => strike),
});

it('gives every hour a place where a series is struck every hour', () => {
  const h = hours('H', [
    ['2026-07-01T22:00:00.000Z', '2'],
    ['2026-07-01T23:00:00.000Z', null],
    ['2026-07-02T01:00:00.000Z', '3'],
  ]);
  expect(pointsOf(h).map((point) => [point.at, point.value, point.status])).toEqual([
    ['2026-07-01T22:00:00.000Z', 2, 'normal'],
    ['2026-07-01T23:00:00.000Z', null, 'suspended'],
    ['2026-07-02T00:00:00.000Z', null, 'missing'],
    ['2026-07-02T01:00:00.000Z', 3, 'normal'],
  ]);
  const spec = chartSpec(h, { range: '1W', log: false, compare: null });
  expect(spec).toMatchObject({
    cadence: 'hourly',
    range: { from: '2026-07-01T22:00:00.000Z', to: '2026-07-02T01:00:00.000Z' },
  });
});

it('compares a daily series with an hourly one at the strikes both have', () => {
  const h = hours('H', [
    ['2026-07-01T15:00:00.000Z', '2'],
    ['2026-07-01T16:00:00.000Z', '3'],
  ]);
  const spec = chartSpec(a, { range: 'All', log: false, compare: h });
  expect(spec.lines.map((line) => line.points.map((point) => [point.at, point.value]))).toEqual([
    [
      ['2026-07-01T15:00:00.000Z', 100],
      ['2026-07-01T16:00:00.000Z', 150],
    ],
    [
      ['2026-07-01T15:00:00.000Z', 100],
      ['2026-07-02T15:00:00.000Z', null],
      ['2026-07-04T15:00:00.000Z', 200],
    ],
  ]);
});

it('begins a range at the last strike less its length, and never before the first', () => {
  expect(rangeStart(a, '1W')).toBe('2026-06-28');
  expect(rangeStart(a, 'All')).toBeNull();
  expect(chartSpec(a, { range: '1W', log: false, compare: null }).range).toEqual({
    from: '2026-07-01',
    to: '2026-07-04',
  });
  expect(parseRange('1y')).toBe('1Y');
  expect(parseRange('2Y')).toBe('3M');
});

it('compares from 100 at the first strike both have', () => {
  const b = history('B', [
    ['2026-07-01', null],
    ['2026-07-04', '10'],
    ['2026-07-05', '11'],
  ]);
  const spec = chartSpec(a, { range: 'All', log: true, compare: b });
  expect(spec.unit).toBe('index, first common strike = 100');
  expect(spec.scale).toBe('log');
  expect(spec.lines.map((line) => [line.label, line.points.at(-1)?.value])).toEqual([
    ['B', 110.00000000000001],
    ['A', 100],
  ]);
});

it('stays in USD where there is no common strike, and is plain data', () => {
  const none = history('B', [['2026-01-01', '1']]);
  const spec = chartSpec(a, { range: 'All', log: false, compare: none });
  expect(spec.unit).toBe('USD/GPU-h');
  expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
});

it('draws nothing for a series without strikes', () => {
  expect(chartSpec(history('A', []), { range: '3M', log: false, compare: null })).toMatchObject({
    range: null,
    lines: [{ points: [] }],
  });
});
