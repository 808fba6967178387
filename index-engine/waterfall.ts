import { type Anchor, type Anchored, anchored } from '#index-engine/anchor';
import type { Book, Candidate } from '#index-engine/book';
import { type Estimate, estimate, estimatedValue } from '#index-engine/estimate';
import { needed } from '#index-engine/hysteresis';
import type { FixContext } from '#index-engine/inputs';
import type { Partition } from '#index-engine/partition';
import { type LeftOut, type Prepared, prepare, type StandingLevel } from '#index-engine/points';
import { preparePrints, type TransactionLevel, testPrints } from '#index-engine/prints';
import type { ProviderPrice } from '#index-engine/provider-prices';
import { compareRationals, type Rational } from '#index-engine/rational';
import type { FixRecord, Level, LevelTest } from '#index-engine/record';
import { divideHalfEven, formatDecimal, parseDecimal, parseRatio, powerOfTen } from '#methodology/decimal';
import type { Rulebook } from '#methodology/rulebook';
import { addDays } from '#methodology/strike';

/** What the waterfall came to: the first level whose test passed, and what every level found. */
export interface Outcome {
  level: Level | null;
  /** At the rulebook's value decimals, as an integer; null while suspended. */
  value: bigint | null;
  tests: LevelTest[];
  /** The estimate whose shares describe the fix: the passing level's, or level 4's where none passed or the value was moved or carried. */
  estimate: Estimate;
  /** The partitions as that level sees them. */
  prepared: Prepared[];
  estimatedLevel: StandingLevel | TransactionLevel;
  /** How the estimate was held to the fix before; null where it was not. */
  anchor: Anchored | null;
  carriedStrikes: number;
}

const HOUR_MS = 3_600_000;

const counted = (found: number, needed: number, one: string, more = '') =>
  `${found} ${one}${found === 1 ? '' : 's'}${more}, ${needed} needed`;

/** Who has standing prices that count at a level. */
interface Present {
  providers: number;
  venues: number;
  /** Whether a kind of venue is among them. */
  has(kind: string): boolean;
}

/** At level 4 every price is a point. */
function presentIn(prepared: readonly Prepared[]): Present {
  const providers = new Set<string>();
  const venues = new Set<string>();
  const books = [...new Set(prepared)].map(({ points }) => points);
  for (const { participants } of books) {
    for (const { provider, venue } of participants.list) {
      providers.add(provider);
      venues.add(venue);
    }
  }
  const isOf = (kind: string) => (candidate: Candidate) => candidate.kind.venueType === kind;
  return {
    providers: providers.size,
    venues: venues.size,
    has: (kind) =>
      books.some(
        ({ candidates, order }) => candidates && order.some((place) => isOf(kind)(candidates[place] as Candidate)),
      ),
  };
}

/** At level 3 a point is a venue, of the executable quotes of its providers. */
function quotingIn(partitions: readonly Partition[], level: StandingLevel): Present {
  const providers = new Set<number>();
  const venues = new Set<number>();
  const quoting = new Map(partitions.map((partition) => [partition, areQuoting(partition, level)]));
  for (const [partition, counts] of quoting) noteQuoting(partition, counts, providers, venues);
  return {
    providers: providers.size,
    venues: venues.size,
    has: (kind) =>
      [...quoting].some(([{ rows, present }, counts]) =>
        present.some(
          (place) =>
            counts[rows.columns.stoodOf[place] as number] === true &&
            (rows.candidates[place] as Candidate).kind.venueType === kind,
        ),
      ),
  };
}

/** Which of the `stood` are quotes of a level in a partition. */
const areQuoting = ({ rows, ownSeconds }: Partition, { evidence_weights }: StandingLevel): boolean[] =>
  rows.columns.stood.map(({ evidence }, stood) => (evidence_weights[evidence] ?? 0) > 0 && ownSeconds[stood] !== 0);

/** @param counts which of the `stood` do */
function noteQuoting(
  { rows, present }: Partition,
  counts: readonly boolean[],
  providers: Set<number>,
  venues: Set<number>,
): void {
  const { stoodOf, providers: providerOf, venues: venueOf } = rows.columns;
  for (let index = 0; index < present.length; index += 1) {
    const place = present[index] as number;
    if (!counts[stoodOf[place] as number]) continue;
    providers.add(providerOf[place] as number);
    venues.add(venueOf[place] as number);
  }
}

/**
 * Whether standing prices are enough for a level.
 * @param segments kinds of venue that must each have a price
 */
