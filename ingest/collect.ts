import { AnswerMemory } from '#ingest/ask';
import { opensCircuit, pausedUntil } from '#ingest/breaker';
import { catalogue } from '#ingest/catalogue';
import { sweepLive } from '#ingest/fetch';
import { keepCapture } from '#ingest/keep';
import { nothingRecorded, type Recorded, recordSweep } from '#ingest/record';
import type { Source } from '#ingest/source';
import type { Spool } from '#ingest/spool';
import { insertCaptures, unfinishedCaptures } from '#store/clickhouse/captures';
import type { LedgerDatabase } from '#store/ledger/client';
import { allHealth, type LedgerHealth, recordRun } from '#store/ledger/health';
import { addNotice, type NoticeKind } from '#store/ledger/notices';
import type { Capture } from '#store/observation';
import type { Store } from '#store/store';

/** How one run of a source ended. */
export interface RunReport extends Recorded {
  error: string | null;
  /** Why it did not run at all: no key, or paused after failing again and again. Its health is then as it was. */
  skipped: string | null;
}

/** What a run may need beside store, source and clock. */
export interface CollectOptions {
  environment?: NodeJS.ProcessEnv;
  memory?: AnswerMemory;
  /** Asked for by a person: runs although it is paused. */
  insist?: boolean;
  /** Where captures wait while the store does not answer. */
  spool?: Spool;
  /** Who answers: the network, unless said otherwise. */
  fetch?: typeof fetch;
}

const words = (error: unknown) => (error instanceof Error ? error.message : String(error));

/**
 * Runs one source once: fetches, captures, reads, stores, records its health, and gives notice where that changed. Never throws: a
 * source that fails says so in its report, and the next goes on.
 */
export async function collectSource(
  store: Store,
  source: Source,
  clock: () => Date,
  { environment = process.env, memory = new AnswerMemory(), insist = false, spool, fetch }: CollectOptions = {},
): Promise<RunReport> {
  const key = source.key_variable === null ? null : (environment[source.key_variable] ?? '');
  if (key === '') {
    const skipped = `needs a key: set ${source.key_variable}`;
    return { ...nothingRecorded(source.id), error: null, skipped };
  }
  // A ledger that does not answer is no reason not to look: what was captured is kept.
  const health = await allHealth(store.ledger.database).catch(() => new Map<string, LedgerHealth>());
  const before = health.get(source.id);
  let report: RunReport;
  try {
    const paused = insist ? null : pausedUntil(before, clock());
    if (paused) {
      const skipped = `paused until ${paused.toISOString()} after ${before?.consecutiveFailures} failures: ${before?.lastError}`;
      return { ...nothingRecorded(source.id), error: null, skipped };
    }
    let spooled = 0;
    const keep = async (capture: Capture) => {
      if (!spool) await insertCaptures(store.clickhouse, [capture]);
      else if (await keepCapture(store, spool, capture)) spooled += 1;
    };
    const sweep = await sweepLive(source, clock, keep, { key, memory, ...(fetch ? { fetch } : {}) });
    if (spooled > 0) {
      const why = `the observation store does not answer: ${spooled} captures wait on disk`;
      report = {
        ...nothingRecorded(source.id),
        captures: sweep.captures.length,
        error: sweep.failure ?? why,
        skipped: null,
      };
    } else {
      const recorded =
        sweep.captures.length > 0
          ? await recordSweep(store.clickhouse, source, sweep.captures)
          : nothingRecorded(source.id);
      report = { ...recorded, error: sweep.failure ?? recorded.failure, skipped: null };
    }
  } catch (error) {
    report = { ...nothingRecorded(source.id), error: words(error), skipped: null };
  }
  try {
    const at = clock();
    await recordRun(store.ledger.database, { source: source.id, at, error: report.error });
    await giveNotice(store.ledger.database, source, before, report, at);
  } catch (error) {
    const why = `its health was not recorded: ${words(error)}`;
    report = { ...report, error: report.error === null ? why : `${report.error}; ${why}` };
  }
  return report;
}

/** Tells readers when a source changes its shape, is paused, or comes back. */
async function giveNotice(
  database: LedgerDatabase,
  source: Source,
  before: LedgerHealth | undefined,
  report: RunReport,
  at: Date,
): Promise<void> {
  const failures = before?.consecutiveFailures ?? 0;
  const tell = (kind: NoticeKind, text: string) => addNotice(database, { at, kind, subject: source.id, text });
  // Answered, and yet nothing could be taken: that is its shape, not its connection.
  const reshaped = report.failure !== null && report.error === report.failure;
  if (reshaped && before?.lastError !== report.error) {
    await tell('source_drift', `${source.title}: nothing was taken from its last answer: ${report.failure}`);
  }
  if (report.error !== null && opensCircuit(failures)) {
    await tell(
      'source_paused',
      `${source.title} failed ${failures + 1} times in a row and is left alone for a while: ${report.error}`,
    );
  }
  if (report.error === null && failures > 0) {
    await tell('source_recovered', `${source.title} answers again after ${failures} failures`);
  }
}

/** Reads what a crash left of sources captured but unread, whole sweeps at a time. @returns how many observations came of it */
export async function finishInterrupted(store: Store, sources: readonly Source[] = catalogue): Promise<number> {
  const sweeps = new Map<string, Capture[]>();
  for (const capture of await unfinishedCaptures(store.clickhouse)) {
    const key = `${capture.source}\n${capture.sweep_id}`;
    sweeps.set(key, [...(sweeps.get(key) ?? []), capture]);
  }
  let added = 0;
  for (const captures of sweeps.values()) {
    const source = sources.find(({ id }) => id === captures[0]?.source);
    if (source) added += (await recordSweep(store.clickhouse, source, captures)).observations;
  }
  return added;
}
