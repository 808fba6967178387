import { z } from '@hono/zod-openapi';
import { day, instant } from '#api/schemas/derived-parts';
import type {
  Capacity,
  CapacityAnswer,
  CapacityBoardAnswer,
  CapacityHistory,
  CapacitySource,
  ClassCapacity,
} from '#api/types';

const gpus = z.int().nullable().openapi({ description: 'GPUs; null is unknown, and never 0.' });
const share = z
  .string()
  .nullable()
  .openapi({ description: 'Decimal between 0 and 1; null is unknown.', example: '0.560000' });

const capacity = z
  .object({
    offered: gpus,
    free: gpus,
    rented: gpus,
    utilisation: share,
    utilisation_share: share,
    stranded: gpus,
    stranded_share: share,
  })
  .openapi('Capacity') satisfies z.ZodType<Capacity>;

const source = z
  .object({
    source: z.string(),
    venue: z.string(),
    shows: z.enum(['counts', 'machines', 'free_machines', 'free_pools']),
    looked_at: instant.nullable(),
    free: gpus,
    rented: gpus,
    reason: z.string().nullable().openapi({ description: 'Why it does not count; null where it does.' }),
  })
  .openapi('CapacitySource') satisfies z.ZodType<CapacitySource>;

const classCapacity = z
  .object({
    hardware_class: z.string(),
    at: instant,
    total: capacity,
    regions: z.object({ US: capacity, EU: capacity, APAC: capacity, OTHER: capacity, UNKNOWN: capacity }),
    sources: z.array(source),
    coverage: z.object({ venues_showing: z.array(z.string()), venues_priced: z.int(), share }),
    methodology: z.object({ version: z.string(), sha256: z.string() }),
  })
  .openapi('ClassCapacity', {
    description: 'Computed on demand from stored facts by the rules it names; not signed.',
  }) satisfies z.ZodType<ClassCapacity>;

export const capacityBoard = z
  .object({ at: instant, unit: z.literal('GPU'), why: z.string(), classes: z.array(classCapacity) })
  .openapi('CapacityBoardAnswer') satisfies z.ZodType<CapacityBoardAnswer>;

export const capacityAnswer = classCapacity
  .extend({ unit: z.literal('GPU'), why: z.string() })
  .openapi('CapacityAnswer') satisfies z.ZodType<CapacityAnswer>;

export const capacityHistory = z
  .object({
    hardware_class: z.string(),
    unit: z.literal('GPU'),
    from: day,
    to: day,
    date: z.array(day),
    at: z.array(instant),
    offered: z.array(gpus),
    free: z.array(gpus),
    rented: z.array(gpus),
    utilisation: z.array(share),
    stranded: z.array(gpus),
    stranded_share: z.array(share),
    coverage: z.array(share),
  })
  .openapi('CapacityHistory', {
    description: 'In columns: all arrays have one length.',
  }) satisfies z.ZodType<CapacityHistory>;
