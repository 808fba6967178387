import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { createGunzip } from 'node:zlib';
import { parse as csvParser } from 'csv-parse';
import { z } from 'zod';
import { quarantined } from '#ingest/admit';
import { admitTokenPrice, tokenLine } from '#ingest/admit-tokens';
import { makeCapture } from '#ingest/capture';
import { openHistoryFile } from '#ingest/history/file';
import { type Stated, settle } from '#ingest/read-facts';
import { excerptOf } from '#ingest/shape';
import type { RawTokenPrice, Rejection } from '#ingest/source';
import { admission } from '#methodology/admission';
import { finishCaptures, insertCaptures, knownCaptures } from '#store/clickhouse/captures';
import type { ClickHouse } from '#store/clickhouse/client';
import { insertQuarantined } from '#store/clickhouse/observations';
import { insertTokenPrices, type TokenPrice } from '#store/clickhouse/tokens';
import type { Capture } from '#store/observation';

type Fields = Readonly<Record<string, string>>;

/** A recorded history of token prices: CSV in order of time, each row what stood when it was looked at. */
export interface TokenHistoryFormat {
  /** The name on the command line. */
  id: string;
  source: string;
  columns: readonly string[];
  /** Pure. */
  read(fields: Fields): Omit<RawTokenPrice, 'event_at'>;
}

/** A number as JSON prints one ("1.39e-05"), or the text as it stands. */
const numberIn = (text: string) => (/^-?\d+(\.\d+)?e-?\d+$/i.test(text) ? Number(text) : text);
const named = (text: string) => (text === '' ? null : text);

/**
 * What was paid at each endpoint, a look a day. Traps: USD per million; the endpoint's id is not recorded, its provider's display name is,
 * which tells one provider's endpoints apart; 0 on both sides is a free variant.
 */
const paid: TokenHistoryFormat = {
  id: 'openrouter-paid',
  source: 'openrouter-history',
  columns: [
    ...['scraped_at', 'permaslug', 'variant', 'provider_name', 'provider_slug'],
    ...['effective_input_price', 'effective_output_price', 'total_tokens'],
  ],
  read: (row) => ({
    model: row.permaslug ?? '',
    variant: row.variant ?? '',
    provider: named(row.provider_slug ?? ''),
    endpoint: named(row.provider_name ?? ''),
    kind: 'effective',
    prompt: numberIn(row.effective_input_price ?? ''),
    completion: numberIn(row.effective_output_price ?? ''),
    per_tokens: 1_000_000,
    tokens: /^\d+$/.test(row.total_tokens ?? '') ? Number(row.total_tokens) : null,
  }),
};

/** What each endpoint listed, a look a day. Traps: USD per token, after its discount; an endpoint that is disabled sells nothing. */
const listed: TokenHistoryFormat = {
  id: 'openrouter-listed',
  source: 'openrouter-history',
  columns: [
    ...['scraped_at', 'permaslug', 'variant', 'endpoint_id', 'provider_slug'],
    ...['price_prompt', 'price_completion', 'is_disabled'],
  ],
  read: (row) => ({
    model: row.permaslug ?? '',
    variant: row.variant ?? '',
    provider: named(row.provider_slug ?? ''),
    endpoint: named(row.endpoint_id ?? ''),
    kind: 'listed',
    prompt: row.is_disabled === 'True' ? null : numberIn(row.price_prompt ?? ''),
    completion: row.is_disabled === 'True' ? null : numberIn(row.price_completion ?? ''),
    per_tokens: 1,
    tokens: null,
  }),
};

/** Every format of a recorded history of token prices, in the order in which they are listed. */
export const tokenHistoryFormats: readonly TokenHistoryFormat[] = [paid, listed];

/** What one file came to. */
export interface TokenHistoryFileReport {
  file: string;
  sha256: string;
  bytes: number;
  /** It had been read to its end before: nothing was done for it. */
  known: boolean;
  rows: number;
  tokens: number;
  /** Refusals by reason, most first. */
  quarantined: { reason: string; rows: number }[];
}

/** What importing files of one history came to. */
export interface TokenHistoryReport {
  kind: string;
  files: TokenHistoryFileReport[];
  /** Files that could not be used, and why. */
  problems: { file: string; problem: string }[];
}

const RECORD_BYTES_MAX = 100_000;
/** Rows of one look; a file with more has another shape than it says. */
const LOOK_ROWS_MAX = 50_000;
const instant = z.iso.datetime({ offset: true });

/** The rows of a file, one after another. @throws Error where it is no CSV under one header */
async function* rowsOf(path: string): AsyncGenerator<Fields> {
  const file = createReadStream(path);
  const parser = csvParser({
    bom: true,
    columns: true,
    // A row of another length is a bad row, not a bad file.
    relax_column_count: true,
    max_record_size: RECORD_BYTES_MAX,
    skip_empty_lines: true,
  });
  const bytes = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  // An error upstream would otherwise leave the parser waiting for ever.
  for (const stream of [file, bytes]) stream.on('error', (error: Error) => parser.destroy(error));
  yield* bytes.pipe(parser) as AsyncIterable<Fields>;
}

