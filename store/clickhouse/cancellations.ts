import type { ClickHouse } from '#store/clickhouse/client';

/** That a trade reported earlier did not stand: a fact of its own, which edits nothing. */
export interface Cancellation {
  cancellation_id: string;
  source: string;
  venue: string;
  trade_id: string;
  reason: string;
  event_at: string;
  observed_at: string;
  capture_id: string;
  capture_sha256: string;
}

/** Cancellations by id, first-learned versions. */
export async function cancellationsById(
  store: ClickHouse,
  source: string,
  ids: readonly string[],
): Promise<Map<string, Cancellation>> {
  const rows = await store.rows<Cancellation>(
    `SELECT * FROM csi.cancellations WHERE source = {source:String} AND cancellation_id IN {ids:Array(String)}
     ORDER BY observed_at, capture_id LIMIT 1 BY cancellation_id`,
    { source, ids },
  );
  return new Map(rows.map((row) => [row.cancellation_id, row]));
}

/** Stores cancellations that are not there yet. */
export async function insertCancellations(store: ClickHouse, cancellations: readonly Cancellation[]): Promise<void> {
  const [first] = cancellations;
  if (!first) return;
  const ids = cancellations.map((one) => one.cancellation_id);
  const known = await cancellationsById(store, first.source, ids);
  await store.insert(
    'csi.cancellations',
    cancellations.filter((one) => !known.has(one.cancellation_id)),
  );
}
