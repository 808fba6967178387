import type { ClickHouse } from '#store/clickhouse/client';
import { clickhouseInstant } from '#store/clickhouse/observations';

/** A fact of a table that keeps the first-learned version: when it was true, and when we were told. */
interface Learned {
  event_at: string;
  observed_at: string;
}

/**
 * Stores facts that are not there yet. One read again later adds nothing; one read again *earlier* replaces its later reading, so that
 * the store does not depend on the order of loading.
 * @param id column that names a fact by its content
 * @returns how many were new
 */
export async function insertFirstLearned<Fact extends Learned>(
  store: ClickHouse,
  table: string,
  id: keyof Fact & string,
  facts: readonly Fact[],
): Promise<number> {
  if (facts.length === 0) return 0;
  const instants = facts.map((one) => one.event_at).sort();
  const known = await store.rows<{ id: string; first: string }>(
    `SELECT ${id} AS id, min(observed_at) AS first FROM ${table}
     WHERE event_at BETWEEN {from:DateTime64(3, 'UTC')} AND {to:DateTime64(3, 'UTC')} AND ${id} IN {ids:Array(String)}
     GROUP BY id`,
    {
      from: clickhouseInstant(instants[0] as string),
      to: clickhouseInstant(instants.at(-1) as string),
      ids: facts.map((one) => String(one[id])),
    },
  );
  const first = new Map(known.map((row) => [row.id, Date.parse(row.first)]));
  const fresh = facts.filter(
    (one) => Date.parse(one.observed_at) < (first.get(String(one[id])) ?? Number.POSITIVE_INFINITY),
  );
  await store.insert(table, fresh);
  return fresh.filter((one) => !first.has(String(one[id]))).length;
}