/** When a row was looked at, in one spelling, or null where it does not say or says what cannot be. */
function lookOf(row: Fields, now: Date): string | null {
  const stated = row.scraped_at ?? '';
  if (!instant.safeParse(stated).success) return null;
  const at = Date.parse(stated);
  return at > now.getTime() + admission.future_tolerance_seconds * 1000 ? null : new Date(at).toISOString();
}

/** The rows of a file, look by look. */
async function* looksIn(path: string, now: Date): AsyncGenerator<{ at: string | null; rows: Fields[] }> {
  let look: { at: string | null; rows: Fields[] } | null = null;
  for await (const row of rowsOf(path)) {
    const at = lookOf(row, now);
    if (look && look.at === at) look.rows.push(row);
    else {
      if (look) yield look;
      look = { at, rows: [row] };
    }
    if (look.rows.length > LOOK_ROWS_MAX) throw new Error(`more than ${LOOK_ROWS_MAX} rows of one look`);
  }
  if (look) yield look;
}

/** What the rows of one look say. */
function readLook(format: TokenHistoryFormat, rows: readonly Fields[], capture: Capture) {
  const rejections: Rejection[] = [];
  const stated: Stated<TokenPrice>[] = [];
  for (const fields of rows) {
    const admitted = admitTokenPrice({ ...format.read(fields), event_at: null }, { id: format.source }, capture);
    if ('reason' in admitted) {
      rejections.push(admitted);
      continue;
    }
    const native_id = tokenLine(admitted);
    const says = `${admitted.prompt_usd_per_million} / ${admitted.completion_usd_per_million}`;
    stated.push({ key: native_id, native_id, id: admitted.token_price_id, says, fact: admitted });
  }
  const { kept, conflicts } = settle([{ capture, stated }]);
  rejections.push(...conflicts.map((one) => one.rejection));
  return { prices: kept.map((one) => one.fact), rejections };
}

async function importFile(
  store: ClickHouse,
  format: TokenHistoryFormat,
  path: string,
  now: Date,
): Promise<TokenHistoryFileReport> {
  const { sha256, bytes } = await openHistoryFile(path, format.columns);
  let rows = 0;
  let last = '';
  for await (const look of looksIn(path, now)) {
    rows += look.rows.length;
    if (look.at !== null && look.at > last) last = look.at;
  }
  if (last === '') throw new Error('no row of it says when it was looked at');
  // Its body stays in the file, whose hash is kept: read at the last instant it speaks of, the earliest at which it can have been whole.
  const capture = makeCapture({
    ...{ source: format.source, sequence: 0, last: true, url: `file:${basename(path)}`, request: '{"method":"FILE"}' },
    ...{ status: 200, content_type: path.endsWith('.gz') ? 'application/gzip' : 'text/csv' },
    ...{ fetched_at: last, body: Buffer.alloc(0), bytes, sha256 },
  });
  const report: TokenHistoryFileReport = {
    file: basename(path),
    sha256,
    bytes,
    known: false,
    rows,
    tokens: 0,
    quarantined: [],
  };
  const { stored, finished } = await knownCaptures(store, [capture.capture_id]);
  if (finished.has(capture.capture_id)) return { ...report, known: true };
  if (!stored.has(capture.capture_id)) await insertCaptures(store, [capture]);
  const reasons = new Map<string, number>();
  for await (const { at, rows: found } of looksIn(path, now)) {
    const refuse = (fields: Fields): Rejection => ({
      reason: 'event.not_an_instant',
      detail: `${fields.scraped_at} is no instant of the past`,
      native_id: '',
      excerpt: excerptOf(fields),
    });
    const { prices, rejections } =
      at === null
        ? { prices: [], rejections: found.map(refuse) }
        : readLook(format, found, { ...capture, fetched_at: at });
    report.tokens += await insertTokenPrices(store, prices);
    await insertQuarantined(
      store,
      rejections.map((one) => quarantined(one, format.source, capture)),
    );
    for (const { reason } of rejections) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  report.quarantined = [...reasons].map(([reason, count]) => ({ reason, rows: count })).sort((a, b) => b.rows - a.rows);
  const refused = report.quarantined.reduce((sum, one) => sum + one.rows, 0);
  const { capture_id, source, fetched_at } = capture;
  await finishCaptures(store, [{ capture_id, source, fetched_at, observations: 0, quarantined: refused }]);
  return report;
}

/**
 * Loads recorded histories of token prices, look by look. A file that cannot be used is reported and the next goes on. May be killed
 * anywhere and run again, and the same file twice adds nothing.
 */
export async function importTokenHistory(
  store: ClickHouse,
  { format, files, now }: { format: TokenHistoryFormat; files: readonly string[]; now: Date },
  progress: (done: number, total: number) => void = () => {},
): Promise<TokenHistoryReport> {
  const report: TokenHistoryReport = { kind: format.id, files: [], problems: [] };
  for (const [index, path] of files.entries()) {
    try {
      report.files.push(await importFile(store, format, path, now));
    } catch (error) {
      const problem = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
      report.problems.push({ file: basename(path), problem });
    }
    progress(index + 1, files.length);
  }
  return report;
}
