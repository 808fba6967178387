import type {
  ConstantRatioRule,
  DifferentialDefinition,
  DifferentialGates,
  MeasurementRules,
} from '#index-engine/differentials/definitions';
import { groupBy } from '#index-engine/differentials/groups';
import type { Quoted } from '#index-engine/differentials/lines';
import {
  deepestOverlap,
  type Interval,
  lowestTerms,
  medianOfRationals,
  medianRanks,
  simplestWithin,
  sortedRationals,
} from '#index-engine/differentials/order-statistics';
import {
  type DayPair,
  linePairsOf,
  medianRatio,
  pairsOf,
  type Ratio,
  samePairs,
} from '#index-engine/differentials/pairs';
import { compareRationals, type Rational, roundRational } from '#index-engine/rational';
import { byText } from '#methodology/canonical';
import { formatDecimal, parseRatio } from '#methodology/decimal';

const RATIO_DECIMALS = 6;

/** One ratio that pairs of a venue share within the rounding of their quoted decimals. They count together as one pair. */
export interface SharedRatio {
  venue: string;
  ratio: string;
  /** Pairs that share it, of those that the venue has. */
  pairs: number;
  of: number;
  /** So many share it that the venue prices by it: its other pairs do not count either. */
  rule: boolean;
}

/** A median of ratios and its distribution-free interval, as decimal strings. */
export interface MedianInterval {
  pairs: number;
  ratio: string | null;
  low: string | null;
  high: string | null;
  /** Half the interval, relative to the ratio. */
  half_width: string | null;
  /** Probability with which the interval encloses the median: at least what was asked for. */
  coverage: string | null;
}

/** A differential as measured: an off-grade price times `ratio` is on grade. */
export interface MeasuredDifferential extends MedianInterval {
  definition: string;
  /** Null for all classes together. */
  hardware_class: string | null;
  providers: number;
  venues: string[];
  /** The largest part of the pairs that one provider has. */
  top_provider: string | null;
  shared: SharedRatio[];
  /** The same with the pairs that share one ratio counted once: an interval that only they make narrow is no evidence. */
  independent: MedianInterval;
  /** Of all classes together: the classes whose own interval does not hold the ratio. */
  contradicted_by: string[];
  passes: boolean;
  /** The gates that it does not pass, in words. */
  why_not: string[];
}

/** Prices of one tenor that are a fixed multiple of another's: a rule, and no evidence of its own. */
export interface ConstantRatio {
  venue: string;
  source: string;
  tenor: string;
  of: string;
  /** Hosting of what it is a multiple of; null where unstated. */
  hosting: string | null;
  /** Price of `tenor` ÷ price of `of`. */
  ratio: string;
  /** Lines that follow it, of those that could be matched. */
  lines: number;
  matched: number;
}

/** What observations say about differentials. */
export interface Measurement {
  differentials: MeasuredDifferential[];
  constant_ratios: ConstantRatio[];
}

/** A price setter's pair for one class over the whole range. */
interface Pair {
  definition: string;
  venue: string;
  provider: string;
  hardware_class: string;
  ratio: Ratio;
}

const text = (value: Rational) => formatDecimal(roundRational(value, RATIO_DECIMALS), RATIO_DECIMALS);

/** The ratio that most share, if enough do, and whether so many that it is a rule; null where there is none. */
function sharedRatio(
  ratios: readonly Interval[],
  { minimum_lines, minimum_share }: ConstantRatioRule,
): (Interval & { depth: number; rule: boolean }) | null {
  const common = deepestOverlap(ratios);
  if (!common || common.depth < minimum_lines) return null;
  const share = { numerator: BigInt(common.depth), denominator: BigInt(ratios.length) };
  return { ...common, rule: compareRationals(share, parseRatio(minimum_share)) >= 0 };
}

/** Groups in the order of their keys, which is the same on every machine. */
function grouped<T>(items: readonly T[], keyOf: (item: T) => string): [string, T[]][] {
  return [...groupBy(items, keyOf)].sort(([a], [b]) => byText(a, b));
}

/** One pair for each price setter and class. Where several sources show it, his own go before an aggregator's, then the first by name. */
function pairsOverDays(days: readonly DayPair[]): Pair[] {
  const bySource = samePairs(days).map((same) => ({
    first: same[0] as DayPair,
    ratio: medianRatio(same.map(({ ratio }) => ratio)),
  }));
  const keyOf = ({ first }: (typeof bySource)[number]) =>
    `${first.definition}\n${first.holder}\n${first.hardware_class}`;
  return grouped(bySource, keyOf).map(([, sources]) => {
    const [best] = sources.sort(
      (a, b) => Number(a.first.aggregator) - Number(b.first.aggregator) || byText(a.first.source, b.first.source),
    );
    const { first, ratio } = best as (typeof bySource)[number];
    const { definition, venue, holder, hardware_class } = first;
    return { definition, venue, provider: holder, hardware_class, ratio };
  });
}

