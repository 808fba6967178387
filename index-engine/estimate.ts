import type { Candidate } from '#index-engine/book';
import { type CapState, capWeights, type Participant } from '#index-engine/caps';
import { type BlockSums, blockSums, centralMean, type SortedPoints } from '#index-engine/central-mean';
import type { Partition, Presence } from '#index-engine/partition';
import { compareRationals, meanOfRationals, type Rational } from '#index-engine/rational';
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
  participants: Participant[];
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
  /** Share of the whole weight after caps, in whole units of 10⁻¹², by candidate. */
  shares: Map<Candidate, number>;
  providerCap: CapState | null;
  venueCap: CapState | null;
  /** Each distinct partition's point shares, in units of 10⁻¹², and in how many partitions it stood. Empty where somebody was left out. */
  partitionUnits: Map<Prepared, { units: Float64Array; times: number }>;
}

/** Units of a share: 10⁻¹² of the weight. */
export const SHARE_UNITS = 1_000_000_000_000n;

function evidenceWeight(level: StandingLevel, evidence: Candidate['observation']['evidence']): number {
  return level.evidence_weights[evidence] ?? 0;
}

function weightAt(level: StandingLevel, { candidate, ownSeconds, listedSeconds }: Presence): number {
  const own = ownSeconds * evidenceWeight(level, candidate.observation.evidence);
  return candidate.gpus * (own + listedSeconds * evidenceWeight(level, 'listed'));
}

/** Gathers points, sorted by price, and who they belong to. */
export function gather(
  count: number,
  price: (index: number) => number,
  weight: (index: number) => number,
  owner: (index: number) => { provider: string; venue: string },
  members: Points['members'],
  candidates: Points['candidates'] = null,
): Points {
  const places = new Map<string, number>();
  const participants: Participant[] = [];
  const ownerOf = new Int32Array(count);
  const prices = new Float64Array(count);
  const weights = new Float64Array(count);
  for (let index = 0; index < count; index += 1) {
    const { provider, venue } = owner(index);
    let place = places.get(provider);
    if (place === undefined) {
      place = participants.length;
      places.set(provider, place);
      participants.push({ provider, venue, weight: 0 });
    }
    prices[index] = price(index);
    weights[index] = weight(index);
    ownerOf[index] = place;
    const participant = participants[place] as Participant;
    participant.weight += weights[index] as number;
  }
  return { prices, weights, ownerOf, participants, candidates, members };
}

/** Level 4: every standing price is a point. */
function standingPoints(present: readonly Presence[], level: StandingLevel): Points {
  const standing: Presence[] = [];
  const candidates: Candidate[] = [];
  const weights: number[] = [];
  for (const presence of present) {
    const weight = weightAt(level, presence);
    if (weight <= 0) continue;
    standing.push(presence);
    candidates.push(presence.candidate);
    weights.push(weight);
  }
  const at = (index: number) => standing[index] as Presence;
  return gather(
    standing.length,
    (index) => at(index).price,
    (index) => weights[index] as number,
    at,
    (index) => [{ candidate: at(index).candidate, weight: weights[index] as number }],
    candidates,
  );
}

/**
 * Level 3: each venue's price to fill the standard market size, walking its book from the cheapest. The price is rounded half to even to
 * whole micro-USD; a venue with less weighs by what it has.
 */
function fillPoints(present: readonly Presence[], level: StandingLevel, rulebook: Rulebook): Points {
  const wanted =
    (rulebook.weights.standard_market_size_gpus * rulebook.window.hours * 3600) / rulebook.window.partitions;
  const venues = new Map<
    string,
    { weight: number; value: bigint; members: { candidate: Candidate; weight: number }[] }
  >();
  for (const presence of present) {
    const offered = weightAt(level, { ...presence, listedSeconds: 0 });
    if (offered === 0) continue;
    const { venue } = presence.candidate.observation;
    const fill = venues.get(venue) ?? { weight: 0, value: 0n, members: [] };
    venues.set(venue, fill);
    const weight = Math.min(offered, wanted - fill.weight);
    if (weight <= 0) continue;
    fill.weight += weight;
    fill.value += BigInt(presence.price) * BigInt(weight);
    fill.members.push({ candidate: presence.candidate, weight });
  }
  const fills = [...venues]
    .map(([venue, fill]) => ({ venue, ...fill, price: Number(divideHalfEven(fill.value, BigInt(fill.weight))) }))
    .sort((a, b) => a.price - b.price);
  const at = (index: number) => fills[index] as (typeof fills)[number];
  return gather(
    fills.length,
    (index) => at(index).price,
    (index) => at(index).weight,
    (index) => ({ provider: at(index).venue, venue: at(index).venue }),
    (index) => at(index).members,
  );
}

/** Makes the window's partitions ready for a level, each once. */
export function prepare(partitions: readonly Partition[], level: StandingLevel, rulebook: Rulebook): Prepared[] {
  const done = new Map<Partition, Prepared>();
  return partitions.map((partition) => {
    const known = done.get(partition);
    if (known) return known;
    const { present } = partition;
    const prepared: Prepared =
      level.input === 'standing_prices'
        ? { points: standingPoints(present, level), isOfPrints: false, rebuilt: null }
        : {
            points: fillPoints(present, level, rulebook),
            isOfPrints: false,
            rebuilt: ({ kind, id }) =>
              fillPoints(
                present.filter(({ candidate }) => candidate.observation[kind] !== id),
                level,
                rulebook,
              ),
          };
    done.set(partition, prepared);
    return prepared;
  });
}

