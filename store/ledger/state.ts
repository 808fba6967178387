import { and, count, desc, eq, isNotNull, lt, max, min, ne, sql } from 'drizzle-orm';
import type { LedgerDatabase } from '#store/ledger/client';
import { fixes } from '#store/ledger/schema';

/** What tells one state of the append-only ledger from any other: how many fixes there are, and when the newest was published. */
export interface LedgerState {
  fixes: number;
  publishedAt: Date | null;
}

/** The state of the whole ledger. */
export async function ledgerState(database: LedgerDatabase): Promise<LedgerState> {
  const [row] = await database.select({ fixes: count(), publishedAt: max(fixes.publishedAt) }).from(fixes);
  return { fixes: row?.fixes ?? 0, publishedAt: row?.publishedAt ?? null };
}

/** The state of one series: how many revisions were ever published, its first and last date, and the hash at its head. */
export interface SeriesState {
  fixes: number;
  first: string;
  last: string;
  head: string;
}

/** The state of a series, or null where nothing of it has been published. */
export async function seriesState(database: LedgerDatabase, series: string): Promise<SeriesState | null> {
  const [extent] = await database
    .select({ fixes: count(), first: min(fixes.date), last: max(fixes.date) })
    .from(fixes)
    .where(eq(fixes.series, series));
  const [head] = await database
    .select({ hash: fixes.hash })
    .from(fixes)
    .where(eq(fixes.series, series))
    .orderBy(desc(fixes.strike), desc(fixes.revision))
    .limit(1);
  if (!extent?.first || !extent.last || !head) return null;
  return { fixes: extent.fixes, first: extent.first, last: extent.last, head: head.hash };
}

/** The date with a fix that lies nearest to a date without one, or null where the series has none. */
export async function nearestDate(database: LedgerDatabase, series: string, date: string): Promise<string | null> {
  const [row] = await database
    .select({ date: fixes.date })
    .from(fixes)
    .where(and(eq(fixes.series, series), ne(fixes.date, date)))
    .orderBy(sql`abs(${fixes.date} - ${date}::date)`, fixes.date)
    .limit(1);
  return row?.date ?? null;
}

/** The value of the last fix before a strike that had one, by the newest revision of each strike; null where there is none. */
export async function valueBefore(database: LedgerDatabase, series: string, strike: Date): Promise<string | null> {
  const newest = database
    .selectDistinctOn([fixes.strike], { strike: fixes.strike, value: fixes.value })
    .from(fixes)
    .where(and(eq(fixes.series, series), lt(fixes.strike, strike)))
    .orderBy(desc(fixes.strike), desc(fixes.revision))
    .as('newest');
  const [row] = await database
    .select()
    .from(newest)
    .where(isNotNull(newest.value))
    .orderBy(desc(newest.strike))
    .limit(1);
  return row?.value ?? null;
}
