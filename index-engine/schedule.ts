import { hostname } from 'node:os';
import { Cron } from 'croner';
import { strikesOf } from '#index-engine/compute-strike';
import { type ReplayReport, replay } from '#index-engine/replay';
import { rulebookAt } from '#methodology/rulebook';
import { localDate } from '#methodology/strike';
import type { SigningKey } from '#store/ledger/keys';
import { takeLease } from '#store/ledger/leases';
import type { Store } from '#store/store';

/** The daily publication, running. */
export interface FixSchedule {
  nextRun(): Date | null;
  /** Ends the schedule and waits for a publication under way. */
  stop(): Promise<void>;
}

/** Longer than a publication takes; the ledger's own constraint is what forbids two. */
const LEASE_SECONDS = 900;

/**
 * Publishes the fixes of every strike once the rulebook's delay has passed, on croner in each strike's own zone, so that daylight saving
 * is the zone's. Of several processes one is elected by lease.
 */
export function startFixSchedule(
  store: Store,
  key: SigningKey,
  clock: () => Date,
  onEnd: (report: ReplayReport | Error) => void,
): FixSchedule {
  const loaded = rulebookAt(clock());
  const { publication_delay_seconds: delay } = loaded.rulebook;
  const holder = `${hostname()}:${store.folder}`;
  let running: Promise<void> = Promise.resolve();
  const jobs = strikesOf(localDate(clock(), 'UTC'), loaded).map(({ strike: { timeZone, local }, schedules }) => {
    const [hour = 0, minute = 0] = local.slice(11).split(':').map(Number);
    const due = hour * 60 + minute + Math.ceil(delay / 60);
    const publish = async () => {
      const date = localDate(clock(), timeZone);
      const lease = { name: 'fix', holder, now: clock(), seconds: LEASE_SECONDS };
      if (!(await takeLease(store.ledger.database, lease))) return;
      onEnd(await replay(store, key, { from: date, to: date, schedules }, clock()));
    };
    const options = { timezone: timeZone, protect: true };
    return new Cron(`${due % 60} ${Math.floor(due / 60) % 24} * * *`, options, () => {
      running = running.then(publish).catch(onEnd);
      return running;
    });
  });
  return {
    nextRun: () =>
      jobs
        .flatMap((job) => job.nextRun() ?? [])
        .sort((a, b) => a.getTime() - b.getTime())
        .at(0) ?? null,
    stop: async () => {
      for (const job of jobs) job.stop();
      await running;
    },
  };
}
