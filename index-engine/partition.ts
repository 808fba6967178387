import type { Book, Candidate } from '#index-engine/book';
import { type Centre, crossSection, isOutlier } from '#index-engine/screens/cross-section';
import { lengthOf, overlap, type Span } from '#index-engine/standing';
import type { Rulebook } from '#methodology/rulebook';

/** One candidate's standing in one partition, in seconds. */
export interface Presence {
  candidate: Candidate;
  price: number;
  ownSeconds: number;
  listedSeconds: number;
}

/** One partition of the window: who stood in it and passed, who was an outlier. Present sorted by price. */
export interface Partition {
  present: Presence[];
  outliers: Presence[];
  centre: Centre | null;
}

function secondsIn(spans: readonly Span[], partition: Span): number {
  return spans.reduce((sum, span) => sum + lengthOf(overlap(span, partition)), 0);
}

/** Every instant inside the window at which somebody's standing begins or ends, in order. */
function edgesOf(candidates: readonly Candidate[], window: Span): number[] {
  const edges = new Set<number>();
  for (const { own, asListed } of candidates) {
    for (const span of [...own, ...asListed]) edges.add(span.from).add(span.to);
  }
  return [...edges].filter((edge) => edge > window.from && edge < window.to).sort((a, b) => a - b);
}

/**
 * Cuts the window into its partitions and applies the cross-section screen (8) in each. A partition with the same book as the one before
 * is the same object, so that work on it is done once.
 */
export function cutPartitions(book: Book, rulebook: Rulebook): Partition[] {
  const { partitions: count } = rulebook.window;
  const width = lengthOf(book.window) / count;
  const counting = book.candidates
    .filter((candidate) => candidate.micro !== null && candidate.own.length + candidate.asListed.length > 0)
    .map((candidate) => ({ candidate, price: candidate.micro as number }))
    .sort((a, b) => a.price - b.price);
  const edges = edgesOf(
    counting.map(({ candidate }) => candidate),
    book.window,
  );
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
    for (const { candidate, price } of counting) {
      const ownSeconds = secondsIn(candidate.own, span);
      const listedSeconds = secondsIn(candidate.asListed, span);
      if (ownSeconds + listedSeconds > 0) stood.push({ candidate, price, ownSeconds, listedSeconds });
    }
    const centre = crossSection(
      stood.map(({ candidate, price, ownSeconds, listedSeconds }) => ({
        venue: candidate.observation.venue,
        price,
        weight: candidate.gpus * (ownSeconds + listedSeconds),
      })),
      rulebook,
    );
    partitions.push({
      present: centre ? stood.filter(({ price }) => !isOutlier(price, centre)) : stood,
      outliers: centre ? stood.filter(({ price }) => isOutlier(price, centre)) : [],
      centre,
    });
  }
  return partitions;
}
