import { sql } from 'drizzle-orm';
import type { LedgerDatabase } from '#store/ledger/client';
import { sourceHealth } from '#store/ledger/schema';

/** How a source is doing, as the ledger holds it. */
export type LedgerHealth = typeof sourceHealth.$inferSelect;

/** Records the end of a run of a source: `error` is null where it went well. */
export async function recordRun(
  database: LedgerDatabase,
  run: { source: string; at: Date; error: string | null },
): Promise<void> {
  const failed = run.error !== null;
  await database
    .insert(sourceHealth)
    .values({
      source: run.source,
      lastRunAt: run.at,
      lastSuccessAt: failed ? null : run.at,
      lastError: run.error,
      consecutiveFailures: failed ? 1 : 0,
    })
    .onConflictDoUpdate({
      target: sourceHealth.source,
      set: {
        lastRunAt: run.at,
        lastError: run.error,
        ...(failed ? {} : { lastSuccessAt: run.at }),
        consecutiveFailures: failed ? sql`${sourceHealth.consecutiveFailures} + 1` : 0,
      },
    });
}

/** Health of every source that has ever run, keyed by source. */
export async function allHealth(database: LedgerDatabase): Promise<Map<string, LedgerHealth>> {
  const rows = await database.select().from(sourceHealth);
  return new Map(rows.map((row) => [row.source, row]));
}
