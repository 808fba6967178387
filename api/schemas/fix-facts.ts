import { z } from '@hono/zod-openapi';
import type { FixCorrection, FixFacts } from '#api/types';

const instant = z.iso.datetime();
const level = z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(5), z.literal(6)]);

const correction = z
  .object({
    value: z.string().nullable(),
    level: level.nullable(),
    status: z.enum(['normal', 'thin', 'carried', 'suspended']),
    change: z.string().nullable().openapi({ description: 'Of the published value, as a fraction of it.' }),
    reason: z.string(),
    known_at: instant.openapi({ description: 'Facts learned before this instant count.' }),
    fix_hash: z.string(),
  })
  .openapi('FixCorrection', {
    description: 'What a final fix would have been, found later. The fix stays; nobody settles on this.',
  }) satisfies z.ZodType<FixCorrection>;

/** Members of an answer about one fix that are beside its signed record. */
export const fixFacts = {
  due_at: instant.openapi({ description: 'When it was to be published.' }),
  final_at: instant.openapi({ description: 'From when on it never changes.' }),
  timeliness: z.enum(['on_time', 'late', 'backcast']).openapi({
    description:
      'Late: published long after it was due, from what had been recorded before the strike. Backcast: its strike lies before the service began to publish.',
  }),
  business_days: z.record(z.string(), z.boolean().nullable()).openapi({
    description: 'Whether its date is a business day, by calendar; null where the calendar does not reach.',
  }),
  annotations: z.array(z.object({ at: instant, text: z.string(), hash: z.string() })),
  correction: correction.nullable(),
} satisfies Record<keyof FixFacts, z.ZodType>;
