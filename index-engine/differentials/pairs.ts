import type { Condition, DifferentialDefinition, Side } from '#index-engine/differentials/definitions';
import { groupBy } from '#index-engine/differentials/groups';
import { attributeOf, type Line, largestSlices, linesOf, type Quoted } from '#index-engine/differentials/lines';
import { lowestTerms, medianOfRationals, weightedMedianOf } from '#index-engine/differentials/order-statistics';
import { compareRationals, type Rational } from '#index-engine/rational';
import { byText } from '#methodology/canonical';

/** A ratio, and between what bounds it lies for the decimals that the prices were written in. */
export interface Ratio {
  low: Rational;
  value: Rational;
  high: Rational;
}

/** What one day says of one pair: the median over its captures. */
export interface DayPair {
  /** Id of the definition. */
  definition: string;
  /** What the side on grade states where the other may state nothing; null everywhere else. */
  variant: string | null;
  venue: string;
  /** Whose prices they are: a provider or a venue; for the detector of rules, a line. */
  holder: string;
  hardware_class: string;
  source: string;
  aggregator: boolean;
  date: string;
  ratio: Ratio;
}

/** How pairs are made of lines, beside their definition. */
interface Pairing {
  /** Who counts once. */
  holderOf(off: Line): string;
  /** Attributes that a source may leave unstated off grade: such a line is compared with each of the stated ones on grade. */
  unstated: readonly string[];
}

function isOn(side: Side, value: string | null): boolean {
  if (value === null) return false;
  if ('in' in side) return side.in.includes(value);
  return Number(value) >= side.from && (side.to === null || Number(value) <= side.to);
}

const meets = (condition: Condition, value: string | null) =>
  value === null ? condition.unstated === true : isOn(condition, value);

const separated = (values: readonly (string | null)[]) => JSON.stringify(values);

interface Price {
  micro: Rational;
  slack: Rational;
}

/** The price of one side: the median weighted by GPUs, as uncertain as the most uncertain of its lines. */
function priceOf(lines: readonly Line[]): Price {
  const weighted = lines.map(({ micro, observation }) => ({ value: micro, weight: BigInt(observation.gpus ?? 1) }));
  const slacks = lines.map(({ slack }) => slack).sort(compareRationals);
  return { micro: weightedMedianOf(weighted), slack: slacks.at(-1) as Rational };
}

const shifted = ({ micro, slack }: Price, sign: 1n | -1n): Rational => ({
  numerator: micro.numerator * slack.denominator + sign * slack.numerator * micro.denominator,
  denominator: micro.denominator * slack.denominator,
});

const divided = (a: Rational, b: Rational): Rational =>
  lowestTerms({ numerator: a.numerator * b.denominator, denominator: a.denominator * b.numerator });

/** On grade ÷ off grade. Null where a price is no more than what its decimals leave open. */
function ratioOf(on: Price, off: Price): Ratio | null {
  const least = { on: shifted(on, -1n), off: shifted(off, -1n) };
  if (least.on.numerator <= 0n || least.off.numerator <= 0n) return null;
  return {
    low: divided(least.on, shifted(off, 1n)),
    value: divided(on.micro, off.micro),
    high: divided(shifted(on, 1n), least.off),
  };
}

/** The median of ratios, and of their bounds: the median lies between them. */
export function medianRatio(ratios: readonly Ratio[]): Ratio {
  return {
    low: medianOfRationals(ratios.map(({ low }) => low)),
    value: medianOfRationals(ratios.map(({ value }) => value)),
    high: medianOfRationals(ratios.map(({ high }) => high)),
  };
}

/** What one capture says of one holder and class, cell by cell: in a cell everything that must be alike is. */
interface CellPair extends Omit<DayPair, 'ratio'> {
  capture: string;
  ratio: Ratio;
}

