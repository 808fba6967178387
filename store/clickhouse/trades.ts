import type { ClickHouse } from '#store/clickhouse/client';
import { clickhouseInstant } from '#store/clickhouse/observations';
import type { Attributes } from '#store/observation';

/** What tells a contributed fact: its id, the name of its line, when it happened, and whether it is a print. */
export interface ContributedFact {
  observation_id: string;
  native_id: string;
  event_at: string;
  isPrint: boolean;
}

/** A contributed fact that the store holds. */
export interface KnownContribution {
  observation_id: string;
  native_id: string;
  capture_id: string;
  attributes: Attributes;
}

/** What a contributor told us before: facts with the ids of these, and prints under the names of their lines. */
export async function knownContributions(
  store: ClickHouse,
  source: string,
  facts: readonly ContributedFact[],
): Promise<KnownContribution[]> {
  if (facts.length === 0) return [];
  const instants = facts.map((one) => one.event_at).sort();
  const range = {
    source,
    from: clickhouseInstant(instants[0] as string),
    to: clickhouseInstant(instants.at(-1) as string),
  };
  const inRange = `FROM csi.observations
     WHERE source = {source:String} AND event_at BETWEEN {from:DateTime64(3, 'UTC')} AND {to:DateTime64(3, 'UTC')}`;
  const select = (where: string) =>
    `SELECT observation_id, native_id, capture_id, attributes ${inRange} AND ${where}
     ORDER BY observed_at, capture_id LIMIT 1 BY observation_id`;
  // Most contributions tell of a time that nothing was told of yet: a look at the range is cheap, thousands of names are not.
  const any = await store.rows(`SELECT 1 ${inRange} LIMIT 1`, range);
  if (any.length === 0) return [];
  type Row = Omit<KnownContribution, 'attributes'> & { attributes: string };
  // Names are in the table's key, ids only in an index: a print is looked up by its name, which finds its id as well.
  const prints = facts.filter((one) => one.isPrint).map((one) => one.native_id);
  const others = facts.filter((one) => !one.isPrint).map((one) => one.observation_id);
  const rows: Row[] = [];
  if (prints.length > 0) {
    rows.push(...(await store.rows<Row>(select('native_id IN {names:Array(String)}'), { ...range, names: prints })));
  }
  if (others.length > 0) {
    rows.push(...(await store.rows<Row>(select('observation_id IN {ids:Array(String)}'), { ...range, ids: others })));
  }
  return rows.map((row) => ({ ...row, attributes: JSON.parse(row.attributes) as Attributes }));
}
