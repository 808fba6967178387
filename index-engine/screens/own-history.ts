import type { Facts, Lines } from '#index-engine/facts';
import type { Exclusion } from '#index-engine/screens/grade';
import { parseRatio } from '#methodology/decimal';
import type { Rulebook } from '#methodology/rulebook';

const day = 86_400_000;

/**
 * Screen 6: |p − mean of the line's last 20| > 3 × max(sd, 3% of the mean), in the quoted currency, from the 11th observation on; a
 * rejected price still enters its history. Compared in whole numbers, so that no rounding decides.
 * @param lines in their order
 * @param quotedOf the price of one of them in micro-units of the quoted currency per GPU-hour; null where it has none
 * @returns the judge of one observation, by its place
 */
export function ownHistory(
  { facts, lineOf }: Lines,
  quotedOf: (facts: Facts) => number | null,
  { screens: { own_history: rule } }: Rulebook,
): (index: number) => Exclusion | null {
  const multiple = parseRatio(rule.standard_deviations);
  const floor = parseRatio(rule.deviation_floor);
  const limit = multiple.numerator ** 2n;
  return (index) => {
    const line = lineOf[index];
    if (lineOf[index - rule.minimum_observations] !== line) return null;
    const judged = facts[index] as Facts;
    const quoted = quotedOf(judged);
    if (quoted === null) return null;
    const { observation } = judged;
    const oldest = new Date(Date.parse(observation.event_at) - rule.lookback_days * day).toISOString();
    let n = 0n;
    let sum = 0n;
    let squares = 0n;
    let seen = 0;
    for (let at = index - 1; at >= 0 && seen < rule.observations; at -= 1) {
      if (lineOf[at] !== line) break;
      const before = facts[at] as Facts;
      const { observation: one } = before;
      const price = quotedOf(before);
      if (price === null) continue;
      seen += 1;
      if (one.event_at < oldest || one.currency !== observation.currency) continue;
      const exact = BigInt(price);
      n += 1n;
      sum += exact;
      squares += exact * exact;
    }
    if (n < rule.minimum_observations) return null;
    // Everything squared and in units of 1/n², so that neither the mean nor the root is ever rounded.
    const distance = (BigInt(quoted) * n - sum) ** 2n * multiple.denominator ** 2n;
    const overDeviation = distance * (n - 1n) > limit * n * (n * squares - sum * sum);
    const overFloor = distance * floor.denominator ** 2n > limit * (sum * floor.numerator) ** 2n;
    if (!overDeviation || !overFloor) return null;
    return {
      reason: 'history.jump',
      detail: `${(quoted / 1e6).toFixed(4)} ${observation.currency} against a mean of ${(Number(sum) / Number(n) / 1e6).toFixed(4)} over its last ${n} observations`,
    };
  };
}
