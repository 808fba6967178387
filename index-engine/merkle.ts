import { createHash } from 'node:crypto';
import { canonicalJson } from '#methodology/canonical';

const EMPTY = createHash('sha256').digest();
const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

const known = new WeakMap<object, Buffer>();

/** The hash of a leaf: SHA-256 of 0x00 and its canonical JSON (RFC 6962, section 2.1). Remembered for a frozen or unshared object. */
export function leafHash(leaf: object): Buffer {
  let hash = known.get(leaf);
  if (!hash) {
    hash = createHash('sha256').update(LEAF).update(canonicalJson(leaf), 'utf8').digest();
    known.set(leaf, hash);
  }
  return hash;
}

/** The root of a Merkle tree over leaf hashes in their order (RFC 6962, section 2.1), lower-case hexadecimal. */
export function merkleRoot(leaves: readonly Buffer[]): string {
  return treeHash(leaves, 0, leaves.length).toString('hex');
}

function treeHash(leaves: readonly Buffer[], from: number, to: number): Buffer {
  const count = to - from;
  if (count === 0) return EMPTY;
  if (count === 1) return leaves[from] as Buffer;
  let half = 1;
  while (half * 2 < count) half *= 2;
  return createHash('sha256')
    .update(NODE)
    .update(treeHash(leaves, from, from + half))
    .update(treeHash(leaves, from + half, to))
    .digest();
}
