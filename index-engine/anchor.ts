import { centralMeanOf } from '#index-engine/central-mean';
import type { LeftOut } from '#index-engine/points';
import type { ProviderPrice } from '#index-engine/provider-prices';
import { compareRationals, minus, plus, type Rational, size, times } from '#index-engine/rational';
import type { FixRecord } from '#index-engine/record';
import { doubles } from '#index-engine/scratch';
import { divideHalfEven, parseDecimal, parseRatio, powerOfTen } from '#methodology/decimal';
import type { Rulebook } from '#methodology/rulebook';

/** What the prices of the providers present at two strikes did, at the mean of their weights. */
export interface MatchedReturn {
  providers: number;
  /** The part of the weight that they hold, the lesser of the two strikes'. Scale as in the record. */
  share: bigint;
  /** The estimator over their prices now and before. Micro-USD. */
  now: Rational;
  before: Rational;
}

/** A provider present at two strikes: what it asked at each, in micro-USD, and its shares at both, at the record's scale. */
interface Matched {
  provider: string;
  venue: string;
  now: number;
  before: number;
  shareNow: number;
  shareThen: number;
  /** Both shares together. */
  weight: number;
}

/** What is asked at one of two strikes, in ascending order, with the weights, and where in it each of the matched is. */
interface Asked {
  prices: Float64Array;
  weights: Float64Array;
  placeOf: readonly number[];
}

/** What whoever is left out is left out of. */
interface Matching {
  matched: readonly Matched[];
  now: Asked;
  before: Asked;
  /** The fix before, and the lowest and the highest price now, in micro-USD; null where there is none. */
  fix: Rational | null;
  lowest: Rational | null;
  highest: Rational | null;
}

const whole = (numerator: bigint): Rational => ({ numerator, denominator: 1n });

function askedAt(matched: readonly Matched[], at: 'now' | 'before'): Asked {
  const by = matched.toSorted((a, b) => a[at] - b[at] || a.weight - b.weight);
  const places = new Map(by.map((one, place) => [one, place]));
  return {
    prices: Float64Array.from(by, (one) => one[at]),
    weights: Float64Array.from(by, ({ weight }) => weight),
    placeOf: matched.map((one) => places.get(one) as number),
  };
}

function matchingOf(now: readonly ProviderPrice[], before: FixRecord, { rounding }: Rulebook): Matching {
  const { share_decimals: decimals, price_decimals } = rounding;
  const unit = powerOfTen(12 - decimals);
  const known = new Map(before.providers.map((one) => [one.provider, one]));
  const matched = now.flatMap(({ provider, venue, price, share }): Matched[] => {
    const one = known.get(provider);
    if (!one) return [];
    const shareNow = Number(divideHalfEven(share, unit));
    const shareThen = Number(parseDecimal(one.share, decimals));
    const before = Number(parseDecimal(one.price, price_decimals));
    return [{ provider, venue, now: Number(price), before, shareNow, shareThen, weight: shareNow + shareThen }];
  });
  let [lowest, highest] = [now[0]?.price, now[0]?.price];
  for (const { price } of now) {
    if (lowest === undefined || price < lowest) lowest = price;
    if (highest === undefined || price > highest) highest = price;
  }
  return {
    matched,
    now: askedAt(matched, 'now'),
    before: askedAt(matched, 'before'),
    fix: before.value === null ? null : whole(parseDecimal(before.value, price_decimals)),
    lowest: lowest === undefined ? null : whole(lowest),
    highest: highest === undefined ? null : whole(highest),
  };
}

let last: { now: readonly ProviderPrice[]; before: FixRecord; rulebook: Rulebook; matching: Matching } | null = null;

/** Of one fix it is asked for whenever somebody is left out. */
function matchingBetween(now: readonly ProviderPrice[], before: FixRecord, rulebook: Rulebook): Matching {
  if (last?.now !== now || last.before !== before || last.rulebook !== rulebook)
    last = { now, before, rulebook, matching: matchingOf(now, before, rulebook) };
  return last.matching;
}

const roomForStaying = doubles();

/** The estimator over the prices of who stays. @param out the places of the matched that do not */
function centreOf({ prices, weights, placeOf }: Asked, { estimator }: Rulebook, out: readonly number[]): Rational {
  const staying = roomForStaying(weights.length);
  staying.set(weights);
  for (const place of out) staying[placeOf[place] as number] = 0;
  const few = { prices, weights: staying };
  const centre = centralMeanOf(few, parseRatio(estimator.low), parseRatio(estimator.high));
  if (centre === null) throw new RangeError('matched providers without weight');
  return centre;
}

/**
 * The matched return since another fix: the fix's own estimator over the prices of the providers present at both, now and before, each at
 * the mean of its two weights, so that nothing but prices can have moved it. By the shares and prices as records state them, so that two
 * records are all it takes to compute it again.
 * @param leftOut somebody to leave out
 * @returns null where nobody is matched
 */
