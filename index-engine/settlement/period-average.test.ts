import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareRationals, type Rational, roundRational } from '#index-engine/rational';
import { bandOf, periodAverage } from '#index-engine/settlement/period-average';
import { contract } from '#methodology/contracts';
import { decimalOfNumber, parseDecimal } from '#methodology/decimal';

const hourly = contract('CSI-H100-SXM-80-HM');
const daily = contract('CSI-H100-SXM-80-BD');
if (!hourly || !daily) throw new Error('the shipped contracts are missing');

interface Case {
  name: string;
  period: { start: string; end: string };
  statuses: [string, number | null, string | null][];
  expect: {
    band: string;
    coverage: Record<'coverage_ratio' | 'filled' | 'longest_gap' | 'longest_gap_share' | 'scheduled', number>;
    filled_only_mean_usd_gpu_hr?: number;
    gap_fills?: {
      start: string;
      value_usd_gpu_hr: number | null;
      window_start: string | null;
      window_end: string | null;
      window_stamps: number | null;
    }[];
    period_rate: Record<'stamps_carried' | 'stamps_dropped_genesis' | 'stamps_observed' | 'value_usd_gpu_hr', number>;
  };
}

const SCALE = 6;
const golden = new URL('../../../shared/golden/period-average.json', import.meta.url);
const micro = (value: number) => parseDecimal(decimalOfNumber(value) ?? '', SCALE);
const usd = (value: Rational | null) => (value === null ? null : Number(roundRational(value, 0)) / 10 ** SCALE);
const share = (count: number, of: number) => Number((count / of).toFixed(SCALE));

/** The full hours from one to another, half-open, as the file spells them. */
function hoursFrom({ start, end }: Case['period']): string[] {
  const hours: string[] = [];
  const last = Date.parse(`${end}:00:00Z`);
  for (let at = Date.parse(`${start}:00:00Z`); at < last; at += 3_600_000)
    hours.push(new Date(at).toISOString().slice(0, 13));
  return hours;
}

const known = existsSync(golden);
if (!known) console.warn('period-average.json is not beside the checkout: its cases are skipped');

describe.skipIf(!known)('period averages worked by hand', () => {
  const file = known
    ? (JSON.parse(readFileSync(golden, 'utf8')) as { fill_lookback: number; cases: Case[] })
    : { fill_lookback: 0, cases: [] };
  it('are all there', () => expect(file.cases).toHaveLength(7));
  it.each(file.cases)('$name', ({ period, statuses, expect: wanted }) => {
    const hours = hoursFrom(period);
    const byHour = new Map(statuses.map(([hour, value]) => [hour, value]));
    const values = hours.map((hour) => {
      const value = byHour.get(hour) ?? null;
      return value === null ? null : micro(value);
    });
    const average = periodAverage(values, [], file.fill_lookback);
    expect({
      coverage_ratio: share(average.observed, average.scheduled),
      filled: average.observed,
      longest_gap: average.longestGap,
      longest_gap_share: share(average.longestGap, average.scheduled),
      scheduled: average.scheduled,
    }).toEqual(wanted.coverage);
    expect({
      stamps_carried: average.filled,
      stamps_dropped_genesis: average.dropped,
      stamps_observed: average.observed,
      value_usd_gpu_hr: usd(average.mean),
    }).toEqual(wanted.period_rate);
    expect(bandOf(average, hourly.bands)).toBe(wanted.band);
    if (wanted.filled_only_mean_usd_gpu_hr !== undefined)
      expect(usd(average.observedMean)).toBe(wanted.filled_only_mean_usd_gpu_hr);
    if (wanted.gap_fills) {
      const fills = average.gaps.map(({ from, window, value }) => ({
        start: hours[from],
        value_usd_gpu_hr: usd(value),
        window_end: hours[window.at(-1) ?? -1] ?? null,
        window_stamps: window.length === 0 ? null : window.length,
        window_start: hours[window[0] ?? -1] ?? null,
      }));
      expect(fills).toEqual(wanted.gap_fills);
    }
  });
});

