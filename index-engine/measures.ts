import { matchedReturn } from '#index-engine/anchor';
import type { Candidate } from '#index-engine/book';
import { centralMeanOf } from '#index-engine/central-mean';
import { type Estimate, uncappedMean } from '#index-engine/estimate';
import { at } from '#index-engine/ladder';
import { type Prepared, timesOf } from '#index-engine/points';
import { priceOrder } from '#index-engine/price-order';
import type { ProviderPrice } from '#index-engine/provider-prices';
import type { Rational } from '#index-engine/rational';
import type { FixRecord, Level } from '#index-engine/record';
import { SHARE_UNITS } from '#index-engine/shares';
import { isAlike } from '#index-engine/waterfall';
import { divideHalfEven, formatDecimal, parseDecimal, parseRatio, powerOfTen } from '#methodology/decimal';
import type { Rulebook } from '#methodology/rulebook';

const MICRO_DECIMALS = 6;
const CHANGE_DECIMALS = 6;

/** Whole numbers as exact doubles, in ascending order: sorted several times as fast as big integers are. */
function ascending(values: readonly bigint[]): Float64Array {
  const sorted = new Float64Array(values.length);
  for (let index = 0; index < values.length; index += 1) sorted[index] = Number(values[index]);
  return sorted.sort();
}

/** How many of some shares, in ascending order, it takes from the largest on to hold a fraction of the whole; null where all together do not. */
function fewest(shares: Float64Array, fraction: string): number | null {
  const { numerator, denominator } = parseRatio(fraction);
  const total = BigInt(shares.reduce((a, b) => a + b, 0));
  if (total === 0n) return null;
  let held = 0;
  for (let count = 1; count <= shares.length; count += 1) {
    held += shares[shares.length - count] as number;
    if (BigInt(held) * denominator >= total * numerator) return count;
  }
  return null;
}

/** The share that the largest few providers hold together, in units of 10⁻¹². */
export function topShare(prices: readonly ProviderPrice[], count: number): bigint {
  const shares = ascending(prices.map(({ share }) => share));
  return BigInt(shares.subarray(Math.max(0, shares.length - count)).reduce((a, b) => a + b, 0));
}

/** The fewest providers, and the fewest venues, that hold the weight below the central part: who must lie together to carry the fix away. */
export function concentrationOf(prices: readonly ProviderPrice[], rulebook: Rulebook): FixRecord['concentration'] {
  const venues = new Map<string, bigint>();
  for (const { venue, share } of prices) venues.set(venue, (venues.get(venue) ?? 0n) + share);
  const fraction = rulebook.estimator.low;
  return {
    fraction,
    providers: fewest(ascending(prices.map(({ share }) => share)), fraction),
    venues: fewest(ascending([...venues.values()]), fraction),
  };
}

/** Prices in ascending order with their weights before the caps, and the mean of what lies between two fractions of the weight. */
interface Uncapped {
  prices: Float64Array;
  weights: Float64Array;
  meanBetween: (low: Rational, high: Rational) => Rational | null;
}

/** The same over all partitions. */
function uncapped(prepared: readonly Prepared[]): Uncapped {
  const [first] = prepared;
  // Where the window is one partition, and each of its points one candidate, they are in order already.
  if (first !== undefined && first.points.candidates !== null && prepared.every((one) => one === first)) {
    const { points } = first;
    const meanBetween = (low: Rational, high: Rational) => uncappedMean(points, low, high);
    return { prices: at(points.prices, points.order), weights: at(points.weights, points.order), meanBetween };
  }
  const weightOf = new Map<Candidate, number>();
  const add = (candidate: Candidate, weight: number) =>
    weightOf.set(candidate, (weightOf.get(candidate) ?? 0) + weight);
  for (const [{ points }, count] of timesOf(prepared)) {
    for (const point of points.order)
      for (const { candidate, weight } of points.members(point)) add(candidate, weight * count);
  }
  const counting = [...weightOf].filter(([{ micro }, weight]) => micro !== null && weight > 0);
  const order = priceOrder(Float64Array.from(counting, ([{ micro }]) => micro as number));
  const sorted = Array.from(order, (place) => counting[place] as [Candidate, number]);
  const prices = Float64Array.from(sorted, ([{ micro }]) => micro as number);
  const weights = Float64Array.from(sorted, ([, weight]) => weight);
  return { prices, weights, meanBetween: (low, high) => centralMeanOf({ prices, weights }, low, high) };
}

