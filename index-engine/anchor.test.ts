import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeFix } from '#index-engine/fix';
import type { FixRecord } from '#index-engine/record';
import { changedRulebook, context, hoursBefore, inputsOf, quote, rulebookV1 } from '#index-engine/testing/market';
import { canonicalHash } from '#methodology/canonical';
import { addDays, strikeOn } from '#methodology/strike';
import type { Observation } from '#store/observation';

const dayAfter = strikeOn(addDays(context.strike.date, 1), '16:00', 'Europe/London');
/** What stood through the first window, and, learned before it began, through the second. */
const standing = (day: 0 | 1, names: readonly string[], prices: readonly number[]): Observation[] =>
  names.map((provider, index) =>
    quote({ provider, price: (prices[index] as number).toFixed(2), event_at: hoursBefore(25 - 24 * day) }),
  );
const first = (observations: Observation[]) => computeFix(inputsOf(...observations), rulebookV1, context).record;
const next = (before: FixRecord, observations: Observation[], loaded = rulebookV1) =>
  computeFix(inputsOf(...observations), loaded, {
    ...context,
    strike: dayAfter,
    previous: { record: before, hash: canonicalHash(before) },
  }).record;
const unanchored = changedRulebook((rulebook) => {
  for (const level of rulebook.waterfall as unknown as { anchor?: unknown }[])
    if ('anchor' in level) level.anchor = null;
});
const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
/** Close enough to each other that screen 8 leaves nobody out. */
const price = fc.integer({ min: 290, max: 310 }).map((cents) => cents / 100);
const prices = fc.array(price, { minLength: 7, maxLength: 7 });
/** The band, and what two roundings to four decimals may add to it. */
const BAND = 0.05 + 0.0001;

