import { and, desc, eq, gt } from 'drizzle-orm';
import type { LedgerDatabase } from '#store/ledger/client';
import { notices } from '#store/ledger/schema';

/** What a notice is about. */
export type NoticeKind =
  | 'source_silent'
  | 'source_recovered'
  | 'source_drift'
  | 'source_paused'
  | 'disruption'
  | 'suspension'
  | 'late'
  | 'restatement'
  | 'annotation'
  | 'methodology_change'
  | 'key_rotation';

/** A notice as the ledger holds it. */
export type Notice = typeof notices.$inferSelect;

/** Adds a notice and returns it. */
export async function addNotice(
  database: LedgerDatabase,
  notice: { at: Date; kind: NoticeKind; subject: string; text: string },
): Promise<Notice> {
  const [added] = await database.insert(notices).values(notice).returning();
  if (!added) throw new Error('the notice was not stored');
  return added;
}

/** The newest notices, newest first. */
export async function recentNotices(database: LedgerDatabase, limit: number): Promise<Notice[]> {
  return database.select().from(notices).orderBy(desc(notices.id)).limit(limit);
}

/** Notices after an id, oldest first. */
export async function noticesAfter(database: LedgerDatabase, id: number): Promise<Notice[]> {
  return database.select().from(notices).where(gt(notices.id, id)).orderBy(notices.id);
}

/** The newest notice about a subject, or null. */
export async function lastNotice(database: LedgerDatabase, subject: string, kind?: NoticeKind): Promise<Notice | null> {
  const rows = await database
    .select()
    .from(notices)
    .where(and(eq(notices.subject, subject), kind ? eq(notices.kind, kind) : undefined))
    .orderBy(desc(notices.id))
    .limit(1);
  return rows[0] ?? null;
}
