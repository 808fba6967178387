import { and, asc, desc, eq, gte, lt, sql } from 'drizzle-orm';
import type { LedgerDatabase } from '#store/ledger/client';
import type { LedgerHead } from '#store/ledger/heads';
import { contributions, fixes, logLeaves, logState, signedRecords, treeHeads } from '#store/ledger/schema';

/** A leaf as the ledger holds it, without its record. */
export type LedgerLeaf = typeof logLeaves.$inferSelect;

/** A leaf with the record behind it. A receipt carries its signature in itself: there both are null. */
export interface LoggedRecord extends LedgerLeaf {
  canonical: string;
  signature: string | null;
  keyId: string | null;
}

/** How many leaves the log has. */
export async function logSize(database: LedgerDatabase): Promise<number> {
  const [state] = await database.select({ size: logState.size }).from(logState).where(eq(logState.id, 1));
  return state?.size ?? 0;
}

const inRange = (from: number, to: number) => and(gte(logLeaves.index, from), lt(logLeaves.index, to));

/** Leaves [from, to) in their order. */
export async function leavesBetween(database: LedgerDatabase, from: number, to: number): Promise<LedgerLeaf[]> {
  return database.select().from(logLeaves).where(inRange(from, to)).orderBy(asc(logLeaves.index));
}

/** Leaf hashes [from, to) in their order, lower-case hexadecimal. */
export async function leafHashesBetween(database: LedgerDatabase, from: number, to: number): Promise<string[]> {
  const rows = await database
    .select({ leafHash: logLeaves.leafHash })
    .from(logLeaves)
    .where(inRange(from, to))
    .orderBy(asc(logLeaves.index));
  return rows.map(({ leafHash }) => leafHash);
}

/** The leaf of a record by the hash of its canonical text, or null. */
export async function leafByHash(database: LedgerDatabase, hash: string): Promise<LedgerLeaf | null> {
  const [leaf] = await database.select().from(logLeaves).where(eq(logLeaves.hash, hash));
  return leaf ?? null;
}

/**
 * Leaves [from, to) in their order, each with the canonical text behind it, by which it was hashed.
 * @throws Error where the ledger holds a leaf without its record
 */
export async function recordsBetween(database: LedgerDatabase, from: number, to: number): Promise<LoggedRecord[]> {
  const rows = await database
    .select({
      leaf: logLeaves,
      canonical: sql<string | null>`coalesce(${fixes.canonical}, ${signedRecords.canonical}, ${contributions.receipt})`,
      signature: sql<string | null>`coalesce(${fixes.signature}, ${signedRecords.signature})`,
      keyId: sql<string | null>`coalesce(${fixes.keyId}, ${signedRecords.keyId})`,
    })
    .from(logLeaves)
    .leftJoin(fixes, and(eq(logLeaves.kind, 'fix'), eq(fixes.hash, logLeaves.hash)))
    .leftJoin(signedRecords, eq(signedRecords.hash, logLeaves.hash))
    .leftJoin(contributions, and(eq(logLeaves.kind, 'receipt'), eq(contributions.receiptId, logLeaves.subject)))
    .where(inRange(from, to))
    .orderBy(asc(logLeaves.index));
  return rows.map(({ leaf, canonical, signature, keyId }) => {
    if (canonical === null)
      throw new Error(`leaf ${leaf.index} of the log has no record: ${leaf.kind} ${leaf.subject}`);
    return { ...leaf, canonical, signature, keyId };
  });
}

/** Signed heads in their order, those after a place first. */
export async function headsFrom(
  database: LedgerDatabase,
  after: { size: number; at: Date } | null,
  limit: number,
): Promise<LedgerHead[]> {
  return database
    .select()
    .from(treeHeads)
    .where(
      after
        ? sql`(${treeHeads.size}, ${treeHeads.at}) > (${after.size}, ${after.at.toISOString()}::timestamptz)`
        : undefined,
    )
    .orderBy(asc(treeHeads.size), asc(treeHeads.at))
    .limit(limit);
}

/** The newest signed heads, newest first. */
export async function newestHeads(database: LedgerDatabase, limit: number): Promise<LedgerHead[]> {
  return database.select().from(treeHeads).orderBy(desc(treeHeads.size), desc(treeHeads.at)).limit(limit);
}
