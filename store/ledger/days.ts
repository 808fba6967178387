import { and, asc, desc, eq, inArray, max } from 'drizzle-orm';
import type { LedgerDatabase } from '#store/ledger/client';
import { type HistoryRow, historyColumns } from '#store/ledger/fixes';
import { fixes } from '#store/ledger/schema';

/** The newest revision of every fix of some series on one local date, in the order of series and strikes. */
export async function fixesOnDate(
  database: LedgerDatabase,
  date: string,
  series: readonly string[],
): Promise<HistoryRow[]> {
  if (series.length === 0) return [];
  return database
    .selectDistinctOn([fixes.series, fixes.strike], historyColumns)
    .from(fixes)
    .where(and(eq(fixes.date, date), inArray(fixes.series, [...series])))
    .orderBy(asc(fixes.series), asc(fixes.strike), desc(fixes.revision));
}

/** The newest local date on which any of some series has a fix, or null where none of them has one. */
export async function newestDateOf(database: LedgerDatabase, series: readonly string[]): Promise<string | null> {
  if (series.length === 0) return null;
  const [row] = await database
    .select({ date: max(fixes.date) })
    .from(fixes)
    .where(inArray(fixes.series, [...series]));
  return row?.date ?? null;
}
