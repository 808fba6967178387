import { sql } from 'drizzle-orm';
import type { LedgerDatabase } from '#store/ledger/client';

/** Asks the ledger for nothing. @throws Error where it does not answer */
export async function pingLedger(database: LedgerDatabase): Promise<void> {
  await database.execute(sql`SELECT 1`);
}
