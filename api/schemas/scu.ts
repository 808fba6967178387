import { z } from '@hono/zod-openapi';
import { day, hash, price, quotient, status } from '#api/schemas/derived-parts';
import { level } from '#api/schemas/fixes';
import { differential } from '#api/schemas/spreads';
import type { BoardRow, Dispersion, ScuAnswer } from '#api/types';

const byWorkload = <Schema extends z.ZodType>(schema: Schema) =>
  z.object({ training: schema, inference: schema, combined: schema });
const perScu = z.string().openapi({ description: 'Decimal, USD per SCU-hour.', example: '2.3314' });
const priced = z.object({ class: z.string(), value: perScu });

const row = z
  .object({
    class: z.string(),
    name: z.string(),
    series: z.string(),
    date: day,
    value: price,
    level: level.nullable(),
    status,
    hash,
    rating: byWorkload(z.string().openapi({ description: 'SCU of one GPU.' })),
    error: byWorkload(z.string().openapi({ description: 'Error of the rating, as a natural logarithm.' })),
    rating_status: z.enum(['rated', 'provisional']),
    grade: z.string().nullable(),
    per_scu: byWorkload(perScu),
    rank: byWorkload(z.int()),
    differential: differential.nullable(),
  })
  .openapi('ScuRow') satisfies z.ZodType<BoardRow>;

const dispersion = z
  .object({
    classes: z.int(),
    provisional: z.int(),
    cheapest: priced,
    dearest: priced,
    range: quotient,
    log_standard_deviation: quotient.nullable(),
  })
  .openapi('Dispersion') satisfies z.ZodType<Dispersion>;

export const scuAnswer = z
  .object({
    date: day,
    unit: z.literal('USD/SCU-h'),
    reference: z.string(),
    rows: z.array(row).openapi({ description: 'The cheapest by the combined rating first.' }),
    without: z.array(z.object({ class: z.string(), series: z.string(), reason: z.string() })),
    dispersion: byWorkload(dispersion).nullable(),
  })
  .openapi('ScuAnswer') satisfies z.ZodType<ScuAnswer>;
