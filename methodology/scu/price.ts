import { decimalOfNumber, divideHalfEven, formatDecimal, parseRatio } from '#methodology/decimal';
import type { HardwareClass } from '#methodology/hardware';
import { sixteenBitTflops } from '#methodology/scu/datasheet';

/**
 * The product of some decimals divided by the product of others, exact until it is rounded once, half to even.
 * @throws RangeError when a divisor is not positive
 */
function quotient(factors: readonly string[], divisors: readonly string[], decimals: number): string {
  let numerator = 10n ** BigInt(decimals);
  let denominator = 1n;
  for (const factor of factors) {
    const exact = parseRatio(factor);
    numerator *= exact.numerator;
    denominator *= exact.denominator;
  }
  for (const divisor of divisors) {
    const exact = parseRatio(divisor);
    numerator *= exact.denominator;
    denominator *= exact.numerator;
  }
  return formatDecimal(divideHalfEven(numerator, denominator), decimals);
}

function fact(value: number): string {
  const text = decimalOfNumber(value);
  if (text === null) throw new RangeError(`not a number: ${value}`);
  return text;
}

/** USD per SCU-hour, from USD per GPU-hour and a rating in SCU. */
export function perScu(valueUsd: string, rating: string, decimals: number): string {
  return quotient([valueUsd], [rating], decimals);
}

/** How dear a class is beside another for the compute it gives: price ratio ÷ SCU ratio. 1 where both cost the same per SCU-hour. */
export function differential(
  own: { valueUsd: string; rating: string },
  reference: { valueUsd: string; rating: string },
  decimals: number,
): string {
  return quotient([own.valueUsd, reference.rating], [reference.valueUsd, own.rating], decimals);
}

/** USD for an hour of 1 PFLOP/s (dense, 16-bit, FP32-accumulate) of datasheet rate, from USD per GPU-hour. */
export function perPetaflopHour(valueUsd: string, row: HardwareClass, decimals: number): string {
  return quotient([valueUsd, '1000'], [fact(sixteenBitTflops(row))], decimals);
}

/** USD for an hour of 1 GB of accelerator memory, from USD per GPU-hour. */
export function perGigabyteHour(valueUsd: string, row: HardwareClass, decimals: number): string {
  return quotient([valueUsd], [fact(row.memory_gb)], decimals);
}

/** USD for an hour of 1 kW of rated power, from USD per GPU-hour; null where the maker prints no power. */
export function perRatedKilowattHour(valueUsd: string, row: HardwareClass, decimals: number): string | null {
  return row.tdp_w === null ? null : quotient([valueUsd, '1000'], [fact(row.tdp_w)], decimals);
}

/**
 * USD per million tokens on one GPU, from USD per GPU-hour and what it serves: tokens a second that somebody states, and nobody here
 * measures.
 * @throws RangeError when the throughput is not above 0
 */
export function perMillionTokens(valueUsd: string, tokensPerSecond: string, decimals: number): string {
  return quotient([valueUsd, '1000000'], [tokensPerSecond, '3600'], decimals);
}
