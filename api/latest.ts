import { currentRulebook } from '#api/series';
import type { Finality, LatestFix } from '#api/types';
import { finalityOf as finalityUnder } from '#index-engine/finality/rules';
import type { FixStatus, Level } from '#index-engine/record';
import { divideHalfEven, formatDecimal, parseDecimal } from '#methodology/decimal';
import type { HistoryRow, LedgerFix } from '#store/ledger/fixes';
import { valueBefore } from '#store/ledger/state';
import type { Store } from '#store/store';

/** Decimals of a price in the ledger. */
const SCALE = 6;
const CHANGE_DECIMALS = 4;
const PERCENT_DECIMALS = 2;

/** Whether a fix is provisional or final, by the clock and the rulebook of its strike. */
export const finalityOf = (strike: Date, now: Date): Finality =>
  finalityUnder(strike, now, currentRulebook(strike).rulebook);

/** A value in the spelling of its signed record: the ledger's column keeps more decimals than were published. */
export function publishedValue(value: string | null, strike: Date): string | null {
  if (value === null) return null;
  const { value_decimals } = currentRulebook(strike).rulebook.rounding;
  return formatDecimal(parseDecimal(value, value_decimals), value_decimals);
}

/** From one value to the next: the difference, and what it is in percent of the first. Exact, rounded half to even once. */
export function changeOf(value: string, before: string): { change: string; change_percent: string | null } {
  const from = parseDecimal(before, SCALE);
  const difference = parseDecimal(value, SCALE) - from;
  const change = divideHalfEven(difference, 10n ** BigInt(SCALE - CHANGE_DECIMALS));
  const percent = from > 0n ? divideHalfEven(difference * 10n ** BigInt(2 + PERCENT_DECIMALS), from) : null;
  return {
    change: formatDecimal(change, CHANGE_DECIMALS),
    change_percent: percent === null ? null : formatDecimal(percent, PERCENT_DECIMALS),
  };
}

/** A fix as a row of a market monitor. @param before the value of the last fix before it that had one */
export function latestOf(row: HistoryRow, before: string | null, now: Date): LatestFix {
  const moved = row.value !== null && before !== null ? changeOf(row.value, before) : null;
  return {
    series: row.series,
    date: row.date,
    strike: row.strike.toISOString(),
    value: publishedValue(row.value, row.strike),
    level: row.level as Level | null,
    status: row.status as FixStatus,
    reason: row.reason,
    change: moved?.change ?? null,
    change_percent: moved?.change_percent ?? null,
    providers: row.providers,
    revision: row.revision,
    finality: finalityOf(row.strike, now),
    hash: row.hash,
  };
}

/** Fixes just published, as events of the stream carry them. */
export async function fixEvents(store: Store, rows: readonly LedgerFix[], now: Date): Promise<LatestFix[]> {
  const events: LatestFix[] = [];
  for (const row of rows) {
    const before = await valueBefore(store.ledger.database, row.series, row.strike);
    events.push(latestOf(row, before, now));
  }
  return events;
}