interface PartitionEstimate {
  mean: Rational;
  /** Share of each point, in whole units of 10⁻¹². Empty where somebody was left out. */
  units: Float64Array;
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

/** The points to estimate and which participants stay. */
function leaveOut({ points, rebuilt }: Prepared, leftOut: LeftOut | null): { points: Points; stays: boolean[] } {
  if (leftOut && rebuilt) {
    const left = rebuilt(leftOut);
    return { points: left, stays: left.participants.map(() => true) };
  }
  return { points, stays: points.participants.map((one) => leftOut === null || one[leftOut.kind] !== leftOut.id) };
}

function estimatePartition(prepared: Prepared, rulebook: Rulebook, leftOut: LeftOut | null): PartitionEstimate | null {
  const { points, stays } = leaveOut(prepared, leftOut);
  const { participants } = points;
  const staying = participants.filter((_, index) => stays[index]);
  if (staying.length === 0) return null;
  const { provider, venue, low, high } = ratiosOf(rulebook);
  const capped = capWeights(staying, provider, venue);
  const scaleOf = new Int32Array(participants.length).fill(-1);
  let position = 0;
  stays.forEach((one, index) => {
    if (!one) return;
    scaleOf[index] = capped.scaleOf[position] as number;
    position += 1;
  });
  const mean = centralMean(
    points,
    scaleOf,
    capped.multipliers,
    low,
    high,
    leftOut && prepared.rebuilt === null ? sumsOf(points) : null,
  );
  if (mean === null) return null;
  return {
    mean,
    units: leftOut ? NO_UNITS : shareUnits(points, scaleOf, capped.multipliers),
    providerCap: capped.provider,
    venueCap: capped.venue,
  };
}

const counted = new WeakMap<Points, BlockSums | null>();

/** The sums of its blocks: everybody is left out once, of the same points. */
function sumsOf(points: Points): BlockSums | null {
  let known = counted.get(points);
  if (known === undefined) {
    known = blockSums(points, points.participants.length);
    counted.set(points, known);
  }
  return known;
}

const NO_UNITS = new Float64Array(0);

function shareUnits(
  { weights, ownerOf }: SortedPoints,
  scaleOf: Int32Array,
  multipliers: readonly bigint[],
): Float64Array {
  // Sums of whole weights are exact doubles up to 2⁵³; many points weigh the same, and then hold the same share.
  const sums = new Float64Array(multipliers.length);
  for (let index = 0; index < weights.length; index += 1) {
    const scale = scaleOf[ownerOf[index] as number] as number;
    sums[scale] = (sums[scale] as number) + (weights[index] as number);
  }
  const total = multipliers.reduce((sum, multiplier, scale) => sum + BigInt(sums[scale] as number) * multiplier, 0n);
  const known = multipliers.map(() => new Map<number, number>());
  const units = new Float64Array(weights.length);
  for (let index = 0; index < weights.length; index += 1) {
    const scale = scaleOf[ownerOf[index] as number] as number;
    const weight = weights[index] as number;
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

/**
 * The estimator over the whole window: per partition the capped central-third mean, then the equal-weight mean of the partitions that
 * hold a price (methodology, section 5). Exact. With `leftOut`, the same without one provider or venue, and without shares.
 */
export function estimate(prepared: readonly Prepared[], rulebook: Rulebook, leftOut: LeftOut | null = null): Estimate {
  const done = new Map<Prepared, PartitionEstimate | null>();
  const means: Rational[] = [];
  const sums = new Map<Candidate, number>();
  let providerCap: CapState | null = null;
  let venueCap: CapState | null = null;
  for (const partition of prepared) {
    let one = done.get(partition);
    if (one === undefined) {
      one = estimatePartition(partition, rulebook, leftOut);
      done.set(partition, one);
    }
    if (one === null) continue;
    means.push(one.mean);
    providerCap = bindMore(providerCap, one.providerCap);
    venueCap = bindMore(venueCap, one.venueCap);
  }
  const partitionUnits: Estimate['partitionUnits'] = new Map();
  // Where all partitions are one, the shares in it are those of the window.
  const isOne = leftOut === null && new Set([...done.values()].filter((one) => one !== null)).size === 1;
  const filled = isOne ? 1 : means.length;
  const add = (candidate: Candidate, share: number) => {
    sums.set(candidate, isOne ? share : (sums.get(candidate) ?? 0) + share);
  };
  for (const [partition, one] of done) {
    if (one === null || leftOut) continue;
    const stood = prepared.filter((other) => other === partition).length;
    partitionUnits.set(partition, { units: one.units, times: stood });
    const times = isOne ? 1 : stood;
    const { points } = partition;
    for (let index = 0; index < one.units.length; index += 1) {
      const units = one.units[index] as number;
      const only = points.candidates?.[index];
      if (only !== undefined) {
        add(only, units * times);
        continue;
      }
      const weight = BigInt(points.weights[index] as number);
      for (const { candidate, weight: own } of points.members(index))
        add(candidate, Number(divideHalfEven(BigInt(units) * BigInt(own), weight)) * times);
    }
  }
  if (filled > 1) for (const [candidate, units] of sums) sums.set(candidate, divideWhole(units, filled));
  return {
    value: means.length > 0 ? meanOfRationals(means) : null,
    partitionsFilled: means.length,
    shares: sums,
    providerCap,
    venueCap,
    partitionUnits,
  };
}
