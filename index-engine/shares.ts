import type { Rows } from '#index-engine/ladder';
import type { Points, Prepared } from '#index-engine/points';
import type { Shares } from '#index-engine/provider-prices';
import { divideHalfEven } from '#methodology/decimal';

/** Units of a share: 10⁻¹² of the weight. */
export const SHARE_UNITS = 1_000_000_000_000n;

/** Places for shares that were worked out, and what spreads weights over them: Knuth's multiplicative hashing. */
const SLOTS = 1024;
const GOLDEN = 0x9e3779b1;
const SHIFT = 22;

/**
 * The share of each point in its partition, in whole units of 10⁻¹², half to even; 0 for those that do not count.
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
  const shareOf = (weight: number, scale: number) =>
    Number(divideHalfEven(BigInt(weight) * (multipliers[scale] as bigint) * SHARE_UNITS, total));
  // Many points weigh the same, and then hold the same share: the last one worked out is kept, by scale and a digest of the weight.
  const seen = new Float64Array(multipliers.length * SLOTS);
  const shares = new Float64Array(multipliers.length * SLOTS);
  const units = new Float64Array(weights.length);
  for (let point = 0; point < weights.length; point += 1) {
    const weight = weights[point] as number;
    if (weight === 0) continue;
    const scale = scaleOf[ownerOf[point] as number] as number;
    const slot = scale * SLOTS + (Math.imul(weight, GOLDEN) >>> SHIFT);
    if (seen[slot] !== weight) {
      seen[slot] = weight;
      shares[slot] = shareOf(weight, scale);
    }
    units[point] = shares[slot] as number;
  }
  return units;
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