function cellPairs(
  lines: readonly Line[],
  definition: DifferentialDefinition,
  { holderOf, unstated }: Pairing,
): CellPair[] {
  const conditions = Object.entries(definition.only);
  const isOf = (side: Side, { observation }: Line) => isOn(side, attributeOf(observation, definition.attribute));
  const considered = (definition.largest_slice_only ? largestSlices(lines) : lines).filter(
    (line) =>
      (isOf(definition.off, line) || isOf(definition.on, line)) &&
      conditions.every(([name, condition]) => meets(condition, attributeOf(line.observation, name))),
  );
  if (!considered.some((line) => isOf(definition.off, line))) return [];
  const alike = definition.match.filter((name) => !unstated.includes(name));
  const keyOf = ({ observation: one }: Line) =>
    separated([
      ...[one.source, one.sweep_id, definition.held === 'venue' ? one.venue : one.provider, one.hardware_class],
      ...[one.currency, ...alike.map((name) => attributeOf(one, name))],
    ]);
  const stated = ({ observation }: Line) => unstated.map((name) => attributeOf(observation, name));
  const pairs: CellPair[] = [];
  for (const cell of groupBy(considered, keyOf).values()) {
    const off = cell.filter((line) => isOf(definition.off, line));
    const onGrade = off.length === cell.length ? [] : cell.filter((line) => isOf(definition.on, line));
    for (const on of off.length === 0 ? [] : groupBy(onGrade, (line) => separated(stated(line))).values()) {
      const said = stated(on[0] as Line);
      const comparable = off.filter((line) => stated(line).every((value, at) => value === null || value === said[at]));
      for (const held of groupBy(comparable, holderOf).values()) {
        const { observation } = held[0] as Line;
        const ratio = ratioOf(priceOf(on), priceOf(held));
        if (!ratio) continue;
        pairs.push({
          definition: definition.id,
          variant: unstated.length === 0 ? null : said.map((value) => value ?? 'unstated').join(' '),
          venue: observation.venue,
          holder: holderOf(held[0] as Line),
          hardware_class: observation.hardware_class as string,
          source: observation.source,
          aggregator: observation.aggregator,
          date: observation.event_at.slice(0, 10),
          capture: observation.sweep_id,
          ratio,
        });
      }
    }
  }
  return pairs;
}

const pairKey = ({ definition, variant, source, holder, hardware_class }: Omit<DayPair, 'ratio'>) =>
  separated([definition, variant, source, holder, hardware_class]);

function dayPairs(
  observations: readonly Quoted[],
  definitions: readonly DifferentialDefinition[],
  pairing: (definition: DifferentialDefinition) => Pairing,
): DayPair[] {
  const lines = linesOf(observations);
  const cells = definitions.flatMap((definition) => cellPairs(lines, definition, pairing(definition)));
  const days = groupBy(cells, (one) => separated([pairKey(one), one.date]));
  return [...days.values()].map((ofDay) => {
    const captures = [...groupBy(ofDay, ({ capture }) => capture).values()];
    const { capture: _, ...pair } = ofDay[0] as CellPair;
    return { ...pair, ratio: medianRatio(captures.map((seen) => medianRatio(seen.map(({ ratio }) => ratio)))) };
  });
}

/**
 * The pairs of each day for every definition: in each capture a price setter's median over all that is alike, then the median over the
 * captures of the day.
 */
export function pairsOf(observations: readonly Quoted[], definitions: readonly DifferentialDefinition[]): DayPair[] {
  return dayPairs(observations, definitions, ({ held }) => ({
    holderOf: ({ observation }) => (held === 'venue' ? observation.venue : observation.provider),
    unstated: [],
  }));
}

/** The pairs of each day, line by line, of tenors only: what the detector of rules looks at. */
export function linePairsOf(
  observations: readonly Quoted[],
  definitions: readonly DifferentialDefinition[],
): DayPair[] {
  return dayPairs(
    observations,
    definitions.filter(({ attribute }) => attribute === 'tenor'),
    () => ({ holderOf: ({ observation }) => observation.native_id, unstated: ['hosting'] }),
  );
}

/** Pairs of the same price setter and class, in an order that does not depend on that of the days. */
export function samePairs(pairs: readonly DayPair[]): DayPair[][] {
  return [...groupBy(pairs, pairKey).values()]
    .map((days) => days.sort((a, b) => byText(a.date, b.date)))
    .sort(([a], [b]) => byText(pairKey(a as DayPair), pairKey(b as DayPair)));
}
