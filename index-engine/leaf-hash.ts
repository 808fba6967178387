import { ofRuns } from '#index-engine/runs';
import { canonicalJson } from '#methodology/canonical';
import { leafHashOf, merkleRoot, nodeHash } from '#methodology/merkle';

/** A node of a tree of inputs, and the last one above it: most inputs of a fix are those of another, in the same places. */
interface Node {
  hash: Buffer;
  /**
   * The hash of its neighbour under the one above, and not that node: a neighbour of once would hold its own of then, and so the whole past.
   */
  right: Buffer | null;
  above: Node | null;
}

const known = new WeakMap<object, Node>();

function nodeOf(leaf: object): Node {
  let node = known.get(leaf);
  if (node === undefined) {
    node = { hash: leafHashOf(canonicalJson(leaf)), right: null, above: null };
    known.set(leaf, node);
  }
  return node;
}

function nodeAbove(left: Node, right: Node): Node {
  if (left.right === right.hash && left.above !== null) return left.above;
  const node: Node = { hash: nodeHash(left.hash, right.hash), right: null, above: null };
  left.right = right.hash;
  left.above = node;
  return node;
}

/** The node above all of some: level by level, where a last one without a neighbour goes up as it is. */
function topOf(nodes: readonly Node[]): Node {
  let level = nodes;
  while (level.length > 1) {
    const next: Node[] = [];
    for (let index = 0; index < level.length; index += 2) {
      const left = level[index] as Node;
      const right = level[index + 1];
      next.push(right === undefined ? left : nodeAbove(left, right));
    }
    level = next;
  }
  return level[0] as Node;
}

/** The hash of an object as a leaf: of its canonical JSON (RFC 6962, section 2.1). Remembered, so the object must not change after. */
export const leafHash = (leaf: object): Buffer => nodeOf(leaf).hash;

const subtreesOf = ofRuns((leaves: readonly object[]) => topOf(leaves.map(nodeOf)));

/**
 * The Merkle root over objects as leaves, in their order (RFC 6962, section 2.1): that of its subtrees, which are whole but for the last.
 * Nodes are remembered as long as the leaf at their left end is.
 * @param strike that they are inputs of
 */
export function rootOf(leaves: readonly object[], strike: Date): string {
  return leaves.length === 0 ? merkleRoot([]) : topOf(subtreesOf(leaves, strike)).hash.toString('hex');
}
