import { isUtf8 } from 'node:buffer';
import type { ClickHouse } from '#store/clickhouse/client';
import type { Capture } from '#store/observation';

interface CaptureRow extends Omit<Capture, 'body'> {
  body_encoding: 'utf-8' | 'base64' | 'refused';
  body: string;
}

function toRow(capture: Capture): CaptureRow {
  const { body } = capture;
  if (body === null) return { ...capture, body_encoding: 'refused', body: '' };
  // base64 for bytes that are not text, since JSON carries text only: what comes back must be what came in.
  return isUtf8(body)
    ? { ...capture, body_encoding: 'utf-8', body: Buffer.from(body).toString('utf8') }
    : { ...capture, body_encoding: 'base64', body: Buffer.from(body).toString('base64') };
}

function fromRow({ body_encoding, body, ...capture }: CaptureRow): Capture {
  const encoding = body_encoding === 'base64' ? 'base64' : 'utf8';
  return { ...capture, body: body_encoding === 'refused' ? null : Buffer.from(body, encoding) };
}

/** Stores captures. The same capture twice is one row. */
export async function insertCaptures(store: ClickHouse, captures: readonly Capture[]): Promise<void> {
  await store.insertText('csi.captures', captures.map((capture) => JSON.stringify(toRow(capture))).join('\n'));
}

/** Which of these capture ids are stored already, and which of those were read to the end. */
export async function knownCaptures(
  store: ClickHouse,
  ids: readonly string[],
): Promise<{ stored: Set<string>; finished: Set<string> }> {
  const [stored, finished] = await Promise.all(
    ['csi.captures', 'csi.capture_outcomes'].map((table) =>
      store.rows<{ capture_id: string }>(
        `SELECT DISTINCT capture_id FROM ${table} WHERE capture_id IN {ids:Array(String)}`,
        { ids },
      ),
    ),
  );
  const set = (rows: { capture_id: string }[] | undefined) => new Set((rows ?? []).map((row) => row.capture_id));
  return { stored: set(stored), finished: set(finished) };
}

/** Captures that were stored but never read to the end: what a crash left behind. Whole sweeps, in order. */
export async function unfinishedCaptures(store: ClickHouse): Promise<Capture[]> {
  const rows = await store.rows<CaptureRow>(
    `SELECT * FROM csi.captures
     WHERE (source, sweep_id) IN (
       SELECT source, sweep_id FROM csi.captures WHERE capture_id NOT IN (SELECT capture_id FROM csi.capture_outcomes))
     ORDER BY source, sweep_id, sequence LIMIT 1 BY capture_id`,
  );
  return rows.map(fromRow);
}

/** One capture with its bytes, or null. */
export async function captureById(store: ClickHouse, id: string): Promise<Capture | null> {
  const rows = await store.rows<CaptureRow>('SELECT * FROM csi.captures WHERE capture_id = {id:String} LIMIT 1', {
    id,
  });
  return rows[0] ? fromRow(rows[0]) : null;
}

/** Marks captures as read to the end. */
export async function finishCaptures(
  store: ClickHouse,
  outcomes: readonly {
    capture_id: string;
    source: string;
    fetched_at: string;
    observations: number;
    quarantined: number;
  }[],
): Promise<void> {
  await store.insert('csi.capture_outcomes', outcomes);
}

/** When the newest capture of a source came, RFC 3339; null where it has none. */
export async function newestCapture(store: ClickHouse, source: string): Promise<string | null> {
  const rows = await store.rows<{ at: string }>(
    'SELECT fetched_at AS at FROM csi.captures WHERE source = {source:String} ORDER BY fetched_at DESC LIMIT 1',
    { source },
  );
  return rows[0]?.at ?? null;
}
