import { hardwareClass } from '#methodology/hardware';
import { sixteenBitTflops } from '#methodology/scu/datasheet';
import { perGigabyteHour, perMillionTokens, perPetaflopHour, perRatedKilowattHour } from '#methodology/scu/price';

/** A price per GPU-hour in other units. Derived from the datasheet of its class: arithmetic, no evidence. */
export interface DerivedUnits {
  /** Decimal, USD per GPU-hour: what the others are derived from. */
  value: string;
  /** USD for an hour of 1 PFLOP/s, dense, 16 bits with FP32 accumulation. */
  per_petaflop_hour: string;
  /** USD for an hour of 1 GB of accelerator memory. */
  per_gigabyte_hour: string;
  /** USD for an hour of 1 kW of rated power; null where the maker prints none. */
  per_rated_kilowatt_hour: string | null;
  /** USD per million tokens at the throughput that was stated; null where none was. */
  per_million_tokens: { value: string; tokens_per_second: string } | null;
  /** The datasheet's figures for one GPU. */
  datasheet: { dense_16_bit_tflops: number; memory_gb: number; rated_power_w: number | null };
}

/**
 * What a price comes to in other units.
 * @param id of a hardware class
 * @param decimals of each derived price
 * @param tokensPerSecond of one GPU, as a decimal above 0; null where nobody states any
 * @throws RangeError for a class that does not exist
 */
export function derivedUnits(
  valueUsd: string,
  id: string,
  decimals: number,
  tokensPerSecond: string | null,
): DerivedUnits {
  const row = hardwareClass(id);
  if (!row) throw new RangeError(`there is no hardware class ${JSON.stringify(id.slice(0, 40))}`);
  return {
    value: valueUsd,
    per_petaflop_hour: perPetaflopHour(valueUsd, row, decimals),
    per_gigabyte_hour: perGigabyteHour(valueUsd, row, decimals),
    per_rated_kilowatt_hour: perRatedKilowattHour(valueUsd, row, decimals),
    per_million_tokens:
      tokensPerSecond === null
        ? null
        : { value: perMillionTokens(valueUsd, tokensPerSecond, decimals), tokens_per_second: tokensPerSecond },
    datasheet: {
      dense_16_bit_tflops: sixteenBitTflops(row),
      memory_gb: row.memory_gb,
      rated_power_w: row.tdp_w,
    },
  };
}
