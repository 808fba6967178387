import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import type { Answer } from '#cli/context';
import { CannotRun, table, writeOutput } from '#cli/output';
import { sha256 } from '#methodology/canonical';
import { hardwareClass } from '#methodology/hardware';
import { type Comparison, compareRatings, parseOtherRatings } from '#methodology/scu/compare';
import { scuDefinition, type Workload, workloads } from '#methodology/scu/definition';
import { parseMlperf } from '#methodology/scu/mlperf';
import { rateHardware, type ScuFit, scuFileText } from '#methodology/scu/rate';
import { type ScuFile, scuFile } from '#methodology/scu/ratings';

/** Differences from another's ratings above this share are listed and taken apart. */
const DIFFERENCE_LISTED = 0.03;
const GZIP_MAGIC = '1f8b';

/** The text of a file, unpacked where it is gzip. */
async function readText(path: string): Promise<string> {
  const bytes = await readFile(path).catch(() => {
    throw new CannotRun(`${path} is no file that can be read`);
  });
  return (bytes.subarray(0, 2).toString('hex') === GZIP_MAGIC ? gunzipSync(bytes) : bytes).toString('utf8');
}

/** Reads a file into something, and names the file where it cannot be read so. */
async function readAs<T>(path: string, read: (text: string) => T): Promise<T> {
  const text = await readText(path);
  try {
    return read(text);
  } catch (error) {
    throw new CannotRun(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const ratingHeader = ['class', 'T', '±', 'I', '±', 'SCU', '±', 'status', 'grade'];

const ratingRow = ({ id, training, inference, combined, grade }: ScuFile['ratings'][number]) => [
  id,
  training.rating,
  training.error,
  inference.rating,
  inference.error,
  combined.rating,
  combined.error,
  combined.status,
  grade,
];

/** How a class came to its rating in each workload. */
function stepsTable(rows: ScuFile['ratings'], workload: Workload): string {
  return table(
    [workload, 'datasheet', 'measured', '± ln', 'cells', 'λ', 'rating', '± ln', 'status'],
    rows.map(({ id, [workload]: one }) => [
      id,
      one.datasheet,
      one.measured,
      one.standard_error,
      one.cells,
      one.lambda,
      one.rating,
      one.error,
      one.status,
    ]),
  );
}

function basisText({ basis }: ScuFile, workload: Workload): string {
  const { suite, division, results, cells, observations, classes, residual, formula_error } = basis[workload];
  const versions = Object.entries(results).map(([version, count]) => `${version} (${count})`);
  return (
    `MLPerf ${suite}, ${division} division, results by version: ${versions.join(', ')}; ${observations} best results of ${classes} classes ` +
    `in ${cells} cells; residual ${residual}, the datasheet formula alone misses by ${formula_error} (rms, both ln)`
  );
}

const unknownClass = (id: string) => new CannotRun(`there is no hardware class ${id}: \`csi scu show\` lists them all`);

/** `csi scu show [CLASS]`: the frozen ratings of every class, or how one came to its own. */
export function showScuCommand(id: string | undefined): Answer {
  const file = scuFile();
  const { citation } = scuDefinition();
  if (id === undefined) {
    const text = [table(ratingHeader, file.ratings.map(ratingRow)), '', citation];
    return { text: text.join('\n'), json: file };
  }
  const row = file.ratings.find((one) => one.id === id);
  if (!row) throw unknownClass(id);
  const text = [
    table(ratingHeader, [ratingRow(row)]),
    ...workloads.flatMap((workload) => ['', stepsTable([row], workload), basisText(file, workload)]),
    '',
    citation,
  ];
  return { text: text.join('\n'), json: row };
}

/** The results behind one class's measured effect: what it did in each cell, and what the regression expected of it. */
function evidenceOf({ fit, results }: ScuFit[Workload], id: string) {
  const effect = fit.effects.get(id);
  return results.flatMap(({ hardwareClass: owner, cell, value, results: of, best }) => {
    const reference = fit.cellEffects.get(cell);
    if (owner !== id || !effect || reference === undefined) return [];
    return [
      {
        cell,
        throughput: Math.exp(value),
        expected: Math.exp(reference + effect.effect),
        best_of: of,
        submitter: best.submitter,
        system: best.system,
        source: best.source,
      },
    ];
  });
}

function evidenceText(fit: ScuFit, workload: Workload, id: string): string[] {
  const rows = evidenceOf(fit[workload], id);
  if (rows.length === 0) return [`${workload}: ${id} shares no cell with another class`];
  return [
    table(
      [`${workload} cell`, 'per accelerator', 'as fitted', 'best of', 'submitter', 'source'],
      rows.map((one) => [
        one.cell,
        one.throughput.toPrecision(5),
        one.expected.toPrecision(5),
        one.best_of,
        one.submitter,
        one.source,
      ]),
    ),
  ];
}

function comparisonText({ compared, differences, largestOther, missing }: Comparison, path: string): string[] {
  const percent = (share: number) => `${(share * 100).toFixed(1)}%`;
  const others = `the largest other difference is ${(largestOther * 100).toFixed(2)}%`;
  return [
    '',
    `differences from ${path}: ${compared} classes compared, ${differences.length} ratings differ by more than ${percent(DIFFERENCE_LISTED)}; ${others}`,
    ...(missing.length > 0 ? [`not rated there: ${missing.join(', ')}`] : []),
    ...(differences.length > 0
      ? [
          table(
            ['class', 'rating', 'ours', 'theirs', 'difference', 'why'],
            differences.map((one) => [
              one.id,
              one.rating,
              one.ours,
              one.theirs.toFixed(scuDefinition().decimals),
              percent(one.ratio),
              one.why,
            ]),
          ),
        ]
      : []),
  ];
}

/** Whether the recomputed ratings are the frozen ones, byte for byte; where not, which classes differ. */
function againstFrozen(file: ScuFile): { same: boolean; text: string; changed: string[] } {
  const frozen = scuFile();
  const before = new Map(frozen.ratings.map((row) => [row.id, JSON.stringify(row)]));
  const changed = file.ratings.filter((row) => before.get(row.id) !== JSON.stringify(row)).map(({ id }) => id);
  if (scuFileText(file) === scuFileText(frozen)) {
    return { same: true, changed, text: 'the frozen ratings come out again, byte for byte' };
  }
  const what =
    changed.length > 0 ? `${changed.length} classes: ${changed.join(', ')}` : 'no rating, only what they came from';
  return { same: false, changed, text: `the frozen ratings do NOT come out again; they differ in ${what}` };
}

/** Options of `csi scu fit`. */
export interface FitOptions {
  mlperf: string;
  compare?: string;
  class?: string;
  out?: string;
}

/**
 * `csi scu fit --mlperf FILE`: computes every rating again from the datasheets and a collection of MLPerf results, and shows where they
 * came from. 1 where the frozen ratings do not come out again; with an output file it is written, and that is not asked.
 */
export async function fitScuCommand(options: FitOptions): Promise<Answer> {
  if (options.class !== undefined && !hardwareClass(options.class)) throw unknownClass(options.class);
  const definition = scuDefinition();
  const fit = await readAs(options.mlperf, (text) => rateHardware(definition, parseMlperf(text), sha256(text)));
  const { file } = fit;
  const comparison =
    options.compare === undefined
      ? null
      : await readAs(options.compare, (text) =>
          compareRatings(definition, file, parseOtherRatings(text), DIFFERENCE_LISTED),
        );
  if (options.out !== undefined) await writeOutput(options.out, scuFileText(file));
  const frozen = options.out === undefined ? againstFrozen(file) : null;
  const shown = options.class;
  const text = [
    ...workloads.flatMap((workload) => [
      basisText(file, workload),
      stepsTable(
        file.ratings.filter((row) => row[workload].measured !== null),
        workload,
      ),
      ...fit[workload].fit.unconnected.map(
        (id) => `${id}: no chain of shared cells joins it to ${definition.reference.class}`,
      ),
      '',
    ]),
    table(ratingHeader, file.ratings.map(ratingRow)),
    ...(shown === undefined ? [] : workloads.flatMap((workload) => ['', ...evidenceText(fit, workload, shown)])),
    ...(comparison && options.compare !== undefined ? comparisonText(comparison, options.compare) : []),
    '',
    definition.citation,
    frozen?.text ?? `written to ${options.out}`,
  ];
  const evidence =
    shown === undefined
      ? null
      : Object.fromEntries(workloads.map((workload) => [workload, evidenceOf(fit[workload], shown)]));
  return {
    text: text.join('\n'),
    json: { ...file, evidence, comparison, frozen: frozen && { same: frozen.same, changed: frozen.changed } },
    code: frozen && !frozen.same ? 1 : 0,
  };
}
