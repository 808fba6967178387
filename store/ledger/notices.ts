import { and, desc, eq, gt, inArray, lt } from 'drizzle-orm';
import type { LedgerDatabase } from '#store/ledger/client';
import { notices } from '#store/ledger/schema';

/** What a notice is about. */
export const NOTICE_KINDS = [
  'source_silent',
  'source_recovered',
  'source_drift',
  'source_paused',
  'disruption',
  'suspension',
  'late',
  'restatement',
  'annotation',
  'methodology_change',
  'key_rotation',
] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

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

/** Adds a notice unless the same was said before of the same subject. @returns whether it was added */
export async function addNoticeOnce(
  database: LedgerDatabase,
  notice: { at: Date; kind: NoticeKind; subject: string; text: string },
): Promise<boolean> {
  const { kind, subject, text } = notice;
  const said = await database
    .select({ id: notices.id })
    .from(notices)
    .where(and(eq(notices.kind, kind), eq(notices.subject, subject), eq(notices.text, text)))
    .limit(1);
  if (said.length > 0) return false;
  await addNotice(database, notice);
  return true;
}

/** The newest notices, newest first; of some kinds, of one subject, before an id. */
export async function recentNotices(
  database: LedgerDatabase,
  limit: number,
  only: { kinds?: readonly string[] | undefined; subject?: string | undefined; before?: number | undefined } = {},
): Promise<Notice[]> {
  const { kinds, subject, before } = only;
  return database
    .select()
    .from(notices)
    .where(
      and(
        kinds ? inArray(notices.kind, [...kinds]) : undefined,
        subject === undefined ? undefined : eq(notices.subject, subject),
        before === undefined ? undefined : lt(notices.id, before),
      ),
    )
    .orderBy(desc(notices.id))
    .limit(limit);
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
