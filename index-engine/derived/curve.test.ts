import { describe, expect, it } from 'vitest';
import { curveAt, curveSeries, monthsOf } from '#index-engine/derived/curve';
import { point } from '#index-engine/derived/testing';
import { rulebooks } from '#methodology/rulebook';
import { seriesCatalogue } from '#methodology/series';

const catalogue = seriesCatalogue(rulebooks()[0]!.rulebook);
const DATE = '2026-07-28';
const H100 = 'H100-SXM-80';

describe('a term structure', () => {
  it('has every tenor of one segment once, interruptible first and the longest last', () => {
    const series = curveSeries(catalogue, H100, 'headline');
    expect(series.map(({ tenor }) => tenor)).toEqual(['INT', 'OD', 'R1M', 'R3M', 'R6M', 'R12M', 'R36M']);
    expect(series[1]?.id).toBe(`CSI-${H100}`);
    const hyperscaler = curveSeries(catalogue, H100, 'hyperscaler');
    expect(hyperscaler.map(({ id }) => id)).toEqual(
      ['.HS.INT', '.HS', '.HS.R12M', '.HS.R36M'].map((end) => `CSI-${H100}${end}`),
    );
    expect(curveSeries(catalogue, 'NO-SUCH-CLASS', 'headline')).toEqual([]);
    expect([monthsOf('INT'), monthsOf('OD'), monthsOf('R36M')]).toEqual([null, 0, 36]);
  });

  it('shows each fix with what it is on demand, and nothing where there is none', () => {
    const series = curveSeries(catalogue, H100, 'headline');
    const fixes = new Map(
      [
        point(`CSI-${H100}`, DATE, '3.0000'),
        point(`CSI-${H100}.INT`, DATE, '1.5000', { level: 3, providers: 9 }),
        point(`CSI-${H100}.R3M`, DATE, null),
      ].map((fix) => [fix.series, fix] as const),
    );
    const points = curveAt(series, fixes, DATE, 6);
    expect(points[0]).toMatchObject({
      tenor: 'INT',
      value: '1.5000',
      to_on_demand: '0.500000',
      level: 3,
      providers: 9,
    });
    expect(points[1]).toMatchObject({ tenor: 'OD', to_on_demand: '1.000000', reason: null });
    expect(points[2]).toMatchObject({ tenor: 'R1M', value: null, status: null, reason: `no fix on ${DATE}` });
    expect(points[3]).toMatchObject({ value: null, status: 'suspended', reason: 'suspended: 3 providers, 5 needed' });
    expect(points.filter(({ value }) => value !== null)).toHaveLength(2);
  });

  it('measures nothing against a price on demand that is not there', () => {
    const series = curveSeries(catalogue, H100, 'headline');
    const fixes = new Map([[`CSI-${H100}.INT`, point(`CSI-${H100}.INT`, DATE, '1.5')]]);
    expect(curveAt(series, fixes, DATE, 6).map((one) => one.to_on_demand)).toEqual(series.map(() => null));
  });
});
