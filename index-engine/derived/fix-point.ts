import type { FixStatus, Level } from '#index-engine/record';
import { formatDecimal, parseDecimal } from '#methodology/decimal';
import type { HistoryRow } from '#store/ledger/fixes';

/** What a derived value needs of a published fix. A fix is named by series, strike and revision. */
export interface FixPoint {
  series: string;
  /** Local calendar date of the strike. */
  date: string;
  /** RFC 3339, UTC. */
  strike: string;
  revision: number;
  /** USD per GPU-hour as it was signed; null where the fix has no value. */
  value: string | null;
  level: Level | null;
  status: FixStatus;
  reason: string | null;
  providers: number;
  /** SHA-256 of the signed text. */
  hash: string;
}

/** A row of the ledger as a point. @param decimals those of a signed value: the ledger's column keeps more */
export function fixPoint(row: HistoryRow, decimals: number): FixPoint {
  return {
    series: row.series,
    date: row.date,
    strike: row.strike.toISOString(),
    revision: row.revision,
    value: row.value === null ? null : formatDecimal(parseDecimal(row.value, decimals), decimals),
    level: row.level as Level | null,
    status: row.status as FixStatus,
    reason: row.reason,
    providers: row.providers,
    hash: row.hash,
  };
}

/** Why a point shows no price, in words; null where it has one. @param at the date or the instant it would be of */
export function whyNoValue(point: FixPoint | null, at: string): string | null {
  if (point === null) return `no fix ${at.includes('T') ? 'at' : 'on'} ${at}`;
  return point.value === null ? `${point.status}: ${point.reason ?? 'no reason was published'}` : null;
}
