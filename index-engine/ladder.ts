import type { Candidate } from '#index-engine/book';
import { byPrice, type PriceRange } from '#index-engine/price-order';
import { wholes } from '#index-engine/scratch';
import type { Stood } from '#index-engine/standing';
import type { Evidence } from '#methodology/evidence';

/**
 * What is asked of all candidates of a book again and again, each in a column by place: whoever reads a hundred thousand prices off as many
 * objects waits for memory most of the time.
 */
export interface Columns {
  /** Whole micro-USD per GPU-hour; 0 where there is none. */
  prices: Float64Array;
  /** Between which those lie that count. */
  range: PriceRange;
  /** GPUs each weighs by. */
  gpus: Int32Array;
  /** Numbers of the providers and venues in the book. */
  providers: Int32Array;
  venues: Int32Array;
  /** As what and when each counts, by the place among `stood`; −1 where nowhere in the window. */
  stoodOf: Int32Array;
  stood: readonly StoodAs[];
  /** The venue of each provider by its number; `SEVERAL` where it is at more than one. */
  homes: Int32Array;
}

/** As what kind of evidence somebody counts, and when: many do as others do. */
export interface StoodAs {
  evidence: Evidence;
  counts: Stood;
}

/** No venue, or not one. */
const NONE = -1;
const SEVERAL = -2;

/** The candidates of a book by place, their columns, and the names of its providers and venues by number. */
export interface Rows {
  candidates: readonly Candidate[];
  columns: Columns;
  /** In the order of their names. */
  providers: readonly string[];
  venues: readonly string[];
}

/** The columns of candidates that have their places. @param candidates all of a book, in any order: as they lie in memory is fastest */
export function columnsOf(candidates: readonly Candidate[], providerCount: number): Columns {
  const count = candidates.length;
  const homes = new Int32Array(providerCount).fill(NONE);
  const prices = new Float64Array(count);
  const gpus = new Int32Array(count);
  const providers = new Int32Array(count);
  const venues = new Int32Array(count);
  const stoodOf = new Int32Array(count);
  const stood: StoodAs[] = [];
  const range = { lowest: Number.POSITIVE_INFINITY, highest: Number.NEGATIVE_INFINITY };
  for (let index = 0; index < count; index += 1) {
    const { place, micro, gpus: size, provider, venue, kind, counts } = candidates[index] as Candidate;
    const last = stood[stood.length - 1];
    // Many stood as the one before did.
    if (counts.seconds > 0 && (last === undefined || counts !== last.counts || kind.evidence !== last.evidence))
      stood.push({ evidence: kind.evidence, counts });
    prices[place] = micro ?? 0;
    gpus[place] = size;
    providers[place] = provider;
    venues[place] = venue;
    stoodOf[place] = counts.seconds > 0 ? stood.length - 1 : NONE;
    if (counts.seconds > 0 && micro !== null) {
      if (micro < range.lowest) range.lowest = micro;
      if (micro > range.highest) range.highest = micro;
    }
    const home = homes[provider] as number;
    if (home !== venue) homes[provider] = home === NONE ? venue : SEVERAL;
  }
  return { prices, range, gpus, providers, venues, stoodOf, stood, homes };
}

const roomForChosen = wholes();

/** The places of those that count somewhere in the window, in ascending order of price; at one price in the order of the book. */
export function ladderOf({ prices, range, stoodOf }: Columns): Int32Array {
  const chosen = roomForChosen(stoodOf.length);
  const places = chosen.slice(0, placesStanding(stoodOf, chosen));
  byPrice(places, prices, range);
  return places;
}

/** @returns how many there are */
function placesStanding(stoodOf: Int32Array, chosen: Int32Array): number {
  let count = 0;
  for (let place = 0; place < stoodOf.length; place += 1) {
    if ((stoodOf[place] as number) < 0) continue;
    chosen[count] = place;
    count += 1;
  }
  return count;
}

/**
 * What each of a book weighs: its GPUs, each by when it stood and as what.
 * @param each what one GPU weighs, by `stood`
 * @param groupOf by place, whose total it is in
 * @param weights where they are put, by place
 * @param totals where they are added up, by group
 * @returns how many weigh something
 */
export function weigh(
  { gpus, stoodOf }: Columns,
  each: Float64Array,
  groupOf: Int32Array,
  weights: Float64Array,
  totals: Float64Array,
): number {
  let count = 0;
  let place = 0;
  // Those of one group that stood alike mostly follow each other: they are added up before they are put to its total.
  while (place < weights.length) {
    const group = groupOf[place] as number;
    const stood = stoodOf[place] as number;
    const unit = stood < 0 ? 0 : (each[stood] as number);
    let total = 0;
    for (; place < weights.length && groupOf[place] === group && stoodOf[place] === stood; place += 1) {
      const weight = (gpus[place] as number) * unit;
      weights[place] = weight;
      total += weight;
      if (weight !== 0) count += 1;
    }
    totals[group] = (totals[group] as number) + total;
  }
  return count;
}

/** Those of some places that weigh something. @param weights by place; count how many there are */
export function weighedIn(places: Int32Array, weights: Float64Array, count: number): Int32Array {
  if (count === places.length) return places;
  const chosen = roomForChosen(places.length);
  return chosen.slice(0, placesWeighed(places, weights, chosen));
}

/** @returns how many there are */
function placesWeighed(places: Int32Array, weights: Float64Array, chosen: Int32Array): number {
  let count = 0;
  for (let index = 0; index < places.length; index += 1) {
    const place = places[index] as number;
    if (weights[place] === 0) continue;
    chosen[count] = place;
    count += 1;
  }
  return count;
}

/** What a column holds at some places, in their order. */
export function at(column: Float64Array, places: Int32Array): Float64Array {
  const found = new Float64Array(places.length);
  for (let index = 0; index < places.length; index += 1) found[index] = column[places[index] as number] as number;
  return found;
}

/** The venue of a provider, which is mostly at one; else that of its first among some places. @param provider its number in the book */
export function venueOf({ columns, venues }: Rows, provider: number, places: Int32Array): string {
  const home = columns.homes[provider] as number;
  if (home !== SEVERAL) return venues[home] as string;
  const first = places.find((place) => columns.providers[place] === provider);
  if (first === undefined) throw new RangeError(`provider ${provider} has none of the places`);
  return venues[columns.venues[first] as number] as string;
}