describe('the bands of the shipped contracts', () => {
  it.each([
    // Daily: 95% and no gap longer than one fix; 85%.
    [daily, 20, 20, 0, 'settles'],
    [daily, 20, 19, 1, 'settles'],
    [daily, 40, 38, 2, 'review'],
    [daily, 20, 17, 3, 'review'],
    [daily, 20, 16, 1, 'determination'],
    [daily, 20, 0, 20, 'determination'],
    // Hourly: 98%, and no gap above 2% of the period at all; 90%.
    [hourly, 100, 98, 2, 'settles'],
    [hourly, 100, 97, 1, 'review'],
    [hourly, 100, 97, 3, 'determination'],
    [hourly, 1000, 899, 1, 'determination'],
  ] as const)('%#: of %$ fixes', (terms, scheduled, observed, longestGap, band) => {
    expect(bandOf({ scheduled, observed, longestGap }, terms.bands)).toBe(band);
  });
});

const value = fc.bigInt(1n, 50_000_000n);
const stamps = fc.array(fc.option(value, { freq: 3 }), { minLength: 1, maxLength: 60 });
const history = fc.array(fc.option(value, { freq: 3 }), { maxLength: 10 });
const lookback = fc.integer({ min: 1, max: 5 });
const whole = (numerator: bigint): Rational => ({ numerator, denominator: 1n });

describe('a period average', () => {
  it('lies between the lowest and the highest value that was published', () => {
    fc.assert(
      fc.property(stamps, history, lookback, (values, before, back) => {
        const { mean } = periodAverage(values, before, back);
        const published = [...values, ...before].filter((one) => one !== null);
        if (mean === null) return;
        expect(published.some((one) => compareRationals(whole(one), mean) <= 0)).toBe(true);
        expect(published.some((one) => compareRationals(whole(one), mean) >= 0)).toBe(true);
      }),
    );
  });

  it('accounts for every stamp once, and a fill never counts as coverage', () => {
    fc.assert(
      fc.property(stamps, history, lookback, (values, before, back) => {
        const average = periodAverage(values, before, back);
        expect(average.observed).toBe(values.filter((one) => one !== null).length);
        expect(average.observed + average.filled + average.dropped).toBe(values.length);
        expect(average.gaps.reduce((sum, gap) => sum + gap.length, 0)).toBe(average.filled + average.dropped);
        const bare = periodAverage(values, [], back);
        expect([bare.observed, bare.longestGap]).toEqual([average.observed, average.longestGap]);
        expect(average.mean === null).toBe(average.observed === 0);
      }),
    );
  });

  it('does not fall when any one fix rises', () => {
    fc.assert(
      fc.property(stamps, history, lookback, fc.nat(), fc.bigInt(1n, 1_000_000n), (values, before, back, at, more) => {
        const places = values.flatMap((one, index) => (one === null ? [] : [index]));
        fc.pre(places.length > 0);
        const chosen = places[at % places.length];
        const raised = values.map((one, index) => (index === chosen && one !== null ? one + more : one));
        const [low, high] = [periodAverage(values, before, back).mean, periodAverage(raised, before, back).mean];
        expect(compareRationals(low as Rational, high as Rational)).toBe(-1);
      }),
    );
  });

  it('without gaps is the plain mean in any order', () => {
    const full = fc.array(value, { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(
        full.chain((values) =>
          fc.tuple(fc.constant(values), fc.shuffledSubarray(values, { minLength: values.length })),
        ),
        ([values, shuffled]) => {
          expect(periodAverage(shuffled, [], 3).mean).toEqual(periodAverage(values, [], 3).mean);
          const sum = values.reduce((total, one) => total + one, 0n);
          const mean = periodAverage(values, [], 3).mean as Rational;
          expect(compareRationals(mean, { numerator: sum, denominator: BigInt(values.length) })).toBe(0);
        },
      ),
    );
  });

  it('fills from before the period too, no further than the look-back, and never from what comes after', () => {
    expect(periodAverage([null, null], [10n, 20n], 3)).toMatchObject({ mean: null, filled: 2, observed: 0 });
    const { gaps, mean } = periodAverage([null, null, 30n], [10n, null, 20n, 40n], 3);
    expect(gaps).toEqual([{ from: 0, length: 2, window: [-2, -1], value: { numerator: 30n, denominator: 1n } }]);
    expect(mean).toEqual({ numerator: 30n, denominator: 1n });
    expect(periodAverage([null, 30n], [10n, 20n], 3).gaps[0]?.window).toEqual([-1]);
    expect(periodAverage([null, null, null, null, 30n], [1n, 2n, 3n, 4n], 3).gaps[0]?.window).toEqual([-3, -2, -1]);
  });
});
