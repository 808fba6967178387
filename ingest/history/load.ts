import { basename, resolve } from 'node:path';
import { quarantined } from '#ingest/admit';
import { makeCapture } from '#ingest/capture';
import { openHistoryFile } from '#ingest/history/file';
import { columnsOf, type HistoryFormat } from '#ingest/history/format';
import { readLines } from '#ingest/history/lines';
import { importLooks, type LooksReport } from '#ingest/history/looks';
import {
  chunksOf,
  distinctLines,
  dropStaging,
  type FileFacts,
  insertChunk,
  insertOwnLooks,
  insertWithdrawals,
  quarantinePrices,
  quarantineRows,
  spanAt,
  stagedFile,
  stageFile,
  stageLines,
  stagePrices,
} from '#ingest/history/staging';
import { finishCaptures, insertCaptures, knownCaptures } from '#store/clickhouse/captures';
import type { ClickHouse } from '#store/clickhouse/client';
import { insertQuarantined } from '#store/clickhouse/observations';
import type { Capture, Quarantined } from '#store/observation';

/** What one file came to. */
export interface HistoryFileReport {
  file: string;
  sha256: string;
  bytes: number;
  /** It had been read to its end before: nothing was done for it. */
  known: boolean;
  rows: number;
  lines: number;
  observations: number;
  /** Observations added by provider and tenor. */
  kinds: { provider: string; tenor: string; added: number }[];
  withdrawals: number;
  looks: number;
  /** What the file's capture has in quarantine, most first. */
  quarantined: { reason: string; rows: number }[];
  /** Labels that mean no class, by provider, most rows first. */
  unknownLabels: { provider: string; label: string; rows: number }[];
}

/** What importing files of one history came to. */
export interface HistoryReport {
  kind: string;
  files: HistoryFileReport[];
  looks: LooksReport | null;
  /** Files that could not be used, and why. */
  problems: { file: string; problem: string }[];
}

export interface HistoryImport {
  format: HistoryFormat;
  files: readonly string[];
  /** A file that says when each cloud was looked at; null where the change points are the only looks. */
  looks: string | null;
  /** The importing machine's clock: instants from its future are refused. */
  now: Date;
}

type Progress = (done: number, total: number, note?: string) => void;

/**
 * The archive as a capture. Its body stays in the file, whose hash is kept here: the archive itself is the evidence, and what it says is
 * stored row by row. Read at the last instant it speaks of, the earliest moment at which it can have been whole.
 */
function captureOf(
  format: HistoryFormat,
  path: string,
  file: { sha256: string; bytes: number },
  last: string,
): Capture {
  return makeCapture({
    source: format.source,
    sequence: 0,
    last: true,
    url: `file:${basename(path)}`,
    request: '{"method":"FILE"}',
    status: 200,
    content_type: path.endsWith('.gz') ? 'application/gzip' : 'text/csv',
    fetched_at: new Date(last).toISOString(),
    body: Buffer.alloc(0),
    bytes: file.bytes,
    sha256: file.sha256,
  });
}

async function storedKinds(store: ClickHouse, source: string): Promise<Map<string, number>> {
  const rows = await store.rows<{ provider: string; tenor: string; rows: number }>(
    `SELECT provider, tenor, count() AS rows FROM csi.observations WHERE source = {source:String}
     GROUP BY provider, tenor ORDER BY provider, tenor`,
    { source },
  );
  return new Map(rows.map(({ provider, tenor, rows: count }) => [`${provider}\n${tenor}`, count]));
}

async function countOf(store: ClickHouse, table: string, source: string): Promise<number> {
  const [row] = await store.rows<{ rows: number }>(
    `SELECT count() AS rows FROM csi.${table} WHERE source = {source:String}`,
    { source },
  );
  return row?.rows ?? 0;
}

async function quarantineOf(store: ClickHouse, capture: Capture): Promise<HistoryFileReport['quarantined']> {
  return store.rows(
    `SELECT reason, uniqExact(quarantine_id) AS rows FROM csi.quarantine
     WHERE source = {source:String} AND capture_id = {capture_id:String} GROUP BY reason ORDER BY rows DESC, reason`,
    { source: capture.source, capture_id: capture.capture_id },
  );
}

/** Keeps the refusals of a capture that are not kept yet. */
async function insertNewlyRefused(store: ClickHouse, capture: Capture, refused: readonly Quarantined[]): Promise<void> {
  const kept = await store.rows<{ quarantine_id: string }>(
    'SELECT quarantine_id FROM csi.quarantine WHERE source = {source:String} AND capture_id = {capture_id:String}',
    { source: capture.source, capture_id: capture.capture_id },
  );
  const known = new Set(kept.map((row) => row.quarantine_id));
  await insertQuarantined(
    store,
    refused.filter((one) => !known.has(one.quarantine_id)),
  );
}

