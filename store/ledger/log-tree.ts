import { type LevelTree, levelTree } from '#methodology/merkle-levels';
import type { LedgerDatabase } from '#store/ledger/client';
import { leafHashesBetween } from '#store/ledger/log-reads';

/** Leaf hashes read at once. */
const LEAVES_A_READ = 20_000;

/** The log's tree, as far as this process has read it: the log only grows, so that what was read stays right. */
interface KeptTree {
  tree: LevelTree;
  /** The read under way, if any: each waits for the one before. */
  reading: Promise<void>;
}

const kept = new WeakMap<LedgerDatabase, KeptTree>();

async function readUpTo(database: LedgerDatabase, tree: LevelTree, size: number): Promise<void> {
  while (tree.size < size) {
    const hashes = await leafHashesBetween(database, tree.size, Math.min(size, tree.size + LEAVES_A_READ));
    if (hashes.length === 0) throw new RangeError(`the log has ${tree.size} leaves, ${size} were asked for`);
    for (const hash of hashes) tree.append(Buffer.from(hash, 'hex'));
  }
}

/**
 * The tree of the log with at least so many leaves, from which proofs are made. Read once per process, and then only what is new.
 * @throws RangeError where the log has fewer leaves
 */
export async function logTree(database: LedgerDatabase, size: number): Promise<LevelTree> {
  const known = kept.get(database) ?? { tree: levelTree(), reading: Promise.resolve() };
  kept.set(database, known);
  const reading = known.reading.then(() => readUpTo(database, known.tree, size));
  known.reading = reading.catch(() => {});
  await reading;
  return known.tree;
}
