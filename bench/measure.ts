import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** One figure: what, how much, in which unit, and the ratio where there is one, both sides measured in the same run. */
export interface Figure {
  what: string;
  value: number;
  unit: string;
  ratio?: { of: string; value: number };
}

/** Median wall time of a task in milliseconds, after one run to warm up. */
export async function medianTime(runs: number, task: () => unknown): Promise<number> {
  await task();
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const started = performance.now();
    await task();
    times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  return times[times.length >> 1] as number;
}

/** The least of the medians of some rounds: what else a machine does, such as a database's merges, only ever adds to a task's own time. */
export async function quietTime(rounds: number, runs: number, task: () => unknown): Promise<number> {
  const medians: number[] = [];
  for (let round = 0; round < rounds; round += 1) medians.push(await medianTime(runs, task));
  return Math.min(...medians);
}

/** Bytes that are reachable now: the collector runs first, or what it left lying would count. */
export function heldMemory(): number {
  setFlagsFromString('--expose_gc');
  runInNewContext('gc')();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const digits = (value: number) =>
  value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toPrecision(3);

/** The figures as one aligned table. */
export function figureTable(figures: readonly Figure[]): string {
  const rows = [
    ['figure', 'value', 'unit', 'ratio'],
    ...figures.map(({ what, value, unit, ratio }) => [
      what,
      digits(value),
      unit,
      ratio ? `${digits(ratio.value)} × ${ratio.of}` : '',
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 1 ? cell.padStart(widths[1] ?? 0) : cell.padEnd(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
