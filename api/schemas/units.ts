import { z } from '@hono/zod-openapi';
import { query } from '#api/parameters';
import type { DerivedUnits } from '#api/types';

const usd = (what: string) => z.string().openapi({ description: `Decimal, USD for ${what}.` });
const THROUGHPUT = 'tokens a second of one GPU, a decimal above 0 and below a billion such as 150';

/** A price in other units. */
export const derivedUnits = z
  .object({
    value: usd('one GPU for an hour'),
    per_petaflop_hour: usd('an hour of 1 PFLOP/s, dense, 16 bits with FP32 accumulation'),
    per_gigabyte_hour: usd('an hour of 1 GB of accelerator memory'),
    per_rated_kilowatt_hour: usd('an hour of 1 kW of rated power; null where the maker prints none').nullable(),
    per_million_tokens: z.object({ value: usd('a million tokens'), tokens_per_second: z.string() }).nullable(),
    datasheet: z.object({
      dense_16_bit_tflops: z.number(),
      memory_gb: z.number(),
      rated_power_w: z.number().nullable(),
    }),
  })
  .openapi('DerivedUnits', {
    description: "The newest revision's value in other units: arithmetic on the datasheet, beside the signed record.",
  }) satisfies z.ZodType<DerivedUnits>;

/** `tokens_per_second` of one fix: the throughput at which its price per million tokens is stated. */
export const throughputQuery = query({
  tokens_per_second: z
    .string({ error: THROUGHPUT })
    .regex(/^\d{1,9}(\.\d{1,6})?$/, THROUGHPUT)
    .refine((text) => Number(text) > 0, THROUGHPUT)
    .optional()
    .openapi({
      description: 'Throughput of one GPU, stated by whoever asks: then the price per million tokens is answered too.',
      example: '150',
    }),
});
