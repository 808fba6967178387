import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { growingTree, inclusionProof, leafHashOf, merkleRoot, verifyInclusion } from '#methodology/merkle';

/** The tree of RFC 6962, section 2.1.3's neighbours: the roots published with Certificate Transparency's reference vectors. */
const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
];
const text = (hex: string) => Buffer.from(hex, 'hex').toString('latin1');
const treeOf = (leaves: readonly string[]) => {
  const tree = growingTree();
  for (const leaf of leaves) tree.append(leafHashOf(leaf));
  return tree;
};

describe('a Merkle tree', () => {
  it('has the roots of the reference vectors', () => {
    const leaves = inputs.map(text);
    expect(treeOf([]).root()).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(merkleRoot([])).toBe(treeOf([]).root());
    roots.forEach((root, index) => {
      expect(treeOf(leaves.slice(0, index + 1)).root()).toBe(root);
      expect(merkleRoot(leaves.slice(0, index + 1).map(leafHashOf))).toBe(root);
    });
  });

  it('proves each of its leaves, and nothing else', () => {
    const leaves = fc.array(fc.string(), { minLength: 1, maxLength: 70 });
    fc.assert(
      fc.property(leaves, fc.nat(), fc.nat(), (texts, at, other) => {
        const index = at % texts.length;
        const leaf = texts[index] as string;
        const root = treeOf(texts).root();
        const proof = inclusionProof(texts.map(leafHashOf), index);
        expect(verifyInclusion(leaf, proof, root)).toBe(true);
        expect(verifyInclusion(`${leaf}!`, proof, root)).toBe(false);
        expect(verifyInclusion(leaf, { ...proof, path: [...proof.path, root] }, root)).toBe(false);
        expect(verifyInclusion(leaf, { ...proof, tree_size: 0 }, root)).toBe(false);
        const elsewhere = other % texts.length;
        if (elsewhere !== index && texts[elsewhere] !== leaf) {
          expect(verifyInclusion(texts[elsewhere] as string, proof, root)).toBe(false);
        }
        if (proof.path.length > 0)
          expect(verifyInclusion(leaf, { ...proof, path: proof.path.slice(1) }, root)).toBe(false);
      }),
    );
  });

  it('has no leaf outside itself', () => {
    expect(() => inclusionProof([leafHashOf('a')], 1)).toThrow('a tree of 1 leaves has no leaf 1');
  });
});
