import type { Candidate } from '#index-engine/book';
import { type CapState, capWeights, type Participant, type Participants, participantsOf } from '#index-engine/caps';
import {
  type BlockSums,
  blockSums,
  centralMean,
  centralMeanAbout,
  type SortedPoints,
} from '#index-engine/central-mean';
import type { Partition } from '#index-engine/partition';
import { type ProviderPrice, providerPrices, type Shares } from '#index-engine/provider-prices';
import { compareRationals, plus, type Rational } from '#index-engine/rational';
import { divideHalfEven, parseRatio } from '#methodology/decimal';
import type { Rulebook } from '#methodology/rulebook';

/** A level of the waterfall that estimates from standing prices. */
export type StandingLevel = Extract<
  Rulebook['waterfall'][number],
  { input: 'standing_prices' | 'fill_price_per_venue' }
>;

/** Someone to leave out, to see what the fix would be without them. */
export interface LeftOut {
  kind: 'provider' | 'venue';
  id: string;
}

/** The points of one partition, ready to be estimated, in ascending order of price. Their owners are who is capped. */
export interface Points extends SortedPoints {
  /** Who is capped: providers, or at level 3 venues. */
  participants: Participants;
  /** The sums of their blocks, once they were asked for: they are weighed again and again, by everybody who may be left out. */
  sums?: BlockSums | null;
  /** The candidate that each point is, where each is one. */
  candidates: readonly Candidate[] | null;
  /** The candidates each point stands for, with their weights. */
  members: (index: number) => readonly { candidate: Candidate; weight: number }[];
}

/** A partition made ready for one level. The same partition is the same object. */
export interface Prepared {
  points: Points;
  isOfPrints: boolean;
  /** The points without somebody, where leaving out is more than leaving out points: a venue's book is walked again without its host. */
  rebuilt: ((leftOut: LeftOut) => Points) | null;
}

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
  /** Each distinct partition's point shares, in units of 10⁻¹², and in how many partitions it stood. */
  partitionUnits: Map<Prepared, { units: readonly number[]; times: number }>;
}

/** Units of a share: 10⁻¹² of the weight. */
export const SHARE_UNITS = 1_000_000_000_000n;

/** What a candidate weighs at a level, by how long it stood as what. */
type Weigher = (candidate: Candidate, ownSeconds: number, listedSeconds: number) => number;

function weigherOf({ evidence_weights: weights }: StandingLevel): Weigher {
  const listed = weights.listed ?? 0;
  return ({ gpus, kind }, ownSeconds, listedSeconds) =>
    gpus * (ownSeconds * (weights[kind.evidence] ?? 0) + listedSeconds * listed);
}

/** Gathers points, sorted by price, and who they belong to. */
export function gather(
  prices: readonly number[],
  weights: readonly number[],
  owners: readonly { provider: string; venue: string }[],
  members: Points['members'],
): Points {
  const places = new Map<string, number>();
  const participants: Participant[] = [];
  const ownerOf = owners.map(({ provider, venue }, index) => {
    let place = places.get(provider);
    if (place === undefined) {
      place = participants.push({ provider, venue, weight: 0 }) - 1;
      places.set(provider, place);
    }
    const participant = participants[place] as Participant;
    participant.weight += weights[index] as number;
    return place;
  });
  return { prices, weights, ownerOf, participants: participantsOf(participants), candidates: null, members };
}

