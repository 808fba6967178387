import { ofRuns } from '#index-engine/runs';
import { canonicalJson } from '#methodology/canonical';
import { leafHashOf, merkleRoot } from '#methodology/merkle';

const known = new WeakMap<object, Buffer>();

/** The hash of an object as a leaf: of its canonical JSON (RFC 6962, section 2.1). Remembered, so the object must not change after. */
export function leafHash(leaf: object): Buffer {
  let hash = known.get(leaf);
  if (hash === undefined) {
    hash = leafHashOf(canonicalJson(leaf));
    known.set(leaf, hash);
  }
  return hash;
}

/** The root over some leaves. */
interface Subtree {
  hash: Buffer;
}

const subtreeOf = (hashes: readonly Buffer[]): Subtree => ({ hash: Buffer.from(merkleRoot(hashes), 'hex') });
const ofLeaves = ofRuns<object, Subtree>((leaves) => subtreeOf(leaves.map(leafHash)));
const ofSubtrees = ofRuns<Subtree, Subtree>((subtrees) => subtreeOf(subtrees.map(({ hash }) => hash)));

/**
 * The Merkle root over objects as leaves, in their order (RFC 6962, section 2.1). Subtrees are remembered: all but the last have a power of
 * two of leaves, and so are subtrees of the whole.
 */
export function rootOf(leaves: readonly object[]): string {
  let subtrees = ofLeaves(leaves);
  while (subtrees.length > 1) subtrees = ofSubtrees(subtrees);
  return subtrees[0]?.hash.toString('hex') ?? merkleRoot([]);
}
