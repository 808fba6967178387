import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SimulatedMarket, simulateMarket } from '#ingest/simulated/market';
import { DAY_MS, HOUR_MS } from '#ingest/simulated/time';
import { canonicalJson } from '#methodology/canonical';

const START = Date.parse('2026-06-01T00:00:00.000Z');
const at = (hours: number) => new Date(START + hours * HOUR_MS);
const seedOf = fc.integer({ min: 1, max: 2 ** 31 });
/** Shortly before, where nothing depends on how long ago it was. */
const epoch = '2026-05-01T00:00:00.000Z';
const PRICE = /^(?!0+(\.0+)?$)\d+(\.\d+)?$/;

/** Everything there is to see at an instant, as bytes. */
const view = (market: SimulatedMarket, instant: Date): string =>
  canonicalJson({
    regime: market.regimeAt(instant),
    prices: market.classes.map((one) => market.truePrice(one, instant)) as unknown as string[],
    quotes: market.quotesAt(instant) as unknown as string[],
    trades: market.tradesBetween(new Date(instant.getTime() - 2 * HOUR_MS), instant) as unknown as string[],
    out: market.venues.clouds.filter((venue) => market.isOut(venue, instant)),
  });

describe('a simulated market', () => {
  it('is the same bytes from the same seed, and another from another', () => {
    const instant = at(1000.37);
    expect(view(simulateMarket({ seed: 5 }), instant)).toBe(view(simulateMarket({ seed: 5 }), instant));
    expect(view(simulateMarket({ seed: 5 }), instant)).not.toBe(view(simulateMarket({ seed: 6 }), instant));
  });

  it('does not depend on what was asked of it before, nor in which order', () => {
    const instants = fc.array(fc.double({ min: 0, max: 24 * 400, noNaN: true }), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(seedOf, instants, (seed, hours) => {
        const forwards = simulateMarket({ seed, epoch });
        const backwards = simulateMarket({ seed, epoch });
        const sorted = [...hours].sort((a, b) => a - b);
        const seen = new Map(sorted.map((hour) => [hour, view(forwards, at(hour))]));
        for (const hour of sorted.toReversed()) expect(view(backwards, at(hour))).toBe(seen.get(hour));
        const last = sorted.at(-1) as number;
        expect(view(simulateMarket({ seed, epoch }), at(last))).toBe(seen.get(last));
      }),
      { numRuns: 8 },
    );
  });

  it('cuts its trades anywhere without losing or doubling one', () => {
    const market = simulateMarket({ seed: 3 });
    const cut = fc.double({ min: 0, max: 72, noNaN: true });
    const whole = market.tradesBetween(at(0), at(72));
    fc.assert(
      fc.property(cut, (hour) => {
        const middle = at(hour);
        expect([...market.tradesBetween(at(0), middle), ...market.tradesBetween(middle, at(72))]).toEqual(whole);
      }),
      { numRuns: 20 },
    );
    expect(new Set(whole.map(({ id }) => id)).size).toBe(whole.length);
  });

  it('has no instant before it begins', () => {
    const market = simulateMarket({ seed: 1, epoch: '2026-01-01T00:00:00.000Z' });
    expect(() => market.quotesAt(new Date('2025-12-31T23:59:59.999Z'))).toThrow(
      'the simulated market begins at 2026-01-01T00:00:00.000Z',
    );
    expect(() => market.truePrice('H100-PCIE-80', at(0))).toThrow('has no H100-PCIE-80');
    expect(market.quotesAt(new Date('2026-01-01T00:00:00.000Z')).length).toBeGreaterThan(50);
  });

  it('quotes exact prices above zero, each line once, and never a trade', () => {
    fc.assert(
      fc.property(seedOf, fc.integer({ min: 0, max: 24 * 300 }), (seed, hour) => {
        const market = simulateMarket({ seed, epoch });
        const quotes = market.quotesAt(at(hour));
        for (const one of quotes) {
          expect(one.price).toMatch(PRICE);
          const ratio = Number(one.price) / Number(market.truePrice(one.hardware_class, at(hour)).price);
          // Far from the true price, but of its order: nothing in it is a slip of a decimal point.
          expect(ratio).toBeGreaterThan(one.tenor === 'INT' ? 0.25 : 0.5);
          expect(ratio).toBeLessThan(one.tenor === 'INT' ? 1.2 : 2);
        }
        expect(new Set(quotes.map(({ source, line }) => `${source} ${line}`)).size).toBe(quotes.length);
        for (const trade of market.tradesBetween(at(hour), at(hour + 24))) {
          expect(trade.price).toMatch(PRICE);
          expect(trade.buyer).not.toBe(trade.seller);
        }
      }),
      { numRuns: 12 },
    );
  });

  it('knows calm, shortage and glut, and dearer is the shortage', () => {
    const market = simulateMarket({ seed: 1 });
    const prices = new Map<string, number[]>();
    for (let day = 0; day < 1500; day += 1) {
      const instant = new Date(Date.parse(market.parameters.epoch) + day * DAY_MS);
      const of = prices.get(market.regimeAt(instant)) ?? [];
      prices.set(market.regimeAt(instant), of);
      of.push(Number(market.truePrice('H100-SXM-80', instant).price));
    }
    const mean = (regime: string) => {
      const all = prices.get(regime) ?? [];
      expect(all.length, regime).toBeGreaterThan(100);
      return all.reduce((sum, one) => sum + one, 0) / all.length;
    };
    expect(mean('glut')).toBeLessThan(mean('calm') * 0.97);
    expect(mean('shortage')).toBeGreaterThan(mean('calm') * 1.03);
  });

  it('has lists that lag the true price by days, and asks that do not', () => {
    const market = simulateMarket({ seed: 1 });
    const DAYS = 240;
    const LAGS = [0, 1, 2, 3, 4, 5, 6, 8, 10];
    /** How far a mean of quotes strays from the true price of so many days before, scaled: its variance as a logarithm. */
    const straying = (wanted: (source: string) => boolean, lag: number): number => {
      const ratios: number[] = [];
      for (let day = 0; day < DAYS; day += 1) {
        const quotes = market.quotesAt(at(24 * day)).filter((one) => {
          const isPrice = one.hardware_class === 'H100-SXM-80' && one.tenor === 'OD';
          return isPrice && wanted(one.source) && one.hosting !== 'community';
        });
        if (quotes.length === 0) continue;
        const mean = quotes.reduce((sum, { price }) => sum + Math.log(Number(price)), 0) / quotes.length;
        ratios.push(mean - Math.log(Number(market.truePrice('H100-SXM-80', at(24 * (day - lag))).price)));
      }
      const middle = ratios.reduce((sum, one) => sum + one, 0) / ratios.length;
      return ratios.reduce((sum, one) => sum + (one - middle) ** 2, 0) / ratios.length;
    };
    const nearest = (wanted: (source: string) => boolean) => {
      const all = LAGS.map((lag) => ({ lag, strays: straying(wanted, lag) }));
      return all.reduce((a, b) => (b.strays < a.strays ? b : a)).lag;
    };
    expect(nearest((source) => source.startsWith('sim-cloud-'))).toBeGreaterThanOrEqual(2);
    expect(nearest((source) => source.startsWith('sim-market-'))).toBe(0);
  });

  it('is cheap: ninety days, hour by hour, in seconds', () => {
    const begun = performance.now();
    const market = simulateMarket({ seed: 9 });
    for (let hour = 0; hour < 90 * 24; hour += 1) market.quotesAt(at(hour));
    market.tradesBetween(at(0), at(90 * 24));
    expect(market.truePath('H100-SXM-80', at(0), at(90 * 24))).toHaveLength(90 * 24);
    expect(performance.now() - begun).toBeLessThan(15_000);
  });
});
