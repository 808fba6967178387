import { parseRatio } from '#methodology/decimal';
import type { Rulebook } from '#methodology/rulebook';

/** A count that a level needs: less of it, rounded up, where the level gave the fix before. */
export function needed(count: number, holds: boolean, { hysteresis }: Rulebook): number {
  if (!holds) return count;
  const { numerator, denominator } = parseRatio(hysteresis.retain);
  return Number((BigInt(count) * numerator + denominator - 1n) / denominator);
}
