import {
  computeStrike,
  type PreviousFix,
  previousOf,
  type Schedule,
  strikesOf,
  windowOf,
} from '#index-engine/compute-strike';
import { publish, repairHistory } from '#index-engine/publish';
import type { FixRecord } from '#index-engine/record';
import { canonicalJson, sha256 } from '#methodology/canonical';
import { rulebookAt } from '#methodology/rulebook';
import { datesBetween } from '#methodology/strike';
import { rollingInputs } from '#store/clickhouse/rolling-inputs';
import { fixesAtStrike, type LedgerFix, lastFixes } from '#store/ledger/fixes';
import type { SigningKey } from '#store/ledger/keys';
import type { Store } from '#store/store';

/** What a replay came to. */
export interface ReplayReport {
  from: string;
  to: string;
  strikes: number;
  /** Fixes published now, and of these how many carry a value. */
  published: number;
  withValue: number;
  suspended: number;
  /** Fixes that were there and came out again with the same bytes. */
  unchanged: number;
  /** Fixes that were there and would come out otherwise. They stay as they are. */
  differing: { series: string; date: string; published: string; computed: string; detail: string }[];
  /** Strikes that could not be computed, and why. */
  refused: { series: string; date: string; reason: string }[];
}

function difference(published: FixRecord, computed: FixRecord): string {
  const fields = Object.keys(computed) as (keyof FixRecord)[];
  const changed = fields.filter(
    (field) => canonicalJson(published[field] ?? null) !== canonicalJson(computed[field] ?? null),
  );
  return `differs in ${changed.join(', ')}: value ${published.value ?? 'none'} published, ${computed.value ?? 'none'} computed`;
}

/**
 * Computes every strike of every series with input from `from` to `to` (local dates, both included), with the clock of the recording, and
 * publishes what is not there yet. What is there is computed again and compared, byte for byte. May be killed at any instant and run again.
 * @param now strikes that were not due by then are refused
 */
export async function replay(
  store: Store,
  key: SigningKey,
  range: { from: string; to: string; schedules?: readonly Schedule[] },
  now: Date,
  progress: (done: number, total: number, date: string) => void = () => {},
): Promise<ReplayReport> {
  const dates = datesBetween(range.from, range.to);
  const { database } = store.ledger;
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
  const rolling = rollingInputs(store.clickhouse);
  const heads = await lastFixes(database);
  let previous: Map<string, PreviousFix> | null = null;
  for (const [index, date] of dates.entries()) {
    const loaded = rulebookAt(new Date(`${date}T12:00:00Z`));
    for (const { strike, schedules } of strikesOf(date, loaded)) {
      if (range.schedules && !range.schedules.some((one) => schedules.includes(one))) continue;
      if (strike.instant.getTime() + loaded.rulebook.publication_delay_seconds * 1000 > now.getTime()) {
        const reason = `the strike at ${strike.instant.toISOString()} is not due yet`;
        report.refused.push({ series: '*', date, reason });
        return report;
      }
      previous ??= new Map(
        [...(await lastFixes(database, strike.instant))].map(([series, row]) => [series, previousOf(row)]),
      );
      const known = new Map((await fixesAtStrike(database, strike.instant)).map((row) => [row.series, row]));
      const inputs = await rolling.at(windowOf(strike, loaded));
      const fresh = [];
      const there: LedgerFix[] = [];
      for (const computed of computeStrike(inputs, loaded, strike, previous, schedules)) {
        const { series } = computed.record;
        const published = known.get(series);
        const head = heads.get(series);
        if (published) {
          compare(report, published, computed.record);
          there.push(published);
        } else if (head && head.strike > strike.instant) {
          const reason = `its chain already reaches ${head.date}: an earlier fix cannot be put into it`;
          report.refused.push({ series, date, reason });
        } else fresh.push(computed);
      }
      const rows = await publish(store, key, loaded, fresh, now);
      await repairHistory(store, there);
      for (const row of rows) heads.set(row.series, row);
      // Not what else struck at this instant: its own turn comes, and it must not follow upon itself.
      for (const row of [...there, ...rows]) previous.set(row.series, previousOf(row));
      report.strikes += 1;
      report.published += rows.length;
      report.withValue += rows.filter((row) => row.value !== null).length;
      report.suspended += rows.filter((row) => row.value === null).length;
    }
    progress(index + 1, dates.length, date);
  }
  return report;
}

function compare(report: ReplayReport, published: LedgerFix, computed: FixRecord): void {
  const canonical = canonicalJson(computed);
  if (canonical === published.canonical) {
    report.unchanged += 1;
    return;
  }
  report.differing.push({
    series: published.series,
    date: published.date,
    published: published.hash,
    computed: sha256(canonical),
    detail: difference(JSON.parse(published.canonical) as FixRecord, computed),
  });
}
