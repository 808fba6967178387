import type { Cancellation } from '#store/clickhouse/cancellations';
import type { ClickHouse } from '#store/clickhouse/client';
import { clickhouseInstant, observationsById, type StoredInputs } from '#store/clickhouse/observations';
import type { ExchangeRate, Sweep, Withdrawal } from '#store/observation';

/** One fix among all: its series, strike and revision. */
export interface FixKey {
  series: string;
  strike: Date;
  revision: number;
}

/** What a fix was computed from, by reference, in the engine's order. Facts loaded later do not change it. */
export function evidenceRow(
  key: FixKey,
  inputs: {
    observations: readonly { observation_id: string }[];
    sweeps: readonly Sweep[];
    rates: readonly ExchangeRate[];
    withdrawals: readonly Withdrawal[];
    cancellations: readonly Cancellation[];
  },
): object {
  return {
    series: key.series,
    strike: key.strike.toISOString(),
    revision: key.revision,
    observations: inputs.observations.map((one) => one.observation_id),
    sweeps: inputs.sweeps.map((one) => one.sweep_id),
    rates: JSON.stringify(inputs.rates),
    withdrawals: JSON.stringify(inputs.withdrawals),
    cancellations: JSON.stringify(inputs.cancellations),
  };
}

/** The inputs of a fix as they were when it was computed, or null where none were kept. */
export async function readEvidence(store: ClickHouse, key: FixKey): Promise<StoredInputs | null> {
  const rows = await store.rows<{
    observations: string[];
    sweeps: string[];
    rates: string;
    withdrawals: string;
    cancellations: string;
  }>(
    `SELECT observations, sweeps, rates, withdrawals, cancellations FROM csi.fix_evidence
     WHERE series = {series:String} AND strike = {strike:DateTime64(3, 'UTC')} AND revision = {revision:UInt16} LIMIT 1`,
    { series: key.series, strike: clickhouseInstant(key.strike), revision: key.revision },
  );
  const kept = rows[0];
  if (!kept) return null;
  const found = await observationsById(store, kept.observations);
  const sweeps = await store.rows<Sweep>(
    `SELECT DISTINCT source, sweep_id, observed_at, complete, covers FROM csi.sweeps WHERE sweep_id IN {ids:Array(String)}`,
    { ids: kept.sweeps },
  );
  return {
    observations: kept.observations.flatMap((id) => found.get(id) ?? []),
    sweeps,
    rates: JSON.parse(kept.rates) as ExchangeRate[],
    withdrawals: JSON.parse(kept.withdrawals) as Withdrawal[],
    // Kept since levels 1 and 2 are: empty before.
    cancellations: kept.cancellations === '' ? [] : (JSON.parse(kept.cancellations) as Cancellation[]),
  };
}
