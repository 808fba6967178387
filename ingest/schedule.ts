import { Cron } from 'croner';
import { collectSource, type RunReport } from '#ingest/collect';
import type { Source } from '#ingest/source';
import type { Store } from '#store/store';

/** Collectors running on their schedules. */
export interface Collectors {
  /** When each source runs next, by id. */
  nextRuns(): Map<string, Date | null>;
  /** Ends the schedules and waits for runs under way. */
  stop(): Promise<void>;
}

/**
 * Starts every source on its croner schedule (UTC), and once at the start. A run that is still going when the next is due is not
 * doubled. Times are jittered by up to a tenth of the interval, so that nobody can stand in the book only when we look.
 */
export function startCollectors(
  store: Store,
  sources: readonly Source[],
  clock: () => Date,
  onRun: (source: Source, report: RunReport) => void,
): Collectors {
  const running = new Set<Promise<void>>();
  const waiting = new Set<NodeJS.Timeout>();
  let stopped = false;
  const busy = new Set<string>();
  const run = async (source: Source) => {
    if (stopped || busy.has(source.id)) return;
    busy.add(source.id);
    try {
      onRun(source, await collectSource(store, source, clock));
    } finally {
      busy.delete(source.id);
    }
  };
  const track = (work: Promise<void>) => {
    running.add(work);
    return work.finally(() => running.delete(work));
  };
  const jobs = new Map<string, Cron>();
  for (const source of sources) {
    const job = new Cron(source.schedule, { timezone: 'UTC', protect: true }, async (self: Cron) => {
      const interval = (self.nextRun()?.getTime() ?? 0) - clock().getTime();
      await new Promise<void>((resolve) => {
        const timer = setTimeout(
          () => {
            waiting.delete(timer);
            resolve();
          },
          Math.max(0, Math.random() * interval * 0.1),
        );
        waiting.add(timer);
      });
      await track(run(source));
    });
    jobs.set(source.id, job);
  }
  // The first round, one source after the other: a newcomer sees at once which sources answer.
  track(
    (async () => {
      for (const source of sources) await run(source);
    })(),
  );
  return {
    nextRuns: () => new Map([...jobs].map(([id, job]) => [id, job.nextRun()])),
    stop: async () => {
      stopped = true;
      for (const job of jobs.values()) job.stop();
      for (const timer of waiting) clearTimeout(timer);
      await Promise.all(running);
    },
  };
}
