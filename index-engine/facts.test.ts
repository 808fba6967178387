import fc from 'fast-check';
import { expect, it } from 'vitest';
import { factsOf, inLines } from '#index-engine/facts';
import { quote } from '#index-engine/testing/market';
import { byLine } from '#store/observation';

const strike = new Date('2026-07-29T00:00:00Z');
const hours = fc.integer({ min: 0, max: 23 }).map((hour) => `2026-07-28T${String(hour).padStart(2, '0')}:00:00.000Z`);
const all = fc.array(
  fc.record({ line: fc.integer({ min: 0, max: 30 }), source: fc.constantFrom('a', 'b'), event_at: hours }),
  { maxLength: 400 },
);

it('puts observations in the order of their lines, in whatever order and company they come', () => {
  fc.assert(
    fc.property(all, fc.boolean(), (given, isSorted) => {
      const observations = given.map(({ line, source, event_at }) =>
        quote({ provider: `p${line}`, price: '2', source, native_id: String(line), event_at }),
      );
      const plain = observations.toSorted(byLine);
      // The second time most of it is remembered: without the first, in other company.
      for (const some of [observations, observations.slice(1), observations]) {
        const { facts, lineOf } = inLines(isSorted ? some.toSorted(byLine) : some, strike);
        expect(facts.map(({ observation }) => observation)).toEqual(
          some === observations ? plain : some.toSorted(byLine),
        );
        facts.forEach((one, index) => {
          expect(one).toBe(factsOf(one.observation));
          const before = facts[index - 1];
          if (before) expect(lineOf[index] === lineOf[index - 1]).toBe(one.line === before.line);
        });
      }
    }),
    { numRuns: 30 },
  );
});