const middle = (sorted: Float64Array): bigint => {
  const upper = BigInt(sorted[sorted.length >> 1] as number);
  return sorted.length % 2 === 1
    ? upper
    : divideHalfEven(BigInt(sorted[(sorted.length >> 1) - 1] as number) + upper, 2n);
};

/**
 * The same evidence under other estimators, for comparison and never for settlement: the mean and the lower median by weight before the
 * caps, the trimmed mean, and the median of the providers' own prices. An alarm says that one of them parts from the fix.
 * @param value at the rulebook's value decimals
 */
export function diagnosticsOf(
  prepared: readonly Prepared[],
  prices: readonly ProviderPrice[],
  value: bigint | null,
  rulebook: Rulebook,
): FixRecord['diagnostics'] {
  const sorted = uncapped(prepared);
  if (sorted.prices.length === 0) return null;
  const { diagnostics: rule, rounding } = rulebook;
  let total = 0;
  for (const weight of sorted.weights) total += weight;
  let place = 0;
  for (let before = sorted.weights[0] as number; before * 2 < total; before += sorted.weights[place] as number)
    place += 1;
  const half = sorted.prices[place] as number;
  const trim = parseRatio(rule.trim);
  const between = (low: Rational): Rational => {
    const high = { numerator: low.denominator - low.numerator, denominator: low.denominator };
    const found = sorted.meanBetween(low, high);
    if (found === null) throw new RangeError('prices without weight');
    return found;
  };
  const mean = between({ numerator: 0n, denominator: 1n });
  const trimmed = between(trim);
  const scale = powerOfTen(MICRO_DECIMALS - rounding.value_decimals);
  const round = (numerator: bigint, denominator = 1n) => divideHalfEven(numerator, denominator * scale);
  const found = {
    weighted_mean: round(mean.numerator, mean.denominator),
    weighted_median: round(BigInt(half)),
    trimmed_mean: round(trimmed.numerator, trimmed.denominator),
    provider_median: round(middle(ascending(prices.map((one) => one.price)))),
  };
  const alarm = parseRatio(rule.alarm);
  const format = (amount: bigint) => formatDecimal(amount, rounding.value_decimals);
  return {
    weighted_mean: format(found.weighted_mean),
    weighted_median: format(found.weighted_median),
    trimmed_mean: format(found.trimmed_mean),
    provider_median: format(found.provider_median),
    alarms: Object.entries(found)
      .filter(
        ([, one]) =>
          value !== null && (one > value ? one - value : value - one) * alarm.denominator > value * alarm.numerator,
      )
      .map(([name]) => name),
  };
}

/**
 * What moved the fix since the strike before: the matched return, which is prices alone, and what is left, which is who is there and how
 * much each weighs.
 * Between trades and quotes nothing is matched: what one paid and what one asks are two prices.
 * @param value at the rulebook's value decimals
 */
export function changeOf(
  value: bigint | null,
  level: Level | null,
  prices: readonly ProviderPrice[],
  previous: FixRecord | null,
  rulebook: Rulebook,
): FixRecord['change'] {
  if (value === null || previous === null || previous.value === null) return null;
  const then = parseDecimal(previous.value, rulebook.rounding.value_decimals);
  const matched = isAlike(level, previous) ? matchedReturn(prices, previous, rulebook) : null;
  const unit = powerOfTen(CHANGE_DECIMALS);
  const total = divideHalfEven((value - then) * unit, then);
  let price: bigint | null = null;
  if (matched) {
    const now = matched.now.numerator * matched.before.denominator;
    const before = matched.before.numerator * matched.now.denominator;
    price = divideHalfEven((now - before) * unit, before);
  }
  const format = (amount: bigint) => formatDecimal(amount, CHANGE_DECIMALS);
  return {
    since: previous.strike,
    total: format(total),
    matched_providers: matched?.providers ?? 0,
    price: price === null ? null : format(price),
    composition: price === null ? null : format(total - price),
  };
}

/** One partition's capped weight, cumulated in order of price: shares of 1 up to each point, and price × share up to it. */
interface Cumulated {
  shares: Float64Array;
  values: Float64Array;
  prices: Float64Array;
  /** Weight before the caps that makes up the whole, as an uncapped participant counts. */
  whole: number;
}

