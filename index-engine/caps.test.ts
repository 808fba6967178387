import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capWeights, type Participant, participantsOf } from '#index-engine/caps';
import { blockSums, centralMean, type SortedPoints } from '#index-engine/central-mean';
import { capShares, interquantileMean } from '#index-engine/statistics';

const quarter = { numerator: 1n, denominator: 4n };
const third = { numerator: 1n, denominator: 3n };
const twoThirds = { numerator: 2n, denominator: 3n };
const venueCap = { numerator: 3n, denominator: 10n };
const none = { numerator: 1n, denominator: 1n };

/** Shares of the capped total, as numbers. */
function sharesOf(participants: Participant[], venue = venueCap): number[] {
  const { scaleOf, multipliers } = capWeights(participantsOf(participants), quarter, venue);
  const capped = participants.map(
    ({ weight }, index) => BigInt(weight) * (multipliers[scaleOf[index] as number] as bigint),
  );
  const total = capped.reduce((a, b) => a + b);
  return capped.map((weight) => Number((weight * 1_000_000_000_000n) / total) / 1e12);
}

const own = (weights: number[]): Participant[] =>
  weights.map((weight, index) => ({ provider: `p${index}`, venue: `p${index}`, weight }));

describe('capWeights', () => {
  it('agrees with capShares where every provider is its own venue', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 20 }), (weights) => {
        const exact = sharesOf(own(weights), none);
        capShares(weights, 0.25).forEach((share, index) => {
          expect(exact[index]).toBeCloseTo(share, 9);
        });
      }),
    );
  });

  it('holds a venue with many hosts at its cap, and shares the excess pro rata', () => {
    const hosts = Array.from({ length: 10 }, (_, index) => ({ provider: `v/${index}`, venue: 'v', weight: 64 }));
    const shares = sharesOf([...hosts, ...own([8, 8, 8, 8, 8])]);
    expect(shares.slice(0, 10).reduce((a, b) => a + b)).toBeCloseTo(0.3, 9);
    for (const share of shares.slice(10)) expect(share).toBeCloseTo(0.14, 9);
  });

  it('never exceeds a cap where enough take part, and flooding from one venue cannot raise its share', () => {
    const participant = fc.record({
      venue: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      weight: fc.integer({ min: 1, max: 500 }),
    });
    fc.assert(
      fc.property(fc.array(participant, { minLength: 1, maxLength: 30 }), (list) => {
        const participants = list.map((one, index) => ({ ...one, provider: `p${index}` }));
        const shares = sharesOf(participants);
        const venues = new Set(list.map((one) => one.venue));
        expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1, 9);
        const { provider, venue: ofVenue } = capWeights(participantsOf(participants), quarter, venueCap);
        const [most, mostOfVenue] = [provider, ofVenue].map(
          ({ inForce }) => Number(inForce.numerator) / Number(inForce.denominator),
        ) as [number, number];
        expect(mostOfVenue).toBeCloseTo(Math.max(0.3, 1 / venues.size), 9);
        for (const share of shares) expect(share).toBeLessThanOrEqual(most + 1e-9);
        for (const venue of venues) {
          const held = shares.filter((_, index) => participants[index]?.venue === venue).reduce((a, b) => a + b, 0);
          expect(held).toBeLessThanOrEqual(mostOfVenue + 1e-9);
        }
        // Never raised for nothing: a hair below it the venues could not hold the whole, or it is what the rules say.
        const room = [...venues].reduce(
          (sum, venue) => sum + Math.min(mostOfVenue, (most - 1e-6) * list.filter((one) => one.venue === venue).length),
          0,
        );
        if (most > Math.max(0.25, 1 / list.length) + 1e-9) expect(room).toBeLessThan(1);
      }),
    );
  });

  it('raises the cap of providers, not that of venues, where some venues have too few of them', () => {
    const hosts = Array.from({ length: 10 }, (_, index) => ({ provider: `v/${index}`, venue: 'v', weight: 64 }));
    const participants = [...own([64, 64]), ...hosts];
    const { provider, venue } = capWeights(participantsOf(participants), quarter, venueCap);
    expect(Number(provider.inForce.numerator) / Number(provider.inForce.denominator)).toBeCloseTo(1 / 3, 9);
    expect(provider.relaxed).toBe(true);
    expect(Number(venue.inForce.numerator) / Number(venue.inForce.denominator)).toBeCloseTo(1 / 3, 9);
    const shares = sharesOf(participants);
    expect(shares.slice(0, 2).map((share) => share.toFixed(6))).toEqual(['0.333333', '0.333333']);
  });

  it('says whether a cap bound and whether it was relaxed', () => {
    const two = capWeights(participantsOf(own([10, 1])), quarter, venueCap);
    expect(two.provider).toMatchObject({ relaxed: true, inForce: { numerator: 1n, denominator: 2n } });
    const five = capWeights(participantsOf(own([1, 1, 1, 1, 1])), quarter, venueCap);
    expect(five.provider).toMatchObject({ relaxed: false, bound: false });
  });

  it('refuses weights that are not whole', () => {
    expect(() => capWeights(participantsOf(own([1.5])), quarter, venueCap)).toThrow('positive whole number');
    expect(() => capWeights(participantsOf([]), quarter, venueCap)).toThrow('no participants');
  });
});

