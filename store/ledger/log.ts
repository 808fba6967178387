import { and, asc, desc, eq } from 'drizzle-orm';
import { sha256 } from '#methodology/canonical';
import type { LedgerDatabase } from '#store/ledger/client';
import { signHead } from '#store/ledger/heads';
import { expectInForce, type SigningKey } from '#store/ledger/keys';
import { appendLeaves, holdLog, type LogEntry } from '#store/ledger/leaves';
import { signedRecords } from '#store/ledger/schema';

/** A signed record as the ledger holds it. */
export type SignedRecord = typeof signedRecords.$inferSelect;

/**
 * Signs a record, stores it, puts it into the log and signs the log's head, all or nothing. The key must be in the ledger (`recordKey`).
 * A record that is there already, byte for byte, is returned as it is.
 * @throws Error where the key has been rotated away
 */
export async function appendSignedRecord(
  database: LedgerDatabase,
  key: SigningKey,
  entry: LogEntry,
  at: Date,
): Promise<SignedRecord> {
  const hash = sha256(entry.canonical);
  return database.transaction(async (transaction) => {
    // Two processes may have the same to say at once: the second waits here, and then finds it said.
    await holdLog(transaction);
    const [known] = await transaction.select().from(signedRecords).where(eq(signedRecords.hash, hash));
    if (known) return known;
    await expectInForce(transaction, key.keyId);
    const head = await appendLeaves(transaction, [entry], at);
    const row = { hash, ...entry, at, signature: key.sign(entry.canonical), keyId: key.keyId };
    await transaction.insert(signedRecords).values(row);
    await signHead(transaction, key, head, at);
    return row;
  });
}

/** The signed records of a kind, oldest first; of one subject if asked. */
export async function signedRecordsOf(
  database: LedgerDatabase,
  kind: string,
  subject?: string,
): Promise<SignedRecord[]> {
  return database
    .select()
    .from(signedRecords)
    .where(and(eq(signedRecords.kind, kind), subject === undefined ? undefined : eq(signedRecords.subject, subject)))
    .orderBy(asc(signedRecords.at), asc(signedRecords.hash));
}

/** The newest signed record of a kind about a subject, or null. */
export async function newestSignedRecord(
  database: LedgerDatabase,
  kind: string,
  subject: string,
): Promise<SignedRecord | null> {
  const [row] = await database
    .select()
    .from(signedRecords)
    .where(and(eq(signedRecords.kind, kind), eq(signedRecords.subject, subject)))
    .orderBy(desc(signedRecords.at), desc(signedRecords.hash))
    .limit(1);
  return row ?? null;
}