type Shared = Interval & { value: Rational; rule: boolean };
type Counted = Pick<Pair, 'provider' | 'venue'> & { value: Rational };

/** The pairs that count: all; but of a venue that prices by a rule one, at its ratio. With `once`, what shares a ratio is one pair too. */
function countedPairs(pairs: readonly Pair[], sharedBy: ReadonlyMap<string, Shared>, once: boolean): Counted[] {
  return grouped(pairs, ({ venue }) => venue).flatMap(([venue, ofVenue]) => {
    const shared = sharedBy.get(venue);
    const each = (some: readonly Pair[]) =>
      some.map(({ provider, ratio }) => ({ provider, venue, value: ratio.value }));
    if (!shared || !(shared.rule || once)) return each(ofVenue);
    const others = shared.rule ? [] : ofVenue.filter((pair) => !shares(pair, shared));
    const one = others.length < ofVenue.length ? [{ provider: venue, venue, value: shared.value }] : [];
    return [...one, ...each(others)];
  });
}

const shares = ({ ratio }: Pair, { low, high }: Interval) =>
  compareRationals(ratio.low, low) <= 0 && compareRationals(ratio.high, high) >= 0;

interface Estimated {
  median: Rational | null;
  interval: Interval | null;
  halfWidth: Rational | null;
  shown: MedianInterval;
}

function estimate(counted: readonly Counted[], { confidence }: DifferentialGates): Estimated {
  const values = sortedRationals(counted.map(({ value }) => value));
  const median = values.length === 0 ? null : medianOfRationals(values);
  const ranks = medianRanks(values.length, parseRatio(confidence));
  const interval = ranks && { low: values[ranks.low - 1] as Rational, high: values[ranks.high - 1] as Rational };
  let halfWidth: Rational | null = null;
  if (interval && median) {
    const { low, high } = interval;
    const width = high.numerator * low.denominator - low.numerator * high.denominator;
    halfWidth = lowestTerms({
      numerator: width * median.denominator,
      denominator: 2n * high.denominator * low.denominator * median.numerator,
    });
  }
  return {
    median,
    interval,
    halfWidth,
    shown: {
      pairs: values.length,
      ratio: median && text(median),
      low: interval && text(interval.low),
      high: interval && text(interval.high),
      half_width: halfWidth && text(halfWidth),
      coverage: ranks && text(ranks.coverage),
    },
  };
}

const holds = ({ low, high }: Interval, value: Rational) =>
  compareRationals(low, value) <= 0 && compareRationals(value, high) <= 0;

function failedGates(
  { median, halfWidth }: Estimated,
  independent: Estimated,
  providers: number,
  top: Rational | null,
  gates: DifferentialGates,
): string[] {
  const failed: string[] = [];
  const { pairs } = independent.shown;
  if (pairs < gates.minimum_pairs) failed.push(`${pairs} independent pairs of ${gates.minimum_pairs}`);
  if (providers < gates.minimum_providers) failed.push(`${providers} providers of ${gates.minimum_providers}`);
  if (top && compareRationals(top, parseRatio(gates.maximum_top_provider)) > 0) {
    failed.push(`one provider has ${text(top)} of the pairs, over ${gates.maximum_top_provider}`);
  }
  const tooWide = (width: Rational) => compareRationals(width, parseRatio(gates.maximum_half_width)) > 0;
  if (!halfWidth || !independent.halfWidth) failed.push('too few pairs for an interval');
  else if (tooWide(halfWidth)) failed.push(`half-width ${text(halfWidth)}, over ${gates.maximum_half_width}`);
  else if (tooWide(independent.halfWidth)) {
    failed.push(
      `half-width ${text(independent.halfWidth)} without what shares a ratio, over ${gates.maximum_half_width}`,
    );
  }
  if (median && independent.interval && !holds(independent.interval, median)) {
    failed.push('what shares a ratio lies outside the interval of the others');
  }
  return failed;
}

function measureOne(
  definition: DifferentialDefinition,
  hardwareClass: string | null,
  pairs: readonly Pair[],
  sharedBy: ReadonlyMap<string, Shared>,
  gates: DifferentialGates,
): Estimated & { row: MeasuredDifferential } {
  const counted = countedPairs(pairs, sharedBy, false);
  const all = estimate(counted, gates);
  const independent = estimate(countedPairs(pairs, sharedBy, true), gates);
  const held = grouped(counted, ({ provider }) => provider).map(([, ofProvider]) => ofProvider.length);
  const top =
    counted.length === 0 ? null : { numerator: BigInt(Math.max(...held)), denominator: BigInt(counted.length) };
  const whyNot = failedGates(all, independent, held.length, top, gates);
  const shared = grouped(pairs, ({ venue }) => venue).flatMap(([venue, ofVenue]) => {
    const one = sharedBy.get(venue);
    const sharing = one ? ofVenue.filter((pair) => shares(pair, one)).length : 0;
    return one && sharing > 0
      ? [{ venue, ratio: text(one.value), pairs: sharing, of: ofVenue.length, rule: one.rule }]
      : [];
  });
  return {
    ...all,
    row: {
      definition: definition.id,
      hardware_class: hardwareClass,
      ...all.shown,
      providers: held.length,
      venues: [...new Set(counted.map(({ venue }) => venue))].sort(byText),
      top_provider: top && text(top),
      shared,
      independent: independent.shown,
      contradicted_by: [],
      passes: whyNot.length === 0,
      why_not: whyNot,
    },
  };
}