/** Points in ascending order of price, ready to be weighed. */
function pointsOf(sorted: readonly { price: number; weight: number; owner: number }[], owners: number): SortedPoints {
  const ownerWeights = new Array<number>(owners).fill(0);
  for (const { weight, owner } of sorted) ownerWeights[owner] = (ownerWeights[owner] as number) + weight;
  return {
    prices: Float64Array.from(sorted, ({ price }) => price),
    weights: Float64Array.from(sorted, ({ weight }) => weight),
    ownerOf: Int32Array.from(sorted, ({ owner }) => owner),
    order: Int32Array.from(sorted.keys()),
    ownerWeights,
  };
}

describe('centralMean', () => {
  const market = fc.array(
    fc.record({
      price: fc.integer({ min: 1, max: 60 }).map((p) => p * 50_000),
      weight: fc.integer({ min: 1, max: 460_800 }),
      scale: fc.integer({ min: 0, max: 2 }),
    }),
    { minLength: 1, maxLength: 700 },
  );
  it('agrees with the interquantile mean over numbers, across blocks and scales', () => {
    fc.assert(
      fc.property(market, (points) => {
        const sorted = points.toSorted((a, b) => a.price - b.price);
        const arrays = pointsOf(
          sorted.map(({ scale, ...point }) => ({ ...point, owner: scale })),
          3,
        );
        // Owners by another number than their scale.
        const scaleOf = [2, 0, 1];
        const multipliers = [5n, 11n, 3n];
        const exact = centralMean(arrays, scaleOf, multipliers, third, twoThirds);
        const counted = centralMean(arrays, scaleOf, multipliers, third, twoThirds, blockSums(arrays));
        expect(counted).toEqual(exact);
        // At a scale that doubles no longer hold, in part or at all, it is the same ratio.
        for (const scale of [10n ** 302n, 10n ** 306n, 10n ** 400n]) {
          const large = centralMean(
            arrays,
            scaleOf,
            multipliers.map((one) => one * scale),
            third,
            twoThirds,
            blockSums(arrays),
          );
          expect(large && { numerator: large.numerator / scale, denominator: large.denominator / scale }).toEqual(
            exact,
          );
        }
        const scaled = points.map((point) => point.weight * ([3, 5, 11][point.scale] as number));
        const approximate = interquantileMean(
          points.map((point) => point.price),
          scaled,
          1 / 3,
          2 / 3,
        );
        if (!exact) throw new Error('no weight');
        expect(Number((exact.numerator * 1000n) / exact.denominator) / 1000).toBeCloseTo(approximate, 1);
      }),
      { numRuns: 60 },
    );
  });

  it('leaves out what has no scale', () => {
    const arrays = pointsOf(
      [
        { price: 1, weight: 1, owner: 0 },
        { price: 2, weight: 1, owner: 0 },
        { price: 9, weight: 5, owner: 1 },
      ],
      2,
    );
    for (const known of [null, blockSums(arrays)]) {
      const mean = centralMean(arrays, [0, -1], [1n], { numerator: 0n, denominator: 1n }, none, known);
      expect(Number(mean?.numerator) / Number(mean?.denominator)).toBe(1.5);
      expect(centralMean(arrays, [-1, -1], [1n], third, twoThirds, known)).toBeNull();
    }
  });

  it('is exact where doubles hold neither a block nor a single point', () => {
    const heavy = fc.array(
      fc.record({
        price: fc.integer({ min: 1, max: 2 ** 32 }),
        weight: fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 2 ** 42 })),
        owner: fc.integer({ min: 0, max: 2 }),
      }),
      { minLength: 1, maxLength: 200 },
    );
    fc.assert(
      fc.property(heavy, (points) => {
        const sorted = points.toSorted((a, b) => a.price - b.price);
        const arrays = pointsOf(sorted, 3);
        const scaleOf = [1, -1, 0];
        const multipliers = [7n, 3n];
        const weighed = sorted.flatMap(({ price, weight, owner }) => {
          const multiplier = multipliers[scaleOf[owner] as number];
          return multiplier === undefined ? [] : [{ price: BigInt(price), weight: 3n * BigInt(weight) * multiplier }];
        });
        const total = weighed.reduce((sum, { weight }) => sum + weight, 0n);
        let [before, inside] = [0n, 0n];
        for (const { price, weight } of weighed) {
          const [from, to] = [before > total / 3n ? before : total / 3n, before + weight];
          const part = (to < (2n * total) / 3n ? to : (2n * total) / 3n) - from;
          if (part > 0n) inside += price * part;
          before += weight;
        }
        for (const known of [null, blockSums(arrays)]) {
          const mean = centralMean(arrays, scaleOf, multipliers, third, twoThirds, known);
          if (total === 0n) expect(mean).toBeNull();
          else expect((mean?.numerator ?? 0n) * (total / 3n)).toBe(inside * (mean?.denominator ?? 0n));
        }
      }),
    );
  });

  it('counts no blocks whose sums a double would not hold', () => {
    const weighing = (heaviest: number) =>
      pointsOf(
        [
          { price: 1, weight: 1, owner: 0 },
          { price: 2, weight: 4e5, owner: 0 },
          { price: 4e9, weight: heaviest, owner: 0 },
        ],
        1,
      );
    expect(blockSums(weighing(5e6))).toBeNull();
    expect(blockSums(weighing(2e6))).not.toBeNull();
  });
});
