import fc from 'fast-check';
import { expect, it } from 'vitest';
import { buildBook } from '#index-engine/book';
import { cutPartitions } from '#index-engine/partition';
import { prepare, type StandingLevel } from '#index-engine/points';
import type { FixRecord } from '#index-engine/record';
import { isOutlier } from '#index-engine/screens/cross-section';
import { secondsIn } from '#index-engine/standing';
import { context, hoursBefore, inputsOf, quote, rulebookV1 } from '#index-engine/testing/market';

const { rulebook } = rulebookV1;
const level = rulebook.waterfall.find((one) => one.input === 'standing_prices') as StandingLevel;

/** A provider may be at two venues, and most prices are near each other. */
const quotes = fc.array(
  fc.record({
    provider: fc.integer({ min: 0, max: 9 }),
    isAway: fc.boolean(),
    cents: fc.oneof(
      fc.integer({ min: 195, max: 215 }),
      fc.integer({ min: 160, max: 250 }),
      fc.integer({ min: 100, max: 900 }),
    ),
    gpus: fc.integer({ min: 1, max: 64 }),
    evidence: fc.constantFrom('executable' as const, 'listed' as const, 'administered' as const),
    hours: fc.constantFrom(25, 25, 13, 7, 1),
  }),
  { maxLength: 60, size: 'max' },
);

it('parts those that stood by what each is, and weighs them for who asks', () => {
  let outliers = 0;
  let spared = 0;
  let abroad = 0;
  fc.assert(
    fc.property(quotes, fc.subarray([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), (drawn, held) => {
      const observations = drawn.map(({ provider, isAway, cents, gpus, evidence, hours }, index) =>
        quote({
          provider: `p${provider}`,
          native_id: String(index),
          venue: isAway ? `v${provider % 3}` : `p${provider}`,
          price: (cents / 100).toFixed(2),
          gpus,
          evidence,
          event_at: hoursBefore(hours),
        }),
      );
      const book = buildBook(inputsOf(...observations), rulebook, context);
      const before = {
        level: 4,
        providers: held.map((provider) => ({ provider: `p${provider}` })),
        counts: { venues: 9 },
      } as FixRecord;
      const partitions = cutPartitions(book, rulebook, before);
      const prepared = prepare(partitions, level, rulebook);
      const width = (book.window.to - book.window.from) / partitions.length;
      partitions.forEach(({ present, outliers: out, centre }, index) => {
        const span = { from: book.window.from + index * width, to: book.window.from + (index + 1) * width };
        const standing = book.candidates
          .map((candidate) => {
            const own = secondsIn(candidate.counts.own, span);
            const listed = secondsIn(candidate.counts.asListed, span);
            const { evidence_weights: weights } = level;
            const seconds = own * (weights[candidate.kind.evidence] ?? 0) + listed * (weights.listed ?? 0);
            return { candidate, stood: own + listed, weight: candidate.gpus * seconds };
          })
          .filter(({ stood }) => stood > 0)
          .sort((a, b) => (a.candidate.micro ?? 0) - (b.candidate.micro ?? 0) || a.candidate.place - b.candidate.place);
        const isOut = ({ candidate: { micro, observation } }: (typeof standing)[number]) =>
          centre !== null && isOutlier(micro ?? 0, centre, held.includes(Number(observation.provider.slice(1))));
        const passed = standing.filter((one) => !isOut(one));
        expect([...out]).toEqual(standing.filter(isOut).map(({ candidate }) => candidate.place));
        expect([...present]).toEqual(passed.map(({ candidate }) => candidate.place));
        outliers += out.length;
        spared += passed.filter(({ candidate }) => centre !== null && isOutlier(candidate.micro ?? 0, centre)).length;

        const weighed = passed.filter(({ weight }) => weight > 0);
        const { points } = prepared[index] as (typeof prepared)[number];
        expect([...points.order]).toEqual(weighed.map(({ candidate }) => candidate.place));
        const owners = new Map<string, { provider: string; venue: string; weight: number }>();
        for (const { candidate, weight } of weighed) {
          const { provider, venue } = candidate.observation;
          const owner = owners.get(provider) ?? { provider, venue, weight: 0 };
          owners.set(provider, { ...owner, weight: owner.weight + weight });
          if (owner.venue !== venue) abroad += 1;
        }
        expect(new Map(points.participants.list.map((owner) => [owner.provider, owner]))).toEqual(owners);
        const weights = new Map(weighed.map(({ candidate, weight }) => [candidate.place, weight]));
        expect([...points.weights]).toEqual(book.candidates.map(({ place }) => weights.get(place) ?? 0));
        weighed.forEach(({ candidate: { place, observation } }) => {
          expect(points.participants.list[points.ownerOf[place] as number]?.provider).toBe(observation.provider);
        });
      });
    }),
  );
  // Each of these was among what was drawn.
  expect(Math.min(outliers, spared, abroad)).toBeGreaterThan(0);
});
