import { describe, expect, it } from 'vitest';
import { rivals } from '#index-engine/lab/estimators';
import type { LabStrike } from '#index-engine/lab/market';
import { ourValue } from '#index-engine/lab/ours';
import { type Panel, panelOf } from '#index-engine/lab/panel';
import { context, inputsOf, panel as quotes, rulebookV1 } from '#index-engine/testing/market';

const DAY = 86_400;

/** Quotes of one GPU each but for what is said, every provider a venue of its own. */
function quoted(...prices: (number | [price: number, gpus: number, venue: string])[]): Panel {
  return {
    windowSeconds: DAY,
    prints: [],
    quotes: prices.map((one, index) => {
      const [price, gpus, venue] = Array.isArray(one) ? one : [one, 1, `v${index}`];
      return { provider: `p${index}`, venue, evidence: 'listed', gpus, price, seconds: DAY, atStrike: true };
    }),
  };
}

/** Trades of a seller at a price and volume, in the middle of an hour of the window. */
function traded(...trades: [seller: string, price: number, gpuHours: number, hour: number][]): Panel {
  return {
    windowSeconds: DAY,
    quotes: quoted(99).quotes,
    prints: trades.map(([provider, price, gpuHours, hour]) => ({
      ...{ provider, venue: 'exchange', price, gpuHours },
      second: hour * 3600 + 1800,
    })),
  };
}

const by = (id: string) => {
  const rival = rivals.find((one) => one.id === id);
  if (!rival) throw new RangeError(id);
  return (panel: Panel) => rival.estimate(panel);
};

describe('the rivals, by hand', () => {
  const trades = traded(['a', 1, 10, 0], ['a', 2, 30, 5], ['b', 4, 40, 12], ['c', 10, 20, 23]);

  it('VWAP: (10 + 60 + 160 + 200) / 100', () => {
    expect(by('vwap')(trades)).toBeCloseTo(4.3, 12);
  });

  it('Ornn: prices drawn in to 1.15 and 9.1 before the volume-weighted mean', () => {
    expect(by('ornn')(trades)).toBeCloseTo((11.5 + 60 + 160 + 182) / 100, 12);
  });

  it('Silicon Data: the mean of 1.5, 4 and 10; of quotes, a marketplace is one provider', () => {
    expect(by('silicon')(trades)).toBeCloseTo(15.5 / 3, 12);
    expect(by('silicon')(quoted([1, 1, 'm'], [3, 9, 'm'], [4, 1, 'x']))).toBeCloseTo(3, 12);
  });

  it('CGI: between 33.3 and 66.7 of 100 lie 6.67 at 2 and 26.67 at 4', () => {
    expect(by('cgi')(trades)).toBeCloseTo((2 * 20 + 4 * 80) / 100, 12);
  });

  it('SONIA: between 25 and 75 of 100 lie 15 at 2 and 35 at 4', () => {
    expect(by('sonia')(trades)).toBeCloseTo((2 * 15 + 4 * 35) / 50, 12);
  });

  it('SOFR: half of the volume is reached at 4, and midway where it is reached exactly', () => {
    expect(by('sofr')(trades)).toBe(4);
    expect(by('sofr')(quoted(1, 3))).toBe(2);
  });

  it('EU-CRI: one provider of nine tenths is cut to a quarter, and no longer the median', () => {
    const one = quoted([9, 90, 'a'], [1, 2, 'b'], [2, 2, 'c'], [3, 2, 'd'], [4, 2, 'e'], [5, 2, 'f']);
    expect(by('sofr')(one)).toBe(9);
    // 0.25 for the one, 0.15 for each of the five: half is reached at the fourth.
    expect(by('eu-cri')(one)).toBe(4);
  });

  it('gpumarkets: 50 is more than three deviations from 3, and left out', () => {
    expect(by('gpumarkets')(quoted(1, 2, 3, 4, 50))).toBe(2.5);
  });

  it('CME CF: the mean of the medians of four partitions that hold a trade', () => {
    expect(by('cme-cf')(trades)).toBeCloseTo((1 + 2 + 4 + 10) / 4, 12);
  });

  it('have no value without evidence, and none looks at a quote that is gone at the strike', () => {
    const gone = quoted(1, 2, 3);
    for (const one of gone.quotes) one.atStrike = false;
    for (const { estimate } of rivals) expect(estimate(gone)).toBeNull();
  });
});

describe('our own', () => {
  it('screens what is not theirs to screen: the rivals see it', () => {
    const inputs = inputsOf(...quotes('2.00', '2.10', '2.20', '2.30', '2.40', '2.50', '9.00'));
    const strike: LabStrike = { market: 'test', context, inputs, truth: null };
    expect(ourValue(strike, rulebookV1)).toBeLessThan(3);
    expect(panelOf(strike, rulebookV1).quotes.map(({ price }) => price)).toContain(9);
  });
});
