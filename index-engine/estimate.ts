import type { Candidate } from '#index-engine/book';
import { type CapState, capWeights, type Participant, type Participants, participantsOf } from '#index-engine/caps';
import {
  type BlockSums,
  blockSums,
  centralMean,
  centralMeanAbout,
  type SortedPoints,
} from '#index-engine/central-mean';
import { type Columns, type Rows, SEVERAL, weighedIn } from '#index-engine/ladder';
import type { Partition } from '#index-engine/partition';
import { type ProviderPrice, providerPrices, type Shares } from '#index-engine/provider-prices';
import { compareRationals, plus, type Rational } from '#index-engine/rational';
import { STRENGTH } from '#index-engine/screens/duplicates';
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

/** The points of one partition, ready to be estimated. Their owners are who is capped. */
export interface Points extends SortedPoints {
  /** Who is capped: providers, or at level 3 venues. */
  participants: Participants;
  /** The sums of their blocks, once they were asked for: they are weighed again and again, by everybody who may be left out. */
  sums?: BlockSums | null;
  /** The candidate that each point is, where each is one: points are then places of the book. */
  candidates: readonly Candidate[] | null;
  /** The candidates that a point stands for, with their weights. */
  members: (point: number) => readonly { candidate: Candidate; weight: number }[];
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
  /** The shares of each distinct partition's points in their order, in units of 10⁻¹², and in how many partitions it stood. */
  partitionUnits: Map<Prepared, { units: Float64Array; times: number }>;
}

/** Units of a share: 10⁻¹² of the weight. */
export const SHARE_UNITS = 1_000_000_000_000n;

/**
 * What one GPU weighs at a level, as every kind of evidence in the order of `STRENGTH`, for each of the `stood`: many stood as others did.
 * @param listed what a second weighs in which a price past its own limit stood as a listed one
 */
function gpuWeights({ ownSeconds, listedSeconds }: Partition, level: StandingLevel, listed: number): Float64Array {
  const kinds = STRENGTH.map((evidence) => level.evidence_weights[evidence] ?? 0);
  const weights = new Float64Array(ownSeconds.length * kinds.length);
  for (let stood = 0; stood < ownSeconds.length; stood += 1) {
    const past = (listedSeconds[stood] as number) * listed;
    for (let kind = 0; kind < kinds.length; kind += 1)
      weights[stood * kinds.length + kind] = (ownSeconds[stood] as number) * (kinds[kind] as number) + past;
  }
  return weights;
}

/** What each of a book weighs, by place, and each provider altogether, by number. */
interface Weights {
  weights: Float64Array;
  held: Float64Array;
  /** How many weigh something. */
  count: number;
}

/**
 * What they weigh in a partition: their GPUs, each for as long as it stood as what. Outliers weigh nothing.
 * @param each what one GPU weighs, by `stood` and kind of evidence
 */
function weigh({ rows: { columns, providers }, outliers }: Partition, each: Float64Array): Weights {
  const weights = new Float64Array(columns.gpus.length);
  const held = new Float64Array(providers.length);
  const all = weighAll(columns, each, weights, held);
  return { weights, held, count: all - takeOut(outliers, columns, weights, held) };
}

/** @returns how many weighed something */
function takeOut(places: Int32Array, { providers }: Columns, weights: Float64Array, held: Float64Array): number {
  let count = 0;
  for (let index = 0; index < places.length; index += 1) {
    const place = places[index] as number;
    if (weights[place] === 0) continue;
    const provider = providers[place] as number;
    held[provider] = (held[provider] as number) - (weights[place] as number);
    weights[place] = 0;
    count += 1;
  }
  return count;
}

/** @returns how many weigh something */
function weighAll(
  { gpus, evidence, stoodOf, providers }: Columns,
  each: Float64Array,
  weights: Float64Array,
  held: Float64Array,
): number {
  let count = 0;
  for (let place = 0; place < weights.length; place += 1) {
    const stood = stoodOf[place] as number;
    if (stood < 0) continue;
    const at = stood * STRENGTH.length + (evidence[place] as number);
    const weight = (gpus[place] as number) * (each[at] as number);
    if (weight === 0) continue;
    const provider = providers[place] as number;
    weights[place] = weight;
    held[provider] = (held[provider] as number) + weight;
    count += 1;
  }
  return count;
}

/** Gathers points, sorted by price, and who they belong to. */
export function gather(
  prices: Float64Array,
  weights: Float64Array,
  owners: readonly { provider: string; venue: string }[],
  members: Points['members'],
): Points {
  const places = new Map<string, number>();
  const participants: Participant[] = [];
  const ownerOf = Int32Array.from(owners, ({ provider, venue }, index) => {
    let place = places.get(provider);
    if (place === undefined) {
      place = participants.push({ provider, venue, weight: 0 }) - 1;
      places.set(provider, place);
    }
    const participant = participants[place] as Participant;
    participant.weight += weights[index] as number;
    return place;
  });
  const order = ownerOf.map((_, point) => point);
  return { prices, weights, ownerOf, order, ...ready(participants), candidates: null, members };
}

function ready(owners: readonly Participant[]): Pick<Points, 'participants' | 'ownerWeights'> {
  const participants = participantsOf(owners);
  return { participants, ownerWeights: participants.weights };
}

