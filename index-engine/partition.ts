import type { Book, Candidate } from '#index-engine/book';
import type { FixRecord } from '#index-engine/record';
import { type Centre, crossSection, isOutlier, type Point } from '#index-engine/screens/cross-section';
import { lengthOf, type Span } from '#index-engine/standing';
import type { Rulebook } from '#methodology/rulebook';

/** One candidate's standing in one partition, in seconds: a point of the cross-section, by GPUs and seconds. */
export interface Presence extends Point {
  candidate: Candidate;
  provider: string;
  ownSeconds: number;
  listedSeconds: number;
}

/** One partition of the window: who stood in it and passed, who was an outlier. Present sorted by price. */
export interface Partition {
  present: Presence[];
  outliers: Presence[];
  centre: Centre | null;
}

function secondsIn(spans: readonly Span[], { from, to }: Span): number {
  let sum = 0;
  for (const span of spans) sum += Math.max(0, Math.min(span.to, to) - Math.max(span.from, from));
  return sum;
}

/** Every instant inside the window at which somebody's standing begins or ends, in order. */
function edgesOf(candidates: readonly Candidate[], window: Span): number[] {
  const edges = new Set<number>();
  const note = ({ from, to }: Span) => {
    if (from > window.from) edges.add(from);
    if (to < window.to) edges.add(to);
  };
  for (const { own, asListed } of candidates) {
    own.forEach(note);
    asListed.forEach(note);
  }
  return [...edges].sort((a, b) => a - b);
}

/** Prices below 2³² micro-USD and places below 2²⁰ fit into one exact double. */
const PLACES = 2 ** 20;
const PRICES = 2 ** 32;

/** Candidates with a price in ascending order of it, equal ones as they came. Numbers sort four times as fast as candidates do. */
export function byPrice(candidates: readonly Candidate[]): Candidate[] {
  const count = candidates.length;
  const keys = new Float64Array(count);
  let fits = count <= PLACES;
  let isSorted = true;
  let last = 0;
  for (let place = 0; place < count; place += 1) {
    const price = (candidates[place] as Candidate).micro as number;
    fits &&= price < PRICES;
    isSorted &&= price >= last;
    last = price;
    keys[place] = price * PLACES + place;
  }
  if (isSorted) return [...candidates];
  if (!fits) return [...candidates].sort((a, b) => (a.micro as number) - (b.micro as number));
  keys.sort();
  const sorted = new Array<Candidate>(count);
  for (let at = 0; at < count; at += 1) {
    const key = keys[at] as number;
    sorted[at] = candidates[key - Math.floor(key / PLACES) * PLACES] as Candidate;
  }
  return sorted;
}

/**
 * Cuts the window into its partitions and applies the cross-section screen (8) in each. A partition with the same book as the one before
 * is the same object, so that work on it is done once.
 * @param before the fix of the strike before: whoever it held is left out by more than a newcomer. One of trades held others
 */
export function cutPartitions(book: Book, rulebook: Rulebook, before: FixRecord | null): Partition[] {
  const { partitions: count } = rulebook.window;
  const isOfQuotes = before !== null && before.level !== null && before.level > 2;
  const held = new Set(isOfQuotes ? before.providers.map(({ provider }) => provider) : []);
  const { minimum_points: points, threshold } = rulebook.screens.cross_section;
  const gates = { threshold, holds: isOfQuotes && before.counts.venues >= points };
  const width = lengthOf(book.window) / count;
  const counting = byPrice(
    book.candidates.filter(({ micro, own, asListed }) => micro !== null && own.length + asListed.length > 0),
  );
  const edges = edgesOf(counting, book.window);
  const partitions: Partition[] = [];
  for (let index = 0; index < count; index += 1) {
    const span = { from: book.window.from + index * width, to: book.window.from + (index + 1) * width };
    const before = partitions.at(-1);
    // Nothing began or ended here nor in the partition before: the book is the same, and so is all that follows from it.
    if (before && !edges.some((edge) => edge > span.from - width && edge < span.to)) {
      partitions.push(before);
      continue;
    }
    const stood: Presence[] = [];
    for (const candidate of counting) {
      const price = candidate.micro as number;
      const ownSeconds = secondsIn(candidate.own, span);
      const listedSeconds = secondsIn(candidate.asListed, span);
      const seconds = ownSeconds + listedSeconds;
      if (seconds <= 0) continue;
      const { provider, venue } = candidate.observation;
      stood.push({ candidate, provider, venue, price, weight: candidate.gpus * seconds, ownSeconds, listedSeconds });
    }
    const centre = crossSection(stood, rulebook, gates);
    const present: Presence[] = [];
    const outliers: Presence[] = [];
    for (const one of stood) {
      const isOut = centre !== null && isOutlier(one.price, centre, held.has(one.provider));
      (isOut ? outliers : present).push(one);
    }
    partitions.push({ present, outliers, centre });
  }
  return partitions;
}
