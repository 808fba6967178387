import { Cron } from 'croner';
import { previousOf } from '#index-engine/compute-strike';
import { type IndicativeValue, indicativeValues, indicativeWindow } from '#index-engine/indicative';
import { rulebookAt } from '#methodology/rulebook';
import { insertIndicative } from '#store/clickhouse/indicative';
import { type RollingInputs, rollingInputs } from '#store/clickhouse/rolling-inputs';
import { lastFixes } from '#store/ledger/fixes';
import type { Store } from '#store/store';

/** The indicative index, running. */
export interface IndicativeSchedule {
  /** Computes and keeps the values of the last whole minute, now. */
  once(): Promise<IndicativeValue[]>;
  stop(): Promise<void>;
}

const MINUTE_MS = 60_000;
/** Facts that were under way when their minute was read are missed until the inputs are read whole again. */
const WHOLE_EVERY_MS = 60 * MINUTE_MS;

/** Computes the indicative index every minute. A minute that cannot be computed is left out, and the next one tried. */
export function startIndicative(
  store: Store,
  clock: () => Date,
  onValues: (values: IndicativeValue[] | Error) => void,
): IndicativeSchedule {
  let rolling: RollingInputs = rollingInputs(store.clickhouse);
  let wholeAt = 0;
  let last = 0;
  const once = async () => {
    const now = clock();
    const at = new Date(Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS);
    if (at.getTime() <= last) return [];
    if (at.getTime() - wholeAt >= WHOLE_EVERY_MS) {
      rolling = rollingInputs(store.clickhouse);
      wholeAt = at.getTime();
    }
    const loaded = rulebookAt(at);
    const fixes = new Map(
      [...(await lastFixes(store.ledger.database, at))].map(([series, row]) => [series, previousOf(row).record]),
    );
    const values = indicativeValues(await rolling.at(indicativeWindow(at, loaded)), loaded, at, fixes);
    last = at.getTime();
    await insertIndicative(store.clickhouse, values);
    return values;
  };
  let running: Promise<void> = Promise.resolve();
  const job = new Cron('5 * * * * *', { protect: true }, () => {
    running = once().then(onValues, (error: Error) => {
      // What was read may be half: the next minute begins anew.
      wholeAt = 0;
      onValues(error);
    });
    return running;
  });
  return {
    once,
    stop: async () => {
      job.stop();
      await running;
    },
  };
}
