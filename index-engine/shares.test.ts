import fc from 'fast-check';
import { expect, it } from 'vitest';
import { participantsOf } from '#index-engine/caps';
import type { Points } from '#index-engine/points';
import { SHARE_UNITS, shareUnits } from '#index-engine/shares';
import { divideHalfEven } from '#methodology/decimal';

/** The shares of points that three of an owner lie beside each other, and the same in whole numbers. */
function sharesOf(drawn: readonly number[], multipliers: readonly bigint[]): { units: number[]; exact: number[] } {
  const weights = Float64Array.from(drawn);
  const ownerOf = Int32Array.from(drawn, (_, point) => Math.floor(point / 3) % 5);
  const held = Array.from({ length: Math.max(...ownerOf) + 1 }, (_, owner) =>
    drawn.reduce((all, weight, point) => (ownerOf[point] === owner ? all + weight : all), 0),
  );
  const scaleOf = held.map((_, owner) => owner % multipliers.length);
  const participants = participantsOf(held.map((weight, owner) => ({ provider: `p${owner}`, venue: 'v', weight })));
  const scaled = drawn.map(
    (weight, point) =>
      BigInt(weight) * (multipliers[scaleOf[ownerOf[point] as number] as number] as bigint) * SHARE_UNITS,
  );
  const total = scaled.reduce((all, one) => all + one, 0n) / SHARE_UNITS;
  return {
    units: [...shareUnits({ weights, ownerOf, participants } as Points, scaleOf, multipliers)],
    exact: scaled.map((one) => Number(divideHalfEven(one, total))),
  };
}

it('gives every point its share to the unit, whatever the weights and scales', () => {
  const weight = fc.oneof(
    fc.integer({ min: 1, max: 64 }).map((gpus) => gpus * 21_600),
    fc.integer({ min: 1, max: 2 ** 45 }),
  );
  // Of three points of an owner two may not count.
  const owned = fc.tuple(weight, fc.oneof(weight, fc.constant(0)), fc.oneof(weight, fc.constant(0)));
  // What doubles hold, and what is far beyond them.
  const multiplier = fc.oneof(fc.constant(1n), fc.bigInt(1n, 2n ** 40n), fc.bigInt(2n ** 2000n, 2n ** 2040n));
  fc.assert(
    fc.property(
      fc.array(owned, { minLength: 1, maxLength: 20 }),
      fc.array(multiplier, { minLength: 1, maxLength: 4 }),
      (drawn, multipliers) => {
        const { units, exact } = sharesOf(drawn.flat(), multipliers);
        expect(units).toEqual(exact);
      },
    ),
    { numRuns: 1000 },
  );
});

it('rounds a half to even where doubles no longer say that it is one', () => {
  // A power of two divides no power of ten for long, and by another number beside it doubles hold no half.
  for (const factor of [1, 3, 7, 1013])
    for (let part = 1; part < 8192; part += 2) {
      const { units, exact } = sharesOf([part * factor, (8192 - part) * factor], [1n]);
      if (units[0] !== exact[0] || units[1] !== exact[1]) expect({ factor, part, units }).toEqual(exact);
    }
  expect(sharesOf([1, 8191], [1n]).units).toEqual([122_070_312, 999_877_929_688]);
});
