import { type CapState, capWeights, type Participant } from '#index-engine/caps';
import { type BlockSums, blockSums, centralMean, centralMeanAbout } from '#index-engine/central-mean';
import type { Rows } from '#index-engine/ladder';
import { type LeftOut, type Points, type Prepared, timesOf } from '#index-engine/points';
import { type ProviderPrice, providerPrices, type Shares } from '#index-engine/provider-prices';
import { compareRationals, plus, type Rational } from '#index-engine/rational';
import { sharesOf, shareUnits } from '#index-engine/shares';
import { parseRatio } from '#methodology/decimal';
import type { Rulebook } from '#methodology/rulebook';

/** What the estimator made of the window. */
export interface Estimate {
  /** Micro-USD per GPU-hour, exact; null where no partition holds a price. */
  value: Rational | null;
  partitionsFilled: number;
  shares: Shares;
  /** What each provider with a share asks. */
  prices: readonly ProviderPrice[];
  providerCap: CapState | null;
  venueCap: CapState | null;
  /** The shares of each distinct partition's points, in units of 10⁻¹², and in how many partitions it stood. */
  partitionUnits: Map<Prepared, { units: Float64Array; times: number }>;
}

interface PartitionEstimate {
  mean: Rational;
  /** The share of each point, in whole units of 10⁻¹². */
  units: () => Float64Array;
  providerCap: CapState;
  venueCap: CapState;
}

const ratios = new WeakMap<Rulebook, { provider: Rational; venue: Rational; low: Rational; high: Rational }>();

/** The caps and the edges of the estimator, read once: everybody is left out once under the same rules. */
function ratiosOf(rulebook: Rulebook) {
  let known = ratios.get(rulebook);
  if (known === undefined) {
    const { caps, estimator } = rulebook;
    known = {
      provider: parseRatio(caps.provider),
      venue: parseRatio(caps.venue),
      low: parseRatio(estimator.low),
      high: parseRatio(estimator.high),
    };
    ratios.set(rulebook, known);
  }
  return known;
}

/** The sums of the blocks of some points. */
function sumsOf(points: Points): BlockSums | null {
  if (points.sums === undefined) points.sums = blockSums(points);
  return points.sums;
}

function estimatePartition({ points }: Prepared, rulebook: Rulebook): PartitionEstimate | null {
  if (points.participants.list.length === 0) return null;
  const { provider, venue, low, high } = ratiosOf(rulebook);
  const { scaleOf, multipliers, ...capped } = capWeights(points.participants, provider, venue);
  // Blocks are for who asks again and again.
  const mean = centralMean(points, scaleOf, multipliers, low, high);
  if (mean === null) return null;
  const units = () => shareUnits(points, scaleOf, multipliers);
  return { mean, units, providerCap: capped.provider, venueCap: capped.venue };
}

/** The points of a partition without somebody, and who of them is weighed; null where nobody is left. */
function leave({ points, rebuilt }: Prepared, leftOut: LeftOut): { points: Points; stays: boolean[] | null } | null {
  if (rebuilt !== null) {
    const left = rebuilt(leftOut);
    return left.participants.list.length === 0 ? null : { points: left, stays: null };
  }
  const participants = points.participants.list;
  const stays = new Array<boolean>(participants.length);
  let isAnybody = false;
  for (let index = 0; index < participants.length; index += 1) {
    const { provider, venue } = participants[index] as Participant;
    const isStaying = (leftOut.kind === 'provider' ? provider : venue) !== leftOut.id;
    stays[index] = isStaying;
    isAnybody ||= isStaying;
  }
  return isAnybody ? { points, stays } : null;
}

/** The mean of a partition without somebody; null where nobody is left. */
function meanWithout(partition: Prepared, rulebook: Rulebook, leftOut: LeftOut): Rational | null {
  const left = leave(partition, leftOut);
  if (left === null) return null;
  const { provider, venue, low, high } = ratiosOf(rulebook);
  const { scaleOf, multipliers } = capWeights(left.points.participants, provider, venue, left.stays);
  return centralMean(left.points, scaleOf, multipliers, low, high, sumsOf(left.points));
}