function testStanding(
  { providers, venues, has }: Present,
  level: StandingLevel,
  minimumProviders: number,
  segments: readonly string[],
): { passed: boolean; reason: string } {
  const quoting = level.input === 'fill_price_per_venue' ? ' with executable quotes' : '';
  const parts = [counted(providers, minimumProviders, 'provider', quoting)];
  if (level.minimum_venues > 1) parts.push(counted(venues, level.minimum_venues, 'venue'));
  const wanting = segments.filter((kind) => !has(kind));
  if (wanting.length > 0) parts.push(`begins once there are ${wanting.join(' and ')} prices`);
  const passed = providers >= minimumProviders && venues >= level.minimum_venues && wanting.length === 0;
  return { passed, reason: parts.join('; ') };
}

/** The record of the strike before, where the series published one: of the day before, or of the hour before. */
export function previousStrike({ previous, strike, series }: FixContext): FixRecord | null {
  if (previous === null) return null;
  const { record } = previous;
  const isNext =
    series.cadence === 'hourly'
      ? Date.parse(record.strike) === strike.instant.getTime() - HOUR_MS
      : record.date === addDays(strike.date, -1);
  return isNext ? record : null;
}

/**
 * What the standing prices of the window come to by level 4, before any anchor: what prints are held against.
 * @returns micro-USD; null where they are too few for the level
 */
export function standingValue(
  partitions: readonly Partition[],
  rulebook: Rulebook,
  { series }: Pick<FixContext, 'series'>,
): Rational | null {
  const level = rulebook.waterfall.find((one) => one.input === 'standing_prices');
  if (level?.input !== 'standing_prices') return null;
  const prepared = prepare(partitions, level, rulebook);
  const { passed } = testStanding(presentIn(prepared), level, series.minimumProviders ?? level.minimum_providers, []);
  return passed ? estimatedValue(prepared, rulebook) : null;
}

/** The mean of sorted ratios, equally weighted, between two fractions of their number, with fractional edges. Exact. */
export function centralMeanOfRatios(sorted: readonly Rational[], low: Rational, high: Rational): Rational {
  const unit = low.denominator * high.denominator;
  const count = BigInt(sorted.length);
  const from = count * low.numerator * high.denominator;
  const to = count * high.numerator * low.denominator;
  let sum: Rational = { numerator: 0n, denominator: 1n };
  sorted.forEach(({ numerator, denominator }, index) => {
    const start = BigInt(index) * unit;
    const end = start + unit;
    const inside = (end < to ? end : to) - (start > from ? start : from);
    if (inside > 0n) {
      sum = {
        numerator: sum.numerator * denominator + numerator * inside * sum.denominator,
        denominator: sum.denominator * denominator,
      };
    }
  });
  return { numerator: sum.numerator, denominator: sum.denominator * (to - from) };
}

/** Levels whose providers are who traded; those of the others are who quotes. */
const isOfTrades = (level: Level | null): boolean => level === 1 || level === 2;

/** Whether a fix and the one before state prices of one kind: what trades came to and what is asked are not one price. */
export const isAlike = (level: Level | null, before: Pick<FixRecord, 'level'>): boolean =>
  isOfTrades(level) === isOfTrades(before.level);

/**
 * Level 5: previous fix × the central-third mean of the price ratios of providers present at both strikes. In micro-USD. Of a fix of trades
 * no prices of today's are the same.
 */
function matchedMovement(
  now: readonly ProviderPrice[],
  record: FixRecord,
  rulebook: Rulebook,
): { matched: number; value: Rational | null } {
  const known = isAlike(5, record) ? record.providers : [];
  const before = new Map(known.map((one) => [one.provider, parseDecimal(one.price, 6)]));
  const ratios = now.flatMap(({ provider, price }) => {
    const then = before.get(provider);
    return then !== undefined && then > 0n ? [{ numerator: price, denominator: then }] : [];
  });
  if (ratios.length === 0 || record.value === null) return { matched: ratios.length, value: null };
  const movement = centralMeanOfRatios(
    ratios.sort(compareRationals),
    parseRatio(rulebook.estimator.low),
    parseRatio(rulebook.estimator.high),
  );
  return {
    matched: ratios.length,
    value: { numerator: movement.numerator * parseDecimal(record.value, 6), denominator: movement.denominator },
  };
}

/** What a level's estimate is held to, and how: to a fix before of standing prices, since trades and quotes are not one price. */
export function anchorTo(
  before: FixRecord | null,
  level: Outcome['estimatedLevel'],
): { before: FixRecord; rule: Anchor } | null {
  if (level.input !== 'standing_prices' || level.anchor === null) return null;
  if (before === null || before.level === null || before.level < level.level) return null;
  return { before, rule: level.anchor };
}

/** The anchor of a level's estimate; null where it stands by itself. */
export function anchorOf(
  estimated: Estimate,
  micro: Rational,
  before: FixRecord | null,
  level: Outcome['estimatedLevel'],
  rulebook: Rulebook,
  leftOut: LeftOut | null = null,
): Anchored | null {
  const to = anchorTo(before, level);
  return to && anchored(micro, estimated.prices, to.before, to.rule, rulebook, leftOut);
}

