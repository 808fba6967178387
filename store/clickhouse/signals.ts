import { canonicalHash } from '#methodology/canonical';
import type { ClickHouse } from '#store/clickhouse/client';
import { insertFirstLearned } from '#store/clickhouse/first-learned';
import { clickhouseInstant, plainPrice } from '#store/clickhouse/observations';

/** What a signal measures. */
export const SIGNAL_NAMES = [
  'gpus_total',
  'gpus_available',
  'gpus_rented',
  /** How often a spot instance is reclaimed within a month: 0 is under 5%, 1 to 10%, 2 to 15%, 3 to 20%, 4 above. */
  'interruption_band',
  /** What spot saves against the list price, in percent; below 0 where it costs more. */
  'savings_percent',
  /** Percentiles of what is rented now, in USD per GPU-hour: aggregates, and nobody's trade. */
  'rented_price_p10',
  'rented_price_median',
  'rented_price_p90',
] as const;
export type SignalName = (typeof SIGNAL_NAMES)[number];

/** A measure of capacity or of its quality. A fact somebody showed us, never edited, and never a price of a fix. */
export interface Signal {
  signal_id: string;
  source: string;
  /** The source's own name of what is measured. */
  native_id: string;
  provider: string;
  label: string;
  memory_gb: number | null;
  hardware_class: string | null;
  /** The provider's own name of a place. */
  region: string | null;
  name: SignalName;
  /** As a decimal string. */
  value: string;
  event_at: string;
  observed_at: string;
  capture_id: string;
  capture_sha256: string;
}

/** The identity of a signal: the hash of what it says, without what we concluded and when and from which bytes we read it. */
export function signalId(fact: Omit<Signal, 'signal_id'>): string {
  const { hardware_class, observed_at, capture_id, capture_sha256, ...said } = fact;
  return canonicalHash(said).slice(0, 32);
}

interface SignalRow extends Omit<Signal, 'hardware_class' | 'region'> {
  hardware_class: string;
  region: string;
}

const toRow = (one: Signal): SignalRow => ({
  ...one,
  hardware_class: one.hardware_class ?? '',
  region: one.region ?? '',
});
const fromRow = (row: SignalRow): Signal => ({
  ...row,
  value: plainPrice(row.value),
  hardware_class: row.hardware_class || null,
  region: row.region || null,
});

/** Stores signals that are not there yet. @returns how many were new */
export async function insertSignals(store: ClickHouse, signals: readonly Signal[]): Promise<number> {
  return insertFirstLearned(store, 'csi.signals', 'signal_id', signals.map(toRow));
}

/** The signals of [from, to) as they were known strictly before `asOf`, by source, subject and name, each line in order of time. */
export async function readSignals(
  store: ClickHouse,
  range: { from: Date; to: Date; asOf: Date; names?: readonly SignalName[]; hardwareClasses?: readonly string[] },
): Promise<Signal[]> {
  const rows = await store.rows<SignalRow>(
    `SELECT signal_id, source, native_id, provider, label, memory_gb, hardware_class, region, name, value, event_at, observed_at,
       capture_id, capture_sha256
     FROM (SELECT * FROM csi.signals
       WHERE event_at >= {from:DateTime64(3, 'UTC')} AND event_at < {to:DateTime64(3, 'UTC')}
         AND observed_at < {asOf:DateTime64(3, 'UTC')}
         ${range.names ? 'AND name IN {names:Array(String)}' : ''}
         ${range.hardwareClasses ? 'AND hardware_class IN {classes:Array(String)}' : ''}
       ORDER BY observed_at, capture_id LIMIT 1 BY signal_id)
     ORDER BY source, native_id, name, event_at, signal_id`,
    {
      from: clickhouseInstant(range.from),
      to: clickhouseInstant(range.to),
      asOf: clickhouseInstant(range.asOf),
      names: range.names ?? [],
      classes: range.hardwareClasses ?? [],
    },
  );
  return rows.map(fromRow);
}