export function matchedReturn(
  now: readonly ProviderPrice[],
  before: FixRecord,
  rulebook: Rulebook,
  leftOut: LeftOut | null = null,
): MatchedReturn | null {
  const matching = matchingBetween(now, before, rulebook);
  const out: number[] = [];
  let providers = 0;
  let shareNow = 0;
  let shareThen = 0;
  for (let place = 0; place < matching.matched.length; place += 1) {
    const one = matching.matched[place] as Matched;
    if (leftOut !== null && (leftOut.kind === 'provider' ? one.provider : one.venue) === leftOut.id) {
      out.push(place);
      continue;
    }
    shareNow += one.shareNow;
    shareThen += one.shareThen;
    if (one.weight > 0) providers += 1;
  }
  if (providers === 0) return null;
  return {
    providers,
    share: BigInt(Math.min(shareNow, shareThen)),
    now: centreOf(matching.now, rulebook, out),
    before: centreOf(matching.before, rulebook, out),
  };
}

/** An estimate held to the fix before: what it was, what matched prices make of the fix before, and how the value follows from the two. */
export interface Anchored {
  /** Micro-USD. */
  value: Rational;
  estimate: Rational;
  moved: Rational;
  providers: number;
  /** The moved fix; the moved fix drawn towards the estimate; the estimate; or the highest or lowest that the value may be. */
  held: 'moved' | 'drawn' | 'estimate' | 'upper' | 'lower';
}

/** How a level holds its estimate to the fix before. */
export type Anchor = NonNullable<Extract<Rulebook['waterfall'][number], { input: 'standing_prices' }>['anchor']>;

const lesser = (a: Rational, b: Rational) => (compareRationals(a, b) <= 0 ? a : b);
const greater = (a: Rational, b: Rational) => (compareRationals(a, b) >= 0 ? a : b);

/**
 * The moved fix, drawn towards the estimate by at most a part of what prices moved it: with prices that stand still nothing moves, and what
 * was there before wears off as they move.
 */
function drawn(
  moved: Rational,
  before: Rational,
  estimate: Rational,
  part: Rational,
): Pick<Anchored, 'value' | 'held'> {
  const gap = minus(estimate, moved);
  const most = times(size(minus(moved, before)), part);
  if (compareRationals(size(gap), most) <= 0) return { value: estimate, held: 'estimate' };
  if (most.numerator === 0n) return { value: moved, held: 'moved' };
  return { value: gap.numerator > 0n ? plus(moved, most) : minus(moved, most), held: 'drawn' };
}

/**
 * The fix before, moved by the matched return and drawn towards the estimate: no further from the estimate than the band, and inside the
 * range of today's prices. Continuous, and rises with every price.
 * @param before the fix of the strike before, itself of standing prices and with a value
 * @returns null where too few are matched, or they hold too little: then the estimate stands as it is,
 *   and the next fix follows on it: a gate that comes and goes begins anew, and does not jump back
 */
export function anchored(
  estimate: Rational,
  now: readonly ProviderPrice[],
  before: FixRecord,
  rule: Anchor,
  rulebook: Rulebook,
  leftOut: LeftOut | null = null,
): Anchored | null {
  const matched = matchedReturn(now, before, rulebook, leftOut);
  const { fix, lowest, highest } = matchingBetween(now, before, rulebook);
  if (matched === null || fix === null || lowest === null || highest === null) return null;
  const { providers } = matched;
  if (providers < rule.minimum_providers) return null;
  if (leftOut === null) {
    const least = parseRatio(rule.minimum_matched_share);
    const all = powerOfTen(rulebook.rounding.share_decimals);
    if (matched.share * least.denominator < all * least.numerator) return null;
  }
  // Both are means over the same weights, and so ratios with the same denominator.
  const moved = times(fix, { numerator: matched.now.numerator, denominator: matched.before.numerator });
  const band = parseRatio(rule.band);
  const upper = lesser(
    times(estimate, { numerator: band.denominator + band.numerator, denominator: band.denominator }),
    greater(highest, estimate),
  );
  const lower = greater(
    times(estimate, { numerator: band.denominator - band.numerator, denominator: band.denominator }),
    lesser(lowest, estimate),
  );
  const found = drawn(moved, fix, estimate, parseRatio(rule.catch_up));
  if (compareRationals(found.value, upper) > 0) return { value: upper, estimate, moved, providers, held: 'upper' };
  if (compareRationals(found.value, lower) < 0) return { value: lower, estimate, moved, providers, held: 'lower' };
  return { ...found, estimate, moved, providers };
}

/** About the same, in doubles: within a billionth of it. */
export function anchoredAbout(
  estimate: number,
  now: readonly ProviderPrice[],
  before: FixRecord,
  rule: Anchor,
  rulebook: Rulebook,
  leftOut: LeftOut,
): number | null {
  const matched = matchedReturn(now, before, rulebook, leftOut);
  const { fix, lowest, highest } = matchingBetween(now, before, rulebook);
  if (matched === null || fix === null || lowest === null || highest === null) return null;
  if (matched.providers < rule.minimum_providers) return null;
  const [then, band, part] = [numberOf(fix), numberOf(parseRatio(rule.band)), numberOf(parseRatio(rule.catch_up))];
  const moved = then * (Number(matched.now.numerator) / Number(matched.before.numerator));
  const most = Math.abs(moved - then) * part;
  const found = Math.min(Math.max(estimate, moved - most), moved + most);
  const upper = Math.min(estimate * (1 + band), Math.max(numberOf(highest), estimate));
  const lower = Math.max(estimate * (1 - band), Math.min(numberOf(lowest), estimate));
  return Math.min(Math.max(found, lower), upper);
}

const numberOf = ({ numerator, denominator }: Rational): number => Number(numerator) / Number(denominator);