describe('the anchor of level 4', () => {
  it('is no further from the estimate of the day than the band, whatever came before', () => {
    fc.assert(
      fc.property(prices, prices, fc.integer({ min: 90, max: 110 }), (then, now, percent) => {
        const before = first(standing(0, names, then));
        const today = standing(
          1,
          names,
          now.map((one) => (one * percent) / 100),
        );
        const held = next(before, today);
        const alone = next(before, today, unanchored);
        expect(alone.anchor).toBeNull();
        expect(held.level).toBe(4);
        expect(Math.abs(Number(held.value) / Number(alone.value) - 1)).toBeLessThanOrEqual(BAND);
        if (held.anchor) expect(held.anchor.estimate).toBe(alone.value);
      }),
      { numRuns: 60 },
    );
  });

  it('moves as prices do, whatever they weigh: all up by a tenth is the fix up by a tenth', () => {
    fc.assert(
      fc.property(prices, (then) => {
        const before = first(standing(0, names, then));
        const today = next(
          before,
          standing(
            1,
            names,
            then.map((one) => one * 1.1),
          ),
        );
        expect(Number(today.value) / Number(before.value)).toBeCloseTo(1.1, 2);
      }),
      { numRuns: 40 },
    );
  });

  it('does not move where nobody moves and few come', () => {
    const before = first(standing(0, names, [2.8, 2.9, 3, 3, 3.1, 3.2, 3.3]));
    const come = next(before, standing(1, [...names, 'h'], [2.8, 2.9, 3, 3, 3.1, 3.2, 3.3, 3.6]));
    expect(come).toMatchObject({ value: before.value, anchor: { held: 'moved', matched_providers: 7, band: '0.05' } });
    expect(come.anchor?.estimate).not.toBe(before.value);
    expect(come.sentence).toContain(`the day's estimate alone being ${come.anchor?.estimate}`);
  });

  it('starts from the estimate where too few are left, or the fix before was of trades or of another day', () => {
    const before = first(standing(0, names, [2.8, 2.9, 3, 3, 3.1, 3.2, 3.3]));
    const others = standing(1, ['a', 'b', 'v', 'w', 'x', 'y', 'z'], [2.9, 2.9, 3.3, 3.4, 3.4, 3.5, 3.5]);
    expect(next(before, others).anchor).toBeNull();
    const same = standing(1, names, [2.8, 2.9, 3, 3, 3.1, 3.2, 3.3]);
    expect(next(before, same).anchor).not.toBeNull();
    expect(next({ ...before, level: 1 }, same).anchor).toBeNull();
    expect(next({ ...before, date: '2026-07-20' }, same).anchor).toBeNull();
  });

  it('tells the fix without each provider as it would have been held', () => {
    // One more than the anchor asks for: it still holds without any one of them.
    const eight = [...names, 'h'];
    const stood = [2.8, 2.9, 3, 3, 3.05, 3.1, 3.2, 3.3];
    const before = first(standing(0, eight, stood));
    const { influence, value } = next(before, standing(1, eight, stood));
    // Nobody moved: without any one of them the fix would not have moved either, but for the band.
    for (const { value_without } of influence.providers)
      expect(Math.abs(Number(value_without) / Number(value) - 1)).toBeLessThan(0.03);
    expect(influence.providers.filter((one) => one.value_without === value).length).toBeGreaterThan(2);
  });

  it('lies inside the prices of the day, whatever came before', () => {
    fc.assert(
      fc.property(prices, prices, (then, now) => {
        const record = next(first(standing(0, names, then)), standing(1, names, now));
        expect(Number(record.value)).toBeGreaterThanOrEqual(Math.min(...now) - 1e-4);
        expect(Number(record.value)).toBeLessThanOrEqual(Math.max(...now) + 1e-4);
      }),
      { numRuns: 60 },
    );
    // What came before was dearer than anybody is today.
    const all = (usd: number) => names.map(() => usd);
    const dearer = first(standing(0, names, all(3.05)));
    const today = next(
      { ...dearer, providers: dearer.providers.map((one) => ({ ...one, price: '3.000000' })) },
      standing(1, names, all(3)),
    );
    expect(today).toMatchObject({ value: '3.0000', anchor: { held: 'upper', moved: '3.0500' } });
  });

  it('rises with every price', () => {
    fc.assert(
      fc.property(prices, prices, fc.nat({ max: 6 }), fc.integer({ min: 1, max: 20 }), (then, now, which, cents) => {
        const before = first(standing(0, names, then));
        const dearer = now.map((one, index) => (index === which ? one + cents / 100 : one));
        const [low, high] = [now, dearer].map((today) => next(before, standing(1, names, today)));
        // Nobody is left out by either, or the two are not of one market.
        fc.pre(low?.counts.excluded === high?.counts.excluded);
        expect(Number(high?.value)).toBeGreaterThanOrEqual(Number(low?.value));
      }),
      { numRuns: 80 },
    );
  });

  it('closes the gap to the estimate by a fifth of what prices moved, and by nothing where they stand still', () => {
    const before = first(standing(0, names, [2.8, 2.9, 3, 3, 3.1, 3.2, 3.3]));
    const come = [...names, 'h', 'i'];
    const still = next(before, standing(1, come, [2.8, 2.9, 3, 3, 3.1, 3.2, 3.3, 3.3, 3.3]));
    expect(still).toMatchObject({ value: before.value, change: { price: '0.000000', composition: '0.000000' } });
    const moving = next(before, standing(1, come, [2.86, 2.96, 3.06, 3.06, 3.16, 3.26, 3.36, 3.36, 3.36]));
    const { anchor, change } = moving;
    const moved = Number(anchor?.moved) - Number(before.value);
    expect(anchor?.held).toBe('drawn');
    expect(Number(moving.value)).toBeCloseTo(Number(anchor?.moved) + moved / 5, 3);
    expect(Number(change?.composition) / Number(change?.price)).toBeCloseTo(0.2, 2);
  });

  it('leaves composition at most a quarter of the movement while no bound holds it', () => {
    fc.assert(
      fc.property(prices, prices, fc.array(price, { minLength: 1, maxLength: 4 }), (then, now, others) => {
        const come = [...names, ...others.map((_, index) => `z${index}`)];
        const { anchor, change } = next(first(standing(0, names, then)), standing(1, come, [...now, ...others]));
        if (anchor === null || anchor.held === 'upper' || anchor.held === 'lower') return;
        const [total, composition] = [Number(change?.total), Number(change?.composition)].map(Math.abs) as [
          number,
          number,
        ];
        expect(composition).toBeLessThanOrEqual(total / 4 + 1e-4);
      }),
      { numRuns: 80 },
    );
  });
});
