import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Candidate } from '#index-engine/book';
import { columnsOf } from '#index-engine/ladder';
import { providerPrices, type Shares } from '#index-engine/provider-prices';
import { quote } from '#index-engine/testing/market';
import { divideHalfEven } from '#methodology/decimal';

const names = ['p0', 'p1', 'p2', 'p3', 'p4'];

const entry = fc.record({
  isAway: fc.boolean(),
  provider: fc.integer({ min: 0, max: 4 }).map((place) => `p${place}`),
  // To far above any price, so that doubles no longer hold the sums.
  micro: fc.oneof(fc.integer({ min: 1, max: 100_000_000 }), fc.integer({ min: 1, max: 2 ** 40 })),
  share: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 10 ** 12 })),
});

it('are the exact means of what each provider asks, by share, rounded half to even', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 40 }), (entries) => {
      const numbers = entries.map(({ provider }) => Number(provider.slice(1)));
      const candidates = entries.map(
        ({ provider, isAway, micro }, place) =>
          ({
            observation: quote({ provider, venue: isAway ? 'elsewhere' : provider, price: '1' }),
            kind: { evidence: 'listed' },
            place,
            provider: numbers[place],
            venue: isAway ? names.length : numbers[place],
            micro,
            gpus: 1,
            counts: { seconds: 0 },
          }) as unknown as Candidate,
      );
      const shares: Shares = {
        rows: {
          candidates,
          columns: columnsOf(candidates, names.length),
          providers: names,
          venues: [...names, 'elsewhere'],
        },
        places: Int32Array.from(entries.keys()),
        units: Float64Array.from(entries, ({ share }) => share),
      };
      const plain = [...new Set(entries.map(({ provider }) => provider))].sort().flatMap((provider) => {
        const own = entries.filter((one) => one.provider === provider);
        const share = own.reduce((sum, one) => sum + BigInt(one.share), 0n);
        const value = own.reduce((sum, one) => sum + BigInt(one.micro) * BigInt(one.share), 0n);
        // At the venue of its first, which is its lowest price.
        const venue = own[0]?.isAway ? 'elsewhere' : provider;
        return share === 0n ? [] : [{ provider, venue, price: divideHalfEven(value, share), share }];
      });
      expect(providerPrices(shares)).toEqual(plain);
    }),
  );
});