/** Level 4: every standing price is a point. */
function standingPoints({ present, ownSeconds, listedSeconds }: Partition, level: StandingLevel): Points {
  const weigh = weigherOf(level);
  const candidates = new Array<Candidate>(present.length);
  const prices = new Array<number>(present.length);
  const weights = new Array<number>(present.length);
  const ownerOf = new Array<number>(present.length);
  const participants: Participant[] = [];
  // By the candidates' numbers of their providers.
  const places: (number | undefined)[] = [];
  let count = 0;
  for (let index = 0; index < present.length; index += 1) {
    const candidate = present[index] as Candidate;
    const weight = weigh(candidate, ownSeconds[index] as number, listedSeconds[index] as number);
    if (weight <= 0) continue;
    let place = places[candidate.provider];
    if (place === undefined) {
      const { provider, venue } = candidate.observation;
      place = participants.push({ provider, venue, weight: 0 }) - 1;
      places[candidate.provider] = place;
    }
    const participant = participants[place] as Participant;
    participant.weight += weight;
    candidates[count] = candidate;
    prices[count] = candidate.micro as number;
    weights[count] = weight;
    ownerOf[count] = place;
    count += 1;
  }
  for (const column of [candidates, prices, weights, ownerOf]) column.length = count;
  const members = (index: number) => [{ candidate: candidates[index] as Candidate, weight: weights[index] as number }];
  return { prices, weights, ownerOf, participants: participantsOf(participants), candidates, members };
}

/**
 * Level 3: each venue's price to fill the standard market size, walking its book from the cheapest. The price is rounded half to even to
 * whole micro-USD; a venue with less weighs by what it has.
 */
function fillPoints(
  { present, ownSeconds }: Partition,
  level: StandingLevel,
  rulebook: Rulebook,
  leftOut: LeftOut | null = null,
): Points {
  const wanted =
    (rulebook.weights.standard_market_size_gpus * rulebook.window.hours * 3600) / rulebook.window.partitions;
  const weigh = weigherOf(level);
  const venues = new Map<
    string,
    { weight: number; value: bigint; members: { candidate: Candidate; weight: number }[] }
  >();
  for (let index = 0; index < present.length; index += 1) {
    const candidate = present[index] as Candidate;
    const offered = weigh(candidate, ownSeconds[index] as number, 0);
    if (offered === 0 || (leftOut !== null && candidate.observation[leftOut.kind] === leftOut.id)) continue;
    const { venue } = candidate.observation;
    const fill = venues.get(venue) ?? { weight: 0, value: 0n, members: [] };
    venues.set(venue, fill);
    const weight = Math.min(offered, wanted - fill.weight);
    if (weight <= 0) continue;
    fill.weight += weight;
    fill.value += BigInt(candidate.micro as number) * BigInt(weight);
    fill.members.push({ candidate, weight });
  }
  const fills = [...venues]
    .map(([venue, fill]) => ({ venue, ...fill, price: Number(divideHalfEven(fill.value, BigInt(fill.weight))) }))
    .sort((a, b) => a.price - b.price);
  return gather(
    fills.map(({ price }) => price),
    fills.map(({ weight }) => weight),
    fills.map(({ venue }) => ({ provider: venue, venue })),
    (index) => fills[index]?.members ?? [],
  );
}

/** Makes the window's partitions ready for a level, each once. */
export function prepare(partitions: readonly Partition[], level: StandingLevel, rulebook: Rulebook): Prepared[] {
  const done = new Map<Partition, Prepared>();
  return partitions.map((partition) => {
    const known = done.get(partition);
    if (known) return known;
    const prepared: Prepared =
      level.input === 'standing_prices'
        ? { points: standingPoints(partition, level), isOfPrints: false, rebuilt: null }
        : {
            points: fillPoints(partition, level, rulebook),
            isOfPrints: false,
            rebuilt: (leftOut) => fillPoints(partition, level, rulebook, leftOut),
          };
    done.set(partition, prepared);
    return prepared;
  });
}

interface PartitionEstimate {
  mean: Rational;
  /** Share of each point, in whole units of 10⁻¹². */
  units: readonly number[];
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
  if (points.sums === undefined) points.sums = blockSums(points, points.participants.list.length);
  return points.sums;
}

