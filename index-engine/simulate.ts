import { computeStrike, type PreviousFix, strikesOf, windowOf } from '#index-engine/compute-strike';
import { dueAt } from '#index-engine/finality/rules';
import type { Level } from '#index-engine/record';
import type { SettlementFix } from '#index-engine/settlement/placed';
import { compareSettlements, type SettlementDifference, settlementFix } from '#index-engine/simulate-settlements';
import { canonicalHash } from '#methodology/canonical';
import { contracts } from '#methodology/contracts';
import { divideHalfEven, formatDecimal, parseDecimal } from '#methodology/decimal';
import type { LoadedRulebook } from '#methodology/rulebook';
import { datesBetween } from '#methodology/strike';
import type { ClickHouse } from '#store/clickhouse/client';
import { rollingInputs } from '#store/clickhouse/rolling-inputs';

/** What a series' fix is under one rulebook: null where the series has not begun, a value of null where it is suspended. */
export interface SimulatedFix {
  value: string | null;
  level: Level | null;
}

/** A fix that would come out otherwise. */
export interface SimulatedDifference {
  series: string;
  date: string;
  strike: string;
  current: SimulatedFix | null;
  changed: SimulatedFix | null;
  /** Of the value, as a fraction of the current one; null where one of them has none. */
  change: string | null;
}

/** What a change of the rules would have come to. */
export interface SimulationReport {
  from: string;
  to: string;
  current: { version: string; sha256: string };
  changed: { version: string; sha256: string };
  /** Dates on which a fix had a value under either rulebook: on the others nothing was compared. */
  dates: number;
  strikes: number;
  fixes: number;
  same: number;
  /** In order of time and series. */
  differing: SimulatedDifference[];
  /** Months of contracts that the simulated fixes bear on, and those of them that would settle otherwise. */
  settlements: { settlements: number; differing: SettlementDifference[] };
}

const CHANGE_DECIMALS = 6;
/** Series that contracts average. */
const settled = new Set(contracts().map(({ series }) => series));

function changeOf(current: SimulatedFix | null, changed: SimulatedFix | null): string | null {
  if (!current?.value || !changed?.value) return null;
  const decimals = Math.max(...[current.value, changed.value].map((value) => value.split('.')[1]?.length ?? 0));
  const [a, b] = [parseDecimal(current.value, decimals), parseDecimal(changed.value, decimals)];
  return formatDecimal(divideHalfEven((b - a) * 10n ** BigInt(CHANGE_DECIMALS), a), CHANGE_DECIMALS);
}

/**
 * Runs history under two rulebooks side by side, each with a chain of its own from the first date on, and reports every fix whose value or
 * level would differ, and every settlement (methodology, section 10). Nothing is published. Strikes are those of the current rulebook.
 */
export async function simulateChange(
  store: ClickHouse,
  { current, changed }: { current: LoadedRulebook; changed: LoadedRulebook },
  { from, to }: { from: string; to: string },
  progress: (done: number, total: number, date: string) => void = () => {},
): Promise<SimulationReport> {
  const named = ({ rulebook, sha256 }: LoadedRulebook) => ({ version: rulebook.version, sha256 });
  const report: SimulationReport = {
    ...{ from, to, current: named(current), changed: named(changed) },
    ...{ dates: 0, strikes: 0, fixes: 0, same: 0, differing: [], settlements: { settlements: 0, differing: [] } },
  };
  const sides = [current, changed].map((loaded) => ({
    loaded,
    chain: new Map<string, PreviousFix>(),
    settling: new Map<string, SettlementFix[]>(),
  }));
  let last: Date | null = null;
  const rolling = rollingInputs(store);
  const dates = datesBetween(from, to);
  for (const [index, date] of dates.entries()) {
    let hasValue = false;
    for (const { strike, schedules } of strikesOf(date, current)) {
      const windows = sides.map(({ loaded }) => windowOf(strike, loaded));
      // What either needs: each leaves the rest aside.
      const earliest = (name: 'from' | 'since') => new Date(Math.min(...windows.map((one) => one[name].getTime())));
      const history = Math.max(...windows.map((one) => one.history));
      const inputs = await rolling.at({
        strike: strike.instant,
        from: earliest('from'),
        since: earliest('since'),
        history,
      });
      last = strike.instant;
      const [before = new Map(), after = new Map()] = sides.map(({ loaded, chain, settling }) => {
        const fixes = new Map<string, SimulatedFix>();
        for (const { record } of computeStrike(inputs, loaded, strike, chain, schedules)) {
          fixes.set(record.series, { value: record.value, level: record.level });
          chain.set(record.series, { record, hash: canonicalHash(record) });
          if (!settled.has(record.series)) continue;
          const fix = settlementFix(record, dueAt(strike.instant, loaded.rulebook));
          const known = settling.get(record.series);
          if (known) known.push(fix);
          else settling.set(record.series, [fix]);
        }
        return fixes;
      });
      report.strikes += 1;
      for (const series of [...new Set([...before.keys(), ...after.keys()])].sort()) {
        const [a, b] = [before.get(series) ?? null, after.get(series) ?? null];
        report.fixes += 1;
        hasValue ||= (a?.value ?? b?.value ?? null) !== null;
        if (a?.value === b?.value && a?.level === b?.level) report.same += 1;
        else
          report.differing.push({
            series,
            date,
            strike: strike.instant.toISOString(),
            current: a,
            changed: b,
            change: changeOf(a, b),
          });
      }
    }
    if (hasValue) report.dates += 1;
    progress(index + 1, dates.length, date);
  }
  const [before = new Map(), after = new Map()] = sides.map(({ settling }) => settling);
  if (last) report.settlements = compareSettlements(before, after, last);
  return report;
}
