import { wholes } from '#index-engine/scratch';

/** Bits of a price that one pass sorts by, at most. */
const BITS = 11;
/** Fewer than these sort faster by comparing. */
const FEW = 256;
/** Prices that the passes can take apart: less than 2³¹ micro-USD above the lowest. */
const FURTHEST = 2 ** 31 - 1;

/** Where the next price of each bucket goes. */
const starts = new Int32Array(2 ** BITS);
const rooms = { heights: wholes(), nextPlaces: wholes(), nextHeights: wholes() };

/** The places of a list in their order. */
function placesOf(count: number): Int32Array {
  const places = new Int32Array(count);
  for (let place = 0; place < count; place += 1) places[place] = place;
  return places;
}

/** The places of some prices in ascending order of them, equal ones as they came. @param prices in whole micro-USD */
export function priceOrder(prices: Float64Array): Int32Array {
  const places = placesOf(prices.length);
  byPrice(places, prices);
  return places;
}

/** The lowest and highest price; null where they ascend already. */
function rangeOf(places: Int32Array, prices: Float64Array): { lowest: number; highest: number } | null {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  let isAscending = true;
  for (let index = 0; index < places.length; index += 1) {
    const price = prices[places[index] as number] as number;
    if (price < highest) isAscending = false;
    else highest = price;
    if (price < lowest) lowest = price;
  }
  return isAscending ? null : { lowest, highest };
}

/**
 * Puts places in ascending order of their prices, equal ones as they came. Many whole prices are sorted by their digits, the lowest first,
 * several times as fast as by comparing.
 * @param prices by place, in whole micro-USD
 */
export function byPrice(places: Int32Array, prices: Float64Array): void {
  const range = rangeOf(places, prices);
  if (range === null) return;
  const { lowest, highest } = range;
  if (places.length < FEW || highest - lowest > FURTHEST)
    places.sort((a, b) => (prices[a] as number) - (prices[b] as number));
  else byDigits(places, prices, lowest, highest - lowest);
}

/** Some places and how far their prices are above the lowest, side by side. */
interface Heights {
  places: Int32Array;
  heights: Int32Array;
}

/** The same by their digits: as few passes as the highest price takes, each by as few bits as that leaves. */
function byDigits(places: Int32Array, prices: Float64Array, lowest: number, furthest: number): void {
  const count = places.length;
  const bits = 32 - Math.clz32(furthest);
  const passes = Math.ceil(bits / BITS);
  const width = Math.ceil(bits / passes);
  let from: Heights = { places, heights: rooms.heights(count) };
  let to: Heights = { places: rooms.nextPlaces(count), heights: rooms.nextHeights(count) };
  measure(from, prices, lowest);
  for (let pass = 0; pass < passes; pass += 1) {
    byDigit(from, to, pass * width, 2 ** width - 1);
    [from, to] = [to, from];
  }
  if (from.places !== places) places.set(from.places);
}

function measure({ places, heights }: Heights, prices: Float64Array, lowest: number): void {
  for (let index = 0; index < places.length; index += 1)
    heights[index] = (prices[places[index] as number] as number) - lowest;
}

/** By one digit, and where that is the same as they came. */
function byDigit({ places, heights }: Heights, ordered: Heights, shift: number, mask: number): void {
  starts.fill(0);
  for (let index = 0; index < heights.length; index += 1) {
    const bucket = ((heights[index] as number) >> shift) & mask;
    starts[bucket] = (starts[bucket] as number) + 1;
  }
  let before = 0;
  for (let bucket = 0; bucket <= mask; bucket += 1) {
    const count = starts[bucket] as number;
    starts[bucket] = before;
    before += count;
  }
  for (let index = 0; index < heights.length; index += 1) {
    const height = heights[index] as number;
    const bucket = (height >> shift) & mask;
    const at = starts[bucket] as number;
    starts[bucket] = at + 1;
    ordered.places[at] = places[index] as number;
    ordered.heights[at] = height;
  }
}
