import { z } from '@hono/zod-openapi';
import { day, hash, instant, price, reason, status } from '#api/schemas/derived-parts';
import { level } from '#api/schemas/fixes';
import type { BasketAnswer, BasketConstituent, BasketFix, BasketLink, BasketsAnswer } from '#api/types';

const workload = z.enum(['training', 'inference']);

const constituent = z.object({
  class: z.string(),
  gpus: z.int(),
  scu: z.string().openapi({ description: 'SCU of one GPU in the workload of the basket.' }),
  series: z.string(),
  revision: z.int().nullable(),
  value: price.nullable(),
  level: level.nullable(),
  status: status.nullable(),
  hash: hash.nullable(),
  share: z.string().nullable().openapi({ description: 'Its part of what the basket costs.', example: '0.250000' }),
}) satisfies z.ZodType<BasketConstituent>;

const basketFix = z
  .object({
    basket: z.string(),
    version: z.int(),
    workload,
    role: z.enum(['index', 'parallel']),
    date: day,
    strike: instant,
    value: z.string().nullable().openapi({ description: 'Decimal, USD per SCU-hour of the workload.' }),
    status: z.enum(['normal', 'thin', 'carried', 'unavailable']),
    reason,
    constituents: z.array(constituent),
    methodology: z.object({ basket_sha256: z.string() }),
    hash,
  })
  .openapi('BasketFix', {
    description: 'Derived: not signed by itself, and computed again from the signed fixes it names.',
  }) satisfies z.ZodType<BasketFix>;

const link = z.object({
  version: z.int(),
  effective_from: day,
  linked_at: instant.nullable(),
  link: z.object({ numerator: z.string(), denominator: z.string() }).nullable(),
  parallel_until: day.nullable(),
}) satisfies z.ZodType<BasketLink>;

const definition = z.object({
  basket: z.string(),
  title: z.string(),
  workload,
  unit: z.enum(['USD/SCU-T-h', 'USD/SCU-I-h']),
  versions: z.array(link),
});

export const basketsAnswer = z
  .object({ why: z.string(), baskets: z.array(definition.extend({ latest: basketFix.nullable() })) })
  .openapi('BasketsAnswer') satisfies z.ZodType<BasketsAnswer>;

export const basketAnswer = definition
  .extend({ from: day.nullable(), to: day.nullable(), fixes: z.array(basketFix) })
  .openapi('BasketAnswer') satisfies z.ZodType<BasketAnswer>;
