import { nodeHash, type SubtreeRoot, split } from '#methodology/merkle';

const HASH_BYTES = 32;
const ROWS_AT_FIRST = 1024;

/** Hashes one behind another in one piece of memory that grows. */
function hashList() {
  let bytes = Buffer.alloc(ROWS_AT_FIRST * HASH_BYTES);
  let length = 0;
  return {
    get length() {
      return length;
    },
    push(hash: Uint8Array) {
      if ((length + 1) * HASH_BYTES > bytes.length) bytes = Buffer.concat([bytes, Buffer.alloc(bytes.length)]);
      bytes.set(hash, length * HASH_BYTES);
      length += 1;
    },
    at: (index: number): Uint8Array => bytes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES),
  };
}

/** A tree that keeps the root of every full subtree, so that a proof takes a logarithm of hashes: 64 bytes of memory a leaf. */
export interface LevelTree {
  readonly size: number;
  append(leaf: Uint8Array): void;
  /** The root over leaves [from, to), where that is a subtree of a proof. */
  rootOf: SubtreeRoot;
}

/** A tree without leaves. */
export function levelTree(): LevelTree {
  /** Level n holds the roots of the full subtrees of 2^n leaves, from left to right. */
  const levels = [hashList()];
  const list = (level: number) => {
    levels[level] ??= hashList();
    return levels[level];
  };
  const rootOf: SubtreeRoot = (from, to) => {
    const level = Math.log2(to - from);
    if (Number.isInteger(level)) return list(level).at(from / (to - from));
    const middle = from + split(to - from);
    return nodeHash(rootOf(from, middle), rootOf(middle, to));
  };
  return {
    get size() {
      return list(0).length;
    },
    append(leaf) {
      list(0).push(leaf);
      for (let level = 0; list(level).length % 2 === 0; level += 1) {
        const { length } = list(level);
        list(level + 1).push(nodeHash(list(level).at(length - 2), list(level).at(length - 1)));
      }
    },
    rootOf,
  };
}
