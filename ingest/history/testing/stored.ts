import type { ClickHouse } from '#store/clickhouse/client';
import { observationsById } from '#store/clickhouse/observations';
import { type Observation, observationId } from '#store/observation';

/** The instant at which tests import. */
export const NOW = new Date('2026-08-23T00:00:00Z');

/** Every observation of a source, or up to `limit` of them picked by their hash, as the store reads them back. */
export async function storedObservations(store: ClickHouse, source: string, limit = 100_000): Promise<Observation[]> {
  const rows = await store.rows<{ observation_id: string }>(
    `SELECT observation_id FROM csi.observations WHERE source = {source:String}
     ORDER BY cityHash64(observation_id), observation_id LIMIT {limit:UInt32}`,
    { source, limit },
  );
  const found = await observationsById(
    store,
    rows.map((row) => row.observation_id),
  );
  return [...found.values()];
}

/** Observations whose stored id is not what `observationId` makes of them. */
export function wrongIds(observations: readonly Observation[]): Observation[] {
  return observations.filter(({ observation_id, ...fact }) => observationId(fact) !== observation_id);
}

/** What stands of a source in every table, for comparing two stores: all content, in a total order. */
export async function stands(store: ClickHouse, source: string): Promise<Record<string, unknown>> {
  const parameters = { source };
  const of = (columns: string, table: string) =>
    store.rows(
      `SELECT count() AS rows, sum(cityHash64(${columns}) % 1000000007) AS digest FROM csi.${table} WHERE source = {source:String}`,
      parameters,
    );
  return {
    observations: await of(
      'observation_id, native_id, sweep_id, event_at, provider, hardware_class, price, capture_id, attributes',
      'observations',
    ),
    withdrawals: await of('native_id, at, sweep_id', 'withdrawals'),
    sweeps: await of('sweep_id, observed_at, covers', 'sweeps'),
    quarantine: await of('quarantine_id, reason, detail, native_id, excerpt', 'quarantine'),
    captures: await of('capture_id, url, sha256, bytes', 'captures'),
  };
}
