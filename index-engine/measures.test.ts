import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeFix } from '#index-engine/fix';
import type { FixRecord } from '#index-engine/record';
import { context, hoursBefore, inputsOf, panel, quote, rulebookV1 } from '#index-engine/testing/market';
import { canonicalHash } from '#methodology/canonical';
import { addDays, strikeOn } from '#methodology/strike';

const dayAfter = strikeOn(addDays(context.strike.date, 1), '16:00', 'Europe/London');
const fixOf = (...observations: Parameters<typeof inputsOf>) =>
  computeFix(inputsOf(...observations), rulebookV1, context).record;
/** The fix of the next strike, after `before`. */
const nextOf = (before: FixRecord, ...observations: Parameters<typeof inputsOf>) =>
  computeFix(inputsOf(...observations), rulebookV1, {
    ...context,
    strike: dayAfter,
    previous: { record: before, hash: canonicalHash(before) },
  });
const prices = ['2.80', '2.90', '3.00', '3.10', '3.20', '3.30'];
/** The panel as it is told again an hour after the first strike. */
const again = (...list: (string | null)[]) =>
  list.flatMap((price, index) =>
    price === null ? [] : [quote({ provider: `p${index}`, price, event_at: hoursBefore(-1) })],
  );

describe('the change since the fix before', () => {
  it('is all price where the same providers move', () => {
    const first = fixOf(...panel(...prices));
    expect(first.change).toBeNull();
    const moved = prices.map((price) => (Number(price) * 1.1).toFixed(3));
    const { change } = nextOf(first, ...panel(...prices), ...again(...moved)).record;
    expect(change).toMatchObject({ since: first.strike, matched_providers: 6 });
    // The old prices stood in the first hour of the window.
    expect(Number(change?.price)).toBeCloseTo(Number(change?.total), 3);
    expect(Math.abs(Number(change?.composition))).toBeLessThan(0.001);
  });

  it('is nothing where a provider comes and nobody moves, and composition where many come', () => {
    // As many as the anchor asks for.
    const wide = ['2.80', '2.90', '2.95', '3.00', '3.10', '3.15', '3.20', '3.30'];
    const first = fixOf(...panel(...wide));
    const dear = (name: string) => quote({ provider: name, price: '3.45', event_at: hoursBefore(-1) });
    const one = nextOf(first, ...panel(...wide), ...again(...wide), dear('x0')).record;
    expect(one.value).toBe(first.value);
    expect(one.change).toMatchObject({ total: '0.000000', price: '0.000000', composition: '0.000000' });
    const crowd = Array.from({ length: 7 }, (_, index) => dear(`x${index}`));
    const many = nextOf(first, ...panel(...wide), ...again(...wide), ...crowd).record;
    expect(many.anchor).toMatchObject({ held: 'lower', moved: first.value });
    expect(Number(many.change?.price)).toBe(0);
    expect(many.change?.composition).toBe(many.change?.total);
  });
});

describe('screen 7', () => {
  const first = fixOf(...panel(...prices));
  const next = (...list: string[]) => nextOf(first, ...panel(...prices), ...again(...list));

  it('leaves out a jump that nobody follows, and takes it a strike later', () => {
    const alone = next('2.80', '2.90', '3.00', '3.10', '3.20', '4.40');
    expect(alone.record.rejections).toMatchObject({ 'corroboration.alone': 2 });
    expect(alone.record.providers.map((one) => one.provider)).not.toContain('p5');
    const third = computeFix(inputsOf(...again('2.80', '2.90', '3.00', '3.10', '3.20', '4.40')), rulebookV1, {
      ...context,
      strike: strikeOn(addDays(context.strike.date, 2), '16:00', 'Europe/London'),
      previous: { record: alone.record, hash: canonicalHash(alone.record) },
    });
    expect(third.record.rejections['corroboration.alone']).toBeUndefined();
  });

  it('takes one that two peers follow, the same way, at other venues', () => {
    const alone = (...list: string[]) => next(...list).record.rejections['corroboration.alone'] ?? 0;
    expect(alone('2.80', '2.90', '3.00', '3.50', '3.60', '4.40')).toBe(0);
    expect(alone('2.80', '2.90', '3.00', '3.10', '3.60', '4.40')).toBe(2);
    expect(alone('2.80', '2.90', '3.00', '2.70', '2.80', '4.40')).toBe(2);
    // A quarter of its price before, less the hour in which the old one stood.
    expect(alone('2.80', '2.90', '3.00', '3.10', '3.20', '4.10')).toBe(0);
  });
});

describe('what a fix says of itself', () => {
  it('how few hold a third of the weight', () => {
    expect(fixOf(...panel(...prices)).concentration).toEqual({ fraction: '1/3', providers: 2, venues: 2 });
    const hosts = Array.from({ length: 12 }, (_, index) =>
      quote({ provider: `vast/${index}`, price: '3', evidence: 'executable', gpus: 64, event_at: hoursBefore(25) }),
    );
    expect(fixOf(...panel(...prices), ...hosts).concentration.venues).toBeLessThanOrEqual(2);
  });

  it('the same evidence under other estimators, and an alarm where they part', () => {
    const calm = fixOf(...panel(...prices));
    expect(calm.diagnostics).toEqual({
      weighted_mean: '3.0500',
      weighted_median: '3.0000',
      trimmed_mean: '3.0500',
      provider_median: '3.0500',
      alarms: [],
    });
    const skewed = fixOf(...panel('2.00', '2.05', '2.10', '3.60', '3.70'));
    expect(skewed.diagnostics?.alarms.length).toBeGreaterThan(0);
  });

  it('the price per SCU is the value over the rating', () => {
    const { scu, value } = fixOf(...panel(...prices));
    expect(scu).toMatchObject({ status: 'rated', unit: 'USD/SCU-h', combined: { rating: '1.0000', value } });
  });

  it('what it takes to move it: bought, it moves that far, and with less not', () => {
    const record = fixOf(...panel(...prices));
    const gpus = record.cost_to_move?.up?.gpus ?? 0;
    expect(record.cost_to_move?.up).toMatchObject({ venues: 1 });
    const with_ = (count: number) => {
      const attack = Array.from({ length: 13 }, (_, hour) =>
        quote({
          provider: 'evil/host',
          price: '3.4',
          evidence: 'executable',
          gpus: count,
          event_at: hoursBefore(26 - hour * 2),
        }),
      );
      return Number(fixOf(...panel(...prices), ...attack).value) / Number(record.value) - 1;
    };
    // The edge is that of the screens; here a price inside them moves the fix no further.
    expect(with_(Math.max(2, gpus * 4))).toBeGreaterThan(0.009);
    expect(with_(2)).toBeLessThan(with_(Math.max(3, gpus * 4)) + 1e-9);
  });

  it('the share that moves it grows with the distance, whatever the panel', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.integer({ min: 250, max: 350 }).map((cents) => (cents / 100).toFixed(2)),
          { minLength: 5, maxLength: 20 },
        ),
        (list) => {
          const { cost_to_move: cost, value, distribution } = fixOf(...panel(...list));
          // With seven and more, what lies far from the middle is left out, and too few may stay.
          if (value === null) return;
          for (const side of [cost?.up, cost?.down]) {
            if (!side) continue;
            expect(Number(side.share)).toBeGreaterThan(0);
            expect(Number(side.share)).toBeLessThan(1);
            expect(side.gpus).toBeGreaterThan(0);
          }
          expect(Number(distribution?.minimum)).toBeLessThanOrEqual(Number(value));
        },
      ),
      { numRuns: 60 },
    );
  });
});
