import { and, eq, sql } from 'drizzle-orm';
import type { LedgerDatabase } from '#store/ledger/client';
import { leases } from '#store/ledger/schema';

/**
 * Takes or renews a lease: one holder at a time, until it runs out. The database decides, so that any number of processes may ask.
 * @returns whether the holder has it now
 */
export async function takeLease(
  database: LedgerDatabase,
  lease: { name: string; holder: string; now: Date; seconds: number },
): Promise<boolean> {
  const { name, holder, now, seconds } = lease;
  const expiresAt = new Date(now.getTime() + seconds * 1000);
  const taken = await database
    .insert(leases)
    .values({ name, holder, expiresAt })
    .onConflictDoUpdate({
      target: leases.name,
      set: { holder: sql`excluded.holder`, expiresAt: sql`excluded.expires_at` },
      setWhere: sql`${leases.holder} = ${holder} or ${leases.expiresAt} <= ${now.toISOString()}`,
    })
    .returning({ holder: leases.holder });
  return taken.length > 0;
}

/** Gives a lease back before it runs out, where the holder still has it. */
export async function dropLease(database: LedgerDatabase, name: string, holder: string): Promise<void> {
  await database.delete(leases).where(and(eq(leases.name, name), eq(leases.holder, holder)));
}