/** Stores what the staged file says, chunk by chunk. Every step adds only what is not there, so it may be cut off anywhere. */
async function storeStaged(
  store: ClickHouse,
  format: HistoryFormat,
  facts: FileFacts,
  capture: Capture,
  progress: Progress,
): Promise<Pick<HistoryFileReport, 'lines' | 'unknownLabels'>> {
  const lines = await distinctLines(store, format);
  const { rows, rejections, unknownLabels } = readLines(format, lines);
  await stageLines(store, rows);
  await insertNewlyRefused(
    store,
    capture,
    rejections.map((one) => quarantined(one, format.source, capture)),
  );
  await quarantineRows(store, format, facts);
  await quarantinePrices(store, format, facts);
  await stagePrices(store, format, facts);
  const chunks = await chunksOf(store);
  for (const [index, chunk] of chunks.entries()) {
    await insertChunk(store, format, facts, chunk);
    progress(index + 1, chunks.length, chunk.to);
  }
  await insertWithdrawals(store, format, facts);
  await insertOwnLooks(store, facts);
  return { lines: lines.length, unknownLabels };
}

async function importFile(
  store: ClickHouse,
  format: HistoryFormat,
  path: string,
  now: Date,
  progress: Progress,
): Promise<HistoryFileReport> {
  const { source } = format;
  const file = await openHistoryFile(path, columnsOf(format));
  const span = spanAt(now);
  await dropStaging(store);
  try {
    await stageFile(store, format, resolve(path));
    const { rows, last } = await stagedFile(store, span);
    const capture = captureOf(format, path, file, last);
    const { capture_id } = capture;
    const { stored, finished } = await knownCaptures(store, [capture_id]);
    const known = finished.has(capture_id);
    if (!stored.has(capture_id)) await insertCaptures(store, [capture]);
    const counts = () =>
      Promise.all([
        storedKinds(store, source),
        countOf(store, 'withdrawals', source),
        countOf(store, 'sweeps', source),
      ] as const);
    const before = await counts();
    const facts = {
      ...span,
      source,
      capture_id,
      capture_sha256: file.sha256,
      fetched_at: last.replace(/T(.*)Z/, ' $1'),
    };
    const read = known ? { lines: 0, unknownLabels: [] } : await storeStaged(store, format, facts, capture, progress);
    const after = await counts();
    const kinds = [...after[0]].flatMap(([key, count]) => {
      const [provider = '', tenor = ''] = key.split('\n');
      const added = count - (before[0].get(key) ?? 0);
      return added > 0 ? [{ provider, tenor, added }] : [];
    });
    const observations = kinds.reduce((sum, { added }) => sum + added, 0);
    const refused = await quarantineOf(store, capture);
    if (!known) {
      const total = refused.reduce((sum, one) => sum + one.rows, 0);
      const outcome = { capture_id, source, fetched_at: capture.fetched_at, observations, quarantined: total };
      await finishCaptures(store, [outcome]);
    }
    return {
      file: basename(path),
      sha256: file.sha256,
      bytes: file.bytes,
      known,
      rows,
      ...read,
      observations,
      kinds,
      withdrawals: after[1] - before[1],
      looks: after[2] - before[2],
      quarantined: refused,
    };
  } finally {
    await dropStaging(store);
  }
}

/**
 * Loads recorded histories: each change point becomes observations like any other, with the identity that `observationId` gives.
 * Parsing, ids and inserts run inside the engine; lines are read in JavaScript. A file that cannot be used is reported and the next goes
 * on. May be killed anywhere and run again, and the same file twice adds nothing.
 */
export async function importHistory(
  store: ClickHouse,
  { format, files, looks, now }: HistoryImport,
  progress: Progress = () => {},
): Promise<HistoryReport> {
  const report: HistoryReport = { kind: format.id, files: [], looks: null, problems: [] };
  const attempt = async (path: string, run: () => Promise<void>) => {
    try {
      await run();
    } catch (error) {
      const problem = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
      report.problems.push({ file: basename(path), problem });
    }
  };
  for (const path of files) {
    await attempt(path, async () => {
      report.files.push(await importFile(store, format, path, now, progress));
    });
  }
  if (looks !== null) {
    await attempt(looks, async () => {
      await openHistoryFile(looks, ['observed_at', 'cloud']);
      report.looks = await importLooks(store, { source: format.source, ...spanAt(now) }, resolve(looks));
    });
  }
  return report;
}
