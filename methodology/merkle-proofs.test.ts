import { describe, expect, it } from 'vitest';
import {
  consistencyPath,
  consistencyProof,
  growingTree,
  inclusionPath,
  inclusionProof,
  leafHashOf,
  verifyConsistency,
  verifyInclusion,
} from '#methodology/merkle';
import { levelTree } from '#methodology/merkle-levels';

/** Every shape of tree that there is up to here: sizes beyond repeat them a level higher. */
const SIZE_MAX = 65;
const texts = Array.from({ length: SIZE_MAX }, (_, index) => `leaf ${index}`);
const leaves = texts.map(leafHashOf);
const roots = ((tree) => [
  tree.root(),
  ...leaves.map((leaf) => {
    tree.append(leaf);
    return tree.root();
  }),
])(growingTree());
const root = (size: number) => roots[size] as string;
/** A hash with its last bit turned. */
const turned = (hash: string) => hash.slice(0, -1) + (Number.parseInt(hash.slice(-1), 16) ^ 1).toString(16);

describe('consistency proofs', () => {
  it('hold for every pair of sizes, and for no other roots, sizes or hashes', () => {
    let pairs = 0;
    for (let second = 1; second <= SIZE_MAX; second += 1) {
      for (let first = 1; first <= second; first += 1) {
        const proof = consistencyProof(leaves.slice(0, second), first);
        const held = (changes: Partial<typeof proof>, a = root(first), b = root(second)) =>
          verifyConsistency({ ...proof, ...changes }, a, b);
        expect(held({}), `${first} of ${second}`).toBe(true);
        expect(held({}, turned(root(first)))).toBe(false);
        expect(held({}, root(first), turned(root(second)))).toBe(false);
        expect(held({}, root(second === first ? first - 1 : second), root(first))).toBe(false);
        expect(held({ first_size: 0 })).toBe(false);
        expect(held({ first_size: first + 1 }), `${first} told as ${first + 1} of ${second}`).toBe(false);
        expect(held({ second_size: first === 1 ? 0 : first - 1 })).toBe(false);
        expect(held({ path: [...proof.path, root(1)] })).toBe(false);
        proof.path.forEach((hash, index) => {
          expect(held({ path: proof.path.with(index, turned(hash)) })).toBe(false);
          expect(held({ path: proof.path.toSpliced(index, 1) })).toBe(false);
        });
        pairs += 1;
      }
    }
    expect(pairs).toBe((SIZE_MAX * (SIZE_MAX + 1)) / 2);
  });

  it('are those of the example of RFC 6962, section 2.1.3', () => {
    const node = (from: number, to: number) => {
      const tree = growingTree();
      for (const leaf of leaves.slice(from, to)) tree.append(leaf);
      return tree.root();
    };
    const seven = leaves.slice(0, 7);
    // The seven leaves d0 to d6 of the figure: PROOF(3) = [c, d, g, l], PROOF(4) = [l], PROOF(6) = [i, j, k].
    expect(consistencyProof(seven, 3).path).toEqual([node(2, 3), node(3, 4), node(0, 2), node(4, 7)]);
    expect(consistencyProof(seven, 4).path).toEqual([node(4, 7)]);
    expect(consistencyProof(seven, 6).path).toEqual([node(4, 6), node(6, 7), node(0, 4)]);
  });

  it('do not show that a tree with another leaf goes on from ours', () => {
    for (let second = 2; second <= SIZE_MAX; second += 1) {
      for (let altered = 0; altered < second; altered += 7) {
        const other = leaves.slice(0, second).with(altered, leafHashOf('another'));
        const tree = growingTree();
        for (const leaf of other) tree.append(leaf);
        for (let first = altered + 1; first < second; first += 5) {
          const proof = consistencyProof(other, first);
          expect(verifyConsistency(proof, root(first), tree.root()), `${altered} in ${second}`).toBe(false);
        }
      }
    }
  });

  it('are refused for sizes that there are not', () => {
    for (const first of [0, -1, 4, 1.5, Number.NaN])
      expect(() => consistencyProof(leaves.slice(0, 3), first)).toThrow('1 <= first <= second');
    expect(verifyConsistency({ first_size: 1.5, second_size: 2, path: [] }, root(1), root(2))).toBe(false);
    expect(verifyConsistency({ first_size: 3, second_size: 5, path: [] }, root(3), root(5))).toBe(false);
    expect(verifyConsistency({ first_size: 1, second_size: 2, path: ['no hash'] }, root(1), root(2))).toBe(false);
  });
});

describe('a tree that keeps its levels', () => {
  it('gives the proofs of every size that it has passed through', () => {
    const tree = levelTree();
    for (const leaf of leaves) tree.append(leaf);
    expect(tree.size).toBe(SIZE_MAX);
    for (let size = 1; size <= SIZE_MAX; size += 1) {
      expect(Buffer.from(tree.rootOf(0, size)).toString('hex')).toBe(root(size));
      for (let index = 0; index < size; index += 1) {
        const proof = inclusionPath(size, index, tree.rootOf);
        expect(proof).toEqual(inclusionProof(leaves.slice(0, size), index));
        expect(verifyInclusion(texts[index] as string, proof, root(size))).toBe(true);
      }
      for (let first = 1; first <= size; first += 1)
        expect(consistencyPath(first, size, tree.rootOf)).toEqual(consistencyProof(leaves.slice(0, size), first));
    }
  });

  it('grows past what it holds at first', () => {
    const tree = levelTree();
    const plain = growingTree();
    for (let index = 0; index < 5000; index += 1) {
      tree.append(leafHashOf(String(index)));
      plain.append(leafHashOf(String(index)));
    }
    expect(Buffer.from(tree.rootOf(0, 5000)).toString('hex')).toBe(plain.root());
  });
});