function measureDefinition(
  definition: DifferentialDefinition,
  pairs: readonly Pair[],
  { gates, constant_ratio }: MeasurementRules,
): MeasuredDifferential[] {
  const sharedBy = new Map<string, Shared>();
  for (const [venue, ofVenue] of grouped(pairs, (pair) => pair.venue)) {
    const shared = sharedRatio(
      ofVenue.map(({ ratio }) => ratio),
      constant_ratio,
    );
    if (shared) sharedBy.set(venue, { ...shared, value: simplestWithin(shared) });
  }
  const measured = (hardwareClass: string | null, some: readonly Pair[]) =>
    measureOne(definition, hardwareClass, some, sharedBy, gates);
  const all = measured(null, pairs);
  const classes = grouped(pairs, (pair) => pair.hardware_class).map(([id, ofClass]) => measured(id, ofClass));
  const { median } = all;
  const against = classes.filter(({ interval }) => median && interval && !holds(interval, median));
  all.row.contradicted_by = against.map(({ row }) => row.hardware_class as string);
  return [all.row, ...classes.map(({ row }) => row)];
}

const inverted = ({ low, high }: Interval): Interval => ({
  low: { numerator: high.denominator, denominator: high.numerator },
  high: { numerator: low.denominator, denominator: low.numerator },
});

/** The rules among line pairs: each line as it was last seen. */
function constantRatiosOf(
  days: readonly DayPair[],
  { definitions, constant_ratio }: MeasurementRules,
): ConstantRatio[] {
  const last = samePairs(days).map((same) => same.at(-1) as DayPair);
  const keyOf = ({ definition, variant, venue, source }: DayPair) => [venue, definition, variant, source].join('\n');
  return grouped(last, keyOf).flatMap(([, lines]) => {
    const { definition: id, variant, venue, source } = lines[0] as DayPair;
    const sides = definitions.find((one) => one.id === id);
    const shared = sharedRatio(
      lines.map(({ ratio }) => ratio),
      constant_ratio,
    );
    if (!shared?.rule || !sides || !('in' in sides.off) || !('in' in sides.on)) return [];
    return [
      {
        venue,
        source,
        tenor: sides.off.in.join(' or '),
        of: sides.on.in.join(' or '),
        hosting: variant === 'unstated' ? null : variant,
        ratio: text(simplestWithin(inverted(shared))),
        lines: shared.depth,
        matched: lines.length,
      },
    ];
  });
}

/** Adds up days of observations, so that a long range need never be held at once. Each day must be given whole, and once. */
export class DifferentialMeasurement {
  private readonly days: DayPair[] = [];
  private readonly lines = new Map<string, DayPair>();

  constructor(private readonly rules: MeasurementRules) {}

  add(observations: readonly Quoted[]): void {
    for (const pair of pairsOf(observations, this.rules.definitions)) this.days.push(pair);
    for (const pair of linePairsOf(observations, this.rules.definitions)) {
      const { definition, variant, source, holder, hardware_class, date } = pair;
      const key = JSON.stringify([definition, variant, source, holder, hardware_class]);
      const held = this.lines.get(key);
      if (!held || held.date <= date) this.lines.set(key, pair);
    }
  }

  result(): Measurement {
    const pairs = pairsOverDays(this.days);
    return {
      differentials: this.rules.definitions.flatMap((definition) =>
        measureDefinition(
          definition,
          pairs.filter((pair) => pair.definition === definition.id),
          this.rules,
        ),
      ),
      constant_ratios: constantRatiosOf([...this.lines.values()], this.rules),
    };
  }
}

/**
 * Measures differentials by matched pairs (methodology, section 2). Pure, exact, and independent of the order of the observations.
 * Same price setter, class, capture and currency, and everything else that the definition names; the median over what is alike, over the
 * captures of a day, and over the days makes one pair for each price setter and class; their median is the differential.
 */
export function measureDifferentials(observations: readonly Quoted[], rules: MeasurementRules): Measurement {
  const measurement = new DifferentialMeasurement(rules);
  measurement.add(observations);
  return measurement.result();
}

/** Ratios between tenors that so many lines of a venue share that they are a rule: no independent evidence. */
export function constantRatios(observations: readonly Quoted[], rules: MeasurementRules): ConstantRatio[] {
  return constantRatiosOf(linePairsOf(observations, rules.definitions), rules);
}
