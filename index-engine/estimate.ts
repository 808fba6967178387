import type { Candidate } from '#index-engine/book';
import { type CapState, capWeights, type Participant } from '#index-engine/caps';
import { centralMean } from '#index-engine/central-mean';
import type { Partition, Presence } from '#index-engine/partition';
import { meanOfRationals, type Rational } from '#index-engine/rational';
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

/** One point of the estimator: a price with a whole weight, and the candidates it stands for. */
interface EstimationPoint {
  price: number;
  weight: number;
  participant: string;
  venue: string;
  members: { candidate: Candidate; weight: number }[];
}

/** What the estimator made of the window. */
export interface Estimate {
  /** Micro-USD per GPU-hour, exact; null where no partition holds a price. */
  value: Rational | null;
  partitionsFilled: number;
  /** Share of the whole weight after caps, in units of 10⁻¹², by candidate. */
  shares: Map<Candidate, bigint>;
  providerCap: CapState | null;
  venueCap: CapState | null;
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

/** Level 4: every standing price is a point. */
function standingPoints(present: readonly Presence[], level: StandingLevel): EstimationPoint[] {
  const points: EstimationPoint[] = [];
  for (const presence of present) {
    const weight = weightAt(level, presence);
    const { provider, venue } = presence.candidate.observation;
    if (weight > 0) {
      points.push({
        price: presence.price,
        weight,
        participant: provider,
        venue,
        members: [{ candidate: presence.candidate, weight }],
      });
    }
  }
  return points;
}

/**
 * Level 3: each venue's price to fill the standard market size, walking its book from the cheapest. The price is rounded half to even to
 * whole micro-USD; a venue with less weighs by what it has.
 */
function fillPoints(present: readonly Presence[], level: StandingLevel, rulebook: Rulebook): EstimationPoint[] {
  const wanted =
    (rulebook.weights.standard_market_size_gpus * rulebook.window.hours * 3600) / rulebook.window.partitions;
  const venues = new Map<string, EstimationPoint & { value: bigint }>();
  for (const presence of present) {
    const offered = weightAt(level, { ...presence, listedSeconds: 0 });
    if (offered === 0) continue;
    const { venue } = presence.candidate.observation;
    const point = venues.get(venue) ?? { price: 0, weight: 0, participant: venue, venue, members: [], value: 0n };
    venues.set(venue, point);
    const weight = Math.min(offered, wanted - point.weight);
    if (weight <= 0) continue;
    point.weight += weight;
    point.value += BigInt(presence.price) * BigInt(weight);
    point.members.push({ candidate: presence.candidate, weight });
  }
  return [...venues.values()]
    .map(({ value, ...point }) => ({ ...point, price: Number(divideHalfEven(value, BigInt(point.weight))) }))
    .sort((a, b) => a.price - b.price);
}

interface PartitionEstimate {
  mean: Rational;
  points: EstimationPoint[];
  /** Share of each point, in units of 10⁻¹². */
  units: bigint[];
  providerCap: CapState;
  venueCap: CapState;
}

function estimatePartition(
  partition: Partition,
  level: StandingLevel,
  rulebook: Rulebook,
  leftOut: LeftOut | null,
): PartitionEstimate | null {
  const present = leftOut
    ? partition.present.filter(({ candidate: { observation } }) => observation[leftOut.kind] !== leftOut.id)
    : partition.present;
  const points =
    level.input === 'standing_prices' ? standingPoints(present, level) : fillPoints(present, level, rulebook);
  if (points.length === 0) return null;
  const places = new Map<string, number>();
  const participants: Participant[] = [];
  for (const { participant, venue, weight } of points) {
    const place = places.get(participant);
    const known = place === undefined ? undefined : participants[place];
    if (known) known.weight += weight;
    else {
      places.set(participant, participants.length);
      participants.push({ provider: participant, venue, weight });
    }
  }
  const capped = capWeights(participants, parseRatio(rulebook.caps.provider), parseRatio(rulebook.caps.venue));
  const scaleOf = Int32Array.from(points, (point) => capped.scaleOf[places.get(point.participant) as number] as number);
  const mean = centralMean(
    {
      prices: Float64Array.from(points, (point) => point.price),
      weights: Float64Array.from(points, (point) => point.weight),
      scaleOf,
    },
    capped.multipliers,
    parseRatio(rulebook.estimator.low),
    parseRatio(rulebook.estimator.high),
  );
  if (mean === null) return null;
  const weights = leftOut
    ? []
    : points.map((point, index) => BigInt(point.weight) * (capped.multipliers[scaleOf[index] as number] as bigint));
  const total = weights.reduce((a, b) => a + b, 0n);
  return {
    mean,
    points,
    units: weights.map((weight) => divideHalfEven(weight * SHARE_UNITS, total)),
    providerCap: capped.provider,
    venueCap: capped.venue,
  };
}

const bindMore = (a: CapState | null, b: CapState): CapState =>
  a === null ? b : { ...(a.relaxed ? a : b), bound: a.bound || b.bound, relaxed: a.relaxed || b.relaxed };

/**
 * The estimator over the whole window: per partition the capped central-third mean, then the equal-weight mean of the partitions that
 * hold a price (methodology, section 5). Exact. With `leftOut`, the same without one provider or venue, and without shares.
 */
export function estimate(
  partitions: readonly Partition[],
  level: StandingLevel,
  rulebook: Rulebook,
  leftOut: LeftOut | null = null,
): Estimate {
  const done = new Map<Partition, PartitionEstimate | null>();
  const means: Rational[] = [];
  const sums = new Map<Candidate, bigint>();
  let providerCap: CapState | null = null;
  let venueCap: CapState | null = null;
  for (const partition of partitions) {
    let one = done.get(partition);
    if (one === undefined) {
      one = estimatePartition(partition, level, rulebook, leftOut);
      done.set(partition, one);
    }
    if (one === null) continue;
    means.push(one.mean);
    providerCap = bindMore(providerCap, one.providerCap);
    venueCap = bindMore(venueCap, one.venueCap);
    if (leftOut) continue;
    one.points.forEach(({ members, weight }, index) => {
      const units = one.units[index] as bigint;
      for (const member of members) {
        const part = members.length === 1 ? units : divideHalfEven(units * BigInt(member.weight), BigInt(weight));
        sums.set(member.candidate, (sums.get(member.candidate) ?? 0n) + part);
      }
    });
  }
  const filled = BigInt(means.length);
  return {
    value: means.length > 0 ? meanOfRationals(means) : null,
    partitionsFilled: means.length,
    shares: new Map([...sums].map(([candidate, units]) => [candidate, divideHalfEven(units, filled)])),
    providerCap,
    venueCap,
  };
}
