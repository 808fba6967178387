import { hostname } from 'node:os';
import { Cron } from 'croner';
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
 * Publishes the fixes of every global strike once the rulebook's delay has passed, on croner in the strike's own zone, so that daylight
 * saving is the zone's. Of several processes one is elected by lease.
 */
export function startFixSchedule(
  store: Store,
  key: SigningKey,
  clock: () => Date,
  onEnd: (report: ReplayReport | Error) => void,
): FixSchedule {
  const { rulebook } = rulebookAt(clock());
  const { time, time_zone } = rulebook.strikes.GLOBAL;
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  const due = hour * 60 + minute + Math.ceil(rulebook.publication_delay_seconds / 60);
  const holder = `${hostname()}:${store.folder}`;
  const publishToday = async () => {
    const date = localDate(clock(), time_zone);
    const lease = { name: 'fix', holder, now: clock(), seconds: LEASE_SECONDS };
    if (!(await takeLease(store.ledger.database, lease))) return;
    onEnd(await replay(store, key, { from: date, to: date }, clock()));
  };
  let running: Promise<void> = Promise.resolve();
  const job = new Cron(`${due % 60} ${Math.floor(due / 60) % 24} * * *`, { timezone: time_zone, protect: true }, () => {
    running = publishToday().catch(onEnd);
    return running;
  });
  return {
    nextRun: () => job.nextRun(),
    stop: async () => {
      job.stop();
      await running;
    },
  };
}
