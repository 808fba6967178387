import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { leafHash, rootOf } from '#index-engine/leaf-hash';
import { canonicalJson } from '#methodology/canonical';
import { leafHashOf, merkleRoot } from '#methodology/merkle';

const all = Array.from({ length: 70 }, (_, index) => ({ index, price: `${index}.5` }));
const strikes = [1, 2, 3].map((day) => new Date(Date.UTC(2026, 6, day)));
const [strike] = strikes as [Date];
const plain = (leaves: readonly object[]) => merkleRoot(leaves.map((leaf) => leafHashOf(canonicalJson(leaf))));

it('remembers what it hashed, and gives the root that it would have without', () => {
  fc.assert(
    fc.property(fc.array(fc.subarray(all), { minLength: 1, maxLength: 6 }), (lists) => {
      for (const leaves of lists) expect(rootOf(leaves, strike)).toBe(plain(leaves));
    }),
  );
  expect(rootOf([], strike)).toBe(plain([]));
  expect(leafHash(all[0]!)).toBe(leafHash(all[0]!));
  // The same leaf twice, next to itself and elsewhere.
  const [a, b] = [all[0]!, all[1]!];
  for (const leaves of [
    [a, a],
    [a, b, a],
    [a, b, a, a, b],
    [b, a, b, b],
  ])
    expect(rootOf(leaves, strike)).toBe(plain(leaves));
});

it('remembers whole subtrees, of lists that share their beginning and go on differently', () => {
  const many = Array.from({ length: 4500 }, (_, index) => ({ index }));
  const lists = [
    many,
    many.filter(({ index }) => index % 3 > 0),
    many.slice(0, 4096),
    many.slice(0, 4097),
    many.slice(1),
  ];
  for (const leaves of [...lists, ...lists]) expect(rootOf(leaves, strike)).toBe(plain(leaves));
});

it('forgets what was not asked for at a strike or the one before, and makes it anew', () => {
  const lists = [all, all.slice(0, 64), all.filter(({ index }) => index !== 3)];
  for (const at of [...strikes, strike, ...strikes]) {
    for (const leaves of at === strike ? lists : [all]) expect(rootOf(leaves, at)).toBe(plain(leaves));
  }
});

it('holds no node of leaves that are gone, however long the lists go on', () => {
  const held = () => {
    setFlagsFromString('--expose_gc');
    runInNewContext('gc')();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const stays = { link: -1 };
  // Each leaf is the neighbour of the one before, then the left one itself, and gone.
  const follow = (links: number) => {
    let left: object = stays;
    for (let link = 0; link < links; link += 1) {
      const right = { link };
      rootOf([left, right], new Date(link));
      left = right;
    }
  };
  follow(1000);
  const before = held();
  const links = 40_000;
  follow(links);
  expect((held() - before) / links).toBeLessThan(50);
  expect(leafHash(stays)).toEqual(leafHashOf(canonicalJson(stays)));
});