/** About the same, in doubles; no number where they do not hold it. */
function meanWithoutAbout(partition: Prepared, rulebook: Rulebook, leftOut: LeftOut): number | null {
  const left = leave(partition, leftOut);
  if (left === null) return null;
  const { provider, venue, low, high } = ratiosOf(rulebook);
  const { scaleOf, multipliers } = capWeights(left.points.participants, provider, venue, left.stays);
  const sums = sumsOf(left.points);
  return sums === null ? Number.NaN : centralMeanAbout(left.points, scaleOf, multipliers, low, high, sums);
}

/** The caps of two partitions as one: the larger of those in force, so that no share of the window is above it. */
const bindMore = (a: CapState | null, b: CapState): CapState =>
  a === null
    ? b
    : {
        ...(compareRationals(a.inForce, b.inForce) < 0 ? b : a),
        bound: a.bound || b.bound,
        relaxed: a.relaxed || b.relaxed,
      };

/**
 * The estimator over the whole window: per partition the capped central-third mean, then the equal-weight mean of the partitions that
 * hold a price (methodology, section 5). Exact.
 * @param rows the book that the partitions are of
 */
export function estimate(prepared: readonly Prepared[], rows: Rows, rulebook: Rulebook): Estimate {
  const partitionUnits: Estimate['partitionUnits'] = new Map();
  const means: WeighedMean[] = [];
  let partitionsFilled = 0;
  let providerCap: CapState | null = null;
  let venueCap: CapState | null = null;
  for (const [partition, times] of timesOf(prepared)) {
    const one = estimatePartition(partition, rulebook);
    if (one === null) continue;
    means.push({ mean: one.mean, times });
    partitionsFilled += times;
    providerCap = bindMore(providerCap, one.providerCap);
    venueCap = bindMore(venueCap, one.venueCap);
    partitionUnits.set(partition, { units: one.units(), times });
  }
  const shares = sharesOf(partitionUnits, rows);
  const prices = providerPrices(shares);
  return { value: meanOf(means), partitionsFilled, shares, prices, providerCap, venueCap, partitionUnits };
}

/** The value of an estimate alone, without who holds what of it. */
export function estimatedValue(prepared: readonly Prepared[], rulebook: Rulebook): Rational | null {
  const means: WeighedMean[] = [];
  for (const [partition, times] of timesOf(prepared)) {
    const one = estimatePartition(partition, rulebook);
    if (one !== null) means.push({ mean: one.mean, times });
  }
  return meanOf(means);
}

/** The value without somebody, in micro-USD; null where no partition holds a price any more. */
export interface Without {
  exact(leftOut: LeftOut): Rational | null;
  /** In doubles: within a billionth, or no number. */
  about(leftOut: LeftOut): number | null;
}

/** The value without each provider or venue, of the same partitions. */
export function estimateWithout(prepared: readonly Prepared[], rulebook: Rulebook): Without {
  const times = [...timesOf(prepared)];
  return {
    exact(leftOut) {
      const means: WeighedMean[] = [];
      for (const [partition, stood] of times) {
        const mean = meanWithout(partition, rulebook, leftOut);
        if (mean !== null) means.push({ mean, times: stood });
      }
      return meanOf(means);
    },
    about(leftOut) {
      let sum = 0;
      let filled = 0;
      for (const [partition, stood] of times) {
        const mean = meanWithoutAbout(partition, rulebook, leftOut);
        if (mean === null) continue;
        sum += mean * stood;
        filled += stood;
      }
      return filled === 0 ? null : sum / filled;
    },
  };
}

/** The mean of the points between two fractions of their weight before the caps, in micro-USD. */
export function uncappedMean(points: Points, low: Rational, high: Rational): Rational | null {
  const scaleOf = points.participants.list.map(() => 0);
  return centralMean(points, scaleOf, [1n], low, high, sumsOf(points));
}

interface WeighedMean {
  mean: Rational;
  times: number;
}

/** The mean over the partitions, each as often as it stood. */
function meanOf(means: readonly WeighedMean[]): Rational | null {
  const [first, ...others] = means;
  if (first === undefined) return null;
  if (others.length === 0) return first.mean;
  const weigh = ({ mean, times }: WeighedMean) => ({ ...mean, numerator: mean.numerator * BigInt(times) });
  const { numerator, denominator } = others.map(weigh).reduce(plus, weigh(first));
  return { numerator, denominator: denominator * BigInt(means.reduce((sum, { times }) => sum + times, 0)) };
}
