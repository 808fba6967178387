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
  /** Index into `multipliers`, one a participant, in the order given. */
  scaleOf: Int32Array;
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
    const free = wholeSum(weights.length, (index) => (capped.has(index) ? 0 : (weights[index] as number)));
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
function wholeSum(count: number, at: (index: number) => number): bigint {
  let sum = 0;
  for (let index = 0; index < count; index += 1) sum += at(index);
  if (Number.isSafeInteger(sum)) return BigInt(sum);
  let exact = 0n;
  for (let index = 0; index < count; index += 1) exact += BigInt(at(index));
  return exact;
}

/**
 * Caps each provider's share, and each venue's with all its hosts together (methodology, section 5.2): the unique shares
 * `min(provider cap, level × weight)`, where a venue at its cap has a level of its own. Exact: whole numbers in, whole numbers out.
 * @throws RangeError for no participant, or a weight that is not a positive whole number
 */
export function capWeights(
  participants: readonly Participant[],
  providerCap: Rational,
  venueCap: Rational,
): CappedWeights {
  if (participants.length === 0) throw new RangeError('no participants to cap');
  for (const { provider, weight } of participants) {
    if (!(Number.isSafeInteger(weight) && weight > 0))
      throw new RangeError(`weight of ${provider} must be a positive whole number, got ${weight}`);
  }
  const count = participants.length;
  const venues = new Map<string, number>();
  const venueOf = new Int32Array(count);
  const sizes: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const { venue } = participants[index] as Participant;
    let place = venues.get(venue);
    if (place === undefined) {
      place = sizes.push(0) - 1;
      venues.set(venue, place);
    }
    venueOf[index] = place;
    sizes[place] = (sizes[place] as number) + 1;
  }
  const forVenue = relax(venueCap, sizes.length);
  const forProvider = feasible(relax(providerCap, count), forVenue, sizes);

  const isVenueCapped = new Uint8Array(sizes.length);
  const isCapped = new Uint8Array(count);
  const weightOf = (index: number) => (participants[index] as Participant).weight;
  const isFree = (index: number) => isCapped[index] === 0 && isVenueCapped[venueOf[index] as number] === 0;
  let cappedVenues = 0;
  let cappedProviders = 0;
  let level: Rational | null = null;
  for (;;) {
    const free = wholeSum(count, (index) => (isFree(index) ? weightOf(index) : 0));
    if (free === 0n) {
      level = null;
      break;
    }
    let atProviderCap = 0;
    for (let index = 0; index < count; index += 1)
      if (isCapped[index] === 1 && isVenueCapped[venueOf[index] as number] === 0) atProviderCap += 1;
    const unit = forProvider.denominator * forVenue.denominator;
    const remaining =
      unit -
      BigInt(atProviderCap) * forProvider.numerator * forVenue.denominator -
      BigInt(cappedVenues) * forVenue.numerator * forProvider.denominator;
    level = { numerator: remaining, denominator: unit * free };
    const before = cappedVenues + cappedProviders;
    const mostOfProvider = mostBelow(level, forProvider);
    const mostOfVenue = mostBelow(level, forVenue);
    const cappedHere = new Int32Array(sizes.length);
    const freeHere = new Float64Array(sizes.length);
    for (let index = 0; index < count; index += 1) {
      const venue = venueOf[index] as number;
      if (isVenueCapped[venue] === 1) continue;
      if (isCapped[index] === 0 && weightOf(index) > mostOfProvider) {
        isCapped[index] = 1;
        cappedProviders += 1;
      }
      if (isCapped[index] === 1) cappedHere[venue] = (cappedHere[venue] as number) + 1;
      else freeHere[venue] = (freeHere[venue] as number) + weightOf(index);
    }
    for (let venue = 0; venue < sizes.length; venue += 1) {
      if (isVenueCapped[venue] === 1) continue;
      const freeWeight = freeHere[venue] as number;
      let isOver = freeWeight > mostOfVenue;
      if (cappedHere[venue] !== 0 || !Number.isSafeInteger(freeWeight)) {
        const exact = wholeSum(count, (index) =>
          venueOf[index] === venue && isCapped[index] === 0 ? weightOf(index) : 0,
        );
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
  const scaleOf = new Int32Array(count);
  const common = level === null ? -1 : scales.push(level) - 1;
  const place = (index: number, isAtCap: boolean, other: number) => {
    scaleOf[index] = isAtCap
      ? scales.push({
          numerator: forProvider.numerator,
          denominator: forProvider.denominator * BigInt(weightOf(index)),
        }) - 1
      : other;
  };
  for (let venue = 0; venue < sizes.length && cappedVenues > 0; venue += 1) {
    if (isVenueCapped[venue] === 0) continue;
    const members: number[] = [];
    for (let index = 0; index < count; index += 1) if (venueOf[index] === venue) members.push(index);
    const inside = fill(members.map(weightOf), forProvider, forVenue);
    const shared = inside.level === null ? -1 : scales.push(inside.level) - 1;
    members.forEach((index, position) => {
      place(index, inside.capped.has(position), shared);
    });
  }
  for (let index = 0; index < count; index += 1) {
    if (isVenueCapped[venueOf[index] as number] === 0) place(index, isCapped[index] === 1, common);
  }
  const everything = scales.reduce((product, scale) => product * scale.denominator, 1n);
  return {
    scaleOf,
    multipliers: scales.map((scale) => scale.numerator * (everything / scale.denominator)),
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
