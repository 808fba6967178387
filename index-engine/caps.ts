import { compareRationals, type Rational } from '#index-engine/rational';

/** A participant's weight before the caps: whole numbers, and the venue its hosts share. */
export interface Participant {
  provider: string;
  venue: string;
  weight: number;
}

/** Whether a cap bound, and the cap in force: the rulebook's, or the least that can be kept where there are too few. */
export interface CapState {
  cap: Rational;
  inForce: Rational;
  bound: boolean;
  relaxed: boolean;
}

/** The capped weights: each participant's weight is to be multiplied by a whole number. */
export interface CappedWeights {
  /** Index into `multipliers`, one a participant, in the order given; −1 for who is left out. */
  scaleOf: readonly number[];
  multipliers: bigint[];
  provider: CapState;
  venue: CapState;
}

function relax(cap: Rational, participants: number): Rational {
  const equal = { numerator: 1n, denominator: BigInt(participants) };
  return compareRationals(cap, equal) < 0 ? equal : cap;
}

/**
 * The provider cap in force: what the rules say or 1/n, and where the venues together could not hold the whole under it, since some have
 * too few providers, the least at which they can. The venue cap is never raised above 1/n.
 * @param sizes providers of each venue
 */
function feasible(cap: Rational, venueCap: Rational, sizes: readonly number[]): Rational {
  let least = cap;
  for (;;) {
    // So many providers at the cap fill a venue: the whole number that is not below the ratio of the two.
    const part = least.numerator * venueCap.denominator;
    const filling = Number((venueCap.numerator * least.denominator + part - 1n) / part);
    let full = 0;
    let open = 0;
    for (const size of sizes) {
      if (size >= filling) full += 1;
      else open += size;
    }
    if (open === 0) return least;
    // What the full venues leave, shared by all providers of the others.
    const next = {
      numerator: venueCap.denominator - BigInt(full) * venueCap.numerator,
      denominator: venueCap.denominator * BigInt(open),
    };
    if (compareRationals(next, least) <= 0) return least;
    least = next;
  }
}

/**
 * The level of a filling: members below the cap get `level` a unit of weight, so that all together hold `total`; members above it hold
 * the cap. Excess is shared pro rata, iterated to the fixed point (which is reached, since who is capped stays capped).
 */
function fill(
  weights: readonly number[],
  cap: Rational,
  total: Rational,
): { level: Rational | null; capped: Set<number> } {
  const capped = new Set<number>();
  for (;;) {
    const free = wholeSum(weights.filter((_, index) => !capped.has(index)));
    if (free === 0n) return { level: null, capped };
    const level = {
      numerator: total.numerator * cap.denominator - BigInt(capped.size) * cap.numerator * total.denominator,
      denominator: total.denominator * cap.denominator * free,
    };
    const before = capped.size;
    const most = mostBelow(level, cap);
    for (let index = 0; index < weights.length; index += 1) {
      if (!capped.has(index) && (weights[index] as number) > most) capped.add(index);
    }
    if (capped.size === before) return { level, capped };
  }
}

/** The largest whole weight that a level does not bring above a cap: a whole number is above a ratio exactly when it is above its whole part. */
function mostBelow(level: Rational, cap: Rational): number {
  if (level.numerator <= 0n) return Number.POSITIVE_INFINITY;
  return Number((cap.numerator * level.denominator) / (level.numerator * cap.denominator));
}

/** A sum of whole numbers: in doubles where they hold it exactly. */
function wholeSum(weights: readonly number[]): bigint {
  let sum = 0;
  for (const weight of weights) sum += weight;
  return Number.isSafeInteger(sum) ? BigInt(sum) : weights.reduce((exact, weight) => exact + BigInt(weight), 0n);
}

/** Who may be capped, made ready to be weighed again and again: whoever is left out, the others are the same. */
export interface Participants {
  list: readonly Participant[];
  weights: readonly number[];
  /** The number of each one's venue, and how many venues there are. */
  venueOf: readonly number[];
  venues: number;
  /** What is worked in, each time anew: by participant, and by venue. */
  room: {
    state: Uint8Array;
    sizes: Int32Array;
    isVenueCapped: Uint8Array;
    freeHere: Float64Array;
    cappedHere: Int32Array;
  };
  /** The caps in force as they were asked for last, and how many providers each of the venues had then. */
  last: { sizes: Int32Array; asked: readonly Rational[]; forProvider: Rational; forVenue: Rational } | null;
}

