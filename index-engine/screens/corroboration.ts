import type { FixRecord } from '#index-engine/record';
import type { Exclusion } from '#index-engine/screens/grade';
import { formatDecimal, parseDecimal, parseRatio } from '#methodology/decimal';
import type { Rulebook } from '#methodology/rulebook';

/** A provider's standing price in the window: the sum of price × weight and of weight, in whole micro-USD and weights. */
export interface StandingPrice {
  provider: string;
  venue: string;
  value: bigint;
  weight: bigint;
}

/**
 * Screen 7: a provider's jump that nobody follows. Its price in the window against its own in the fix before; peers are providers of
 * other venues with a price in both. Who is left out has no price in this fix, so that what still stands at the next strike counts.
 * @returns exclusions by provider
 */
export function screenCorroboration(
  now: readonly StandingPrice[],
  previous: FixRecord | null,
  { screens: { corroboration: rule } }: Rulebook,
): Map<string, Exclusion> {
  const before = new Map(previous?.providers.map((one) => [one.provider, parseDecimal(one.price, 6)]) ?? []);
  const moves = now.flatMap(({ provider, venue, value, weight }) => {
    const then = before.get(provider);
    // As a fraction of the price before: value ÷ weight ÷ then − 1.
    return then === undefined || then === 0n || weight === 0n
      ? []
      : [{ provider, venue, change: value - then * weight, base: then * weight }];
  });
  const reaches = (one: { change: bigint; base: bigint }, text: string, sign: bigint) => {
    const { numerator, denominator } = parseRatio(text);
    return one.change * sign * denominator >= one.base * numerator;
  };
  const excluded = new Map<string, Exclusion>();
  for (const one of moves) {
    const sign = one.change < 0n ? -1n : 1n;
    if (!reaches(one, rule.jump, sign)) continue;
    const peers = new Set(
      moves
        .filter((peer) => peer.venue !== one.venue && reaches(peer, rule.peer_move, sign))
        .map(({ provider }) => provider),
    );
    if (peers.size >= rule.minimum_peers) continue;
    const percent = formatDecimal((one.change * 1000n) / one.base, 1);
    excluded.set(one.provider, {
      reason: 'corroboration.alone',
      detail: `moved ${percent}% since the fix before, ${peers.size} peers did so by ${rule.peer_move}, ${rule.minimum_peers} needed`,
    });
  }
  return excluded;
}
