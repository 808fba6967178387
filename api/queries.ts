import { finalityOf, latestOf, publishedValue } from '#api/latest';
import type { Constituent, FixHistory, IndicesAnswer, LatestFix, PublishedFix } from '#api/types';
import type { FixRecord, FixStatus, Level } from '#index-engine/record';
import { formatDecimal, parseDecimal } from '#methodology/decimal';
import { type FixInputRow, fixInputs } from '#store/clickhouse/fix-inputs';
import { fixHistory, type HistoryRow, type LedgerFix, recentHistory } from '#store/ledger/fixes';
import { type LedgerState, valueBefore } from '#store/ledger/state';
import type { Store } from '#store/store';

/** Strikes in a sparkline. */
const SPARKLINE_STRIKES = 30;

/** What the newest strikes of a series come to. */
export interface Recent {
  latest: LatestFix;
  sparkline: IndicesAnswer['indices'][number]['sparkline'];
}

/** The value of the last fix before the newest that had one; asked of the ledger only where the newest strikes do not show it. */
async function beforeNewest(store: Store, rows: readonly HistoryRow[]): Promise<string | null> {
  const newest = rows.at(-1);
  if (!newest || newest.value === null) return null;
  const before = rows.slice(0, -1).findLast((row) => row.value !== null);
  if (before || rows.length < SPARKLINE_STRIKES) return before?.value ?? null;
  return valueBefore(store.ledger.database, newest.series, newest.strike);
}

/** The newest strikes of every series that has been published, keyed by series. */
export async function readRecent(store: Store, now: Date): Promise<Map<string, Recent>> {
  const recent = new Map<string, Recent>();
  for (const [series, rows] of await recentHistory(store.ledger.database, SPARKLINE_STRIKES)) {
    const newest = rows.at(-1);
    if (!newest) continue;
    recent.set(series, {
      latest: latestOf(newest, await beforeNewest(store, rows), now),
      sparkline: {
        date: rows.map((row) => row.date),
        value: rows.map((row) => publishedValue(row.value, row.strike)),
        level: rows.map((row) => row.level as Level | null),
      },
    });
  }
  return recent;
}

/** The tag of an answer about every series: the ledger's state, and how many newest fixes are still provisional. */
export function recentTag(state: LedgerState, recent: ReadonlyMap<string, Recent>, rulebookSha256: string): string {
  const provisional = [...recent.values()].filter(({ latest }) => latest.finality === 'provisional').length;
  const published = state.publishedAt?.getTime().toString(36) ?? '0';
  return `${state.fixes}-${published}-${provisional}-${rulebookSha256.slice(0, 8)}`;
}

/** The history of a series in columns, half-open in local dates. */
export async function readHistory(
  store: Store,
  series: string,
  range: { from?: string | undefined; to?: string | undefined },
): Promise<FixHistory> {
  const rows = await fixHistory(store.ledger.database, series, range);
  return {
    series,
    unit: 'USD/GPU-h',
    from: range.from ?? null,
    to: range.to ?? null,
    date: rows.map((row) => row.date),
    strike: rows.map((row) => row.strike.toISOString()),
    value: rows.map((row) => publishedValue(row.value, row.strike)),
    level: rows.map((row) => row.level as Level | null),
    status: rows.map((row) => row.status as FixStatus),
    reason: rows.map((row) => row.reason),
    p25: rows.map((row) => row.p25),
    p75: rows.map((row) => row.p75),
    providers: rows.map((row) => row.providers),
    hash: rows.map((row) => row.hash),
  };
}

/** A published fix with its proof. The record is read from the signed text, so that the two cannot differ. */
export function publishedFix(row: LedgerFix, now: Date): PublishedFix {
  return {
    fix: JSON.parse(row.canonical) as FixRecord,
    canonical: row.canonical,
    hash: row.hash,
    signature: row.signature,
    key_id: row.keyId,
    published_at: row.publishedAt.toISOString(),
    time_zone_database: row.timeZoneDatabase,
    finality: finalityOf(row.strike, now),
  };
}

function constituent(row: FixInputRow): Constituent {
  const { normalised_price: price } = row;
  return {
    ...row,
    // ClickHouse drops trailing zeros; the record does not.
    normalised_price: price === null ? null : formatDecimal(parseDecimal(price, 6), 6),
    reason: row.reason || null,
    detail: row.detail || null,
  };
}

/** What a published fix was computed from, and what became of each observation. */
export async function readConstituents(store: Store, row: LedgerFix): Promise<Constituent[]> {
  const record = JSON.parse(row.canonical) as FixRecord;
  const rows = await fixInputs(store.clickhouse, {
    series: row.series,
    strike: row.strike,
    revision: row.revision,
    hardwareClass: record.hardware_class,
    count: record.counts.observations,
  });
  return rows.map(constituent);
}
