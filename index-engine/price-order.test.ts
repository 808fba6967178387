import fc from 'fast-check';
import { expect, it } from 'vitest';
import { priceOrder } from '#index-engine/price-order';

const lists = fc.oneof(
  fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 20 }),
  fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 300, maxLength: 900 }),
  fc.array(fc.integer({ min: 0, max: 2 ** 31 - 1 }), { minLength: 300, maxLength: 900 }),
  fc.array(fc.integer({ min: 0, max: 2 ** 40 }), { minLength: 300, maxLength: 400 }),
  // So many that what is left of the highest of them does not fit beside a place any more, and that it just does.
  fc
    .integer({ min: 23, max: 31 })
    .map((bits) => Array.from({ length: 9000 }, (_, place) => (place * 7919 * 104_729) % 2 ** bits)),
);

it('gives the places of prices in ascending order, and leaves equal ones as they came', () => {
  fc.assert(
    fc.property(lists, fc.boolean(), (given, isSorted) => {
      const prices = isSorted ? given.toSorted((a, b) => a - b) : given;
      const plain = prices
        .map((price, place) => ({ price, place }))
        .sort((a, b) => a.price - b.price || a.place - b.place);
      expect([...priceOrder(Float64Array.from(prices))]).toEqual(plain.map(({ place }) => place));
    }),
  );
});
