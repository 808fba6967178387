import { eventOf, exactOf } from '#ingest/admit';
import { identify } from '#ingest/identify';
import { clipped, excerptOf } from '#ingest/shape';
import type { RawSignal, Rejection, Source } from '#ingest/source';
import { admission } from '#methodology/admission';
import { formatDecimal, parseDecimal } from '#methodology/decimal';
import { PRICE_SCALE, plainPrice } from '#store/clickhouse/observations';
import { type Signal, type SignalName, signalId } from '#store/clickhouse/signals';
import type { Capture } from '#store/observation';

interface Range {
  least: bigint;
  most: bigint;
  whole: boolean;
}

const range = (least: string, most: string, whole: boolean): Range => ({
  least: parseDecimal(least, PRICE_SCALE),
  most: parseDecimal(most, PRICE_SCALE),
  whole,
});
const count = range('0', String(admission.maximum_gpus), true);
const price = range('0.000001', '10000', false);

/** What each measure may be: wide, to catch broken units. */
const ranges: Record<SignalName, Range> = {
  gpus_total: count,
  gpus_available: count,
  gpus_rented: count,
  interruption_band: range('0', '4', true),
  // Spot may cost a multiple of the list price: 1.62 times is recorded.
  savings_percent: range('-1000', '100', true),
  rented_price_p10: price,
  rented_price_median: price,
  rented_price_p90: price,
};
const one = 10n ** BigInt(PRICE_SCALE);

/** What a signal became: a fact, a refusal, or both where it stands but nobody knows the chip. */
export interface AdmittedSignal {
  signal: Signal | null;
  rejection: Rejection | null;
}

/** Judges one signal: validates, identifies and completes it. Pure. */
export function admitSignal(row: RawSignal, source: Source, capture: Capture): AdmittedSignal {
  const rejection = (reason: string, detail: string, shown: object): Rejection => ({
    reason,
    detail,
    native_id: row.native_id,
    excerpt: excerptOf(shown),
  });
  const refuse = (reason: string, detail: string) => ({ signal: null, rejection: rejection(reason, detail, row) });
  if (row.native_id === '') return refuse('native_id.missing', 'the signal names nothing that is measured');
  const { least, most, whole } = ranges[row.name];
  const exact = exactOf(row.value, 0);
  const quoted = clipped(String(row.value));
  if (exact === null) return refuse('signal.not_a_number', `${quoted} is not a plain decimal number`);
  if (exact < least || exact > most || (whole && exact % one !== 0n)) {
    return refuse('signal.out_of_range', `${quoted} cannot be ${row.name}`);
  }
  const when = eventOf(row.event_at, capture);
  if ('reason' in when) return refuse(when.reason, when.detail);
  // The words are those of the venue, whichever of its pages says them.
  const identity = identify({ source: row.provider, label: row.label, memoryGb: row.memory_gb });
  const fact: Omit<Signal, 'signal_id'> = {
    source: source.id,
    native_id: row.native_id,
    provider: row.provider,
    label: row.label,
    memory_gb: row.memory_gb,
    hardware_class: identity.hardwareClass,
    region: row.region,
    name: row.name,
    value: plainPrice(formatDecimal(exact, PRICE_SCALE)),
    event_at: when.event_at,
    observed_at: capture.fetched_at,
    capture_id: capture.capture_id,
    capture_sha256: capture.sha256,
  };
  let signal: Signal;
  try {
    signal = { signal_id: signalId(fact), ...fact };
  } catch (error) {
    return refuse('row.not_json', error instanceof Error ? error.message : String(error));
  }
  if (identity.hardwareClass !== null || identity.why === 'out_of_scope') return { signal, rejection: null };
  // The same for every measure of one subject: it is quarantined once.
  const shown = { label: row.label, memory_gb: row.memory_gb };
  return { signal, rejection: rejection(`hardware.${identity.why}`, `${row.label}: ${identity.detail}`, shown) };
}
