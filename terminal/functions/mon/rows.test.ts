import { expect, it } from 'vitest';
import type { FixStatus } from '#api/types';
import type { Index } from '../../data/market';
import { arrange, formatSort, nextSort, parseSort, tally } from './rows';

function index(
  series: string,
  value: string | null | undefined,
  status: FixStatus = value ? 'normal' : 'suspended',
): Index {
  const latest =
    value === undefined
      ? null
      : {
          series,
          date: '2026-07-28',
          strike: '',
          value,
          level: null,
          status,
          reason: null,
          change: null,
          change_percent: null,
          providers: 5,
          revision: 0,
          finality: 'final' as const,
          hash: '',
        };
  return {
    series,
    name: `name of ${series}`,
    hardware_class: '',
    vendor: 'NVIDIA',
    family: '',
    segment: '',
    tenor: '',
    region: '',
    unit: 'USD/GPU-h',
    definition: '',
    cadence: 'daily',
    strike_time: '',
    time_zone: '',
    latest,
    sparkline: { date: [], value: [], level: [] },
  };
}
const all = [
  index('N', undefined),
  index('B', '10.5'),
  index('S', null),
  index('A', '9.75'),
  index('C', '10.25', 'thin'),
];
const order = (filter: string, sort: string | null) =>
  arrange(all, filter, parseSort(sort))
    .map((row) => row.series)
    .join('');

it('keeps the order of the server, values first, suspended next, and series that never had a fix last', () => {
  expect(order('', null)).toBe('BACSN');
});

it('sorts decimals as numbers, suspended after values, no fix last, in both directions', () => {
  expect(order('', 'value')).toBe('ACBSN');
  expect(order('', '-value')).toBe('BCASN');
  expect(order('', '-series')).toBe('SCBAN');
});

it('filters by every word, the status among them', () => {
  expect(order('suspended', null)).toBe('S');
  expect(order('nvidia thin', null)).toBe('C');
});

it('cycles a column through up, down and none, and writes it to the address', () => {
  const up = nextSort(null, 'value');
  const down = nextSort(up, 'value');
  expect([formatSort(up), formatSort(down), formatSort(nextSort(down, 'value'))]).toEqual(['value', '-value', null]);
  expect(parseSort('nonsense')).toBeNull();
});

it('counts who stands how', () => {
  expect(tally(all)).toBe('2 normal, 1 thin, 1 suspended, 1 without a fix');
});
