import type { ClickHouse } from '#store/clickhouse/client';

/** A name of hardware that is stored without a class. */
export interface UnidentifiedLabel {
  source: string;
  /** Whose capacity or measure it is; empty where only its refusal is stored. */
  venue: string;
  label: string;
  memory_gb: number | null;
  /** Facts and refusals, each once. */
  rows: number;
}

/** Labels come from anywhere: no source's fill the answer, most frequent first. */
const LABELS_OF_A_SOURCE = 2000;

/**
 * Every name of hardware that is stored without a class, whatever the reason: of facts that were kept, and of instance types that were
 * refused because the table does not know them, most frequent first.
 */
export async function unidentifiedLabels(store: ClickHouse): Promise<UnidentifiedLabel[]> {
  return store.rows<UnidentifiedLabel>(
    `SELECT source, venue, label, memory_gb, rows FROM (
       SELECT source, venue, label, memory_gb, uniqExact(observation_id) AS rows FROM csi.observations
         WHERE hardware_class = '' GROUP BY source, venue, label, memory_gb
       UNION ALL
       SELECT source, provider, label, memory_gb, uniqExact(signal_id) FROM csi.signals
         WHERE hardware_class = '' GROUP BY source, provider, label, memory_gb
       UNION ALL
       SELECT source, '', extract(detail, '^(\\\\S+) is no instance type of the table$') AS name, NULL, uniqExact(quarantine_id)
         FROM csi.quarantine WHERE reason = 'hardware.unknown_label' GROUP BY source, name HAVING name != ''
     )
     ORDER BY source, rows DESC, label, venue, memory_gb LIMIT ${LABELS_OF_A_SOURCE} BY source`,
  );
}
