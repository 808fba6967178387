import type { FixHistory, FixStatus, Level } from '#api/types';
import { forDrawing } from '../../parts/number';
import { addDays } from '../../parts/time';

/** What a chart shows, as plain data: drawing it is a function of this and of a palette. */
export interface ChartSpec {
  version: 1;
  unit: 'USD/GPU-h' | 'index, first common strike = 100';
  scale: 'linear' | 'log';
  lines: ChartLine[];
  /** First and last date on the screen, both included; null where there is nothing to show. */
  range: { from: string; to: string } | null;
}

export interface ChartLine {
  label: string;
  role: 'main' | 'compared';
  band: boolean;
  points: ChartPoint[];
}

/** One calendar day. Days without a fix are there too, without a value, so that a gap has its true width. */
export interface ChartPoint {
  date: string;
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

/** One point per calendar day from the first strike to the last. */
export function dailyPoints(history: FixHistory): ChartPoint[] {
  const points: ChartPoint[] = [];
  history.date.forEach((date, index) => {
    for (let day = next(points); day !== null && day < date; day = next(points)) {
      points.push({ date: day, value: null, low: null, high: null, level: null, status: 'missing' });
    }
    points.push({
      date,
      value: forDrawing(history.value[index] ?? null),
      low: forDrawing(history.p25[index] ?? null),
      high: forDrawing(history.p75[index] ?? null),
      level: history.level[index] ?? null,
      status: history.status[index] ?? 'missing',
    });
  });
  return points;
}

function next(points: readonly ChartPoint[]): string | null {
  const last = points.at(-1);
  return last ? addDays(last.date, 1) : null;
}

/** The value of the first date, from `from` on, at which both have one; the base of a comparison. */
export function commonBase(a: readonly ChartPoint[], b: readonly ChartPoint[], from: string): [number, number] | null {
  const others = new Map(b.map((point) => [point.date, point.value]));
  for (const point of a) {
    const other = others.get(point.date) ?? null;
    if (point.date >= from && point.value !== null && other !== null && point.value > 0 && other > 0)
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
  const points = dailyPoints(history);
  const last = points.at(-1)?.date;
  const first = points[0]?.date;
  const start = rangeStart(history, options.range);
  const from = start && first && start > first ? start : first;
  const range = from && last ? { from, to: last } : null;
  const scale = options.log ? 'log' : 'linear';
  const alone: ChartSpec = {
    version: 1,
    unit: 'USD/GPU-h',
    scale,
    range,
    lines: [{ label: history.series, role: 'main', band: true, points }],
  };
  if (!options.compare || !from) return alone;
  const others = dailyPoints(options.compare);
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
