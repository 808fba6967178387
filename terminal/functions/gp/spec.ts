import type { Cadence, FixHistory, FixStatus, Level } from '#api/types';
import { forDrawing } from '../../parts/number';
import { strikeNames } from '../../parts/strikes';
import { addDays } from '../../parts/time';

/** What a chart shows, as plain data: drawing it is a function of this and of a palette. */
export interface ChartSpec {
  version: 1;
  unit: 'USD/GPU-h' | 'index, first common strike = 100';
  scale: 'linear' | 'log';
  lines: ChartLine[];
  /** Places are strikes by their instants, where one of the series is struck every hour; otherwise dates. */
  cadence: Cadence;
  /** First and last place on the screen, both included; null where there is nothing to show. */
  range: { from: string; to: string } | null;
}

export interface ChartLine {
  label: string;
  role: 'main' | 'compared';
  band: boolean;
  points: ChartPoint[];
}

/** One calendar day, or one hour. Those without a fix are there too, without a value, so that a gap has its true width. */
export interface ChartPoint {
  at: string;
  value: number | null;
  low: number | null;
  high: number | null;
  level: Level | null;
  status: FixStatus | 'missing';
}

export const RANGES = ['1W', '1M', '3M', '1Y', 'All'] as const;
export type Range = (typeof RANGES)[number];

const DAYS: Record<Exclude<Range, 'All'>, number> = { '1W': 7, '1M': 31, '3M': 92, '1Y': 366 };

/** A range as the address has it; what is unknown is three months. */
export function parseRange(text: string | null): Range {
  return RANGES.find((range) => range.toLowerCase() === text?.toLowerCase()) ?? '3M';
}

/** The first date of a range that ends at the last strike; null for all. */
export function rangeStart(history: FixHistory, range: Range): string | null {
  const last = history.date.at(-1);
  if (range === 'All' || !last) return null;
  return addDays(last, 1 - DAYS[range]);
}

const HOUR_MS = 3_600_000;
const addHour = (instant: string) => new Date(Date.parse(instant) + HOUR_MS).toISOString();

/**
 * One point per calendar day, or per hour of a series struck every hour, from the first strike to the last.
 * @param byStrike names the places of a daily series by their instants, for one chart with an hourly one; then only its strikes are there
 */
export function pointsOf(history: FixHistory, byStrike = false): ChartPoint[] {
  const points: ChartPoint[] = [];
  const after = history.cadence === 'hourly' ? addHour : byStrike ? null : (date: string) => addDays(date, 1);
  const names = byStrike ? history.strike : strikeNames(history);
  names.forEach((at, index) => {
    const last = points.at(-1);
    if (after && last) {
      for (let gap = after(last.at); gap < at; gap = after(gap)) {
        points.push({ at: gap, value: null, low: null, high: null, level: null, status: 'missing' });
      }
    }
    points.push({
      at,
      value: forDrawing(history.value[index] ?? null),
      low: forDrawing(history.p25[index] ?? null),
      high: forDrawing(history.p75[index] ?? null),
      level: history.level[index] ?? null,
      status: history.status[index] ?? 'missing',
    });
  });
  return points;
}

/** The value of the first place, from `from` on, at which both have one; the base of a comparison. */
export function commonBase(a: readonly ChartPoint[], b: readonly ChartPoint[], from: string): [number, number] | null {
  const others = new Map(b.map((point) => [point.at, point.value]));
  for (const point of a) {
    const other = others.get(point.at) ?? null;
    if (point.at >= from && point.value !== null && other !== null && point.value > 0 && other > 0)
      return [point.value, other];
  }
  return null;
}

function indexed(points: readonly ChartPoint[], base: number): ChartPoint[] {
  const scaled = (value: number | null) => (value === null ? null : (value / base) * 100);
  return points.map((point) => ({
    ...point,
    value: scaled(point.value),
    low: scaled(point.low),
    high: scaled(point.high),
  }));
}

/** The chart of a series over a range, alone in USD or against another as an index. */
export function chartSpec(
  history: FixHistory,
  options: { range: Range; log: boolean; compare: FixHistory | null },
): ChartSpec {
  const cadence = [history, options.compare].some((one) => one?.cadence === 'hourly') ? 'hourly' : 'daily';
  const points = pointsOf(history, cadence === 'hourly');
  const last = points.at(-1)?.at;
  const start = rangeStart(history, options.range) ?? '';
  const from = points.find(({ at }) => at >= start)?.at;
  const range = from && last ? { from, to: last } : null;
  const scale = options.log ? 'log' : 'linear';
  const alone: ChartSpec = {
    version: 1,
    unit: 'USD/GPU-h',
    scale,
    cadence,
    range,
    lines: [{ label: history.series, role: 'main', band: true, points }],
  };
  if (!options.compare || !from) return alone;
  const others = pointsOf(options.compare, cadence === 'hourly');
  const base = commonBase(points, others, from);
  if (!base) return alone;
  return {
    ...alone,
    unit: 'index, first common strike = 100',
    lines: [
      { label: options.compare.series, role: 'compared', band: false, points: indexed(others, base[1]) },
      { label: history.series, role: 'main', band: false, points: indexed(points, base[0]) },
    ],
  };
}
