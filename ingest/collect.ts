import { sourceById } from '#ingest/catalogue';
import { sweepLive } from '#ingest/fetch';
import { type Recorded, recordSweep } from '#ingest/record';
import type { Source } from '#ingest/source';
import { insertCaptures, unfinishedCaptures } from '#store/clickhouse/captures';
import { recordRun } from '#store/ledger/health';
import type { Capture } from '#store/observation';
import type { Store } from '#store/store';

/** How one run of a source ended. */
export interface RunReport extends Recorded {
  error: string | null;
}

/**
 * Runs one source once: fetches, captures, reads, stores, and records its health. Never throws: a source that fails says so in its
 * report, and the next goes on.
 */
export async function collectSource(store: Store, source: Source, clock: () => Date): Promise<RunReport> {
  const nothing: Recorded = {
    source: source.id,
    captures: 0,
    known: 0,
    rows: 0,
    observations: 0,
    quarantined: 0,
    failure: null,
  };
  let report: RunReport;
  try {
    const sweep = await sweepLive(source, clock, (capture) => insertCaptures(store.clickhouse, [capture]));
    const recorded = sweep.captures.length > 0 ? await recordSweep(store.clickhouse, source, sweep.captures) : nothing;
    report = { ...recorded, error: sweep.failure ?? recorded.failure };
  } catch (error) {
    report = { ...nothing, error: error instanceof Error ? error.message : String(error) };
  }
  try {
    await recordRun(store.ledger.database, { source: source.id, at: clock(), error: report.error });
  } catch (error) {
    const why = `its health was not recorded: ${error instanceof Error ? error.message : String(error)}`;
    report = { ...report, error: report.error === null ? why : `${report.error}; ${why}` };
  }
  return report;
}

/** Reads what a crash left captured but unread. @returns how many observations came of it */
export async function finishInterrupted(store: Store): Promise<number> {
  const sweeps = new Map<string, Capture[]>();
  for (const capture of await unfinishedCaptures(store.clickhouse)) {
    const key = `${capture.source}\n${capture.sweep_id}`;
    sweeps.set(key, [...(sweeps.get(key) ?? []), capture]);
  }
  let added = 0;
  for (const captures of sweeps.values()) {
    const source = sourceById(captures[0]?.source ?? '');
    if (source) added += (await recordSweep(store.clickhouse, source, captures)).observations;
  }
  return added;
}
