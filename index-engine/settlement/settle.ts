import { lowestTerms, type Rational } from '#index-engine/rational';
import { bandOf, type PeriodAverage, periodAverage } from '#index-engine/settlement/period-average';
import {
  countedRevisions,
  finalAt,
  isOverdue,
  newestOf,
  type Placed,
  place,
  type SettlementFix,
  type StampState,
  trailingFixes,
  trailingFrom,
  VALUE_SCALE,
} from '#index-engine/settlement/placed';
import { lotValue, priceOf } from '#index-engine/settlement/price';
import { type MonthSchedule, monthSchedule, type Stamp } from '#index-engine/settlement/schedule';
import type { Band, Contract } from '#methodology/contracts';
import { divideHalfEven, formatDecimal } from '#methodology/decimal';

const UNIT = 10n ** BigInt(VALUE_SCALE);
const SHARE_SCALE = 6;

/** A fix that fills a gap. */
export interface FillSource {
  strike: string;
  id: string;
  hash: string;
  value: string;
}

/** One fix of the schedule and what became of it. */
export interface SettlementStamp extends Stamp {
  state: StampState;
  /** The revision that counts, or that was published and does not count. */
  fix: { id: string; hash: string; level: number | null; value: string | null } | null;
  /** Why it does not count; null where it does or nothing is to be said yet. */
  reason: string | null;
  /** What stands in for it: an exact ratio in USD per GPU-hour, and the fixes it is the mean of. Null where nothing does. */
  fill: { value: string; from: FillSource[] } | null;
}

/** What a month would settle at if every open fix came in at the value of `fix`. */
export interface Assumed {
  fix: string;
  value: string;
  price: string;
}

/** The settlement of a month as far as it goes. Prices are decimal strings in USD per GPU-hour; shares decimal strings between 0 and 1. */
export interface Settlement {
  contract: string;
  month: string;
  series: string;
  as_of: string;
  /** Every stamp is locked or missed: nothing changes any more. */
  final: boolean;
  /** When the last of it was final, or will be at the earliest. */
  final_at: string;
  last_trading_day: string;
  counts: Record<StampState, number> & { scheduled: number; filled: number; dropped: number };
  /** Of the whole schedule; fixes to come are taken to come, those that are overdue are not. */
  coverage: { share: string; longest_gap: number; longest_gap_share: string };
  /** What the terms make of the coverage: while fixes are open, the best that can still come of it. */
  band: Band;
  /** The mean of what is there, exact, in lowest terms ("61249/21000"), and as a price; null where nothing is. */
  mean: string | null;
  price: string | null;
  /** While fixes are open: at the lowest and the highest fix of the trailing days, and at the last one. Null where there is none of those. */
  range: { from: string; low: Assumed; high: Assumed; expected: Assumed } | null;
  gpu_hours: number | null;
  /** What one tick, and the lot at `price`, come to in USD; null where the contract has no quantity. */
  tick_value: string | null;
  contract_value: string | null;
  /** Some of its fixes are of a made-up market. */
  simulated: boolean;
  methodology: { version: string; sha256: string }[];
  holidays: MonthSchedule['holidays'];
  stamps: SettlementStamp[];
}

/** What names a fix for good. */
export function fixId(series: string, { strike, revision }: Pick<SettlementFix, 'strike' | 'revision'>): string {
  return `${series}@${strike.toISOString()}#${revision}`;
}

/** From the unit of the values to USD. */
const usd = ({ numerator, denominator }: Rational): Rational => ({ numerator, denominator: denominator * UNIT });

function exact(value: Rational): string {
  const { numerator, denominator } = lowestTerms(usd(value));
  return `${numerator}/${denominator}`;
}

const shareText = (count: number, of: number): string =>
  formatDecimal(divideHalfEven(BigInt(count) * 10n ** BigInt(SHARE_SCALE), BigInt(of)), SHARE_SCALE);

/** The instants, both included, between which a settlement looks at strikes. @throws MonthRefused */
export function settlementReach(terms: Contract, month: string, now: Date): { from: Date; to: Date } {
  const { stamps, before } = monthSchedule(terms, month);
  const first = new Date((before[0] ?? (stamps[0] as Stamp)).strike);
  const last = new Date((stamps.at(-1) as Stamp).strike);
  if (now.getTime() >= finalAt(last, terms)) return { from: first, to: last };
  const trailing = trailingFrom(terms, now);
  return { from: trailing < first ? trailing : first, to: last };
}

/**
 * Settles a month of a contract as far as its fixes go. The same fixes and the same instant give the same settlement, in whatever order
 * the fixes come.
 * @param month "2026-07"
 * @param fixes every revision of the contract's series within `settlementReach`, and the first fix after it
 * @param reached how far the chain of the series is published: what is not there by then cannot come any more (see `StampState`)
 * @throws MonthRefused where the contract has no such month
 */
