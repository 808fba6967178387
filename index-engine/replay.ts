import { type Schedule, strikesOf } from '#index-engine/compute-strike';
import { dueAt } from '#index-engine/finality/rules';
import { type Chains, publishStrike, readChains, type StrikeReport } from '#index-engine/publish-strike';
import { rulebookAt } from '#methodology/rulebook';
import { addDays, datesBetween, localDate } from '#methodology/strike';
import { rollingInputs } from '#store/clickhouse/rolling-inputs';
import { newestStrike } from '#store/ledger/fixes';
import type { SigningKey } from '#store/ledger/keys';
import type { Store } from '#store/store';

/** What a replay came to. */
export interface ReplayReport extends Pick<StrikeReport, 'unchanged' | 'differing' | 'refused'> {
  from: string;
  to: string;
  strikes: number;
  /** Fixes published now, and of these how many carry a value. */
  published: number;
  withValue: number;
  suspended: number;
}

/** A replay that would leave out dates for good: one sentence for whoever asked. */
export class GapRefused extends RangeError {}

/** Refuses to publish behind dates without a fix: no chain takes an earlier one afterwards, and contracts would find them missing. */
async function expectNoGap(store: Store, { from, to }: { from: string; to: string }): Promise<void> {
  const newest = await newestStrike(store.ledger.database);
  if (newest === null) return;
  const first = addDays(localDate(newest, 'UTC'), 1);
  if (from <= first) return;
  throw new GapRefused(
    `the newest fix is of ${newest.toISOString()}, so ${first} is the first date without one: a replay from ${from} on would leave it so for good, ` +
      `since no chain takes an earlier fix afterwards; run \`csi replay --from ${first} --to ${to}\`, or add --after-gap where those dates are to have none`,
  );
}

/**
 * Computes every strike of every series with input from `from` to `to` (local dates, both included), with the clock of the recording, and
 * publishes what is not there yet. What is there is computed again and compared, byte for byte. May be killed at any instant and run again.
 * @param range `afterGap`: the dates between the newest fix and `from` are to have none. `signal`: ends it after the strike under way
 * @param now strikes that were not due by then are refused
 * @throws GapRefused where dates between the newest fix and `from` would be left without one, and nobody said that they are to be
 */
export async function replay(
  store: Store,
  key: SigningKey,
  range: {
    from: string;
    to: string;
    schedules?: readonly Schedule[];
    afterGap?: boolean;
    signal?: AbortSignal | undefined;
  },
  now: Date,
  progress: (done: number, total: number, date: string) => void = () => {},
): Promise<ReplayReport> {
  const dates = datesBetween(range.from, range.to);
  if (!range.afterGap) await expectNoGap(store, range);
  const report: ReplayReport = {
    from: range.from,
    to: range.to,
    strikes: 0,
    published: 0,
    withValue: 0,
    suspended: 0,
    unchanged: 0,
    differing: [],
    refused: [],
  };
  // What was known at the last strike that is due has long been stored: nothing is struck before its delay has passed.
  const delay = rulebookAt(now).rulebook.publication_delay_seconds * 1000;
  const rolling = rollingInputs(store.clickhouse, new Date(now.getTime() - delay));
  let chains: Chains | null = null;
  for (const [index, date] of dates.entries()) {
    const loaded = rulebookAt(new Date(`${date}T12:00:00Z`));
    for (const struck of strikesOf(date, loaded)) {
      const { strike, schedules } = struck;
      if (range.schedules && !range.schedules.some((one) => schedules.includes(one))) continue;
      if (range.signal?.aborted) return report;
      if (dueAt(strike.instant, loaded.rulebook) > now) {
        const reason = `the strike at ${strike.instant.toISOString()} is not due yet`;
        report.refused.push({ series: '*', date, reason });
        return report;
      }
      chains ??= await readChains(store.ledger.database, strike.instant);
      const { published, ...told } = await publishStrike(store, key, loaded, struck, rolling, chains, now);
      report.strikes += 1;
      report.published += published.length;
      report.withValue += published.filter((row) => row.value !== null).length;
      report.suspended += published.filter((row) => row.value === null).length;
      report.unchanged += told.unchanged;
      report.differing.push(...told.differing);
      report.refused.push(...told.refused);
    }
    progress(index + 1, dates.length, date);
  }
  return report;
}
