import type { Rows } from '#index-engine/ladder';
import type { Points, Prepared } from '#index-engine/points';
import type { Shares } from '#index-engine/provider-prices';
import { wholes } from '#index-engine/scratch';
import { divideHalfEven } from '#methodology/decimal';

/** Units of a share: 10⁻¹² of the weight. */
export const SHARE_UNITS = 1_000_000_000_000n;

/** Bits after the point to which it is known what one unit of weight holds. */
const RATE_BITS = 80;
/** Doubles hold a share to a third of this, in its units: nearer than this to a half they do not say to which side it is rounded. */
const UNSURE = 0.001;

const roomForUnsure = wholes();

/**
 * The share of each point in its partition, in whole units of 10⁻¹², half to even; 0 for those that do not count. Exact: doubles say what a
 * share rounds to where that is sure, and whole numbers where it is not.
 * @param scaleOf for each owner the index of the multiplier of its weights
 */
export function shareUnits(
  { weights, ownerOf, participants }: Points,
  scaleOf: readonly number[],
  multipliers: readonly bigint[],
): Float64Array {
  const total = participants.list.reduce(
    (sum, { weight }, owner) => sum + BigInt(weight) * (multipliers[scaleOf[owner] as number] as bigint),
    0n,
  );
  const rates = multipliers.map(
    (multiplier) => Number(((multiplier * SHARE_UNITS) << BigInt(RATE_BITS)) / total) / 2 ** RATE_BITS,
  );
  const units = new Float64Array(weights.length);
  const unsure = roomForUnsure(weights.length);
  const count = sharesAbout(weights, ownerOf, scaleOf, rates, units, unsure);
  for (let index = 0; index < count; index += 1) {
    const point = unsure[index] as number;
    const multiplier = multipliers[scaleOf[ownerOf[point] as number] as number] as bigint;
    units[point] = Number(divideHalfEven(BigInt(weights[point] as number) * multiplier * SHARE_UNITS, total));
  }
  return units;
}

/**
 * Shares by doubles.
 * @param rates units that a unit of weight holds, by scale
 * @param unsure where those points are put of which doubles do not say how they are rounded
 * @returns how many these are
 */
function sharesAbout(
  weights: Float64Array,
  ownerOf: Int32Array,
  scaleOf: readonly number[],
  rates: readonly number[],
  units: Float64Array,
  unsure: Int32Array,
): number {
  let count = 0;
  let point = 0;
  // Those of one owner mostly follow each other.
  while (point < weights.length) {
    const owner = ownerOf[point] as number;
    const rate = rates[scaleOf[owner] as number] as number;
    for (; point < weights.length && ownerOf[point] === owner; point += 1) {
      const about = (weights[point] as number) * rate;
      const share = Math.floor(about + 0.5);
      units[point] = share;
      if (Math.abs(about - share) < 0.5 - UNSURE) continue;
      unsure[count] = point;
      count += 1;
    }
  }
  return count;
}

/** Half to even, of whole numbers that doubles hold exactly, by a small one. */
function divideWhole(dividend: number, divisor: number): number {
  const quotient = Math.floor(dividend / divisor);
  const twice = 2 * (dividend - quotient * divisor);
  return twice > divisor || (twice === divisor && quotient % 2 === 1) ? quotient + 1 : quotient;
}

/** Each candidate's share in the whole window: the mean of those in the partitions that hold a price. */
export function sharesOf(estimates: ReadonlyMap<Prepared, { units: Float64Array; times: number }>, rows: Rows): Shares {
  const [only] = estimates;
  // Where all partitions are one, the shares in it are those of the window.
  if (only !== undefined && estimates.size === 1 && only[0].points.candidates !== null)
    return { rows, places: only[0].points.order, units: only[1].units };
  const places: number[] = [];
  const units = new Float64Array(rows.candidates.length);
  const isHolding = new Uint8Array(units.length);
  const add = (place: number, share: number) => {
    if (isHolding[place] === 0) places.push(place);
    isHolding[place] = 1;
    units[place] = (units[place] as number) + share;
  };
  let filled = 0;
  for (const [{ points }, { units: shares, times }] of estimates) {
    filled += times;
    for (let index = 0; index < points.order.length; index += 1) {
      const point = points.order[index] as number;
      const share = shares[point] as number;
      if (points.candidates !== null) {
        add(point, share * times);
        continue;
      }
      const weight = BigInt(points.weights[point] as number);
      for (const { candidate, weight: part } of points.members(point))
        add(candidate.place, Number(divideHalfEven(BigInt(share) * BigInt(part), weight)) * times);
    }
  }
  for (const place of places) units[place] = divideWhole(units[place] as number, filled);
  return { rows, places: Int32Array.from(places), units };
}
