import { Cron } from 'croner';
import { type ReplayReport, replay } from '#index-engine/replay';
import { rulebookAt } from '#methodology/rulebook';
import { localDate } from '#methodology/strike';
import type { LedgerFix } from '#store/ledger/fixes';
import type { SigningKey } from '#store/ledger/keys';
import type { Store } from '#store/store';

/** The daily publication, running. */
export interface FixSchedule {
  nextRun(): Date | null;
  /** Ends the schedule and waits for a publication under way. */
  stop(): Promise<void>;
}

/**
 * Publishes the fixes of every global strike once the rulebook's delay has passed, on croner in the strike's own zone, so that daylight
 * saving is the zone's.
 */
export function startFixSchedule(
  store: Store,
  key: SigningKey,
  clock: () => Date,
  watch: { published: (rows: LedgerFix[]) => void; ended: (report: ReplayReport | Error) => void },
): FixSchedule {
  const { rulebook } = rulebookAt(clock());
  const { time, time_zone } = rulebook.strikes.GLOBAL;
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  const due = hour * 60 + minute + Math.ceil(rulebook.publication_delay_seconds / 60);
  let running: Promise<void> = Promise.resolve();
  const job = new Cron(`${due % 60} ${Math.floor(due / 60) % 24} * * *`, { timezone: time_zone, protect: true }, () => {
    const date = localDate(clock(), time_zone);
    running = replay(store, key, { from: date, to: date }, clock(), { published: watch.published }).then(
      watch.ended,
      watch.ended,
    );
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
