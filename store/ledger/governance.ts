import { eq } from 'drizzle-orm';
import type { LedgerDatabase } from '#store/ledger/client';
import { rulebooks } from '#store/ledger/schema';

/** A rulebook as it was when fixes first named it; null where this ledger never used the version. */
export async function usedRulebook(
  database: LedgerDatabase,
  version: string,
): Promise<typeof rulebooks.$inferSelect | null> {
  const [row] = await database.select().from(rulebooks).where(eq(rulebooks.version, version)).limit(1);
  return row ?? null;
}
