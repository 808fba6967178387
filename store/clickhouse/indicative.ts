import type { ClickHouse } from '#store/clickhouse/client';
import { clickhouseInstant, plainPrice } from '#store/clickhouse/observations';

/** A stored indicative value. */
export interface IndicativeRow {
  series: string;
  at: string;
  value: string;
  level: number;
  providers: number;
}

/** Keeps the indicative values of an instant. The same instant twice is one row a series. */
export const insertIndicative = (store: ClickHouse, rows: readonly IndicativeRow[]): Promise<void> =>
  store.insert('csi.indicative', rows);

/** The last indicative value of every series not older than `since`, in the order of their ids. */
export async function latestIndicative(store: ClickHouse, since: Date): Promise<IndicativeRow[]> {
  const rows = await store.rows<IndicativeRow>(
    `SELECT series, at, value, level, providers FROM csi.indicative WHERE at >= {since:DateTime64(3, 'UTC')}
     ORDER BY series, at DESC LIMIT 1 BY series`,
    { since: clickhouseInstant(since) },
  );
  return rows.map((row) => ({ ...row, value: plainPrice(row.value) }));
}
