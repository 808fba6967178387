import { currentRulebook } from '#api/series';
import type { BasketStrike } from '#index-engine/derived/baskets';
import { constituentSeries } from '#index-engine/derived/baskets';
import { type FixPoint, fixPoint } from '#index-engine/derived/fix-point';
import type { Rulebook } from '#methodology/rulebook';
import type { Basket } from '#methodology/scu/baskets';
import { fixesOnDate } from '#store/ledger/days';
import { fixHistory, type HistoryRow } from '#store/ledger/fixes';
import { ledgerState } from '#store/ledger/state';
import type { Store } from '#store/store';

/** Tells one state of the ledger from any other: what is derived from fixes changes with it and with nothing else. */
export async function ledgerTag(store: Store): Promise<string> {
  const { fixes, publishedAt } = await ledgerState(store.ledger.database);
  return `${fixes}-${publishedAt?.getTime().toString(36) ?? '0'}`;
}

/** A row of the ledger as derived values read it. */
export const pointOf = (row: HistoryRow): FixPoint =>
  fixPoint(row, currentRulebook(row.strike).rulebook.rounding.value_decimals);

/** The fixes of some series on one local date, by series; of one struck every hour, the last. */
export async function pointsOn(store: Store, date: string, series: readonly string[]): Promise<Map<string, FixPoint>> {
  const rows = await fixesOnDate(store.ledger.database, date, series);
  return new Map(rows.map((row) => [row.series, pointOf(row)]));
}

/** The rules in force at the last strike of some fixes, and where there is none at an instant: old values keep the ratings they had. */
export function rulesOf(points: Iterable<FixPoint | null>, now: Date): Rulebook {
  const last = [...points].reduce((latest, point) => (point && point.strike > latest ? point.strike : latest), '');
  return currentRulebook(last === '' ? now : new Date(last)).rulebook;
}

/** Every strike at which any class of a basket's versions has a fix, from the first version's date on. */
export async function basketStrikes(store: Store, versions: readonly Basket[]): Promise<BasketStrike[]> {
  const classes = [...new Set(versions.flatMap((one) => one.constituents.map((constituent) => constituent.class)))];
  const strikes = new Map<string, { date: string; strike: string; fixes: Map<string, FixPoint> }>();
  for (const id of classes) {
    const rows = await fixHistory(store.ledger.database, constituentSeries(id), { from: versions[0]?.effective_from });
    for (const row of rows) {
      const point = pointOf(row);
      const at = strikes.get(point.strike) ?? { date: point.date, strike: point.strike, fixes: new Map() };
      strikes.set(point.strike, at);
      at.fixes.set(id, point);
    }
  }
  return [...strikes.values()].sort((a, b) => (a.strike < b.strike ? -1 : 1));
}