/** Level 4: every standing price is a point. */
function standingPoints(partition: Partition, level: StandingLevel): Points {
  const { candidates, columns } = partition.rows;
  const { prices } = columns;
  const weighed = weigh(partition, gpuWeights(partition, level, level.evidence_weights.listed ?? 0));
  const { weights } = weighed;
  const order = weighedIn(partition.present, weights, weighed.count);
  const { ownerOf, owners } = ownersOf(partition.rows, weighed, order);
  const members = (place: number) => [{ candidate: candidates[place] as Candidate, weight: weights[place] as number }];
  return { prices, weights, ownerOf, order, ...ready(owners), candidates, members };
}

/**
 * The providers that weigh something, each at the venue of its lowest price.
 * @param order the places of those that weigh something, in ascending order of price
 * @returns by place whose it is, among the owners
 */
function ownersOf(
  { columns, providers, venues }: Rows,
  { held }: Weights,
  order: Int32Array,
): { ownerOf: Int32Array; owners: Participant[] } {
  const venueOf = (provider: number) => {
    const home = columns.homes[provider] as number;
    if (home !== SEVERAL) return home;
    return columns.venues[order.find((place) => columns.providers[place] === provider) as number] as number;
  };
  const owners: Participant[] = [];
  const numberOf = new Int32Array(providers.length);
  providers.forEach((provider, number) => {
    const weight = held[number] as number;
    if (weight === 0) return;
    numberOf[number] = owners.length;
    owners.push({ provider, venue: venues[venueOf(number)] as string, weight });
  });
  // Where all providers of the book are among them, as mostly, their numbers are the same.
  if (owners.length === providers.length) return { ownerOf: columns.providers, owners };
  return { ownerOf: columns.providers.map((provider) => numberOf[provider] as number), owners };
}

/**
 * Level 3: each venue's price to fill the standard market size, walking its book from the cheapest. The price is rounded half to even to
 * whole micro-USD; a venue with less weighs by what it has.
 */
function fillPoints(
  partition: Partition,
  level: StandingLevel,
  rulebook: Rulebook,
  leftOut: LeftOut | null = null,
): Points {
  const wanted =
    (rulebook.weights.standard_market_size_gpus * rulebook.window.hours * 3600) / rulebook.window.partitions;
  const { candidates } = partition.rows;
  const { weights } = weigh(partition, gpuWeights(partition, level, 0));
  const venues = new Map<
    string,
    { weight: number; value: bigint; members: { candidate: Candidate; weight: number }[] }
  >();
  for (const place of partition.present) {
    const candidate = candidates[place] as Candidate;
    const offered = weights[place] as number;
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
    Float64Array.from(fills, ({ price }) => price),
    Float64Array.from(fills, ({ weight }) => weight),
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
  /** The shares of the points in their order, in whole units of 10⁻¹². */
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

function shareUnits(
  { order, weights, ownerOf, participants }: Points,
  scaleOf: readonly number[],
  multipliers: readonly bigint[],
): Float64Array {
  const total = participants.list.reduce(
    (sum, { weight }, owner) => sum + BigInt(weight) * (multipliers[scaleOf[owner] as number] as bigint),
    0n,
  );
  // Many points weigh the same, and then hold the same share.
  const known = multipliers.map(() => new Map<number, number>());
  const units = new Float64Array(order.length);
  for (let index = 0; index < order.length; index += 1) {
    const point = order[index] as number;
    const weight = weights[point] as number;
    const scale = scaleOf[ownerOf[point] as number] as number;
    const alike = known[scale] as Map<number, number>;
    let share = alike.get(weight);
    if (share === undefined) {
      share = Number(divideHalfEven(BigInt(weight) * (multipliers[scale] as bigint) * SHARE_UNITS, total));
      alike.set(weight, share);
    }
    units[index] = share;
  }
  return units;
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
function sharesOf(estimates: ReadonlyMap<Prepared, { units: Float64Array; times: number }>, rows: Rows): Shares {
  const [only] = estimates;
  // Where all partitions are one, the shares in it are those of the window.
  const isOne = only !== undefined && estimates.size === 1;
  if (isOne && only[0].points.candidates !== null) return { rows, places: only[0].points.order, units: only[1].units };
  const places: number[] = [];
  const sums: number[] = [];
  const numberOf = new Int32Array(rows.candidates.length).fill(-1);
  const add = (place: number, share: number) => {
    let number = numberOf[place] as number;
    if (number < 0) {
      number = places.push(place) - 1;
      numberOf[place] = number;
      sums.push(0);
    }
    sums[number] = isOne ? share : (sums[number] as number) + share;
  };
  let filled = 0;
  for (const [{ points }, { units, times: stood }] of estimates) {
    const times = isOne ? 1 : stood;
    filled += times;
    for (let index = 0; index < units.length; index += 1) {
      const share = units[index] as number;
      const point = points.order[index] as number;
      if (points.candidates !== null) {
        add(point, share * times);
        continue;
      }
      const weight = BigInt(points.weights[point] as number);
      for (const { candidate, weight: part } of points.members(point))
        add(candidate.place, Number(divideHalfEven(BigInt(share) * BigInt(part), weight)) * times);
    }
  }
  return {
    rows,
    places: Int32Array.from(places),
    units: Float64Array.from(sums, (sum) => (filled > 1 ? divideWhole(sum, filled) : sum)),
  };
}

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
