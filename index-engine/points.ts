import type { Candidate } from '#index-engine/book';
import { type Participant, type Participants, participantsOf } from '#index-engine/caps';
import type { BlockSums, SortedPoints } from '#index-engine/central-mean';
import { type Columns, type Rows, venueOf, weigh, weighedIn } from '#index-engine/ladder';
import type { Partition } from '#index-engine/partition';
import { divideHalfEven } from '#methodology/decimal';
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

/**
 * What one GPU weighs at a level, for each of the `stood`.
 * @param listed what a second weighs in which a price past its own limit stood as a listed one
 */
function gpuWeights(
  { rows, ownSeconds, listedSeconds }: Partition,
  { evidence_weights }: StandingLevel,
  listed: number,
): Float64Array {
  return Float64Array.from(
    rows.columns.stood,
    ({ evidence }, stood) =>
      (ownSeconds[stood] as number) * (evidence_weights[evidence] ?? 0) + (listedSeconds[stood] as number) * listed,
  );
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
 * @param each what one GPU weighs, by `stood`
 */
function weighPartition({ rows: { columns, providers }, outliers }: Partition, each: Float64Array): Weights {
  const weights = new Float64Array(columns.gpus.length);
  const held = new Float64Array(providers.length);
  const all = weigh(columns, each, columns.providers, weights, held);
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
  const weighed = weighPartition(partition, gpuWeights(partition, level, level.evidence_weights.listed ?? 0));
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
function ownersOf(rows: Rows, { held }: Weights, order: Int32Array): { ownerOf: Int32Array; owners: Participant[] } {
  const { columns, providers } = rows;
  const owners: Participant[] = [];
  const numberOf = new Int32Array(providers.length);
  providers.forEach((provider, number) => {
    const weight = held[number] as number;
    if (weight === 0) return;
    numberOf[number] = owners.length;
    owners.push({ provider, venue: venueOf(rows, number, order), weight });
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
  const { weights } = weighPartition(partition, gpuWeights(partition, level, 0));
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

/** Each of a window's partitions once, and how many of them it is. */
export function timesOf(prepared: readonly Prepared[]): Map<Prepared, number> {
  const times = new Map<Prepared, number>();
  for (const one of prepared) times.set(one, (times.get(one) ?? 0) + 1);
  return times;
}
