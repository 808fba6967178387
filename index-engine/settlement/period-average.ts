import { compareRationals, lowestTerms, meanOfRationals, type Rational } from '#index-engine/rational';
import type { Band, Contract } from '#methodology/contracts';
import { parseRatio } from '#methodology/decimal';

/** A run of stamps without a fix, and what stands in for it. */
export interface Gap {
  /** Place of its first stamp, from 0, and how many there are. */
  from: number;
  length: number;
  /** Places of the fixes whose mean fills it, oldest first; those before the period count from −1 backwards. Empty where there is none. */
  window: number[];
  /** The mean of the window; null where no fix came before, and then its stamps drop out of the average. */
  value: Rational | null;
}

/** The average of a period: exact, in the unit of its values. */
export interface PeriodAverage {
  scheduled: number;
  /** Stamps with a fix of their own. */
  observed: number;
  /** Stamps that a gap's value stands in for, and stamps that have none. */
  filled: number;
  dropped: number;
  longestGap: number;
  gaps: Gap[];
  /** Over every stamp with a value, its own or that of its gap, in lowest terms; null where no stamp has one of its own. */
  mean: Rational | null;
  /** Over the stamps with a fix of their own alone. */
  observedMean: Rational | null;
}

const whole = (value: bigint): Rational => ({ numerator: value, denominator: 1n });

/**
 * Averages a period with gap filling. A fill is no evidence: it fills nothing else, and never counts as coverage.
 * @param values one for each stamp in order of time, null where there is no fix
 * @param before published values of the schedule before the period, oldest first, null where there was no fix
 * @param lookback a gap takes the mean of the last min(its length, lookback) published values before it
 */
export function periodAverage(
  values: readonly (bigint | null)[],
  before: readonly (bigint | null)[],
  lookback: number,
): PeriodAverage {
  const published: { place: number; value: bigint }[] = before.flatMap((value, index) =>
    value === null ? [] : [{ place: index - before.length, value }],
  );
  const observed: Rational[] = [];
  const stood: Rational[] = [];
  const gaps: Gap[] = [];
  let place = 0;
  while (place < values.length) {
    const value = values[place];
    if (value !== null && value !== undefined) {
      published.push({ place, value });
      observed.push(whole(value));
      stood.push(whole(value));
      place += 1;
      continue;
    }
    const from = place;
    while (place < values.length && (values[place] ?? null) === null) place += 1;
    const length = place - from;
    const window = published.slice(-Math.min(length, lookback));
    const mean = window.length === 0 ? null : lowestTerms(meanOfRationals(window.map((one) => whole(one.value))));
    gaps.push({ from, length, window: window.map((one) => one.place), value: mean });
    if (mean) stood.push(...Array.from({ length }, () => mean));
  }
  const missing = values.length - observed.length;
  const filled = stood.length - observed.length;
  return {
    scheduled: values.length,
    observed: observed.length,
    filled,
    dropped: missing - filled,
    longestGap: Math.max(0, ...gaps.map(({ length }) => length)),
    gaps,
    // Fills alone are no evidence of the period.
    mean: observed.length === 0 ? null : lowestTerms(meanOfRationals(stood)),
    observedMean: observed.length === 0 ? null : lowestTerms(meanOfRationals(observed)),
  };
}

/** The band that coverage and the longest gap of a period come to under a contract's terms. */
export function bandOf(
  { scheduled, observed, longestGap }: Pick<PeriodAverage, 'scheduled' | 'observed' | 'longestGap'>,
  bands: Contract['bands'],
): Band {
  const total = BigInt(scheduled);
  const shareOf = (count: number): Rational => ({ numerator: BigInt(count), denominator: total });
  const found = bands.find(({ minimum_coverage, longest_gap }) => {
    if (compareRationals(shareOf(observed), parseRatio(minimum_coverage)) < 0) return false;
    if (longest_gap === null) return true;
    return 'fixes' in longest_gap
      ? longestGap <= longest_gap.fixes
      : compareRationals(shareOf(longestGap), parseRatio(longest_gap.share)) <= 0;
  });
  return found?.band ?? 'determination';
}