function estimatePartition({ points }: Prepared, rulebook: Rulebook): PartitionEstimate | null {
  if (points.participants.list.length === 0) return null;
  const { provider, venue, low, high } = ratiosOf(rulebook);
  const { scaleOf, multipliers, ...capped } = capWeights(points.participants, provider, venue);
  const mean = centralMean(points, scaleOf, multipliers, low, high, sumsOf(points));
  if (mean === null) return null;
  const units = shareUnits(points, scaleOf, multipliers);
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

function shareUnits(
  { weights, ownerOf, participants }: Points,
  scaleOf: readonly number[],
  multipliers: readonly bigint[],
): number[] {
  const total = participants.list.reduce(
    (sum, { weight }, owner) => sum + BigInt(weight) * (multipliers[scaleOf[owner] as number] as bigint),
    0n,
  );
  // Many points weigh the same, and then hold the same share.
  const known = multipliers.map(() => new Map<number, number>());
  return weights.map((weight, index) => {
    const scale = scaleOf[ownerOf[index] as number] as number;
    const alike = known[scale] as Map<number, number>;
    let share = alike.get(weight);
    if (share === undefined) {
      share = Number(divideHalfEven(BigInt(weight) * (multipliers[scale] as bigint) * SHARE_UNITS, total));
      alike.set(weight, share);
    }
    return share;
  });
}

/** Half to even, of whole numbers that doubles hold exactly, by a small one. */
function divideWhole(dividend: number, divisor: number): number {
  const quotient = Math.floor(dividend / divisor);
  const twice = 2 * (dividend - quotient * divisor);
  return twice > divisor || (twice === divisor && quotient % 2 === 1) ? quotient + 1 : quotient;
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

/** Each of a window's partitions once, and how many of them it is. */
export function timesOf(prepared: readonly Prepared[]): Map<Prepared, number> {
  const times = new Map<Prepared, number>();
  for (const one of prepared) times.set(one, (times.get(one) ?? 0) + 1);
  return times;
}

/** Each candidate's share in the whole window: the mean of those in the partitions that hold a price. */
function sharesOf(estimates: ReadonlyMap<Prepared, { units: readonly number[]; times: number }>): Shares {
  const [only] = estimates;
  if (only !== undefined && estimates.size === 1 && only[0].points.candidates !== null) {
    const [{ points }, { units }] = only;
    return { candidates: points.candidates ?? [], prices: points.prices, units };
  }
  // Where all partitions are one, the shares in it are those of the window.
  const isOne = estimates.size === 1;
  const candidates: Candidate[] = [];
  const sums: number[] = [];
  const places: (number | undefined)[] = [];
  const add = (candidate: Candidate, share: number) => {
    let place = places[candidate.place];
    if (place === undefined) {
      place = candidates.push(candidate) - 1;
      places[candidate.place] = place;
      sums.push(0);
    }
    sums[place] = isOne ? share : (sums[place] as number) + share;
  };
  let filled = 0;
  for (const [{ points }, { units, times: stood }] of estimates) {
    const times = isOne ? 1 : stood;
    filled += times;
    for (let index = 0; index < units.length; index += 1) {
      const share = units[index] as number;
      const candidate = points.candidates?.[index];
      if (candidate !== undefined) {
        add(candidate, share * times);
        continue;
      }
      const weight = BigInt(points.weights[index] as number);
      for (const member of points.members(index))
        add(member.candidate, Number(divideHalfEven(BigInt(share) * BigInt(member.weight), weight)) * times);
    }
  }
  return {
    candidates,
    prices: candidates.map(({ micro }) => micro ?? 0),
    units: filled > 1 ? sums.map((sum) => divideWhole(sum, filled)) : sums,
  };
}

/**
 * The estimator over the whole window: per partition the capped central-third mean, then the equal-weight mean of the partitions that
 * hold a price (methodology, section 5). Exact.
 */
export function estimate(prepared: readonly Prepared[], rulebook: Rulebook): Estimate {
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
    partitionUnits.set(partition, { units: one.units, times });
  }
  const shares = sharesOf(partitionUnits);
  const prices = providerPrices(shares);
  return { value: meanOf(means), partitionsFilled, shares, prices, providerCap, venueCap, partitionUnits };
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
