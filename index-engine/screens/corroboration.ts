import type { Rational } from '#index-engine/rational';
import type { FixRecord } from '#index-engine/record';
import type { Exclusion } from '#index-engine/screens/grade';
import { formatDecimal, parseDecimal, parseRatio } from '#methodology/decimal';
import type { Rulebook } from '#methodology/rulebook';

/** A provider's standing price in the window, in micro-USD. */
export interface StandingPrice {
  provider: string;
  venue: string;
  /** In doubles: within a billionth of it. */
  about: number;
  /** The sum of price × weight, and of weight. */
  exact(): { value: bigint; weight: bigint };
}

/** A price against the provider's own before. */
interface Move {
  provider: string;
  venue: string;
  /** As a fraction of the price before. */
  about: number;
  /** The same as a ratio. */
  exact(): Rational;
}

/** Nearer than this to a limit, doubles do not say on which side of it a move lies. */
const UNSURE = 1e-8;

/** Whether a move in one direction is as large as a limit. */
function reaches(move: Move, limit: Rational, sign: 1 | -1): boolean {
  const over = sign * move.about - Number(limit.numerator) / Number(limit.denominator);
  if (Math.abs(over) > UNSURE) return over > 0;
  const { numerator, denominator } = move.exact();
  return numerator * BigInt(sign) * limit.denominator >= denominator * limit.numerator;
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
  const moves = now.flatMap(({ provider, venue, about, exact }): Move[] => {
    const then = before.get(provider);
    if (then === undefined || then === 0n) return [];
    const move = () => {
      const { value, weight } = exact();
      return { numerator: value - then * weight, denominator: then * weight };
    };
    return [{ provider, venue, about: about / Number(then) - 1, exact: move }];
  });
  const [jump, peerMove] = [parseRatio(rule.jump), parseRatio(rule.peer_move)];
  const excluded = new Map<string, Exclusion>();
  for (const one of moves) {
    const sign = one.about < 0 ? -1 : 1;
    if (!reaches(one, jump, sign)) continue;
    const peers = new Set(
      moves.filter((peer) => peer.venue !== one.venue && reaches(peer, peerMove, sign)).map(({ provider }) => provider),
    );
    if (peers.size >= rule.minimum_peers) continue;
    const { numerator, denominator } = one.exact();
    const percent = formatDecimal((numerator * 1000n) / denominator, 1);
    excluded.set(one.provider, {
      reason: 'corroboration.alone',
      detail: `moved ${percent}% since the fix before, ${peers.size} peers did so by ${rule.peer_move}, ${rule.minimum_peers} needed`,
    });
  }
  return excluded;
}
