import { wholes } from '#index-engine/scratch';

/** Bits of a price that one pass sorts by: as a rule, and at the most. */
const BITS = 11;
const MOST_BITS = 12;
/** All bits of a number. */
const WHOLE = -1;
/** Fewer than these sort faster by comparing. */
const FEW = 256;

/** Where the next price of each bucket goes. */
const starts = new Int32Array(2 ** MOST_BITS);
const rooms = { heights: wholes(), from: wholes(), to: wholes() };

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

/** Two prices between which others lie. */
export interface PriceRange {
  lowest: number;
  highest: number;
}

function isAscending(places: Int32Array, prices: Float64Array): boolean {
  for (let index = 1; index < places.length; index += 1)
    if ((prices[places[index] as number] as number) < (prices[places[index - 1] as number] as number)) return false;
  return true;
}

function rangeOf(places: Int32Array, prices: Float64Array): PriceRange {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < places.length; index += 1) {
    const price = prices[places[index] as number] as number;
    lowest = Math.min(lowest, price);
    highest = Math.max(highest, price);
  }
  return { lowest, highest };
}

/** How many bits a whole number below 2³¹ takes. */
const bitsOf = (number: number): number => 32 - Math.clz32(number);

/**
 * Puts places in ascending order of their prices, equal ones as they came. Many whole prices are sorted by their digits, the lowest first,
 * several times as fast as by comparing; not where they are so far apart, or so many, that what is left of a price after the first digit
 * does not fit into one number of 32 bits with its place.
 * @param prices by place, in whole micro-USD
 * @param range between which they lie, where that is known
 */
export function byPrice(places: Int32Array, prices: Float64Array, range: PriceRange | null = null): void {
  if (isAscending(places, prices)) return;
  const { lowest, highest } = range ?? rangeOf(places, prices);
  const bits = highest - lowest < 2 ** 31 ? bitsOf(highest - lowest) : Number.POSITIVE_INFINITY;
  const placeBits = bitsOf(prices.length - 1);
  const width = Math.max(Math.ceil(bits / Math.ceil(bits / BITS)), bits + placeBits - 32);
  if (places.length < FEW || !(width <= MOST_BITS)) {
    places.sort((a, b) => (prices[a] as number) - (prices[b] as number));
    return;
  }
  const heights = rooms.heights(places.length);
  measure(places, prices, lowest, heights);
  countDigit(heights, 0, 2 ** width - 1);
  startAtCounts(2 ** width);
  let from = rooms.from(places.length);
  pack(places, heights, width, placeBits, from);
  let to = rooms.to(places.length);
  for (let shift = placeBits; ; shift += width) {
    const isLast = shift + width >= placeBits + bits - width;
    countDigit(from, shift, 2 ** width - 1);
    startAtCounts(2 ** width);
    moveByDigit(from, shift, 2 ** width - 1, isLast ? places : to, isLast ? 2 ** placeBits - 1 : WHOLE);
    if (isLast) return;
    [from, to] = [to, from];
  }
}

// Each loop over all prices is a function of its own: what follows a long loop in the same function makes V8 give up what it compiled of
// it, each time anew.

/** How far each price is above the lowest. */
function measure(places: Int32Array, prices: Float64Array, lowest: number, heights: Int32Array): void {
  for (let index = 0; index < places.length; index += 1)
    heights[index] = (prices[places[index] as number] as number) - lowest;
}

/** How many numbers have each digit. */
function countDigit(numbers: Int32Array, shift: number, mask: number): void {
  starts.fill(0);
  for (let index = 0; index < numbers.length; index += 1) {
    const digit = ((numbers[index] as number) >>> shift) & mask;
    starts[digit] = (starts[digit] as number) + 1;
  }
}

/** Turns how many numbers have each digit into where the first of them goes. */
function startAtCounts(digits: number): void {
  let before = 0;
  for (let digit = 0; digit < digits; digit += 1) {
    const count = starts[digit] as number;
    starts[digit] = before;
    before += count;
  }
}

/** By the lowest digit; what is left of each height is packed above its place. */
function pack(places: Int32Array, heights: Int32Array, width: number, placeBits: number, packed: Int32Array): void {
  const mask = 2 ** width - 1;
  for (let index = 0; index < places.length; index += 1) {
    const height = heights[index] as number;
    const digit = height & mask;
    const at = starts[digit] as number;
    starts[digit] = at + 1;
    packed[at] = ((height >> width) << placeBits) | (places[index] as number);
  }
}

/** @param kept which bits of a number: all of them, or after the last digit those of its place */
function moveByDigit(packed: Int32Array, shift: number, mask: number, ordered: Int32Array, kept: number): void {
  for (let index = 0; index < packed.length; index += 1) {
    const one = packed[index] as number;
    const digit = (one >>> shift) & mask;
    const at = starts[digit] as number;
    starts[digit] = at + 1;
    ordered[at] = one & kept;
  }
}
