import type { Rational } from '#index-engine/rational';
import type { Contract } from '#methodology/contracts';
import { divideHalfEven, formatDecimal, parseDecimal } from '#methodology/decimal';

/** How far a tick's decimals go. */
const decimalsOf = (tick: string): number => (tick.includes('.') ? tick.length - tick.indexOf('.') - 1 : 0);

/** Divides two integers, neither negative, and rounds half up. */
function divideHalfUp(numerator: bigint, denominator: bigint): bigint {
  return (numerator * 2n + denominator) / (denominator * 2n);
}

/** A mean in USD as a price: a whole number of ticks, rounded once as the contract says. */
export function priceOf(mean: Rational, { tick, rounding }: Pick<Contract, 'tick' | 'rounding'>): string {
  const decimals = decimalsOf(tick);
  const step = parseDecimal(tick, decimals);
  const divide = rounding === 'half_up' ? divideHalfUp : divideHalfEven;
  const ticks = divide(mean.numerator * 10n ** BigInt(decimals), mean.denominator * step);
  return formatDecimal(ticks * step, decimals);
}

/** What a lot of so many GPU-hours comes to at a price in USD per GPU-hour; null where there is no quantity. Exact. */
export function lotValue(price: string, gpuHours: number | null): string | null {
  if (gpuHours === null) return null;
  const decimals = decimalsOf(price);
  return formatDecimal(parseDecimal(price, decimals) * BigInt(gpuHours), decimals);
}
