import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kindOf, sideBySide, spreadOf, spreadPairs } from '#index-engine/derived/spreads';
import { point } from '#index-engine/derived/testing';
import { rulebookAt, rulebooks } from '#methodology/rulebook';
import { type Series, seriesCatalogue } from '#methodology/series';

const catalogue = seriesCatalogue(rulebooks()[0]!.rulebook);
const series = (id: string): Series => catalogue.find((one) => one.id === id)!;
const H100 = series('CSI-H100-SXM-80');
const B200 = series('CSI-B200-SXM-180');
const DATE = '2026-07-28';
const { rulebook: rules } = rulebookAt(new Date(DATE));
const between = (a: Series, b: Series, first: string | null, second: string | null) =>
  spreadOf({ kind: kindOf(a, b), a, b }, { a: point(a.id, DATE, first), b: point(b.id, DATE, second) }, DATE, rules);

describe('the pairs of the grid', () => {
  it('set each class against the reference, and within a class what differs in one thing', () => {
    const pairs = spreadPairs(catalogue, 'H100-SXM-80');
    expect(pairs.some(({ a, b }) => a.id === B200.id && b.id === H100.id)).toBe(true);
    expect(pairs.some(({ a, b }) => a.id === b.id)).toBe(false);
    for (const { kind, a, b } of pairs) {
      expect(kindOf(a, b), `${a.id} ${b.id}`).toBe(kind);
      if (kind !== 'class') expect(a.hardwareClass).toBe(b.hardwareClass);
    }
    const ofH100 = pairs.filter(({ a }) => a.hardwareClass === 'H100-SXM-80').map(({ a, b }) => `${a.id} ${b.id}`);
    for (const pair of ['.US CSI-H100-SXM-80.EU', '.LS CSI-H100-SXM-80.EX', '.INT CSI-H100-SXM-80']) {
      expect(ofH100).toContain(`CSI-H100-SXM-80${pair}`);
    }
  });
});

describe('a spread', () => {
  it('is exact, and between classes says what compute costs in one for what it costs in the other', () => {
    const spread = between(B200, H100, '6.5000', '3.0000');
    expect(spread).toMatchObject({ kind: 'class', difference: '3.5000', ratio: '2.166667', reason: null });
    const { combined } = spread.differential!;
    expect(Number(combined)).toBeCloseTo(
      6.5 / 3 / Number(rules.standard_compute_unit.ratings['B200-SXM-180']!.combined),
      5,
    );
    expect(between(series('CSI-H100-SXM-80.LS'), series('CSI-H100-SXM-80.EX'), '3', '2').differential).toBeNull();
  });

  it('has none where a side has no value, and says which', () => {
    expect(between(B200, H100, null, '3.0000')).toMatchObject({
      difference: null,
      ratio: null,
      differential: null,
      reason: 'CSI-B200-SXM-180: suspended: 3 providers, 5 needed',
    });
    const none = spreadOf({ kind: 'class', a: B200, b: H100 }, { a: null, b: null }, DATE, rules);
    expect(none.reason).toBe(`CSI-B200-SXM-180: no fix on ${DATE}; CSI-H100-SXM-80: no fix on ${DATE}`);
  });

  it('does not depend on the unit of the prices: both in another currency give the same quotients', () => {
    const price = fc.integer({ min: 1, max: 300_000 });
    const text = (units: number) => (units / 10_000).toFixed(4);
    fc.assert(
      fc.property(price, price, fc.integer({ min: 2, max: 30 }), (a, b, rate) => {
        const one = between(B200, H100, text(a), text(b));
        const other = between(B200, H100, text(a * rate), text(b * rate));
        expect([other.ratio, other.differential]).toEqual([one.ratio, one.differential]);
      }),
    );
  });
});

describe('two series side by side', () => {
  it('meet by their date, whatever the hour of their region, and neither loses a day', () => {
    const us = series('CSI-H100-SXM-80.US');
    const eu = series('CSI-H100-SXM-80.EU');
    const rows = sideBySide(
      {
        series: us,
        fixes: ['2026-07-27', '2026-07-28'].map((date) => point(us.id, date, '3', { strike: `${date}T20:00:00.000Z` })),
      },
      { series: eu, fixes: ['2026-07-28', '2026-07-29'].map((date) => point(eu.id, date, '2')) },
    );
    expect(rows.map(({ date, a, b }) => [date, a?.value ?? null, b?.value ?? null])).toEqual([
      ['2026-07-27', '3', null],
      ['2026-07-28', '3', '2'],
      ['2026-07-29', null, '2'],
    ]);
  });

  it('meet by the instant where both are struck every hour: a date would meet itself 24 times', () => {
    const of = (id: string, hours: string[]) => ({
      series: { ...H100, id, cadence: 'hourly' as const },
      fixes: hours.map((hour) => point(id, DATE, '3', { strike: `${DATE}T${hour}:00:00.000Z` })),
    });
    const rows = sideBySide(of('CSI-H200-SXM-141.H', ['13', '14']), of('CSI-H100-SXM-80.H', ['14', '15']));
    expect(rows.map(({ at, a, b }) => [at.slice(11, 13), a !== null, b !== null])).toEqual([
      ['13', true, false],
      ['14', true, true],
      ['15', false, true],
    ]);
  });

  it('meet at the strikes of the daily one where the other is struck every hour', () => {
    const hourly: Series = { ...H100, id: 'CSI-H100-SXM-80.H', cadence: 'hourly' };
    expect(kindOf(hourly, H100)).toBe('cadence');
    const rows = sideBySide(
      {
        series: hourly,
        fixes: ['14', '15', '16'].map((hour) => point(hourly.id, DATE, '3', { strike: `${DATE}T${hour}:00:00.000Z` })),
      },
      { series: H100, fixes: [point(H100.id, DATE, '2')] },
    );
    expect(rows).toMatchObject([{ at: `${DATE}T15:00:00.000Z`, a: { value: '3' }, b: { value: '2' } }]);
  });
});
