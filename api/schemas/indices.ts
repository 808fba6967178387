import { z } from '@hono/zod-openapi';
import { cadence, latestFix, level } from '#api/schemas/fixes';
import type { IndexDefinition, IndicesAnswer } from '#api/types';

const definition = z.object({
  series: z.string(),
  name: z.string(),
  hardware_class: z.string(),
  vendor: z.string(),
  family: z.string(),
  segment: z.string(),
  tenor: z.string(),
  region: z.string(),
  unit: z.literal('USD/GPU-h'),
  definition: z.string(),
  cadence,
  strike_time: z.string(),
  time_zone: z.string(),
}) satisfies z.ZodType<IndexDefinition>;

/** A series, its newest fix and its last strikes. */
export const index = definition
  .extend({
    latest: latestFix.nullable(),
    sparkline: z
      .object({
        date: z.array(z.iso.date()),
        value: z.array(z.string().nullable()),
        level: z.array(level.nullable()),
      })
      .openapi({ description: 'Up to the last 30 strikes, oldest first; null where suspended.' }),
  })
  .openapi('Index') satisfies z.ZodType<IndicesAnswer['indices'][number]>;

export const indicesAnswer = z
  .object({ indices: z.array(index) })
  .openapi('IndicesAnswer') satisfies z.ZodType<IndicesAnswer>;
