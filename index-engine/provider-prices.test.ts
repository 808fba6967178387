import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Rows } from '#index-engine/ladder';
import { providerPrices, type Shares } from '#index-engine/provider-prices';
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
      const columns = {
        providers: Int32Array.from(entries, ({ provider }) => Number(provider.slice(1))),
        prices: Float64Array.from(entries, ({ micro }) => micro),
      };
      const candidates = entries.map(({ provider }) => ({ observation: quote({ provider, price: '1' }) }));
      const shares: Shares = {
        rows: { columns, candidates } as unknown as Rows,
        places: Int32Array.from(entries.keys()),
        units: Float64Array.from(entries, ({ share }) => share),
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
