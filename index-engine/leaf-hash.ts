import { canonicalJson } from '#methodology/canonical';
import { leafHashOf, merkleRoot, nodeHash } from '#methodology/merkle';

const known = new WeakMap<object, Buffer>();

/** The hash of an object as a leaf: of its canonical JSON (RFC 6962, section 2.1). Remembered, so the object must not change after. */
export function leafHash(leaf: object): Buffer {
  let digest = known.get(leaf);
  if (!digest) {
    digest = leafHashOf(canonicalJson(leaf));
    known.set(leaf, digest);
  }
  return digest;
}

/** By a node's left child, the last node above it: most inputs of a fix are those of another, in the same places. */
const above = new WeakMap<Uint8Array, { right: Uint8Array; node: Buffer }>();

function nodeAbove(left: Uint8Array, right: Uint8Array): Buffer {
  const last = above.get(left);
  if (last?.right === right) return last.node;
  const node = nodeHash(left, right);
  above.set(left, { right, node });
  return node;
}

/** The Merkle root over objects as leaves, in their order. Nodes are remembered as long as their leaves are. */
export const rootOf = (leaves: readonly object[]): string => merkleRoot(leaves.map(leafHash), nodeAbove);
