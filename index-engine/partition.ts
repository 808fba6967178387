import type { Book } from '#index-engine/book';
import { type Columns, ladderOf, type Rows, weigh, weighedIn } from '#index-engine/ladder';
import type { FixRecord } from '#index-engine/record';
import { doubles, wholes } from '#index-engine/scratch';
import { type Centre, crossSection, type Gates, isOutlier } from '#index-engine/screens/cross-section';
import { lengthOf, type Span, secondsIn } from '#index-engine/standing';
import type { Rulebook } from '#methodology/rulebook';

/** One partition of the window: who of a book stood in it and passed, and who was an outlier; places in ascending order of price. */
export interface Partition {
  rows: Rows;
  present: Int32Array;
  outliers: Int32Array;
  /** For how many of its seconds each of the columns' `stood` stood, under its own evidence and as a listed price. */
  ownSeconds: Int32Array;
  listedSeconds: Int32Array;
  centre: Centre | null;
}

/** Every instant inside the window at which somebody's standing begins or ends, in order. */
function edgesOf({ stood }: Columns, window: Span): number[] {
  const edges = new Set<number>();
  const note = ({ from, to }: Span) => {
    if (from > window.from) edges.add(from);
    if (to < window.to) edges.add(to);
  };
  for (const { counts } of stood) {
    counts.own.forEach(note);
    counts.asListed.forEach(note);
  }
  return [...edges].sort((a, b) => a - b);
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
  const counting = ladderOf(book.columns);
  const edges = edgesOf(book.columns, book.window);
  const partitions: Partition[] = [];
  for (let index = 0; index < count; index += 1) {
    const span = { from: book.window.from + index * width, to: book.window.from + (index + 1) * width };
    const before = partitions.at(-1);
    // Nothing began or ended here nor in the partition before: the book is the same, and so is all that follows from it.
    if (before && !edges.some((edge) => edge > span.from - width && edge < span.to)) {
      partitions.push(before);
      continue;
    }
    partitions.push(partitionOf(book, counting, span, rulebook, gates, isHeld));
  }
  return partitions;
}

const roomForWeights = doubles();

/** Who of a book stood in a span, and screen 8 among them. @param counting those that may have, in ascending order of price; isHeld by provider */
function partitionOf(
  book: Book,
  counting: Int32Array,
  span: Span,
  rulebook: Rulebook,
  gates: Gates,
  isHeld: readonly boolean[],
): Partition {
  const { stood, venues, prices } = book.columns;
  const ownSeconds = Int32Array.from(stood, ({ counts }) => secondsIn(counts.own, span));
  const listedSeconds = Int32Array.from(stood, ({ counts }) => secondsIn(counts.asListed, span));
  // Here a second is a second, whatever it stood as.
  const each = Float64Array.from(ownSeconds, (own, index) => own + (listedSeconds[index] as number));
  const weights = roomForWeights(prices.length);
  const totals = new Float64Array(book.venues.length);
  const standing = weighedIn(counting, weights, weigh(book.columns, each, venues, weights, totals));
  const section = { prices, weights, groupOf: venues, totals, order: standing };
  const centre = crossSection(section, rulebook, gates);
  return { rows: book, ...withoutOutliers(book.columns, standing, centre, isHeld), ownSeconds, listedSeconds, centre };
}

/** Parts some of a book, in ascending order of price, into who passes screen 8 and who does not. @param isHeld by provider */
function withoutOutliers(
  columns: Columns,
  standing: Int32Array,
  centre: Centre | null,
  isHeld: readonly boolean[],
): Pick<Partition, 'present' | 'outliers'> {
  if (centre === null) return { present: standing, outliers: new Int32Array(0) };
  const { prices } = columns;
  const { centreQuarters, reachQuarters } = centre;
  // In order of price only those at either end can be out: from `low` to `high` none is, held or not.
  const low = firstOf(standing, (place) => 4 * (prices[place] as number) >= centreQuarters - reachQuarters);
  const high = firstOf(standing, (place) => 4 * (prices[place] as number) > centreQuarters + reachQuarters);
  const inside = standing.subarray(low, high);
  const parted: Parted = {
    staying: roomForStaying(standing.length),
    kept: 0,
    outliers: roomForOutliers(standing.length),
    out: 0,
  };
  part(standing.subarray(0, low), columns, centre, isHeld, parted);
  const below = parted.kept;
  part(standing.subarray(high), columns, centre, isHeld, parted);
  const outliers = parted.outliers.slice(0, parted.out);
  if (parted.kept === 0) return { present: inside, outliers };
  const present = new Int32Array(inside.length + parted.kept);
  present.set(parted.staying.subarray(0, below));
  present.set(inside, below);
  present.set(parted.staying.subarray(below, parted.kept), below + inside.length);
  return { present, outliers };
}

const roomForStaying = wholes();
const roomForOutliers = wholes();

/** Places that were parted so far, and how many they are. */
interface Parted {
  staying: Int32Array;
  kept: number;
  outliers: Int32Array;
  out: number;
}

function part(
  places: Int32Array,
  { prices, providers }: Columns,
  centre: Centre,
  isHeld: readonly boolean[],
  parted: Parted,
): void {
  const { staying, outliers } = parted;
  let { kept, out } = parted;
  for (let index = 0; index < places.length; index += 1) {
    const place = places[index] as number;
    const isOut = isOutlier(prices[place] as number, centre, isHeld[providers[place] as number]);
    if (isOut) {
      outliers[out] = place;
      out += 1;
    } else {
      staying[kept] = place;
      kept += 1;
    }
  }
  parted.kept = kept;
  parted.out = out;
}

/** The first of some places that passes a test which all after it pass too; their number where none does. */
function firstOf(places: Int32Array, passes: (place: number) => boolean): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const half = (low + high) >> 1;
    if (passes(places[half] as number)) high = half;
    else low = half + 1;
  }
  return low;
}
