import { hostname } from 'node:os';
import { Cron } from 'croner';
import { AnswerMemory } from '#ingest/ask';
import { collectSource, finishInterrupted, type RunReport } from '#ingest/collect';
import { drainCaptures } from '#ingest/keep';
import { nothingRecorded } from '#ingest/record';
import type { Source } from '#ingest/source';
import type { Spool } from '#ingest/spool';
import { newestCapture } from '#store/clickhouse/captures';
import { dropLease, takeLease } from '#store/ledger/leases';
import { addNotice, lastNotice } from '#store/ledger/notices';
import type { Store } from '#store/store';

/** Collectors running on their schedules. */
export interface Collectors {
  /** When each source runs next, by id. */
  nextRuns(): Map<string, Date | null>;
  /** Ends the schedules and waits for runs under way. */
  stop(): Promise<void>;
}

/** Sources asked at once in the first round. */
const AT_ONCE = 4;
/** A lease outlives the longest run by this much, so that a clock that is a little off does not double it. */
const LEASE_MARGIN_SECONDS = 60;

/**
 * Starts every source on its croner schedule (UTC), and once at the start. Times are jittered by up to a tenth of the interval, so that
 * nobody can stand in the book only when we look. Any number of processes may do so on one ledger: each source is held by lease, which
 * its holder renews with every run; another takes over where that one is gone.
 * @param spool where captures wait while the store does not answer; drained every minute
 * @param fetch who answers: the network, unless said otherwise
 */
export function startCollectors(
  store: Store,
  sources: readonly Source[],
  clock: () => Date,
  onRun: (source: Source, report: RunReport) => void,
  spool?: Spool,
  fetch?: typeof globalThis.fetch,
): Collectors {
  // The same after a restart, so that a crashed collector takes its own leases up again at once.
  const holder = `${hostname()}:${store.folder}`;
  const held = new Set<string>();
  const memory = new AnswerMemory();
  const running = new Set<Promise<void>>();
  const waiting = new Set<NodeJS.Timeout>();
  const busy = new Set<string>();
  let stopped = false;
  // A run that failed may have left captures that were kept and not read.
  let unfinished = false;

  const run = async (source: Source) => {
    if (stopped || busy.has(source.id)) return;
    busy.add(source.id);
    const name = `source:${source.id}`;
    const { database } = store.ledger;
    try {
      const seconds = source.budget.sweep_seconds + LEASE_MARGIN_SECONDS;
      if (!(await takeLease(database, { name, holder, now: clock(), seconds }))) return;
      held.add(name);
      const options = { memory, ...(spool ? { spool } : {}), ...(fetch ? { fetch } : {}) };
      const report = await collectSource(store, source, clock, options);
      unfinished ||= report.error !== null;
      onRun(source, report);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      onRun(source, { ...emptyReport(source), error: `the ledger does not answer: ${reason}` });
    } finally {
      busy.delete(source.id);
    }
  };
  const track = (work: Promise<void>) => {
    running.add(work);
    return work.finally(() => running.delete(work));
  };
  const later = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(
        () => {
          waiting.delete(timer);
          resolve();
        },
        Math.max(0, milliseconds),
      );
      waiting.add(timer);
    });
  const jobs = new Map<string, Cron>();
  for (const source of sources) {
    const job = new Cron(source.schedule, { timezone: 'UTC', protect: true }, async (self: Cron) => {
      const interval = (self.nextRun()?.getTime() ?? 0) - clock().getTime();
      await later(Math.random() * interval * 0.1);
      await track(run(source));
    });
    jobs.set(source.id, job);
  }
  const watch = new Cron('* * * * *', { timezone: 'UTC', protect: true, catch: true }, () =>
    track(
      (async () => {
        if (spool && spool.waiting > 0) await drainCaptures(store, spool);
        if (unfinished && busy.size === 0) {
          await finishInterrupted(store, sources);
          unfinished = false;
        }
        await noticeSilence(store, sources, clock());
      })(),
    ),
  );
  // The first round, a few at a time: a newcomer soon sees which sources answer.
  const queue = [...sources];
  const takeTurns = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await run(next);
  };
  for (let turn = 0; turn < AT_ONCE; turn += 1) track(takeTurns());
  return {
    nextRuns: () => new Map([...jobs].map(([id, job]) => [id, job.nextRun()])),
    stop: async () => {
      stopped = true;
      watch.stop();
      for (const job of jobs.values()) job.stop();
      for (const timer of waiting) clearTimeout(timer);
      await Promise.all(running);
      for (const name of held) await dropLease(store.ledger.database, name, holder);
    },
  };
}

const emptyReport = (source: Source): RunReport => ({ ...nothingRecorded(source.id), error: null, skipped: null });

/**
 * Gives notice of sources that have shown nothing for longer than their objective: once for each silence, told by its last capture.
 * A source that never showed anything is not silent, it has not begun.
 */
export async function noticeSilence(store: Store, sources: readonly Source[], now: Date): Promise<void> {
  const { database } = store.ledger;
  for (const source of sources) {
    const newest = await newestCapture(store.clickhouse, source.id);
    if (newest === null) continue;
    const late = now.getTime() - Date.parse(newest) > source.freshness_objective_seconds * 1000;
    if (!late) continue;
    const told = await lastNotice(database, source.id, 'source_silent');
    if (told && told.at >= new Date(newest)) continue;
    const text = `${source.title} has shown nothing since ${newest}; its objective is ${source.freshness_objective_seconds / 3600} h`;
    await addNotice(database, { at: now, kind: 'source_silent', subject: source.id, text });
  }
}