export function settle(
  terms: Contract,
  month: string,
  fixes: readonly SettlementFix[],
  now: Date,
  reached: Date | null = newestOf(fixes, now),
): Settlement {
  const schedule = monthSchedule(terms, month);
  const counted = countedRevisions(fixes, terms, now);
  const placed = schedule.stamps.map((stamp) => place(stamp, counted, terms, { now, reached }));
  const before = schedule.before.map((stamp) => place(stamp, counted, terms, { now, reached }));
  const there = placed.filter(({ state }) => state !== 'open');
  const averageOf = (values: (bigint | null)[]) =>
    periodAverage(
      values,
      before.map(({ value }) => value),
      terms.missing.lookback_fixes,
    );
  const averageWith = (assumed: bigint) =>
    averageOf(placed.map(({ value, state }) => (state === 'open' ? assumed : value)));
  const average = averageOf(there.map(({ value }) => value));
  const count = (state: StampState) => placed.filter((one) => one.state === state).length;
  const open = count('open');
  // Whether a fix is there is all that coverage asks, so any value stands for one to come.
  const toCome = (one: Placed) => one.state === 'open' && !isOverdue(one);
  const best = open === 0 ? average : averageOf(placed.map((one) => (toCome(one) ? 0n : one.value)));
  const trailing = open === 0 ? null : trailingFixes(counted, terms, now);
  const assume = ({ fix, value }: { fix: SettlementFix; value: bigint }): Assumed => ({
    fix: fixId(terms.series, fix),
    value: fix.value as string,
    price: priceOf(usd(averageWith(value).mean as Rational), terms),
  });
  const fills = fillsOf(average, there, before, terms.series);
  const used = [...before.filter(({ stamp }) => fills.sources.has(stamp.strike)), ...placed].flatMap(
    ({ fix }) => fix ?? [],
  );
  const price = average.mean === null ? null : priceOf(usd(average.mean), terms);
  return {
    contract: terms.id,
    month,
    series: terms.series,
    as_of: now.toISOString(),
    final: open === 0 && count('provisional') === 0,
    final_at: lastInstant(finalAt(new Date((schedule.stamps.at(-1) as Stamp).strike), terms), [
      ...used.map(({ publishedAt }) => publishedAt),
      ...passedAt(placed, fixes),
    ]),
    last_trading_day: schedule.lastTradingDay,
    counts: {
      scheduled: placed.length,
      locked: count('locked'),
      provisional: count('provisional'),
      open,
      missed: count('missed'),
      filled: average.filled,
      dropped: average.dropped,
    },
    coverage: {
      share: shareText(best.observed, best.scheduled),
      longest_gap: best.longestGap,
      longest_gap_share: shareText(best.longestGap, best.scheduled),
    },
    band: bandOf(best, terms.bands),
    mean: average.mean === null ? null : exact(average.mean),
    price,
    range: trailing && {
      from: trailingFrom(terms, now).toISOString(),
      low: assume(trailing.low),
      high: assume(trailing.high),
      expected: assume(trailing.last),
    },
    gpu_hours: schedule.gpuHours,
    tick_value: lotValue(terms.tick, schedule.gpuHours),
    contract_value: price === null ? null : lotValue(price, schedule.gpuHours),
    simulated: used.some(({ simulated }) => simulated),
    methodology: methodologiesOf(used),
    holidays: schedule.holidays,
    stamps: placed.map(({ stamp, state, fix, reason }) => ({
      ...stamp,
      state,
      fix: fix && { id: fixId(terms.series, fix), hash: fix.hash, level: fix.level, value: fix.value },
      reason,
      fill: fills.byStrike.get(stamp.strike) ?? null,
    })),
  };
}

function lastInstant(least: number, others: readonly Date[]): string {
  return new Date(others.reduce((last, one) => Math.max(last, one.getTime()), least)).toISOString();
}

/** When the chain passed the last stamp that has no fix at all: until then its fix could have come late. Empty where there is none. */
function passedAt(placed: readonly Placed[], fixes: readonly SettlementFix[]): Date[] {
  const last = placed.findLast(({ fix, state }) => fix === null && state === 'missed');
  if (!last) return [];
  const strike = new Date(last.stamp.strike);
  const since = fixes.flatMap((fix) => (fix.strike > strike ? [fix.publishedAt.getTime()] : []));
  return since.length === 0 ? [] : [new Date(since.reduce((first, one) => Math.min(first, one)))];
}

/** What fills each missed stamp, by strike, and the strikes it comes from. */
function fillsOf(
  average: PeriodAverage,
  there: readonly Placed[],
  before: readonly Placed[],
  series: string,
): { byStrike: Map<string, NonNullable<SettlementStamp['fill']>>; sources: Set<string> } {
  const byStrike = new Map<string, NonNullable<SettlementStamp['fill']>>();
  const sources = new Set<string>();
  for (const { from, length, window, value } of average.gaps) {
    if (value === null) continue;
    const used = window.map((at) => {
      const { stamp, fix } = (at < 0 ? before.at(at) : there[at]) as Placed;
      if (fix === null || fix.value === null) throw new Error(`the fix of ${stamp.strike} fills a gap without a value`);
      sources.add(stamp.strike);
      return { strike: stamp.strike, id: fixId(series, fix), hash: fix.hash, value: fix.value };
    });
    const fill = { value: exact(value), from: used };
    for (const { stamp } of there.slice(from, from + length)) byStrike.set(stamp.strike, fill);
  }
  return { byStrike, sources };
}

/** The rulebooks under which fixes were computed, each once, in the order of their versions. */
function methodologiesOf(fixes: readonly SettlementFix[]): Settlement['methodology'] {
  const byHash = new Map(fixes.map(({ methodology }) => [methodology.sha256, methodology]));
  return [...byHash.values()].sort((a, b) => (a.version < b.version ? -1 : 1));
}
