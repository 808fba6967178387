import type { ClickHouse } from '#store/clickhouse/client';
import type { Quarantined } from '#store/observation';

/** What is stored of one source. Every count is of distinct things: a row stored twice and not merged yet counts once. */
export interface SourceCounts {
  captures: number;
  firstCaptureAt: string | null;
  lastCaptureAt: string | null;
  /** Facts: observations, token prices and signals. */
  observations: number;
  quarantined: number;
  /** Most first. */
  rejections: { reason: string; count: number; last_at: string; example: string }[];
  /** Most frequent first, at most `UNKNOWN_LABELS`. */
  unknownLabels: { label: string; count: number }[];
}

const UNKNOWN_LABELS = 20;

const nothing = (): SourceCounts => ({
  captures: 0,
  firstCaptureAt: null,
  lastCaptureAt: null,
  observations: 0,
  quarantined: 0,
  rejections: [],
  unknownLabels: [],
});

/** What is stored of every source, keyed by source: one grouped query for each table. */
export async function sourceCounts(store: ClickHouse): Promise<Map<string, SourceCounts>> {
  const captures = await store.rows<{ source: string; captures: number; first: string; last: string }>(
    `SELECT source, uniqExact(capture_id) AS captures, min(fetched_at) AS first, max(fetched_at) AS last
     FROM csi.captures GROUP BY source`,
  );
  const observations = await store.rows<{ source: string; observations: number }>(
    `SELECT source, uniqExact(cityHash64(observation_id)) AS observations FROM csi.observations GROUP BY source
     UNION ALL SELECT source, uniqExact(token_price_id) FROM csi.token_prices GROUP BY source
     UNION ALL SELECT source, uniqExact(signal_id) FROM csi.signals GROUP BY source`,
  );
  const rejections = await store.rows<SourceCounts['rejections'][number] & { source: string }>(
    `SELECT source, reason, uniqExact(quarantine_id) AS count, max(observed_at) AS last_at,
       argMax(detail, (observed_at, quarantine_id)) AS example
     FROM csi.quarantine GROUP BY source, reason ORDER BY source, count DESC, reason`,
  );
  const labels = await store.rows<{ source: string; label: string; count: number }>(
    `SELECT source, label, uniqExact(observation_id) AS count FROM csi.observations
     WHERE hardware_class = '' AND (source, capture_id, native_id) IN (
       SELECT source, capture_id, native_id FROM csi.quarantine
       WHERE reason IN ('hardware.unknown_label', 'hardware.ambiguous', 'hardware.memory_mismatch'))
     GROUP BY source, label ORDER BY source, count DESC, label LIMIT ${UNKNOWN_LABELS} BY source`,
  );
  const counts = new Map<string, SourceCounts>();
  const of = (source: string) => {
    const known = counts.get(source) ?? nothing();
    counts.set(source, known);
    return known;
  };
  for (const { source, captures: count, first, last } of captures) {
    Object.assign(of(source), { captures: count, firstCaptureAt: first, lastCaptureAt: last });
  }
  for (const { source, observations: count } of observations) of(source).observations += count;
  for (const { source, ...rejection } of rejections) {
    const one = of(source);
    one.rejections.push(rejection);
    one.quarantined += rejection.count;
  }
  for (const { source, ...label } of labels) of(source).unknownLabels.push(label);
  return counts;
}

/** The newest rows that were not taken from a source. */
export async function quarantineOf(store: ClickHouse, source: string, limit: number): Promise<Quarantined[]> {
  return store.rows<Quarantined>(
    `SELECT quarantine_id, source, capture_id, observed_at, reason, detail, native_id, excerpt FROM csi.quarantine
     WHERE source = {source:String} ORDER BY observed_at DESC, quarantine_id LIMIT 1 BY quarantine_id LIMIT {limit:UInt32}`,
    { source, limit },
  );
}
