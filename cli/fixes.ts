import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { type Answer, type CommonOptions, withStore } from '#cli/context';
import { expectDate, expectRange } from '#cli/dates';
import { CannotRun, progressBar, table, writeOutput } from '#cli/output';
import { buildEvidence } from '#index-engine/evidence';
import { GapRefused, replay } from '#index-engine/replay';
import { verifyBundle } from '#index-engine/verify';
import { rulebookAt } from '#methodology/rulebook';
import { seriesCatalogue } from '#methodology/series';
import { addDays } from '#methodology/strike';
import { fixHistory, recentHistory } from '#store/ledger/fixes';

function expectSeries(id: string): string {
  const known = seriesCatalogue(rulebookAt(new Date()).rulebook).map((one) => one.id);
  if (known.includes(id)) return id;
  const like = known.filter((one) => one.includes(id.toUpperCase().replace(/^CSI-/, '')));
  const hint = like.length > 0 ? `did you mean ${like.slice(0, 4).join(', ')}?` : '`csi series` lists all';
  throw new CannotRun(`no series is called ${id}: ${hint}`);
}

/** Options of `csi replay`. */
export interface ReplayOptions extends CommonOptions {
  from: string;
  to: string;
  /** The dates between the newest fix and the first of the range are to have none. */
  afterGap?: boolean;
}

/**
 * `csi replay`: computes and publishes every strike of a range with the clock of the recording. 1 where something differs or is refused.
 * @throws CannotRun where it would leave dates before the range without a fix for good, and that was not asked for
 */
export async function replayCommand(options: ReplayOptions): Promise<Answer> {
  const range = { ...expectRange(options), afterGap: options.afterGap ?? false };
  return withStore(options, async (store, key) => {
    const started = performance.now();
    const told = progressBar('replay', options.json ?? false);
    const report = await replay(store, key(), range, new Date(), told).catch((error: unknown) => {
      throw error instanceof GapRefused ? new CannotRun(error.message) : error;
    });
    const seconds = (performance.now() - started) / 1000;
    const lines = [
      `${report.strikes} strikes in ${seconds.toFixed(1)} s: ${report.published} fixes published ` +
        `(${report.withValue} with a value, ${report.suspended} suspended), ${report.unchanged} came out again with the same bytes`,
      ...(report.strikes > 0 && report.published + report.unchanged === 0
        ? ['no series has any input in this range: load an archive with `csi import DIR`, or collect']
        : []),
      ...report.differing.slice(0, 20).map((one) => `${one.series} ${one.date} ${one.detail}`),
      ...(report.differing.length > 20 ? [`… and ${report.differing.length - 20} more that differ`] : []),
      ...report.refused.slice(0, 20).map((one) => `${one.series} ${one.date} refused: ${one.reason}`),
      ...(report.refused.length > 20 ? [`… and ${report.refused.length - 20} more refused`] : []),
    ];
    const failed = report.differing.length + report.refused.length;
    return { text: lines.join('\n'), json: { ...report, seconds }, code: failed > 0 ? 1 : 0 };
  });
}

/** `csi fixes SERIES`: date, strike, value, level and status. 1 where there is none. */
export async function fixesCommand(
  series: string,
  options: CommonOptions & { from?: string; to?: string; format?: string },
): Promise<{ text: string; json: unknown; code: 0 | 1 }> {
  expectSeries(series);
  const format = options.format ?? (options.json ? 'json' : 'table');
  if (!['csv', 'json', 'table'].includes(format)) throw new CannotRun(`--format must be csv or json, got ${format}`);
  const from = options.from === undefined ? undefined : expectDate('--from', options.from);
  // On the command line both ends are meant to be seen; the ledger's ranges are half-open.
  const to = options.to === undefined ? undefined : addDays(expectDate('--to', options.to), 1);
  return withStore(options, async (store) => {
    const rows = (await fixHistory(store.ledger.database, series, { from, to })).map((row) => ({
      date: row.date,
      strike: row.strike.toISOString(),
      value: row.value === null ? null : row.value.replace(/0{2}$/, ''),
      level: row.level,
      status: row.status,
    }));
    const columns = ['date', 'strike', 'value', 'level', 'status'] as const;
    const csv = [columns.join(','), ...rows.map((row) => columns.map((column) => row[column] ?? '').join(','))].join(
      '\n',
    );
    const pretty = table(
      columns,
      rows.map((row) => columns.map((column) => row[column])),
    );
    const text =
      format === 'csv'
        ? csv
        : format === 'json'
          ? JSON.stringify(rows, null, 2)
          : rows.length > 0
            ? pretty
            : `${series} has no fix in this range`;
    return { text, json: rows, code: rows.length > 0 ? 0 : 1 };
  });
}

/** `csi series`: every series with its last fix. */
export async function seriesCommand(options: CommonOptions): Promise<Answer> {
  return withStore(options, async (store) => {
    const last = await recentHistory(store.ledger.database, 1);
    const rows = seriesCatalogue(rulebookAt(new Date()).rulebook).map((one) => {
      const fix = last.get(one.id)?.at(-1);
      return {
        series: one.id,
        name: one.name,
        last: fix?.date ?? null,
        value: fix?.value?.replace(/0{2}$/, '') ?? null,
        level: fix?.level ?? null,
        status: fix?.status ?? null,
        reason: fix?.reason ?? null,
      };
    });
    const text = table(
      ['series', 'name', 'last fix', 'USD/GPU-h', 'level', 'status'],
      rows.map((row) => [
        row.series,
        row.name,
        row.last,
        row.value,
        row.level,
        row.status === 'suspended' ? `suspended: ${row.reason}` : row.status,
      ]),
    );
    return { text, json: rows };
  });
}

/** `csi evidence SERIES DATE -o FILE`: writes the evidence bundle; an hourly fix is named by its instant. 1 where there is no such fix. */
export async function evidenceCommand(
  series: string,
  day: string,
  options: CommonOptions & { out: string },
): Promise<Answer> {
  expectSeries(series);
  if (!z.iso.datetime().safeParse(day).success) expectDate('DATE', day);
  return withStore(options, async (store) => {
    const bundle = await buildEvidence(store, series, day);
    if (bundle === null)
      return { text: `${series} has no fix for ${day}`, json: { series, date: day, file: null }, code: 1 };
    await writeOutput(options.out, bundle);
    const bytes = Buffer.byteLength(bundle);
    return {
      text: `${options.out}: ${bytes} bytes, evidence of ${series} for ${day}`,
      json: { series, date: day, file: options.out, bytes },
    };
  });
}

/** `csi verify FILE`: recomputes a fix from its bundle, with no database and no network. 1 where anything does not hold. */
export async function verifyCommand(file: string): Promise<Answer> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new CannotRun(`${file} cannot be read: ${error.code ?? error.message}`);
  });
  const verification = verifyBundle(bytes);
  const { passed, checks, series, date: day, value, level, simulated, keyId } = verification;
  const verdict = passed
    ? `verified${simulated ? ', of a SIMULATED market' : ''}: ${series} of ${day} is ${value === null ? 'suspended' : `${value} USD/GPU-h at level ${level}`}. Compare key ${keyId} with the one the operator publishes at /v1/keys.`
    : 'NOT VERIFIED: what failed is named above.';
  const lines = checks.map((check) => `${check.passed ? '✓' : '✗'} ${check.name.padEnd(11)} ${check.detail}`);
  return { text: [...lines, verdict].join('\n'), json: verification, code: passed ? 0 : 1 };
}
