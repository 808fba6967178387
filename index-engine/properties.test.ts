import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeFix } from '#index-engine/fix';
import type { FixInputs } from '#index-engine/inputs';
import { context, hoursBefore, quote, rulebookV1 } from '#index-engine/testing/market';
import { canonicalJson } from '#methodology/canonical';
import type { Observation } from '#store/observation';

// Prices on a coarse grid so that ties happen; lots, lives and venues of every kind, some of them unfit.
const line = fc.record({
  provider: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'vast/1', 'vast/2', 'vast/3', 'tensordock/1'),
  price: fc.integer({ min: 8, max: 16 }).map((quarters) => (quarters / 4).toFixed(2)),
  evidence: fc.constantFrom('listed' as const, 'executable' as const, 'administered' as const),
  gpus: fc.constantFrom(null, 1, 2, 8, 64, 512),
  hours: fc.integer({ min: 0, max: 30 }),
  native: fc.integer({ min: 0, max: 6 }),
  tenor: fc.constantFrom('OD', 'OD', 'OD', 'OD', null),
  aggregator: fc.constantFrom(false, false, false, true),
});
type Line = typeof line extends fc.Arbitrary<infer T> ? T : never;
// A line says one thing at a time.
const selector = (one: Line) => `${one.provider}/${one.native}/${one.aggregator}/${one.hours}`;
const market = fc.uniqueArray(line, { minLength: 0, maxLength: 40, selector });

const observe = (one: Line): Observation =>
  quote({
    provider: one.provider,
    price: one.price,
    evidence: one.evidence,
    gpus: one.gpus,
    tenor: one.tenor,
    aggregator: one.aggregator,
    source: one.aggregator ? 'aggregator' : 'test',
    native_id: `${one.provider}/${one.native}`,
    event_at: hoursBefore(one.hours + 0.5),
  });
const book = (lines: Line[]): FixInputs => ({
  observations: lines.map(observe),
  sweeps: [],
  rates: [],
  withdrawals: [],
  cancellations: [],
});
const fixOf = (inputs: FixInputs) => computeFix(inputs, rulebookV1, context);
const bytes = (inputs: FixInputs) => canonicalJson(fixOf(inputs).record);
const runs = { numRuns: 150 };

describe('a fix', () => {
  it('has the same bytes in any order of its inputs', () => {
    fc.assert(
      fc.property(
        market.chain((lines) => fc.tuple(fc.constant(lines), fc.shuffledSubarray(lines, { minLength: lines.length }))),
        ([lines, shuffled]) => {
          expect(bytes(book(shuffled))).toBe(bytes(book(lines)));
        },
      ),
      runs,
    );
  });

  it('lies inside the prices that count, and is null exactly when suspended', () => {
    fc.assert(
      fc.property(market, (lines) => {
        const { record, inputs } = fixOf(book(lines));
        expect(record.value === null).toBe(record.status === 'suspended');
        if (record.value === null) return;
        const prices = inputs.filter((one) => one.included).map((one) => (one.candidate.micro as number) / 1e6);
        expect(Number(record.value)).toBeGreaterThanOrEqual(Math.min(...prices) - 1e-4);
        expect(Number(record.value)).toBeLessThanOrEqual(Math.max(...prices) + 1e-4);
      }),
      runs,
    );
  });

  it('gives every observation a reason or a weight, and the weights sum to 1', () => {
    fc.assert(
      fc.property(market, (lines) => {
        const { inputs, record } = fixOf(book(lines));
        for (const { included, reason } of inputs) expect(included || reason !== null).toBe(true);
        const sum = inputs.reduce((total, one) => total + Number(one.weight), 0);
        if (record.counts.included > 0) expect(sum).toBeCloseTo(1, 6);
        expect(record.counts.included + record.counts.excluded).toBe(record.counts.observations);
      }),
      runs,
    );
  });

  it('is not changed by removing what was excluded for its grade', () => {
    fc.assert(
      fc.property(market, (lines) => {
        const all = fixOf(book(lines));
        const off = new Set(
          all.inputs
            .filter((one) => one.reason?.startsWith('grade.lot_size') || one.reason?.startsWith('identity.'))
            .map((one) => one.candidate.observation.native_id),
        );
        // Whole lines only: a line's off-grade word still replaces its earlier ones.
        const lineIsOff = (id: string) =>
          all.inputs
            .filter((one) => one.candidate.observation.native_id === id)
            .every((one) => off.has(id) && !one.included);
        const kept = lines.filter((one) => !lineIsOff(`${one.provider}/${one.native}`));
        expect(fixOf(book(kept)).record.value).toBe(all.record.value);
      }),
      runs,
    );
  });

  it('is not changed by facts that happened or were learned at or after the strike', () => {
    fc.assert(
      fc.property(market, market, (lines, later) => {
        const inputs = book(lines);
        const after = later.map((one) => ({
          ...observe(one),
          event_at: hoursBefore(-one.hours),
          observed_at: hoursBefore(-one.hours),
        }));
        const learnedLate = later.map((one) => ({ ...observe(one), observed_at: hoursBefore(-one.hours) }));
        const more: FixInputs = { ...inputs, observations: [...inputs.observations, ...after, ...learnedLate] };
        expect(bytes(more)).toBe(bytes(inputs));
      }),
      runs,
    );
  });

  it('scales with the prices', () => {
    const steady = fc.uniqueArray(line, { minLength: 8, maxLength: 30, selector });
    fc.assert(
      fc.property(steady, (lines) => {
        const doubled = lines.map((one) => ({ ...one, price: (Number(one.price) * 2).toFixed(2) }));
        const before = fixOf(book(lines)).record.value;
        const after = fixOf(book(doubled)).record.value;
        if (before === null) expect(after).toBeNull();
        else expect(Number(after)).toBeCloseTo(Number(before) * 2, 3);
      }),
      runs,
    );
  });

  it('moves no further than its cap allows when one venue floods the book', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.constantFrom('0.50', '2.90', '3.10', '9.00', '39.00'),
        (count, price) => {
          const honest = ['2.80', '2.90', '3.00', '3.10', '3.20', '3.00', '2.95'].map((one, index) =>
            quote({ provider: `p${index}`, price: one, gpus: 8 }),
          );
          const flood = Array.from({ length: count }, (_, index) =>
            quote({ provider: `vast/${index}`, price, evidence: 'executable', gpus: 64 }),
          );
          const value = Number(
            fixOf({ observations: [...honest, ...flood], sweeps: [], rates: [], withdrawals: [], cancellations: [] })
              .record.value,
          );
          // With at most 30% of the weight the flood cannot carry the central third past the honest prices.
          expect(value).toBeGreaterThanOrEqual(2.8);
          expect(value).toBeLessThanOrEqual(3.2);
        },
      ),
      runs,
    );
  });
});
