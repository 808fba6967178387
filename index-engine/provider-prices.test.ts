import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Candidate } from '#index-engine/book';
import { providerPrices } from '#index-engine/provider-prices';
import { quote } from '#index-engine/testing/market';
import { divideHalfEven } from '#methodology/decimal';

const entry = fc.record({
  provider: fc.integer({ min: 0, max: 4 }).map((place) => `p${place}`),
  // To far above any price, so that doubles no longer hold the sums.
  micro: fc.oneof(fc.integer({ min: 1, max: 100_000_000 }), fc.integer({ min: 1, max: 2 ** 40 })),
  share: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 10 ** 12 })),
});

it('are the exact means of what each provider asks, by share, rounded half to even', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 40 }), (entries) => {
      const shares = {
        candidates: entries.map(
          ({ provider, micro }) =>
            ({
              observation: quote({ provider, price: '1' }),
              provider: Number(provider.slice(1)),
              micro,
            }) as unknown as Candidate,
        ),
        prices: entries.map(({ micro }) => micro),
        units: entries.map(({ share }) => share),
      };
      const plain = [...new Set(entries.map(({ provider }) => provider))].sort().flatMap((provider) => {
        const own = entries.filter((one) => one.provider === provider);
        const share = own.reduce((sum, one) => sum + BigInt(one.share), 0n);
        const value = own.reduce((sum, one) => sum + BigInt(one.micro) * BigInt(one.share), 0n);
        return share === 0n ? [] : [{ provider, venue: provider, price: divideHalfEven(value, share), share }];
      });
      expect(providerPrices(shares)).toEqual(plain);
    }),
  );
});
