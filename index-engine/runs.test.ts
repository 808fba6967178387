import { expect, it } from 'vitest';
import { ofRuns } from '#index-engine/runs';

const day = (date: number) => new Date(Date.UTC(2026, 6, date));
const list = Array.from({ length: 150 }, (_, index) => ({ index }));

it('makes something of every run once, and again where it was not asked for at a strike or the one before', () => {
  const made: number[] = [];
  const sums = ofRuns((members: readonly { index: number }[]) => {
    made.push(members.length);
    return members.reduce((sum, { index }) => sum + index, 0);
  });
  const plain = [0, 64, 128].map((from) => list.slice(from, from + 64).reduce((sum, { index }) => sum + index, 0));
  const asked = (at: number, some = list) => {
    made.length = 0;
    const found = sums(some, day(at));
    return { found, made: [...made] };
  };
  expect(asked(1)).toEqual({ found: plain, made: [64, 64, 22] });
  expect(asked(1)).toEqual({ found: plain, made: [] });
  // Lists that begin alike are remembered beside each other.
  const shorter = list.filter(({ index }) => index !== 10);
  expect(asked(1, shorter).made).toEqual([64, 64, 21]);
  for (const some of [list, shorter]) expect(asked(1, some).made).toEqual([]);
  expect(asked(2)).toEqual({ found: plain, made: [] });
  // The other list was last asked for two strikes ago.
  expect(asked(3, shorter).made).toEqual([64, 64, 21]);
  expect(asked(3)).toEqual({ found: plain, made: [] });
  expect(asked(4, list.slice(0, 100)).made).toEqual([36]);
  expect(sums([], day(4))).toEqual([]);
});

it('remembers no end of runs that never come again', () => {
  let made = 0;
  const counts = ofRuns((members: readonly object[]) => {
    made += 1;
    return members.length;
  });
  const kept = list.slice(0, 1);
  const others = Array.from({ length: 40_000 }, (_, index) => [{ index }]);
  counts(kept, day(1));
  for (const one of others) counts(one, day(1));
  expect(made).toBe(40_001);
  expect(counts(kept, day(1))).toEqual([1]);
  expect(made).toBe(40_002);
});
