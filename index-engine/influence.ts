import { anchoredAbout } from '#index-engine/anchor';
import { estimateWithout } from '#index-engine/estimate';
import type { FixContext } from '#index-engine/inputs';
import type { LeftOut } from '#index-engine/points';
import type { ProviderPrice } from '#index-engine/provider-prices';
import type { FixInfluence, FixRecord } from '#index-engine/record';
import { anchorOf, anchorTo, type Outcome, previousStrike, roundValue } from '#index-engine/waterfall';
import { byText } from '#methodology/canonical';
import { divideHalfEven, formatDecimal } from '#methodology/decimal';
import type { Rulebook } from '#methodology/rulebook';

/** Nearer than this part of a value to the middle between two roundings, doubles do not say which of them it is. */
const UNSURE = 1e-8;

/** A whole number that a value rounds to, whichever way a middle goes; null where doubles do not say so for sure. */
export function surelyRounded(value: number): bigint | null {
  const down = Math.floor(value);
  const part = value - down;
  const isSure = Math.abs(part - 0.5) > UNSURE * Math.max(1, Math.abs(value));
  return isSure ? BigInt(part < 0.5 ? down : down + 1) : null;
}

/**
 * The value without somebody, at the rulebook's value decimals; null where there is none. It is exact: doubles say what it rounds to where
 * that is sure, and what is not is computed as the value itself is.
 */
function valueWithout(
  { estimate, prepared, estimatedLevel }: Outcome,
  prices: readonly ProviderPrice[],
  rulebook: Rulebook,
  before: FixRecord | null,
): (leftOut: LeftOut) => bigint | null {
  const estimated = estimateWithout(prepared, rulebook);
  const anchor = anchorTo(before, estimatedLevel);
  const perUnit = 10 ** (6 - rulebook.rounding.value_decimals);
  return (leftOut) => {
    const about = estimated.about(leftOut);
    if (about === null) return null;
    const held = anchor && anchoredAbout(about, prices, anchor.before, anchor.rule, rulebook, leftOut);
    const sure = surelyRounded((held ?? about) / perUnit);
    if (sure !== null) return sure;
    const micro = estimated.exact(leftOut);
    if (micro === null) return null;
    const exact = anchorOf(estimate, micro, before, estimatedLevel, rulebook, leftOut);
    return roundValue(exact?.value ?? micro, rulebook);
  };
}

/**
 * The fix without each provider and each venue, at the same level and with the same screens. Only where the value was estimated at this
 * strike: a moved or carried value does not rest on these prices alone.
 */
export function influenceOf(
  outcome: Outcome,
  prices: readonly ProviderPrice[],
  rulebook: Rulebook,
  context: FixContext,
): FixRecord['influence'] {
  const before = previousStrike(context);
  const { value } = outcome;
  if (value === null || outcome.level === null || outcome.level > 4)
    return { largest: null, providers: [], venues: [] };
  const decimals = rulebook.rounding.value_decimals;
  const valueLeft = valueWithout(outcome, prices, rulebook, before);
  const distances = new Map<FixInfluence, bigint>();
  const without = (leftOut: LeftOut): FixInfluence => {
    const left = valueLeft(leftOut);
    const { kind, id } = leftOut;
    if (left === null) return { kind, id, value_without: null, change: null };
    const influence = {
      kind,
      id,
      value_without: formatDecimal(left, decimals),
      change: formatDecimal(divideHalfEven((left - value) * 1_000_000n, value), 6),
    };
    distances.set(influence, left > value ? left - value : value - left);
    return influence;
  };
  const providers = prices.map(({ provider }) => without({ kind: 'provider', id: provider }));
  const members = new Map<string, number>();
  for (const { venue } of prices) members.set(venue, (members.get(venue) ?? 0) + 1);
  // A venue of one provider of its own name is that provider.
  const alone = new Map(
    prices.flatMap(({ provider, venue }, index) =>
      provider === venue && members.get(venue) === 1 ? [[venue, providers[index] as FixInfluence] as const] : [],
    ),
  );
  const venues = [...members.keys()].sort(byText).map((id): FixInfluence => {
    const same = alone.get(id);
    return same ? { ...same, kind: 'venue' } : without({ kind: 'venue', id });
  });
  let largest: FixInfluence | null = null;
  for (const [influence, distance] of distances) {
    if (largest === null || distance > (distances.get(largest) as bigint)) largest = influence;
  }
  return { largest, providers, venues };
}
