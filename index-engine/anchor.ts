import { centralMeanOf } from '#index-engine/central-mean';
import type { LeftOut } from '#index-engine/estimate';
import type { ProviderPrice } from '#index-engine/provider-prices';
import { compareRationals, minus, plus, type Rational, size, times } from '#index-engine/rational';
import type { FixRecord } from '#index-engine/record';
import { divideHalfEven, parseDecimal, parseRatio } from '#methodology/decimal';
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

interface Matched {
  now: bigint;
  before: bigint;
  weight: bigint;
}

function centreOf(matched: readonly Matched[], price: (one: Matched) => bigint, { estimator }: Rulebook): Rational {
  const sorted = [...matched].sort((a, b) => Number(price(a) - price(b)) || Number(a.weight - b.weight));
  const centre = centralMeanOf(
    {
      prices: Float64Array.from(sorted, (one) => Number(price(one))),
      weights: Float64Array.from(sorted, ({ weight }) => Number(weight)),
    },
    parseRatio(estimator.low),
    parseRatio(estimator.high),
  );
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
  const { share_decimals: decimals, price_decimals } = rulebook.rounding;
  const unit = 10n ** BigInt(12 - decimals);
  const known = new Map(before.providers.map((one) => [one.provider, one]));
  const matched: Matched[] = [];
  let shareNow = 0n;
  let shareThen = 0n;
  for (const { provider, venue, price, share } of now) {
    const one = known.get(provider);
    if (!one || (leftOut && (leftOut.kind === 'provider' ? provider : venue) === leftOut.id)) continue;
    const held = divideHalfEven(share, unit);
    const heldThen = parseDecimal(one.share, decimals);
    shareNow += held;
    shareThen += heldThen;
    if (held + heldThen === 0n) continue;
    matched.push({ now: price, before: parseDecimal(one.price, price_decimals), weight: held + heldThen });
  }
  if (matched.length === 0) return null;
  return {
    providers: matched.length,
    share: shareNow < shareThen ? shareNow : shareThen,
    now: centreOf(matched, (one) => one.now, rulebook),
    before: centreOf(matched, (one) => one.before, rulebook),
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

type Anchor = NonNullable<Extract<Rulebook['waterfall'][number], { input: 'standing_prices' }>['anchor']>;

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
  const matched = before.value === null ? null : matchedReturn(now, before, rulebook, leftOut);
  if (matched === null || before.value === null || matched.providers < rule.minimum_providers) return null;
  const least = parseRatio(rule.minimum_matched_share);
  const whole = 10n ** BigInt(rulebook.rounding.share_decimals);
  if (leftOut === null && matched.share * least.denominator < whole * least.numerator) return null;
  const fix = { numerator: parseDecimal(before.value, rulebook.rounding.price_decimals), denominator: 1n };
  const moved = times(fix, {
    numerator: matched.now.numerator * matched.before.denominator,
    denominator: matched.now.denominator * matched.before.numerator,
  });
  const { providers } = matched;
  const band = parseRatio(rule.band);
  const prices = now.map(({ price }) => ({ numerator: price, denominator: 1n }));
  const upper = lesser(
    times(estimate, { numerator: band.denominator + band.numerator, denominator: band.denominator }),
    prices.reduce(greater, estimate),
  );
  const lower = greater(
    times(estimate, { numerator: band.denominator - band.numerator, denominator: band.denominator }),
    prices.reduce(lesser, estimate),
  );
  const found = drawn(moved, fix, estimate, parseRatio(rule.catch_up));
  if (compareRationals(found.value, upper) > 0) return { value: upper, estimate, moved, providers, held: 'upper' };
  if (compareRationals(found.value, lower) < 0) return { value: lower, estimate, moved, providers, held: 'lower' };
  return { ...found, estimate, moved, providers };
}
