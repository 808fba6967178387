import { and, eq, isNull } from 'drizzle-orm';
import type { LedgerDatabase } from '#store/ledger/client';
import { verifiers } from '#store/ledger/schema';

/** Somebody who measures delivered hardware and signs what was found. */
export type Verifier = typeof verifiers.$inferSelect;

/** Registers a verifier's public key. @returns false where the id is taken: a key once used is never replaced under its name */
export async function addVerifier(
  database: LedgerDatabase,
  verifier: { id: string; publicKey: string; at: Date },
): Promise<boolean> {
  const { id, publicKey, at } = verifier;
  const added = await database
    .insert(verifiers)
    .values({ id, publicKey, createdAt: at, revokedAt: null })
    .onConflictDoNothing()
    .returning({ id: verifiers.id });
  return added.length > 0;
}

/** Every verifier that was ever registered, oldest first. */
export async function allVerifiers(database: LedgerDatabase): Promise<Verifier[]> {
  return database.select().from(verifiers).orderBy(verifiers.createdAt, verifiers.id);
}

/** Revokes a verifier: what it signed earlier keeps its grade. @returns false where there is none by this id that is still valid */
export async function revokeVerifier(database: LedgerDatabase, id: string, at: Date): Promise<boolean> {
  const revoked = await database
    .update(verifiers)
    .set({ revokedAt: at })
    .where(and(eq(verifiers.id, id), isNull(verifiers.revokedAt)))
    .returning({ id: verifiers.id });
  return revoked.length > 0;
}
