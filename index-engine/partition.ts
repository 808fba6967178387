import type { Book, Candidate } from '#index-engine/book';
import { priceOrder } from '#index-engine/price-order';
import type { FixRecord } from '#index-engine/record';
import { type Centre, crossSection, type Gates, isOutlier } from '#index-engine/screens/cross-section';
import { lengthOf, type Span, type Stood, secondsIn } from '#index-engine/standing';
import type { Rulebook } from '#methodology/rulebook';

/** One partition of the window: who stood in it and passed, who was an outlier, both in ascending order of price. */
export interface Partition {
  present: readonly Candidate[];
  /** For how many seconds each of the present stood, under its own evidence and as a listed price. */
  ownSeconds: readonly number[];
  listedSeconds: readonly number[];
  outliers: readonly Candidate[];
  centre: Centre | null;
}

/** Every instant inside the window at which somebody's standing begins or ends, in order. */
function edgesOf(candidates: readonly Candidate[], window: Span): number[] {
  const edges = new Set<number>();
  const note = ({ from, to }: Span) => {
    if (from > window.from) edges.add(from);
    if (to < window.to) edges.add(to);
  };
  let last: Stood | null = null;
  for (const { counts } of candidates) {
    // Many stood as the one before did.
    if (counts === last) continue;
    last = counts;
    counts.own.forEach(note);
    counts.asListed.forEach(note);
  }
  return [...edges].sort((a, b) => a - b);
}

/** Those that count somewhere in the window, in ascending order of price. */
function inPriceOrder(candidates: readonly Candidate[]): Candidate[] {
  const counting = new Array<Candidate>(candidates.length);
  const prices = new Array<number>(candidates.length);
  let count = 0;
  for (const candidate of candidates) {
    if (candidate.counts.seconds === 0) continue;
    counting[count] = candidate;
    prices[count] = candidate.micro as number;
    count += 1;
  }
  counting.length = count;
  prices.length = count;
  return priceOrder(prices).map((place) => counting[place] as Candidate);
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
  const isHeld = book.providers.map((provider) => held.has(provider));
  const { minimum_points: points, threshold } = rulebook.screens.cross_section;
  const gates = { threshold, holds: isOfQuotes && before.counts.venues >= points };
  const width = lengthOf(book.window) / count;
  const counting = inPriceOrder(book.candidates);
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
    partitions.push(partitionOf(counting, span, rulebook, gates, isHeld));
  }
  return partitions;
}

/** Who of some candidates, in ascending order of price, stood in a span, and screen 8 among them. @param isHeld by provider */
function partitionOf(
  counting: readonly Candidate[],
  span: Span,
  rulebook: Rulebook,
  gates: Gates,
  isHeld: readonly boolean[],
): Partition {
  const present = new Array<Candidate>(counting.length);
  const ownSeconds = new Array<number>(counting.length);
  const listedSeconds = new Array<number>(counting.length);
  const prices = new Array<number>(counting.length);
  const weights = new Array<number>(counting.length);
  const groupOf = new Array<number>(counting.length);
  let count = 0;
  let last: Stood | null = null;
  let own = 0;
  let listed = 0;
  for (const candidate of counting) {
    // Many stood as the one before did.
    if (candidate.counts !== last) {
      last = candidate.counts;
      own = secondsIn(last.own, span);
      listed = secondsIn(last.asListed, span);
    }
    if (own + listed <= 0) continue;
    present[count] = candidate;
    ownSeconds[count] = own;
    listedSeconds[count] = listed;
    prices[count] = candidate.micro as number;
    weights[count] = candidate.gpus * (own + listed);
    groupOf[count] = candidate.venue;
    count += 1;
  }
  for (const column of [present, ownSeconds, listedSeconds, prices, weights, groupOf]) column.length = count;
  const centre = crossSection({ groupOf, prices, weights }, rulebook, gates);
  // Where neither the lowest nor the highest price is out, none is.
  const isWithin =
    centre === null ||
    ![prices[0] ?? 0, prices.at(-1) ?? 0].some((price) => isOutlier(price, centre) || isOutlier(price, centre, true));
  const outliers = isWithin
    ? []
    : present.filter(({ micro, provider }) => isOutlier(micro as number, centre, isHeld[provider] === true));
  if (outliers.length === 0) return { present, ownSeconds, listedSeconds, outliers, centre };
  const out = new Set(outliers);
  const stays = present.map((candidate) => !out.has(candidate));
  const staying = (_: unknown, index: number) => stays[index] === true;
  return {
    present: present.filter(staying),
    ownSeconds: ownSeconds.filter(staying),
    listedSeconds: listedSeconds.filter(staying),
    outliers,
    centre,
  };
}
