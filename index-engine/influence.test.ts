import fc from 'fast-check';
import { expect, it } from 'vitest';
import { buildBook } from '#index-engine/book';
import { estimateWithout } from '#index-engine/estimate';
import { computeFix } from '#index-engine/fix';
import { surelyRounded } from '#index-engine/influence';
import type { FixContext } from '#index-engine/inputs';
import { cutPartitions } from '#index-engine/partition';
import { context, hoursBefore, inputsOf, quote, rulebookV1 } from '#index-engine/testing/market';
import { anchorOf, previousStrike, roundValue, runWaterfall } from '#index-engine/waterfall';
import { canonicalHash } from '#methodology/canonical';
import { formatDecimal } from '#methodology/decimal';
import { addDays, strikeOn } from '#methodology/strike';

const { rulebook } = rulebookV1;
const dayAfter = strikeOn(addDays(context.strike.date, 1), '16:00', 'Europe/London');
/** Of few prices, so that many a fix without somebody lies in the middle between two roundings, where doubles cannot say. */
const price = fc.integer({ min: 0, max: 8 }).map((step) => `2.${String(90_000 + step * 5).padStart(5, '0')}`);
const movedPrice = fc.integer({ min: 0, max: 60 }).map((step) => `2.${String(85_005 + step * 200).padStart(5, '0')}`);
const offers = fc.array(
  fc.record({
    provider: fc.oneof(
      fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'),
      fc.integer({ min: 0, max: 9 }).map((host) => `venue/${host}`),
    ),
    gpus: fc.constantFrom(8, 8, 8, 16, 64),
    hours: fc.constantFrom(25, 25, 25, 20, 7),
    price,
    moved: fc.oneof(price, movedPrice),
    // Who comes asks more than who was there, so that the fix is held within its band.
    days: fc.constantFrom('both', 'both', 'first', 'second'),
  }),
  { minLength: 12, maxLength: 40 },
);

it('is what the exact estimate comes to without each, whether doubles say so or not', () => {
  let sure = 0;
  let exact = 0;
  fc.assert(
    fc.property(offers, (given) => {
      const day = (at: 0 | 1) =>
        given.flatMap(({ provider, gpus, hours, price: then, moved, days }, index) => {
          if (days === (at === 0 ? 'second' : 'first')) return [];
          const now = days === 'second' ? moved.replace(/^2/, '3') : moved;
          const event_at = hoursBefore(hours - 24 * at);
          return [quote({ provider, native_id: String(index), gpus, price: at === 0 ? then : now, event_at })];
        });
      const first = computeFix(inputsOf(...day(0)), rulebookV1, context).record;
      const previous = { record: first, hash: canonicalHash(first) };
      const second: FixContext = { ...context, strike: dayAfter, previous };
      for (const [inputs, at] of [
        [inputsOf(...day(0)), context],
        [inputsOf(...day(1)), second],
      ] as const) {
        const before = previousStrike(at);
        const book = buildBook(inputs, rulebook, at);
        const outcome = runWaterfall(book, cutPartitions(book, rulebook, before), rulebook, at);
        const { influence } = computeFix(inputs, rulebookV1, at).record;
        const without = estimateWithout(outcome.prepared, rulebook);
        for (const { kind, id, value_without } of [...influence.providers, ...influence.venues]) {
          const left = { kind, id };
          const micro = without.exact(left);
          const anchor = micro && anchorOf(outcome.estimate, micro, before, outcome.estimatedLevel, rulebook, left);
          const plain = micro && formatDecimal(roundValue(anchor?.value ?? micro, rulebook), 4);
          expect(value_without).toBe(plain);
          const about = without.about(left);
          if (micro === null || about === null) expect(about).toBe(micro);
          else {
            expect(about / (Number(micro.numerator) / Number(micro.denominator))).toBeCloseTo(1, 12);
            if (surelyRounded(about / 100) === null) exact += 1;
            else sure += 1;
          }
        }
      }
    }),
    { numRuns: 60 },
  );
  // Both ways were gone.
  expect(Math.min(sure, exact)).toBeGreaterThan(0);
});

it('says what a value rounds to only where that is sure', () => {
  expect(surelyRounded(30_000.4)).toBe(30_000n);
  expect(surelyRounded(30_000.6)).toBe(30_001n);
  expect(surelyRounded(0.1)).toBe(0n);
  for (const unsure of [30_000.5, 30_000.500_000_1, 30_000.499_999_9, Number.NaN, Number.POSITIVE_INFINITY, 1e17])
    expect(surelyRounded(unsure)).toBeNull();
});
