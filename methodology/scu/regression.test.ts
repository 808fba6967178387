import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countryProductDummy, type Observation } from '#methodology/scu/regression';

/** A panel without noise: every item's effect, every cell's, and which item stands in which cell; item 0 stands in all of them. */
const panel = fc
  .record({
    items: fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 2, maxLength: 8 }),
    cells: fc.array(fc.double({ min: -5, max: 9, noNaN: true }), { minLength: 1, maxLength: 12 }),
    present: fc.array(fc.boolean(), { minLength: 96, maxLength: 96 }),
  })
  .map(({ items, cells, present }) => {
    const effects = items.map((effect, at) => (at === 0 ? 0 : effect));
    const observations: Observation[] = cells.flatMap((level, cell) =>
      effects.flatMap((effect, item) =>
        item === 0 || present[cell * 8 + item]
          ? [{ item: `item ${item}`, cell: `cell ${cell}`, value: level + effect }]
          : [],
      ),
    );
    return { effects, observations };
  });

/** Deterministic disturbance, so that residuals are not zero. */
const disturbed = (observations: readonly Observation[]) =>
  observations.map((one, at) => ({ ...one, value: one.value + ((at * 7919) % 13) / 50 }));

describe('country-product-dummy regression', () => {
  it('recovers the effects exactly where there is no noise', () => {
    fc.assert(
      fc.property(panel, ({ effects, observations }) => {
        const fit = countryProductDummy(observations, 'item 0');
        for (const [item, { effect, standardError }] of fit.effects) {
          expect(effect).toBeCloseTo(effects[Number(item.slice(5))]!, 9);
          if (standardError !== null) expect(standardError).toBeLessThan(1e-6);
        }
        const sharing = new Set(observations.map(({ item }) => item));
        if (sharing.size > 1) expect([...fit.effects.keys()].toSorted()).toEqual([...sharing].toSorted());
      }),
    );
  });

  it('does not depend on the order of the observations, to the last bit', () => {
    const shuffled = panel.chain(({ observations }) =>
      fc.tuple(
        fc.constant(disturbed(observations)),
        fc.shuffledSubarray(disturbed(observations), { minLength: observations.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([observations, other]) => {
        const [a, b] = [countryProductDummy(observations, 'item 0'), countryProductDummy(other, 'item 0')];
        expect([...b.effects]).toEqual([...a.effects]);
        expect(b.residualDeviation).toBe(a.residualDeviation);
      }),
    );
  });

  it('does not change where all of a cell is scaled', () => {
    fc.assert(
      fc.property(panel, fc.double({ min: -4, max: 4, noNaN: true }), ({ observations }, shift) => {
        const before = disturbed(observations);
        const after = before.map((one) => (one.cell === 'cell 0' ? { ...one, value: one.value + shift } : one));
        const [a, b] = [countryProductDummy(before, 'item 0'), countryProductDummy(after, 'item 0')];
        for (const [item, { effect, standardError, cells }] of a.effects) {
          expect(b.effects.get(item)?.effect).toBeCloseTo(effect, 9);
          expect(b.effects.get(item)?.standardError ?? 0).toBeCloseTo(standardError ?? 0, 6);
          expect(b.effects.get(item)?.cells).toBe(cells);
        }
      }),
    );
  });

  it('gives the standard error of the textbook: two items in n cells are a paired difference', () => {
    const differences = [0.1, 0.3, 0.2, 0.4];
    const observations = differences.flatMap((difference, at) => [
      { item: 'a', cell: `${at}`, value: at },
      { item: 'b', cell: `${at}`, value: at + difference },
    ]);
    const { effects, residualDeviation } = countryProductDummy(observations, 'a');
    const mean = 0.25;
    const variance = differences.reduce((sum, one) => sum + (one - mean) ** 2, 0) / 3;
    expect(effects.get('b')?.effect).toBeCloseTo(mean, 12);
    expect(effects.get('b')?.standardError).toBeCloseTo(Math.sqrt(variance / 4), 12);
    expect(residualDeviation).toBeCloseTo(Math.sqrt(variance / 2), 12);
    expect(effects.get('a')).toEqual({ effect: 0, standardError: 0, cells: 4 });
  });

  it('leaves out cells of one item, and items that nothing joins to the reference', () => {
    const observations = [
      { item: 'reference', cell: '1', value: 1 },
      { item: 'joined', cell: '1', value: 2 },
      { item: 'joined', cell: 'alone', value: 50 },
      { item: 'joined', cell: '2', value: 3 },
      { item: 'by a chain', cell: '2', value: 7 },
      { item: 'island', cell: '3', value: 1 },
      { item: 'another', cell: '3', value: 4 },
    ];
    const fit = countryProductDummy(observations, 'reference');
    expect(fit.unconnected).toEqual(['another', 'island']);
    expect(fit.effects.get('by a chain')?.effect).toBeCloseTo(5, 12);
    expect(fit.effects.get('by a chain')?.cells).toBe(1);
    expect(fit.effects.get('joined')?.effect).toBeCloseTo(1, 12);
    expect(fit.effects.get('joined')?.cells).toBe(2);
    expect([...fit.cellEffects.keys()]).toEqual(['1', '2']);
    expect(fit.cellEffects.get('2')).toBeCloseTo(2, 12);
    expect(fit.observations).toBe(4);
    expect(fit.residualDeviation).toBeNull();
    expect(fit.effects.get('joined')?.standardError).toBeNull();
  });

  it('has nothing to say without the reference, and refuses an item that stands twice in a cell', () => {
    const twice = [
      { item: 'a', cell: '1', value: 1 },
      { item: 'a', cell: '1', value: 2 },
    ];
    expect(countryProductDummy([], 'reference').effects.size).toBe(0);
    expect(countryProductDummy([twice[0]!, { item: 'b', cell: '1', value: 1 }], 'reference')).toMatchObject({
      unconnected: ['a', 'b'],
      residualDeviation: null,
    });
    expect(() => countryProductDummy(twice, 'a')).toThrow('a stands twice in the cell 1');
  });
});
