import { z } from '@hono/zod-openapi';
import { day, hash, instant, price, quotient, reason, status } from '#api/schemas/derived-parts';
import { cadence, level } from '#api/schemas/fixes';
import type { Differential, Spread, SpreadHistory, SpreadLeg, SpreadsAnswer } from '#api/types';

const kind = z.enum(['class', 'region', 'evidence', 'tenor', 'segment', 'cadence']);
const difference = z.string().openapi({ description: 'a − b, USD per GPU-hour.', example: '-0.1200' });

const leg = z.object({
  series: z.string(),
  strike: instant.nullable(),
  value: price.nullable(),
  level: level.nullable(),
  status: status.nullable(),
  hash: hash.nullable(),
}) satisfies z.ZodType<SpreadLeg>;

/** Price ratio ÷ SCU ratio, by workload. */
export const differential = z
  .object({ training: quotient, inference: quotient, combined: quotient })
  .openapi('Differential', {
    description: 'Price ratio ÷ SCU ratio: 1 where both cost the same for a unit of compute.',
  }) satisfies z.ZodType<Differential>;

const spread = z
  .object({
    kind,
    a: leg,
    b: leg,
    difference: difference.nullable(),
    ratio: quotient.nullable(),
    differential: differential.nullable(),
    reason,
  })
  .openapi('Spread') satisfies z.ZodType<Spread>;

export const spreadsAnswer = z
  .object({ date: day, unit: z.literal('USD/GPU-h'), spreads: z.array(spread) })
  .openapi('SpreadsAnswer') satisfies z.ZodType<SpreadsAnswer>;

const column = z.array(quotient.nullable());

export const spreadHistory = z
  .object({
    a: z.string(),
    b: z.string(),
    kind,
    unit: z.literal('USD/GPU-h'),
    from: day.nullable(),
    to: day.nullable(),
    cadence_a: cadence,
    cadence_b: cadence,
    date: z.array(day),
    strike_a: z.array(instant.nullable()),
    strike_b: z.array(instant.nullable()),
    value_a: z.array(price.nullable()),
    value_b: z.array(price.nullable()),
    difference: z.array(difference.nullable()),
    ratio: column,
    differential: z.object({ training: column, inference: column, combined: column }).nullable(),
    reason: z.array(z.string().nullable()),
  })
  .openapi('SpreadHistory', {
    description: 'In columns: all arrays have one length.',
  }) satisfies z.ZodType<SpreadHistory>;
