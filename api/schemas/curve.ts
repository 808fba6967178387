import { z } from '@hono/zod-openapi';
import { day, hash, instant, price, quotient, reason, status } from '#api/schemas/derived-parts';
import { level } from '#api/schemas/fixes';
import type { CurveAnswer, CurvePoint } from '#api/types';

const point = z
  .object({
    tenor: z.string().openapi({ description: 'INT, OD, or R with months.', example: 'R12M' }),
    months: z.int().nullable().openapi({ description: '0 on demand; null where it can be interrupted.' }),
    series: z.string(),
    strike: instant.nullable(),
    value: price.nullable(),
    level: level.nullable(),
    status: status.nullable(),
    reason,
    providers: z.int().nullable(),
    hash: hash.nullable(),
    to_on_demand: quotient.nullable(),
  })
  .openapi('CurvePoint') satisfies z.ZodType<CurvePoint>;

export const curveAnswer = z
  .object({
    hardware_class: z.string(),
    segment: z.enum(['headline', 'hyperscaler']),
    date: day,
    unit: z.literal('USD/GPU-h'),
    points: z.array(point),
  })
  .openapi('CurveAnswer') satisfies z.ZodType<CurveAnswer>;
