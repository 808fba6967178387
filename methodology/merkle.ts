import { hash } from 'node:crypto';

/**
 * Merkle trees in the manner of RFC 6962, section 2.1: a leaf is hashed after the byte 0, a node after the byte 1, so that neither
 * can pass for the other.
 */

const EMPTY = hash('sha256', '');
const HASH_BYTES = 32;
const HASH = /^[0-9a-f]{64}$/;

/** The hash of a leaf given as text. */
export function leafHashOf(text: string): Buffer {
  return hash('sha256', `\u0000${text}`, 'buffer');
}

/** The hash of a node above two others. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  const node = Buffer.allocUnsafe(1 + 2 * HASH_BYTES);
  node[0] = 1;
  node.set(left, 1);
  node.set(right, 1 + HASH_BYTES);
  return hash('sha256', node, 'buffer');
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

/** The root over the leaves [from, to) of a tree: a subtree that its proofs are made of. */
export type SubtreeRoot = (from: number, to: number) => Uint8Array;

const hex = (hash: Uint8Array) => Buffer.from(hash).toString('hex');

/** The roots of subtrees of a list of leaf hashes. */
function subtreesOf(leaves: readonly Uint8Array[]): SubtreeRoot {
  const rootOf: SubtreeRoot = (from, to) => {
    if (to - from === 1) return leaves[from] as Uint8Array;
    const middle = from + split(to - from);
    return nodeHash(rootOf(from, middle), rootOf(middle, to));
  };
  return rootOf;
}

/** The root of the tree of some leaf hashes in their order (RFC 6962, section 2.1), lower-case hexadecimal. */
export function merkleRoot(leaves: readonly Uint8Array[]): string {
  return leaves.length === 0 ? EMPTY : hex(subtreesOf(leaves)(0, leaves.length));
}

/** The largest power of two below a count of at least two. */
export function split(count: number): number {
  let half = 1;
  while (half * 2 < count) half *= 2;
  return half;
}

/**
 * The audit path of a leaf in a tree of some size (RFC 6962, section 2.1.1).
 * @throws RangeError where the tree has no such leaf
 */
export function inclusionPath(size: number, index: number, rootOf: SubtreeRoot): InclusionProof {
  if (!(Number.isInteger(index) && index >= 0 && index < size)) {
    throw new RangeError(`a tree of ${size} leaves has no leaf ${index}`);
  }
  const path: string[] = [];
  let from = 0;
  let to = size;
  while (to - from > 1) {
    const middle = from + split(to - from);
    path.unshift(hex(index < middle ? rootOf(middle, to) : rootOf(from, middle)));
    if (index < middle) to = middle;
    else from = middle;
  }
  return { leaf_index: index, tree_size: size, path };
}

/** The audit path of a leaf in the tree of all of them. @throws RangeError where there is no such leaf */
export function inclusionProof(leaves: readonly Uint8Array[], index: number): InclusionProof {
  return inclusionPath(leaves.length, index, subtreesOf(leaves));
}

/** That a tree is what an earlier one became by appending: both sizes, and the hashes from which both roots follow. */
export interface ConsistencyProof {
  first_size: number;
  second_size: number;
  path: string[];
}

/**
 * The proof that a tree of `second` leaves begins with the tree of `first` (RFC 6962, section 2.1.2).
 * @throws RangeError unless 1 <= first <= second
 */
export function consistencyPath(first: number, second: number, rootOf: SubtreeRoot): ConsistencyProof {
  if (!(Number.isInteger(first) && Number.isInteger(second) && first >= 1 && first <= second)) {
    throw new RangeError(`no tree of ${second} leaves begins with one of ${first}: needed is 1 <= first <= second`);
  }
  const path: string[] = [];
  let [from, to] = [0, second];
  // Down to the subtree that ends where the first tree does: what lies beside the way is the proof.
  while (to > first) {
    const middle = from + split(to - from);
    if (first <= middle) {
      path.unshift(hex(rootOf(middle, to)));
      to = middle;
    } else {
      path.unshift(hex(rootOf(from, middle)));
      from = middle;
    }
  }
  // Where that subtree is the first tree itself, whoever checks has its root.
  if (from > 0) path.unshift(hex(rootOf(from, to)));
  return { first_size: first, second_size: second, path };
}

/** The proof that the tree of all leaves begins with the tree of the first few. @throws RangeError unless there are so many */
export function consistencyProof(leaves: readonly Uint8Array[], first: number): ConsistencyProof {
  return consistencyPath(first, leaves.length, subtreesOf(leaves));
}

/** Whether a proof shows that the tree with one root begins with the tree with another (RFC 9162, section 2.1.4.2). */
export function verifyConsistency(proof: ConsistencyProof, firstRoot: string, secondRoot: string): boolean {
  const { first_size, second_size, path } = proof;
  if (!(Number.isSafeInteger(first_size) && Number.isSafeInteger(second_size))) return false;
  if (first_size < 1 || first_size > second_size || !path.every((one) => HASH.test(one))) return false;
  if (first_size === second_size) return path.length === 0 && firstRoot === secondRoot;
  const isFull = 2 ** Math.floor(Math.log2(first_size)) === first_size;
  const [start, ...rest] = isFull ? [firstRoot, ...path] : path;
  if (start === undefined) return false;
  let place = first_size - 1;
  let last = second_size - 1;
  const rise = () => {
    place = Math.floor(place / 2);
    last = Math.floor(last / 2);
  };
  while (place % 2 === 1) rise();
  let first: Uint8Array = Buffer.from(start, 'hex');
  let second = first;
  for (const text of rest) {
    if (last === 0) return false;
    const sibling = Buffer.from(text, 'hex');
    if (place % 2 === 1 || place === last) {
      first = nodeHash(sibling, first);
      second = nodeHash(sibling, second);
      while (place % 2 === 0 && place !== 0) rise();
    } else second = nodeHash(second, sibling);
    rise();
  }
  return last === 0 && hex(first) === firstRoot && hex(second) === secondRoot;
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
  return last === 0 && hex(node) === root;
}