/** Micro-USD as an integer at the rulebook's value decimals: the one rounding of a fix. */
export function roundValue(micro: Rational, { rounding }: Rulebook): bigint {
  return divideHalfEven(micro.numerator * powerOfTen(rounding.value_decimals), micro.denominator * 1_000_000n);
}

/** How level 4 was held to the fix before, at the rulebook's decimals. */
export function anchorRecord({ anchor, estimatedLevel: level }: Outcome, rulebook: Rulebook): FixRecord['anchor'] {
  if (anchor === null || level.input !== 'standing_prices' || level.anchor === null) return null;
  const format = (micro: Rational) => formatDecimal(roundValue(micro, rulebook), rulebook.rounding.value_decimals);
  return {
    estimate: format(anchor.estimate),
    moved: format(anchor.moved),
    matched_providers: anchor.providers,
    band: level.anchor.band,
    held: anchor.held,
  };
}

/** Runs the levels in order; the first whose test passes gives the value (methodology, section 6). */
export function runWaterfall(
  book: Book,
  partitions: readonly Partition[],
  rulebook: Rulebook,
  context: FixContext,
): Outcome {
  const tests: LevelTest[] = [];
  const before = previousStrike(context);
  const hasValue = before !== null && before.value !== null;
  let described: Pick<Outcome, 'estimate' | 'prepared' | 'estimatedLevel'> | null = null;
  for (const level of rulebook.waterfall) {
    const holds = before?.level === level.level;
    if (level.input === 'transactions') {
      const { passed, reason } = testPrints(book, level, rulebook, holds);
      tests.push({ level: level.level, passed, reason });
      if (!passed) continue;
      const prepared = preparePrints(book, level, rulebook);
      const estimated = estimate(prepared, book, rulebook);
      if (estimated.value === null) continue;
      const value = roundValue(estimated.value, rulebook);
      return {
        level: level.level,
        value,
        tests,
        estimate: estimated,
        prepared,
        estimatedLevel: level,
        anchor: null,
        carriedStrikes: 0,
      };
    }
    if (level.input === 'fill_price_per_venue' || level.input === 'standing_prices') {
      const isOfPrices = level.input === 'standing_prices';
      const prices = isOfPrices ? prepare(partitions, level, rulebook) : null;
      const { passed, reason } = testStanding(
        prices ? presentIn(prices) : quotingIn(partitions, level),
        level,
        needed((isOfPrices ? context.series.minimumProviders : null) ?? level.minimum_providers, holds, rulebook),
        context.series.beginsWithEverySegment && !hasValue ? context.series.segment : [],
      );
      tests.push({ level: level.level, passed, reason });
      if (passed || isOfPrices) {
        const prepared = prices ?? prepare(partitions, level, rulebook);
        described = { estimate: estimate(prepared, book, rulebook), prepared, estimatedLevel: level };
      }
      const micro = described?.estimate.value;
      if (passed && described && micro) {
        const anchor = anchorOf(described.estimate, micro, before, level, rulebook);
        const value = roundValue(anchor?.value ?? micro, rulebook);
        return { level: level.level, value, tests, ...described, anchor, carriedStrikes: 0 };
      }
      continue;
    }
    if (!described) throw new Error('the rulebook must test standing prices before it moves or carries a fix');
    if (before === null || before.value === null) {
      const reason = before === null ? 'no fix at the strike before' : 'the strike before was suspended';
      tests.push({ level: level.level, passed: false, reason });
      continue;
    }
    if (level.input === 'matched_movement') {
      const { matched, value } = matchedMovement(described.estimate.prices, before, rulebook);
      const passed = matched >= level.minimum_providers && value !== null;
      tests.push({
        level: 5,
        passed,
        reason: counted(matched, level.minimum_providers, 'provider', ' present at both strikes'),
      });
      if (passed)
        return { level: 5, value: roundValue(value, rulebook), tests, ...described, anchor: null, carriedStrikes: 0 };
    } else {
      const carried = before.carried_strikes + 1;
      const passed = carried <= level.maximum_strikes;
      tests.push({ level: 6, passed, reason: `carried ${carried} times in a row, at most ${level.maximum_strikes}` });
      if (passed) {
        const value = parseDecimal(before.value, rulebook.rounding.value_decimals);
        return { level: 6, value, tests, ...described, anchor: null, carriedStrikes: carried };
      }
    }
  }
  if (!described) throw new Error('the rulebook has no level of standing prices');
  return { level: null, value: null, tests, ...described, anchor: null, carriedStrikes: 0 };
}
