import { and, asc, between, desc, eq, gte, lt } from 'drizzle-orm';
import type { LedgerDatabase } from '#store/ledger/client';
import type { LedgerFix } from '#store/ledger/fixes';
import { fixes, logLeaves, notices, signedRecords, treeHeads } from '#store/ledger/schema';

/** Every revision of every fix of a local date, in the order of series, strikes and revisions. */
export async function fixesOfDate(database: LedgerDatabase, date: string): Promise<LedgerFix[]> {
  return database
    .select()
    .from(fixes)
    .where(eq(fixes.date, date))
    .orderBy(asc(fixes.series), asc(fixes.strike), asc(fixes.revision));
}

/** Notices of a time, half-open, oldest first. */
export async function noticesBetween(database: LedgerDatabase, from: Date, to: Date) {
  return database
    .select()
    .from(notices)
    .where(and(gte(notices.at, from), lt(notices.at, to)))
    .orderBy(asc(notices.id));
}

/** Signed records of a time, half-open, oldest first: what they are and their hashes. */
export async function recordsBetween(database: LedgerDatabase, from: Date, to: Date) {
  const { kind, subject, at, hash } = signedRecords;
  return database
    .select({ kind, subject, at, hash })
    .from(signedRecords)
    .where(and(gte(at, from), lt(at, to)))
    .orderBy(asc(at), asc(hash));
}

/** The first and the last leaf of the log between two instants, and the newest signed head; null where there is none. */
export async function logBetween(database: LedgerDatabase, from: Date, to: Date) {
  const within = and(gte(logLeaves.at, from), lt(logLeaves.at, to));
  const [first] = await database.select().from(logLeaves).where(within).orderBy(asc(logLeaves.index)).limit(1);
  const [last] = await database.select().from(logLeaves).where(within).orderBy(desc(logLeaves.index)).limit(1);
  const [head] = await database.select().from(treeHeads).orderBy(desc(treeHeads.size), desc(treeHeads.at)).limit(1);
  const leaves =
    first && last ? await database.$count(logLeaves, and(between(logLeaves.index, first.index, last.index))) : 0;
  return { first: first ?? null, last: last ?? null, leaves, head: head ?? null };
}
