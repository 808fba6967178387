import { hintOf } from '#api/hint';
import type { SourceHealth, SourceStatus, SourcesAnswer } from '#api/types';
import type { Source } from '#ingest/source';
import { type SourceCounts, sourceCounts } from '#store/clickhouse/source-counts';
import { allHealth, type LedgerHealth } from '#store/ledger/health';
import { ledgerState } from '#store/ledger/state';
import type { Store } from '#store/store';

/** How a source is doing, by its runs and its newest capture. */
export function healthOf(
  source: Source,
  health: LedgerHealth | undefined,
  lastCaptureAt: string | null,
  nextRun: Date | null,
  now: Date,
): SourceHealth {
  return {
    state: stateOf(source, health, lastCaptureAt, now),
    last_run_at: health?.lastRunAt?.toISOString() ?? null,
    last_success_at: health?.lastSuccessAt?.toISOString() ?? null,
    last_error: health?.lastError ?? null,
    consecutive_failures: health?.consecutiveFailures ?? 0,
    next_run_at: nextRun?.toISOString() ?? null,
  };
}

function stateOf(
  source: Source,
  health: LedgerHealth | undefined,
  lastCaptureAt: string | null,
  now: Date,
): SourceHealth['state'] {
  if (!health && lastCaptureAt === null) return 'never';
  if (health && health.consecutiveFailures > 0) return 'failing';
  const oldest = now.getTime() - source.freshness_objective_seconds * 1000;
  return lastCaptureAt === null || Date.parse(lastCaptureAt) < oldest ? 'late' : 'fresh';
}

function statusOf(source: Source, health: SourceHealth, counts: SourceCounts | undefined): SourceStatus {
  return {
    id: source.id,
    title: source.title,
    homepage: source.homepage,
    provider: source.provider,
    venue_type: source.venue_type,
    evidence: [...source.evidence],
    aggregator: source.aggregator,
    schedule: source.schedule,
    terms: { ...source.terms },
    key_needed: source.key_variable !== null,
    unproven: source.tested_on === 'documented' && health.last_success_at === null,
    freshness_objective_seconds: source.freshness_objective_seconds,
    health,
    captures: counts?.captures ?? 0,
    observations: counts?.observations ?? 0,
    quarantined: counts?.quarantined ?? 0,
    last_capture_at: counts?.lastCaptureAt ?? null,
    rejections: counts?.rejections ?? [],
    unknown_labels: counts?.unknownLabels ?? [],
  };
}

/** Every source: how it is doing, what is stored of it, and what was not taken. */
export async function readSources(
  store: Store,
  sources: readonly Source[],
  nextRuns: ReadonlyMap<string, Date | null>,
  now: Date,
): Promise<SourcesAnswer> {
  const { database } = store.ledger;
  const [counts, health, state] = await Promise.all([
    sourceCounts(store.clickhouse),
    allHealth(database),
    ledgerState(database),
  ]);
  const statuses = sources.map((source) => {
    const stored = counts.get(source.id);
    const next = nextRuns.get(source.id) ?? null;
    return statusOf(source, healthOf(source, health.get(source.id), stored?.lastCaptureAt ?? null, next, now), stored);
  });
  const instants = [...counts.values()]
    .flatMap((one) => [one.firstCaptureAt, one.lastCaptureAt])
    .filter((one) => one !== null)
    .sort();
  const [first, last] = [instants[0], instants.at(-1)];
  return {
    as_of: now.toISOString(),
    sources: statuses,
    hint: state.fixes > 0 ? null : hintOf(statuses, first && last ? { first, last } : null, now),
  };
}
