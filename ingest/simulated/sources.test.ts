import { describe, expect, it } from 'vitest';
import { catalogue } from '#ingest/catalogue';
import { sweepLive } from '#ingest/fetch';
import { readSweep } from '#ingest/read';
import { answerOf, simulatedFetch } from '#ingest/simulated/answers';
import { simulateMarket } from '#ingest/simulated/market';
import { simulatedSources } from '#ingest/simulated/sources';
import { observeMarket, sweepAt, sweepTimes } from '#ingest/simulated/sweeps';
import { DAY_MS, HOUR_MS } from '#ingest/simulated/time';
import type { Source } from '#ingest/source';
import { divideHalfEven, parseDecimal } from '#methodology/decimal';
import { providers } from '#methodology/providers';

const NEVER_OUT = { chance: 0, hours: [1, 30] as const, why: 'every answer is to be read' };
const START = new Date('2026-06-01T00:00:00.000Z');
const sources = simulatedSources();
const days = (count: number) => new Date(START.getTime() + count * DAY_MS);

describe('simulated sources', () => {
  it('cannot be taken for real ones', () => {
    const real = new Set(catalogue.map(({ id }) => id));
    const named = new Set(providers().flatMap(({ id, aliases }) => [id, ...aliases]));
    expect(new Set(sources.map(({ id }) => id)).size).toBe(16);
    for (const source of sources) {
      expect(source.id).toMatch(/^sim-/);
      expect(source.title).toMatch(/^Simulated /);
      expect(real.has(source.id) || named.has(source.id)).toBe(false);
      for (const { url } of source.requests(START)) expect(new URL(url).hostname).toMatch(/\.invalid$/);
    }
    expect([...real].filter((id) => id.startsWith('sim-'))).toEqual([]);
    expect([...named].filter((id) => id.startsWith('sim-'))).toEqual([]);
  });

  it('are read without one refusal, and pass their canaries, whatever the market does', () => {
    for (const seed of [1, 2, 77]) {
      const market = simulateMarket({ seed, outages: NEVER_OUT });
      for (const [position, source] of sources.entries()) {
        for (const at of sweepTimes(source, position, START, days(40)).filter((_, index) => index % 9 === 0)) {
          const { captures } = sweepAt(market, source, at);
          const { failure, quarantined, observations, sweep } = readSweep(source, captures);
          expect([failure, quarantined], `${source.id} at ${at.toISOString()}`).toEqual([null, []]);
          expect(sweep.complete).toBe(source.venue_type !== 'exchange');
          expect(observations.length).toBeGreaterThan(0);
          for (const one of observations) {
            expect(market.classes).toContain(one.hardware_class);
            expect(source.evidence).toContain(one.evidence);
            expect(one.provider.split('/')[0]).toBe(source.id);
            expect(one.attributes.simulated).toBe(true);
          }
        }
      }
    }
  });

  it('say what the market says: every quote, at its exact price', () => {
    const market = simulateMarket({ seed: 4, outages: NEVER_OUT });
    const at = days(3);
    const quotes = new Map(market.quotesAt(at).map((one) => [`${one.source} ${one.line}`, one]));
    for (const source of sources.filter(({ venue_type }) => venue_type !== 'exchange')) {
      for (const one of readSweep(source, sweepAt(market, source, at).captures).observations) {
        const quote = quotes.get(`${one.source} ${one.native_id}`);
        quotes.delete(`${one.source} ${one.native_id}`);
        const { hardware_class, gpus, tenor, evidence } = one;
        expect(quote).toMatchObject({ hardware_class, gpus, tenor, evidence, provider: one.provider });
        const lot = one.price_basis === 'lot_hour' ? BigInt(one.gpus ?? 0) : 1n;
        expect(divideHalfEven(parseDecimal(one.price, 6), lot)).toBe(parseDecimal(quote?.price ?? '', 6));
      }
    }
    expect([...quotes.keys()]).toEqual([]);
  });

  it('are out of service now and then: the answer is kept, nothing is read of it, and nothing is withdrawn', () => {
    const market = simulateMarket({ seed: 1 });
    const source = sources[0] as Source;
    const hours = Array.from({ length: 200 * 24 }, (_, hour) => new Date(START.getTime() + hour * HOUR_MS));
    const out = hours.filter((at) => market.isOut(source.id, at));
    expect(out.length).toBeGreaterThan(5);
    expect(out.length).toBeLessThan(hours.length / 5);
    const { captures } = sweepAt(market, source, out[0] as Date);
    expect(captures[0]).toMatchObject({ status: 503, last: false });
    const reading = readSweep(source, captures);
    expect(reading.failure).toBe('http.status: the source answered 503');
    expect(reading.sweep.complete).toBe(false);
    expect(reading.observations).toEqual([]);
  });

  it('answer a live sweep in this process, as they would have been looked at', async () => {
    const market = simulateMarket({ seed: 1, outages: NEVER_OUT });
    const clock = () => days(2);
    for (const source of sources) {
      const live = await sweepLive(source, clock, async () => {}, { fetch: simulatedFetch(market, clock) });
      expect(live.failure).toBeNull();
      expect(live.captures).toEqual(sweepAt(market, source, days(2)).captures);
    }
  });

  it('serve nothing else', () => {
    const market = simulateMarket({ seed: 1, outages: NEVER_OUT });
    for (const url of [
      'https://console.vast.ai/api/v0/bundles/',
      'https://sim-cloud-z.invalid/v1/rates',
      'https://sim-cloud-a.invalid/',
    ]) {
      expect(answerOf(market, url, START)).toMatchObject({ status: 404 });
    }
  });

  it('are observed without a store: twice the same, in pieces the same', () => {
    const market = simulateMarket({ seed: 8 });
    const whole = observeMarket(market, START, days(2));
    expect(observeMarket(simulateMarket({ seed: 8 }), START, days(2))).toEqual(whole);
    const ids = (inputs: typeof whole) => inputs.observations.map((one) => one.observation_id);
    const pieces = [observeMarket(market, START, days(1)), observeMarket(market, days(1), days(2))];
    // A trade of one day's last hours is told again on the next.
    expect(new Set(pieces.flatMap(ids))).toEqual(new Set(ids(whole)));
    expect(pieces.flatMap(({ sweeps }) => sweeps).length).toBe(whole.sweeps.length);
    expect(new Set(ids(whole)).size).toBe(whole.observations.length);
    expect(whole.observations.length).toBeGreaterThan(2000);
  });
});
