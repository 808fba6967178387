import { hostname } from 'node:os';
import { Cron } from 'croner';
import { strikesOf } from '#index-engine/compute-strike';
import { makePublisher, type PublisherReport } from '#index-engine/finality/publisher';
import { rulebookAt } from '#methodology/rulebook';
import { localDate } from '#methodology/strike';
import type { SigningKey } from '#store/ledger/keys';
import type { Store } from '#store/store';

/** Publication, running. */
export interface FixSchedule {
  nextRun(): Date | null;
  /** Ends the schedule and waits for a publication under way. */
  stop(): Promise<void>;
}

/** Between strikes: for what was missed, what failed, and what is about to be final. */
const CATCH_UP = '*/5 * * * *';

/**
 * Publishes the fixes of every strike once the rulebook's delay has passed, on croner in each strike's own zone, so that daylight saving
 * is the zone's. At the start and every few minutes it looks whether anything was missed. Of several processes one is elected by lease.
 * @param onEnd hears of every run that did something, and of every failure
 */
export function startFixSchedule(
  store: Store,
  key: SigningKey,
  clock: () => Date,
  onEnd: (report: PublisherReport | Error) => void,
): FixSchedule {
  const loaded = rulebookAt(clock());
  const { publication_delay_seconds: delay } = loaded.rulebook;
  const publisher = makePublisher(store, key, clock, `${hostname()}:${store.folder}`);
  let running: Promise<void> = Promise.resolve();
  const run = () => {
    running = running
      .then(async () => {
        const report = await publisher.run();
        if (report && hasNews(report)) onEnd(report);
      })
      .catch(onEnd);
    return running;
  };
  const jobs = strikesOf(localDate(clock(), 'UTC'), loaded).map(({ strike: { timeZone, local } }) => {
    const [hour = 0, minute = 0] = local.slice(11).split(':').map(Number);
    const due = hour * 60 + minute + Math.ceil(delay / 60);
    return new Cron(`${due % 60} ${Math.floor(due / 60) % 24} * * *`, { timezone: timeZone, protect: true }, run);
  });
  const catchUp = new Cron(CATCH_UP, { protect: true }, run);
  void run();
  return {
    nextRun: () =>
      jobs
        .flatMap((job) => job.nextRun() ?? [])
        .sort((a, b) => a.getTime() - b.getTime())
        .at(0) ?? null,
    stop: async () => {
      for (const job of [...jobs, catchUp]) job.stop();
      await running;
    },
  };
}

const hasNews = ({ published, yielded, differing, refused, restated, findings, recovered }: PublisherReport) =>
  published + yielded + differing.length + refused.length + restated.length + findings.length > 0 || recovered !== null;
