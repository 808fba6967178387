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

/** The same of two tasks, turn by turn: a machine that is slower for a while is so to both. */
export async function quietTimes(
  rounds: number,
  runs: number,
  one: () => unknown,
  other: () => unknown,
): Promise<[number, number]> {
  const medians: [number, number][] = [];
  for (let round = 0; round < rounds; round += 1)
    medians.push([await medianTime(runs, one), await medianTime(runs, other)]);
  return [Math.min(...medians.map(([first]) => first)), Math.min(...medians.map(([, second]) => second))];
}

/** Has what is no longer reachable collected, so that no later task pays for it. */
export function collectGarbage(): void {
  setFlagsFromString('--expose_gc');
  runInNewContext('gc')();
}

/** Bytes that are reachable now: the collector runs first, or what it left lying would count. */
export function heldMemory(): number {
  collectGarbage();
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
