import { z } from '@hono/zod-openapi';

/** Pieces that the schemas of derived answers share. */

export const price = z.string().openapi({ description: 'Decimal, USD per GPU-hour.', example: '2.8134' });
export const quotient = z.string().openapi({ description: 'Decimal, without a unit.', example: '1.036364' });
export const instant = z.iso.datetime().openapi({ description: 'RFC 3339, UTC.', example: '2026-07-28T15:00:00.000Z' });
export const day = z.iso.date().openapi({ description: 'Local calendar date of the strike.', example: '2026-07-28' });
export const hash = z.string().openapi({ description: 'SHA-256 of the canonical JSON, hexadecimal.' });
export const status = z.enum(['normal', 'thin', 'carried', 'suspended']);
/** Why there is no value. */
export const reason = z.string().nullable().openapi({ description: 'Why there is no value; null where there is one.' });
