import { createHash, hash } from 'node:crypto';
import { canonicalJson } from '#methodology/canonical';

const EMPTY = createHash('sha256').digest();
const LEAF = Buffer.of(0);
const HASH_BYTES = 32;

const known = new WeakMap<object, Buffer>();

/** The hash of a leaf: SHA-256 of 0x00 and its canonical JSON (RFC 6962, section 2.1). Remembered for a frozen or unshared object. */
export function leafHash(leaf: object): Buffer {
  let digest = known.get(leaf);
  if (!digest) {
    digest = createHash('sha256').update(LEAF).update(canonicalJson(leaf), 'utf8').digest();
    known.set(leaf, digest);
  }
  return digest;
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
  const node = Buffer.allocUnsafe(1 + 2 * HASH_BYTES);
  node[0] = 1;
  treeHash(leaves, from, from + half).copy(node, 1);
  treeHash(leaves, from + half, to).copy(node, 1 + HASH_BYTES);
  return hash('sha256', node, 'buffer');
}
