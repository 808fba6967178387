import type { Exclusion } from '#index-engine/screens/grade';
import { parseRatio } from '#methodology/decimal';
import type { Rulebook } from '#methodology/rulebook';
import type { Observation } from '#store/observation';

/** A line's observation with its price in micro-units of the quoted currency per GPU-hour. */
export interface Quoted {
  observation: Observation;
  quoted: number;
}

const day = 86_400_000;

/**
 * Screen 6: |p − mean of the line's last 20| > 3 × max(sd, 3% of the mean), in the quoted currency, from the 11th observation on; a
 * rejected price still enters its history. Compared in whole numbers, so that no rounding decides.
 * @param line one quote line's observations in order of time
 */
export function screenOwnHistory(
  line: readonly Quoted[],
  { screens: { own_history: rule } }: Rulebook,
): Map<string, Exclusion> {
  const excluded = new Map<string, Exclusion>();
  const multiple = parseRatio(rule.standard_deviations);
  const floor = parseRatio(rule.deviation_floor);
  line.forEach(({ observation, quoted }, index) => {
    const oldest = Date.parse(observation.event_at) - rule.lookback_days * day;
    const past = line
      .slice(Math.max(0, index - rule.observations), index)
      .filter(
        (one) => Date.parse(one.observation.event_at) >= oldest && one.observation.currency === observation.currency,
      )
      .map((one) => BigInt(one.quoted));
    if (past.length < rule.minimum_observations) return;
    const n = BigInt(past.length);
    const sum = past.reduce((a, b) => a + b, 0n);
    const squares = past.reduce((a, b) => a + b * b, 0n);
    // Everything squared and in units of 1/n², so that neither the mean nor the root is ever rounded.
    const distance = (BigInt(quoted) * n - sum) ** 2n * multiple.denominator ** 2n;
    const limit = multiple.numerator ** 2n;
    const varianceLimit = limit * n * (n * squares - sum * sum);
    const overDeviation = distance * (n - 1n) > varianceLimit;
    const overFloor = distance * floor.denominator ** 2n > limit * (sum * floor.numerator) ** 2n;
    if (overDeviation && overFloor) {
      excluded.set(observation.observation_id, {
        reason: 'history.jump',
        detail: `${(quoted / 1e6).toFixed(4)} ${observation.currency} against a mean of ${(Number(sum) / Number(n) / 1e6).toFixed(4)} over its last ${n} observations`,
      });
    }
  });
  return excluded;
}
