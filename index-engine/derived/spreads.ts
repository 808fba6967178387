import { type FixPoint, whyNoValue } from '#index-engine/derived/fix-point';
import { differenceOf, ratioOf } from '#index-engine/derived/quotient';
import type { Rulebook } from '#methodology/rulebook';
import { workloads } from '#methodology/scu/definition';
import { differential } from '#methodology/scu/price';
import type { Series } from '#methodology/series';

/** In what the two series of a pair of the grid differ. */
export const spreadKinds = ['class', 'region', 'evidence', 'tenor', 'segment'] as const;
/** Of any two: a series struck every hour also has one beside it that is struck once a day. */
export type SpreadKind = (typeof spreadKinds)[number] | 'cadence';

/** Two series of one class that differ in one thing, by the ends of their ids. */
const pairsOfClass: readonly (readonly [SpreadKind, string, string])[] = [
  ['region', '.US', '.EU'],
  ['region', '.US', '.APAC'],
  ['region', '.EU', '.APAC'],
  ['region', '.HS.US', '.HS.EU'],
  ['region', '.HS.US', '.HS.APAC'],
  ['region', '.HS.EU', '.HS.APAC'],
  ['evidence', '.LS', '.EX'],
  ['tenor', '.INT', ''],
  ['tenor', '.HS.INT', '.HS'],
  ['segment', '.HS', ''],
  ['segment', '.MKT', '.NC'],
];

/** Price ratio ÷ SCU ratio, by workload: 1 where both cost the same for a unit of compute. */
export type Differential = Record<'training' | 'inference' | 'combined', string>;

/** One side of a spread. */
export interface SpreadLeg {
  series: string;
  strike: string | null;
  value: string | null;
  level: FixPoint['level'];
  status: FixPoint['status'] | null;
  hash: string | null;
}

/** Two fixes of one date, or of one instant. Both sides are named; where either has no value there is no spread. */
export interface Spread {
  kind: SpreadKind;
  a: SpreadLeg;
  b: SpreadLeg;
  /** a − b, USD per GPU-hour. */
  difference: string | null;
  /** a ÷ b. */
  ratio: string | null;
  /** Between classes alone. */
  differential: Differential | null;
  /** Why there is no spread; null where there is one. */
  reason: string | null;
}

/** What of a rulebook a derived answer follows: the ratings and the decimals in force at its strike. */
export type DerivedRules = Pick<Rulebook, 'standard_compute_unit' | 'rounding'>;

/** Every pair of the grid: each class's headline against the reference class's, and within a class what differs in one thing. */
export function spreadPairs(
  catalogue: readonly Series[],
  reference: string,
): { kind: SpreadKind; a: Series; b: Series }[] {
  const byId = new Map(catalogue.map((one) => [one.id, one]));
  const classes = [...new Set(catalogue.map((one) => one.hardwareClass))].sort();
  const named = (kind: SpreadKind, first: string, second: string) => {
    const [a, b] = [byId.get(first), byId.get(second)];
    return a && b ? [{ kind, a, b }] : [];
  };
  return [
    ...classes.flatMap((id) => (id === reference ? [] : named('class', `CSI-${id}`, `CSI-${reference}`))),
    ...pairsOfClass.flatMap(([kind, first, second]) =>
      classes.flatMap((id) => named(kind, `CSI-${id}${first}`, `CSI-${id}${second}`)),
    ),
  ];
}

/** In what two series differ, by the first of: class, segment, tenor, region, cadence, evidence. */
export function kindOf(a: Series, b: Series): SpreadKind {
  if (a.hardwareClass !== b.hardwareClass) return 'class';
  if (a.segment.join() !== b.segment.join()) return 'segment';
  if (a.tenor !== b.tenor) return 'tenor';
  if (a.region !== b.region) return 'region';
  return a.cadence === b.cadence ? 'evidence' : 'cadence';
}

function differentialOf(
  a: { class: string; value: string },
  b: { class: string; value: string },
  { standard_compute_unit: { ratings }, rounding }: DerivedRules,
): Differential | null {
  const own = ratings[a.class];
  const other = ratings[b.class];
  if (!own || !other || a.class === b.class) return null;
  const of = (workload: keyof Differential) =>
    differential(
      { valueUsd: a.value, rating: own[workload] },
      { valueUsd: b.value, rating: other[workload] },
      rounding.share_decimals,
    );
  return { training: of(workloads[0]), inference: of(workloads[1]), combined: of('combined') };
}

const legOf = (series: string, fix: FixPoint | null): SpreadLeg => ({
  series,
  strike: fix?.strike ?? null,
  value: fix?.value ?? null,
  level: fix?.level ?? null,
  status: fix?.status ?? null,
  hash: fix?.hash ?? null,
});

/**
 * The spread of two fixes; a fix that is not there is null.
 * @param at the date or the instant at which they meet
 * @param rules in force at the strike
 */
export function spreadOf(
  { kind, a, b }: { kind: SpreadKind; a: Series; b: Series },
  fixes: { a: FixPoint | null; b: FixPoint | null },
  at: string,
  rules: DerivedRules,
): Spread {
  const { value_decimals, share_decimals } = rules.rounding;
  const first = fixes.a?.value ?? null;
  const second = fixes.b?.value ?? null;
  const reasons = [
    [a.id, whyNoValue(fixes.a, at)],
    [b.id, whyNoValue(fixes.b, at)],
  ].flatMap(([id, why]) => (why ? [`${id}: ${why}`] : []));
  const both = first !== null && second !== null;
  return {
    kind,
    a: legOf(a.id, fixes.a),
    b: legOf(b.id, fixes.b),
    difference: both ? differenceOf(first, second, value_decimals) : null,
    ratio: both ? ratioOf(first, second, share_decimals) : null,
    differential: both
      ? differentialOf({ class: a.hardwareClass, value: first }, { class: b.hardwareClass, value: second }, rules)
      : null,
    reason: reasons.length > 0 ? reasons.join('; ') : null,
  };
}

/**
 * The fixes of two series side by side, oldest first, each row named by what they meet at: two daily ones at a date, whatever the hour of
 * their region, and two hourly ones at an instant. What one of them alone has is there too, without the other. A daily series beside an
 * hourly one is not struck at the other hours, and lacks nothing there: they meet at its strikes alone.
 */
export function sideBySide(
  a: { series: Series; fixes: readonly FixPoint[] },
  b: { series: Series; fixes: readonly FixPoint[] },
): { date: string; at: string; a: FixPoint | null; b: FixPoint | null }[] {
  const daily = a.series.cadence === 'daily' && b.series.cadence === 'daily';
  const key = (fix: FixPoint) => (daily ? fix.date : fix.strike);
  const rows = new Map<string, { date: string; at: string; a: FixPoint | null; b: FixPoint | null }>();
  for (const fix of a.fixes) rows.set(key(fix), { date: fix.date, at: key(fix), a: fix, b: null });
  for (const fix of b.fixes) {
    const row = rows.get(key(fix));
    if (row) row.b = fix;
    else rows.set(key(fix), { date: fix.date, at: key(fix), a: null, b: fix });
  }
  const mixed = a.series.cadence !== b.series.cadence;
  const sparse = a.series.cadence === 'daily' ? 'a' : 'b';
  return [...rows.values()].filter((row) => !mixed || row[sparse] !== null).sort((x, y) => (x.at < y.at ? -1 : 1));
}