function cumulate(prepared: Prepared, units: Float64Array): Cumulated {
  const { points } = prepared;
  const prices = at(points.prices, points.order);
  const weights = at(points.weights, points.order);
  const held = at(units, points.order);
  const shares = new Float64Array(prices.length + 1);
  const values = new Float64Array(prices.length + 1);
  let whole = Number.POSITIVE_INFINITY;
  const unit = Number(SHARE_UNITS);
  for (let index = 0; index < prices.length; index += 1) {
    const share = (held[index] as number) / unit;
    shares[index + 1] = (shares[index] as number) + share;
    values[index + 1] = (values[index] as number) + share * (prices[index] as number);
    if (share > 0) whole = Math.min(whole, (weights[index] as number) / share);
  }
  return { shares, values, prices, whole };
}

/** Price × share below a cumulated share. */
function valueBelow({ shares, values, prices }: Cumulated, share: number): number {
  let low = 0;
  let high = prices.length;
  while (low < high) {
    const half = (low + high) >> 1;
    if ((shares[half + 1] as number) < share) low = half + 1;
    else high = half;
  }
  if (low === prices.length) return values[prices.length] as number;
  return (values[low] as number) + (share - (shares[low] as number)) * (prices[low] as number);
}

/** Steps of the share that is looked for: a ten-thousandth of the weight. */
const STEPS = 10_000;

/**
 * What it takes to move the estimate of a strike by a hundredth (or what the rulebook says): the share of the weight that must stand at the last price that
 * passes the screens, at how many venues, and how many GPUs offered or rented through the whole window that is. At the caps as they stand;
 * doubles in a fixed order, so the same on every machine.
 * @param edges for each partition the lowest and highest price that passes, in micro-USD
 * @param gpuWeight weight of one GPU that stands through a whole partition
 */
export function costToMove(
  estimated: Pick<Estimate, 'partitionUnits'>,
  edges: ReadonlyMap<Prepared, { low: number; high: number }>,
  gpuWeight: number,
  rulebook: Rulebook,
): FixRecord['cost_to_move'] {
  const parts = [...estimated.partitionUnits].map(([prepared, { units, times }]) => ({
    ...cumulate(prepared, units),
    times,
    edge: edges.get(prepared) ?? { low: 0, high: 0 },
  }));
  const count = parts.reduce((sum, { times }) => sum + times, 0);
  if (count === 0) return null;
  const ratio = (text: string) => {
    const { numerator, denominator } = parseRatio(text);
    return Number(numerator) / Number(denominator);
  };
  const [low, high] = [ratio(rulebook.estimator.low), ratio(rulebook.estimator.high)];
  const by = ratio(rulebook.diagnostics.move);
  const venueCap = ratio(rulebook.caps.venue);
  const meanAt = (share: number, side: 'up' | 'down') => {
    let sum = 0;
    for (const part of parts) {
      const honest = 1 - share;
      // From above the honest weight lies below the attack, from below above it.
      const shift = side === 'up' ? 0 : share;
      const from = Math.min(honest, Math.max(0, low - shift));
      const to = Math.min(honest, Math.max(0, high - shift));
      const value = honest * (valueBelow(part, to / honest) - valueBelow(part, from / honest));
      const attack = high - low - (to - from);
      sum += ((value + attack * (side === 'up' ? part.edge.high : part.edge.low)) / (high - low)) * part.times;
    }
    return sum / count;
  };
  const value = meanAt(0, 'up');
  const find = (side: 'up' | 'down') => {
    const reaches = (step: number) => Math.abs(meanAt(step / STEPS, side) - value) >= by * value;
    const last = STEPS - 1;
    if (!reaches(last)) return null;
    let least = 0;
    let most = last;
    while (least < most) {
      const half = (least + most) >> 1;
      if (reaches(half)) most = half;
      else least = half + 1;
    }
    const share = most / STEPS;
    const whole = parts.reduce((sum, part) => sum + part.whole * part.times, 0) / count;
    return {
      share: share.toFixed(4),
      venues: Math.max(1, Math.ceil(share / venueCap)),
      gpus: Math.ceil(((share / (1 - share)) * whole) / gpuWeight),
    };
  };
  return { by: rulebook.diagnostics.move, up: find('up'), down: find('down') };
}
