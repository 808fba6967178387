import { type FixPoint, whyNoValue } from '#index-engine/derived/fix-point';
import { ratioOf } from '#index-engine/derived/quotient';
import type { Series } from '#methodology/series';

/** Whose capacity a curve is of: marketplaces and neoclouds, as the headline is, or hyperscalers. Never both. */
export const curveSegments = ['headline', 'hyperscaler'] as const;
export type CurveSegment = (typeof curveSegments)[number];

/** One tenor of a curve at one date. */
export interface CurvePoint {
  tenor: string;
  /** Months of a reservation; 0 on demand, null where it can be interrupted. */
  months: number | null;
  series: string;
  strike: string | null;
  value: string | null;
  level: FixPoint['level'];
  status: FixPoint['status'] | null;
  /** Why there is no value; null where there is one. */
  reason: string | null;
  providers: number | null;
  hash: string | null;
  /** Its value divided by that on demand; null where either is missing. */
  to_on_demand: string | null;
}

/** Months of a tenor: 0 for OD, null for INT. */
export function monthsOf(tenor: string): number | null {
  if (tenor === 'INT') return null;
  return tenor === 'OD' ? 0 : Number(tenor.slice(1, -1));
}

/** The series of every tenor of a class, interruptible first, then on demand, then by months. */
export function curveSeries(catalogue: readonly Series[], hardwareClass: string, segment: CurveSegment): Series[] {
  const base = catalogue.find(({ id }) => id === `CSI-${hardwareClass}${segment === 'headline' ? '' : '.HS'}`);
  if (!base) return [];
  return catalogue
    .filter(
      (one) =>
        one.hardwareClass === hardwareClass &&
        one.region === base.region &&
        one.evidence === null &&
        one.cadence === base.cadence &&
        one.segment.join() === base.segment.join(),
    )
    .sort((a, b) => (monthsOf(a.tenor) ?? -1) - (monthsOf(b.tenor) ?? -1));
}

/**
 * The term structure at one date: for each tenor the fix of its series on that date, or why it has none. Nothing is carried from another
 * date or read off a neighbour.
 * @param fixes by series
 * @param decimals of the quotients
 */
export function curveAt(
  series: readonly Series[],
  fixes: ReadonlyMap<string, FixPoint>,
  date: string,
  decimals: number,
): CurvePoint[] {
  const onDemand = series.find(({ tenor }) => tenor === 'OD');
  const base = onDemand ? (fixes.get(onDemand.id)?.value ?? null) : null;
  return series.map(({ id, tenor }) => {
    const fix = fixes.get(id) ?? null;
    return {
      tenor,
      months: monthsOf(tenor),
      series: id,
      strike: fix?.strike ?? null,
      value: fix?.value ?? null,
      level: fix?.level ?? null,
      status: fix?.status ?? null,
      reason: whyNoValue(fix, date),
      providers: fix?.providers ?? null,
      hash: fix?.hash ?? null,
      to_on_demand: fix?.value && base ? ratioOf(fix.value, base, decimals) : null,
    };
  });
}