/**
 * Makes participants ready to be weighed; they must not change after.
 * @throws RangeError for a weight that is not a positive whole number
 */
export function participantsOf(list: readonly Participant[]): Participants {
  const places = new Map<string, number>();
  const venueOf: number[] = [];
  for (const { provider, venue, weight } of list) {
    if (!(Number.isSafeInteger(weight) && weight > 0))
      throw new RangeError(`weight of ${provider} must be a positive whole number, got ${weight}`);
    const place = places.get(venue) ?? places.size;
    places.set(venue, place);
    venueOf.push(place);
  }
  const venues = places.size;
  return {
    list,
    weights: list.map(({ weight }) => weight),
    venueOf,
    venues,
    room: {
      state: new Uint8Array(list.length),
      sizes: new Int32Array(venues),
      isVenueCapped: new Uint8Array(venues),
      freeHere: new Float64Array(venues),
      cappedHere: new Int32Array(venues),
    },
    last: null,
  };
}

/** The caps in force, which are of how many providers each venue has, whoever they are: mostly the same whoever is left out. */
function inForce(
  participants: Participants,
  providerCap: Rational,
  venueCap: Rational,
): { forProvider: Rational; forVenue: Rational } {
  const { last } = participants;
  const { sizes } = participants.room;
  if (last !== null && last.asked[0] === providerCap && last.asked[1] === venueCap && isAlike(sizes, last.sizes))
    return last;
  const present = [...sizes].filter((size) => size > 0);
  const staying = present.reduce((sum, size) => sum + size, 0);
  const forVenue = relax(venueCap, present.length);
  const forProvider = feasible(relax(providerCap, staying), forVenue, present);
  participants.last = { sizes: Int32Array.from(sizes), asked: [providerCap, venueCap], forProvider, forVenue };
  return participants.last;
}

/** Whether venues have the same sizes but for their order: of one provider each, as most are, or in the same places. */
function isAlike(sizes: Int32Array, others: Int32Array): boolean {
  let isSame = true;
  let isOfOne = true;
  let difference = 0;
  for (let venue = 0; venue < sizes.length; venue += 1) {
    const [size, other] = [sizes[venue] as number, others[venue] as number];
    isSame &&= size === other;
    isOfOne &&= size <= 1 && other <= 1;
    difference += size - other;
  }
  return isSame || (isOfOne && difference === 0);
}

/** Somebody at the provider cap, at the level of all that are free, or under a venue at its cap, and who is left out. */
const FREE = 0;
const CAPPED = 1;
const OUT = 2;

/**
 * Caps each provider's share, and each venue's with all its hosts together (methodology, section 5.2): the unique shares
 * `min(provider cap, level × weight)`, where a venue at its cap has a level of its own. Exact: whole numbers in, whole numbers out.
 * @param stays who of them is weighed; null for all
 * @throws RangeError for no participant
 */
