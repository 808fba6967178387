import { and, asc, desc, eq } from 'drizzle-orm';
import { sha256 } from '#methodology/canonical';
import { growingTree, leafHashOf } from '#methodology/merkle';
import type { LedgerDatabase } from '#store/ledger/client';
import type { SigningKey } from '#store/ledger/keys';
import { logLeaves, logState, signedRecords } from '#store/ledger/schema';

/** A record to be logged: its kind, what it is about, and its canonical JSON. */
export interface LogEntry {
  kind: string;
  subject: string;
  canonical: string;
}

/** The log after an append: its size and the root over all leaves, lower-case hexadecimal. */
export interface LogHead {
  size: number;
  root: string;
}

/** Any connection that is inside a transaction. */
export type LedgerTransaction = Parameters<Parameters<LedgerDatabase['transaction']>[0]>[0];

/** Leaves in one statement: Postgres takes 65,535 parameters. */
const LEAVES_A_STATEMENT = 5_000;

/**
 * Appends leaves to the transparency log inside a transaction. Who appends holds the log's one row until the transaction ends, so that
 * the log has one order and cannot fork, whoever appends.
 * @throws Error where a record is in the log already
 */
export async function appendLeaves(
  transaction: LedgerTransaction,
  entries: readonly LogEntry[],
  at: Date,
): Promise<LogHead> {
  const [state] = await transaction.select().from(logState).where(eq(logState.id, 1)).for('update');
  if (!state) throw new Error('the ledger has no log: its migrations did not run');
  const tree = growingTree(state);
  const rows = entries.map(({ kind, subject, canonical }) => {
    const leaf = leafHashOf(canonical);
    const index = tree.size;
    tree.append(leaf);
    return { index, kind, subject, hash: sha256(canonical), leafHash: leaf.toString('hex'), at };
  });
  for (let from = 0; from < rows.length; from += LEAVES_A_STATEMENT) {
    await transaction.insert(logLeaves).values(rows.slice(from, from + LEAVES_A_STATEMENT));
  }
  await transaction.update(logState).set({ size: tree.size, peaks: tree.peaks() }).where(eq(logState.id, 1));
  return { size: tree.size, root: tree.root() };
}

/** A signed record as the ledger holds it. */
export type SignedRecord = typeof signedRecords.$inferSelect;

/**
 * Signs a record, stores it and puts it into the log, all or nothing. The key must be in the ledger (`recordKey`). A record that is there
 * already, byte for byte, is returned as it is.
 */
export async function appendSignedRecord(
  database: LedgerDatabase,
  key: SigningKey,
  entry: LogEntry,
  at: Date,
): Promise<SignedRecord> {
  const hash = sha256(entry.canonical);
  return database.transaction(async (transaction) => {
    const [known] = await transaction.select().from(signedRecords).where(eq(signedRecords.hash, hash));
    if (known) return known;
    await appendLeaves(transaction, [entry], at);
    const row = { hash, ...entry, at, signature: key.sign(entry.canonical), keyId: key.keyId };
    await transaction.insert(signedRecords).values(row);
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
