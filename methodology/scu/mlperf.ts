import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { hardwareClasses } from '#methodology/hardware';
import type { ScuDefinition, Workload } from '#methodology/scu/definition';

const word = z.string().min(1);

/** One row of a collection of MLPerf results: the columns that are read, of those there may be. */
const resultSchema = z.object({
  suite: word,
  round: z.string().regex(/^v\d+\.\d+$/, 'a version such as "v5.1"'),
  division: word,
  submitter: word,
  system: word,
  /** The accelerator's datasheet id; empty where it is none we know, or a part or a mixture of some. */
  hw_id: z.string(),
  /** Accelerators in the system. */
  count: z
    .string()
    .regex(/^[1-9]\d*$/, 'a count')
    .transform(Number),
  benchmark: word,
  scenario: word,
  /** Minutes, or work a second of the whole system: see `units`. */
  result: z
    .string()
    .regex(/^\d+(\.\d+)?$/, 'a decimal number')
    .transform(Number)
    .refine((value) => value > 0, 'above 0'),
  units: word,
  source: word,
});

/** One result as MLPerf published it. */
export type MlperfResult = Readonly<z.output<typeof resultSchema>>;

/**
 * Reads a collection of MLPerf results: CSV with a header line.
 * @throws Error naming the row and the column of the first thing wrong
 */
export function parseMlperf(text: string): MlperfResult[] {
  const rows: unknown[] = parse(text, { columns: true, bom: true, skip_empty_lines: true });
  return rows.map((row, at) => {
    const read = resultSchema.safeParse(row);
    if (read.success) return read.data;
    const issue = read.error.issues[0];
    throw new Error(`row ${at + 1}, column ${issue?.path.join('.')}: ${issue?.message}`);
  });
}

/** The best result of a hardware class in a cell. */
export interface CellResult {
  hardwareClass: string;
  /** Task, scenario and round, with the number of accelerators where the workload asks for it. */
  cell: string;
  /** Natural logarithm of the throughput per accelerator: runs an hour, or work a second. */
  value: number;
  /** Results of the class in this cell, of which this is the best. */
  results: number;
  best: MlperfResult;
}

const MINUTES_PER_HOUR = 60;
const classOfDatasheet = new Map(hardwareClasses().map((row) => [row.datasheet_id, row.id]));

type Measured = ScuDefinition['workloads'][Workload]['measured'];

function taskOf(benchmark: string, { task_suffixes_dropped }: Measured): string {
  // The longest first: "-99.9" must not lose only its end.
  const suffixes = task_suffixes_dropped.toSorted((a, b) => b.length - a.length);
  const suffix = suffixes.find((one) => benchmark.endsWith(one)) ?? '';
  return benchmark.slice(0, benchmark.length - suffix.length);
}

function throughput({ result, count, units }: MlperfResult, measured: Measured): number {
  if (measured.result === 'rate') return result / count;
  if (!units.startsWith('minutes')) throw new Error(`a ${measured.suite} result is in ${units}, not in minutes`);
  return MINUTES_PER_HOUR / result / count;
}

/**
 * The best result of each hardware class in each cell that measures a workload, in the order of cells and classes. Results of accelerators
 * that are no class of ours are left out.
 * @throws Error when a cell mixes units: its results could not be compared
 */
export function cellResults(results: readonly MlperfResult[], definition: ScuDefinition, workload: Workload) {
  const { measured } = definition.workloads[workload];
  const units = new Map<string, string>();
  const best = new Map<string, CellResult>();
  for (const one of results) {
    const hardwareClass = classOfDatasheet.get(one.hw_id);
    const task = taskOf(one.benchmark, measured);
    const measures =
      one.suite === measured.suite &&
      one.division === measured.division &&
      measured.tasks.includes(task) &&
      measured.scenarios.includes(one.scenario);
    if (hardwareClass === undefined || !measures) continue;
    const cell = [
      task,
      one.scenario,
      one.round,
      ...(measured.within_accelerator_count ? [`${one.count} accelerators`] : []),
    ].join(' · ');
    const value = Math.log(throughput(one, measured));
    if (measured.result === 'rate' && (units.get(cell) ?? one.units) !== one.units) {
      throw new Error(`the cell ${cell} mixes ${units.get(cell)} with ${one.units}`);
    }
    units.set(cell, one.units);
    const key = `${cell}\n${hardwareClass}`;
    const before = best.get(key);
    const better = !before || value > before.value || (value === before.value && one.source < before.best.source);
    best.set(key, {
      hardwareClass,
      cell,
      value: better ? value : before.value,
      results: (before?.results ?? 0) + 1,
      best: better ? one : before.best,
    });
  }
  return [...best].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, result]): CellResult => result);
}
