import { eq } from 'drizzle-orm';
import { sha256 } from '#methodology/canonical';
import { growingTree, leafHashOf } from '#methodology/merkle';
import type { LedgerDatabase } from '#store/ledger/client';
import { logLeaves, logState } from '#store/ledger/schema';

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

/** Takes the log's one row and holds it until the transaction ends: until then nobody else appends. */
export async function holdLog(transaction: LedgerTransaction): Promise<typeof logState.$inferSelect> {
  const [state] = await transaction.select().from(logState).where(eq(logState.id, 1)).for('update');
  if (!state) throw new Error('the ledger has no log: its migrations did not run');
  return state;
}

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
  const tree = growingTree(await holdLog(transaction));
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