export function capWeights(
  participants: Participants,
  providerCap: Rational,
  venueCap: Rational,
  stays: readonly boolean[] | null = null,
): CappedWeights {
  const { weights, venueOf, venues } = participants;
  const { state, sizes, isVenueCapped, freeHere, cappedHere } = participants.room;
  const count = weights.length;
  state.fill(FREE);
  sizes.fill(0);
  isVenueCapped.fill(0);
  let isAnybody = false;
  for (let index = 0; index < count; index += 1) {
    if (stays !== null && !stays[index]) {
      state[index] = OUT;
      continue;
    }
    isAnybody = true;
    const venue = venueOf[index] as number;
    sizes[venue] = (sizes[venue] as number) + 1;
  }
  if (!isAnybody) throw new RangeError('no participants to cap');
  const { forProvider, forVenue } = inForce(participants, providerCap, venueCap);

  let cappedVenues = 0;
  let cappedProviders = 0;
  let level: Rational | null = null;
  for (;;) {
    // What is free, and who at the provider cap is not under a venue at its own.
    freeHere.fill(0);
    cappedHere.fill(0);
    let freeSum = 0;
    let atProviderCap = 0;
    for (let index = 0; index < count; index += 1) {
      const venue = venueOf[index] as number;
      if (state[index] === OUT || isVenueCapped[venue] === 1) continue;
      if (state[index] === CAPPED) atProviderCap += 1;
      else freeSum += weights[index] as number;
    }
    const free = Number.isSafeInteger(freeSum)
      ? BigInt(freeSum)
      : wholeSum(weights.filter((_, index) => state[index] === FREE && isVenueCapped[venueOf[index] as number] === 0));
    if (free === 0n) {
      level = null;
      break;
    }
    const unit = forProvider.denominator * forVenue.denominator;
    const remaining =
      unit -
      BigInt(atProviderCap) * forProvider.numerator * forVenue.denominator -
      BigInt(cappedVenues) * forVenue.numerator * forProvider.denominator;
    level = { numerator: remaining, denominator: unit * free };
    const before = cappedVenues + cappedProviders;
    const mostOfProvider = mostBelow(level, forProvider);
    const mostOfVenue = mostBelow(level, forVenue);
    for (let index = 0; index < count; index += 1) {
      const venue = venueOf[index] as number;
      if (state[index] === OUT || isVenueCapped[venue] === 1) continue;
      if (state[index] === FREE && (weights[index] as number) > mostOfProvider) {
        state[index] = CAPPED;
        cappedProviders += 1;
      }
      if (state[index] === CAPPED) cappedHere[venue] = (cappedHere[venue] as number) + 1;
      else freeHere[venue] = (freeHere[venue] as number) + (weights[index] as number);
    }
    for (let venue = 0; venue < venues; venue += 1) {
      if (isVenueCapped[venue] === 1) continue;
      const freeWeight = freeHere[venue] as number;
      let isOver = freeWeight > mostOfVenue;
      if (cappedHere[venue] !== 0 || !Number.isSafeInteger(freeWeight)) {
        const exact = wholeSum(weights.filter((_, index) => venueOf[index] === venue && state[index] === FREE));
        const share = {
          numerator:
            level.numerator * exact * forProvider.denominator +
            BigInt(cappedHere[venue] as number) * forProvider.numerator * level.denominator,
          denominator: level.denominator * forProvider.denominator,
        };
        isOver = compareRationals(share, forVenue) > 0;
      }
      if (!isOver) continue;
      isVenueCapped[venue] = 1;
      cappedVenues += 1;
    }
    if (cappedVenues + cappedProviders === before) break;
  }

  const scales: Rational[] = [];
  const scaleOf = new Array<number>(count).fill(-1);
  const common = level === null ? -1 : scales.push(level) - 1;
  for (let venue = 0; venue < venues && cappedVenues > 0; venue += 1) {
    if (isVenueCapped[venue] === 0) continue;
    const members: number[] = [];
    for (let index = 0; index < count; index += 1)
      if (venueOf[index] === venue && state[index] !== OUT) members.push(index);
    const inside = fill(
      members.map((index) => weights[index] as number),
      forProvider,
      forVenue,
    );
    const shared = inside.level === null ? -1 : scales.push(inside.level) - 1;
    members.forEach((index, position) => {
      scaleOf[index] = inside.capped.has(position) ? atCap(scales, forProvider, weights[index] as number) : shared;
    });
  }
  for (let index = 0; index < count; index += 1) {
    if (state[index] !== OUT && isVenueCapped[venueOf[index] as number] === 0)
      scaleOf[index] = state[index] === CAPPED ? atCap(scales, forProvider, weights[index] as number) : common;
  }
  return {
    scaleOf,
    multipliers: wholeMultipliers(scales),
    provider: {
      cap: providerCap,
      inForce: forProvider,
      bound: cappedProviders > 0,
      relaxed: compareRationals(forProvider, providerCap) !== 0,
    },
    venue: {
      cap: venueCap,
      inForce: forVenue,
      bound: cappedVenues > 0,
      relaxed: compareRationals(forVenue, venueCap) !== 0,
    },
  };
}

/** Adds the scale that brings a weight to a cap, and gives its place. */
function atCap(scales: Rational[], { numerator, denominator }: Rational, weight: number): number {
  return scales.push({ numerator, denominator: denominator * BigInt(weight) }) - 1;
}

/** Scales as whole numbers in their proportion. */
function wholeMultipliers(scales: readonly Rational[]): bigint[] {
  // Of a single one every proportion is the same.
  if (scales.length === 1) return [1n];
  const everything = scales.reduce((product, scale) => product * scale.denominator, 1n);
  return scales.map((scale) => scale.numerator * (everything / scale.denominator));
}
