import { asc, desc, eq, gt } from 'drizzle-orm';
import { canonicalJson } from '#methodology/canonical';
import { logIdOf, readCanonical, type TreeHead, treeHeadSchema } from '#methodology/log-records';
import { growingTree } from '#methodology/merkle';
import type { LedgerDatabase } from '#store/ledger/client';
import { allKeys, expectInForce, type SigningKey } from '#store/ledger/keys';
import { holdLog, type LedgerTransaction, type LogHead } from '#store/ledger/leaves';
import { treeHeads } from '#store/ledger/schema';

/** A signed tree head as the ledger holds it. */
export type LedgerHead = typeof treeHeads.$inferSelect;

type Reading = Pick<LedgerDatabase, 'select'>;

/** The newest signed tree head, or null before the first. */
export async function newestHead(database: Reading): Promise<LedgerHead | null> {
  const [head] = await database.select().from(treeHeads).orderBy(desc(treeHeads.size), desc(treeHeads.at)).limit(1);
  return head ?? null;
}

/** The first head that covers a leaf: the one that was signed when it was appended, or the next after that. Null where none does yet. */
export async function headCovering(database: Reading, leafIndex: number): Promise<LedgerHead | null> {
  const [head] = await database
    .select()
    .from(treeHeads)
    .where(gt(treeHeads.size, leafIndex))
    .orderBy(asc(treeHeads.size), asc(treeHeads.at))
    .limit(1);
  return head ?? null;
}

/** The first head that was signed at just this size, or null. */
export async function headOfSize(database: Reading, size: number): Promise<LedgerHead | null> {
  const [head] = await database
    .select()
    .from(treeHeads)
    .where(eq(treeHeads.size, size))
    .orderBy(asc(treeHeads.at))
    .limit(1);
  return head ?? null;
}

/** The record of a head. */
export const treeHeadOf = ({ canonical }: Pick<LedgerHead, 'canonical'>): TreeHead =>
  readCanonical(canonical, treeHeadSchema, 'a stored tree head');

/** Which log this ledger holds: by its heads, and before the first of them by its first key. Null before there is a key. */
export async function logIdIn(database: Reading): Promise<string | null> {
  const newest = await newestHead(database);
  if (newest) return treeHeadOf(newest).log;
  const [first] = await allKeys(database);
  return first ? logIdOf(first.publicKey) : null;
}

/**
 * Signs the head of a log that a transaction has just appended to, so that both become true together. Heads are never dated backwards,
 * whatever a clock does.
 * @throws Error where the key has been rotated away, or the ledger does not know it
 */
export async function signHead(
  transaction: LedgerTransaction,
  key: SigningKey,
  { size, root }: LogHead,
  at: Date,
): Promise<LedgerHead> {
  await expectInForce(transaction, key.keyId);
  const newest = await newestHead(transaction);
  if (newest && (newest.size > size || (newest.size === size && newest.root !== root))) {
    throw new Error(
      `the log has ${size} leaves with the root ${root}, and a head of ${newest.size} leaves with the root ${newest.root} was signed: ` +
        'the ledger has lost leaves, and signing on would fork the log; restore it whole from a backup',
    );
  }
  const log = (await logIdIn(transaction)) as string;
  const when = new Date(Math.max(at.getTime(), newest?.at.getTime() ?? 0));
  const head: TreeHead = {
    format: 'csi-tree-head/1',
    log,
    size,
    root,
    at: when.toISOString(),
    key_id: key.keyId,
  };
  const canonical = canonicalJson(head);
  const row = { size, at: when, root, canonical, signature: key.sign(canonical), keyId: key.keyId };
  await transaction.insert(treeHeads).values(row);
  return row;
}

const dayOf = (instant: Date) => instant.toISOString().slice(0, 'YYYY-MM-DD'.length);

/**
 * Sees to it that a head of today (UTC) covers every leaf: receipts wait for it where nothing is published, and a day without any leaf has
 * one that says so. The key must be in the ledger (`recordKey`).
 * @returns the newest head; null while the log is empty
 */
export async function ensureDailyHead(
  database: LedgerDatabase,
  key: SigningKey,
  now: Date,
): Promise<LedgerHead | null> {
  return database.transaction(async (transaction) => {
    const state = await holdLog(transaction);
    if (state.size === 0) return null;
    const newest = await newestHead(transaction);
    if (newest?.size === state.size && dayOf(newest.at) >= dayOf(now)) return newest;
    return signHead(transaction, key, { size: state.size, root: growingTree(state).root() }, now);
  });
}
