import { createHash, hash } from 'node:crypto';

/**
 * Merkle trees in the manner of RFC 6962, section 2.1: a leaf is hashed after the byte 0, a node after the byte 1, so that neither
 * can pass for the other.
 */

const EMPTY = hash('sha256', '');
const NODE = Buffer.of(1);
const HASH = /^[0-9a-f]{64}$/;

/** The hash of a leaf given as text. */
export function leafHashOf(text: string): Buffer {
  return hash('sha256', `\u0000${text}`, 'buffer');
}

function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return createHash('sha256').update(NODE).update(left).update(right).digest();
}

/** A tree that grows leaf by leaf and keeps only the roots of its full subtrees: its memory is the logarithm of its size. */
export interface GrowingTree {
  readonly size: number;
  append(leaf: Uint8Array): void;
  /** The root, lower-case hexadecimal. */
  root(): string;
  /** The roots of its full subtrees from left to right, lower-case hexadecimal: with the size, all it takes to go on. */
  peaks(): string[];
}

/** Sizes of the full subtrees of a tree from left to right: the powers of two that add up to its size. */
function peakSizes(size: number): number[] {
  const sizes: number[] = [];
  for (let left = size; left > 0; left -= sizes.at(-1) as number) sizes.push(2 ** Math.floor(Math.log2(left)));
  return sizes;
}

/**
 * A tree without leaves, or one that goes on from what another one was.
 * @throws RangeError where the peaks are not those of a tree of that size
 */
export function growingTree(from: { size: number; peaks: readonly string[] } = { size: 0, peaks: [] }): GrowingTree {
  const sizes = peakSizes(from.size);
  if (sizes.length !== from.peaks.length || !from.peaks.every((one) => HASH.test(one))) {
    throw new RangeError(`a tree of ${from.size} leaves has ${sizes.length} peaks, got ${from.peaks.length}`);
  }
  const peaks: { hash: Uint8Array; leaves: number }[] = from.peaks.map((one, index) => ({
    hash: Buffer.from(one, 'hex'),
    leaves: sizes[index] as number,
  }));
  let { size } = from;
  return {
    get size() {
      return size;
    },
    append(leaf) {
      size += 1;
      let peak = { hash: leaf, leaves: 1 };
      for (let last = peaks.at(-1); last?.leaves === peak.leaves; last = peaks.at(-1)) {
        peaks.pop();
        peak = { hash: nodeHash(last.hash, peak.hash), leaves: last.leaves * 2 };
      }
      peaks.push(peak);
    },
    root() {
      const last = peaks.at(-1);
      if (!last) return EMPTY;
      return Buffer.from(
        peaks.slice(0, -1).reduceRight<Uint8Array>((right, peak) => nodeHash(peak.hash, right), last.hash),
      ).toString('hex');
    },
    peaks: () => peaks.map((peak) => Buffer.from(peak.hash).toString('hex')),
  };
}

/** That a leaf is in a tree: its place, the size of the tree, and the sibling hashes from the leaf up, lower-case hexadecimal. */
export interface InclusionProof {
  leaf_index: number;
  tree_size: number;
  path: string[];
}

function rootOf(leaves: readonly Uint8Array[], from: number, to: number): Uint8Array {
  if (to - from === 1) return leaves[from] as Uint8Array;
  const middle = from + split(to - from);
  return nodeHash(rootOf(leaves, from, middle), rootOf(leaves, middle, to));
}

/** The largest power of two below a count of at least two. */
function split(count: number): number {
  let half = 1;
  while (half * 2 < count) half *= 2;
  return half;
}

/**
 * The audit path of a leaf (RFC 6962, section 2.1.1).
 * @throws RangeError where the tree has no such leaf
 */
export function inclusionProof(leaves: readonly Uint8Array[], index: number): InclusionProof {
  if (!(Number.isInteger(index) && index >= 0 && index < leaves.length)) {
    throw new RangeError(`a tree of ${leaves.length} leaves has no leaf ${index}`);
  }
  const path: string[] = [];
  let from = 0;
  let to = leaves.length;
  while (to - from > 1) {
    const middle = from + split(to - from);
    const sibling = index < middle ? rootOf(leaves, middle, to) : rootOf(leaves, from, middle);
    path.unshift(Buffer.from(sibling).toString('hex'));
    if (index < middle) to = middle;
    else from = middle;
  }
  return { leaf_index: index, tree_size: leaves.length, path };
}

/** Whether a proof shows that a leaf, given as text, is in the tree with this root (RFC 9162, section 2.1.3.2). */
export function verifyInclusion(leaf: string, proof: InclusionProof, root: string): boolean {
  const { leaf_index, tree_size, path } = proof;
  if (!(Number.isSafeInteger(leaf_index) && Number.isSafeInteger(tree_size))) return false;
  if (leaf_index < 0 || leaf_index >= tree_size || !path.every((one) => HASH.test(one))) return false;
  let place = leaf_index;
  let last = tree_size - 1;
  let node: Uint8Array = leafHashOf(leaf);
  for (const text of path) {
    if (last === 0) return false;
    const sibling = Buffer.from(text, 'hex');
    if (place % 2 === 1 || place === last) {
      node = nodeHash(sibling, node);
      // A node without a right sibling rises unhashed until it has one.
      while (place % 2 === 0 && place !== 0) {
        place = Math.floor(place / 2);
        last = Math.floor(last / 2);
      }
    } else node = nodeHash(node, sibling);
    place = Math.floor(place / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && Buffer.from(node).toString('hex') === root;
}
