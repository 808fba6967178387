import { z } from '@hono/zod-openapi';
import type { Problem } from '#api/types';

/** RFC 9457. */
export const problem = z
  .object({
    type: z.string().openapi({ example: '/problems/unknown-series' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    parameter: z.string().exactOptional(),
    expected: z.string().exactOptional(),
  })
  .openapi('Problem', { required: ['type', 'title', 'status', 'detail'] }) satisfies z.ZodType<Problem>;

/** Whether a store answers. */
const answers = z.enum(['answers', 'does not answer']);

export const readiness = z.object({ ready: z.boolean(), clickhouse: answers, ledger: answers }).openapi('Readiness');
export const liveness = z.object({ alive: z.literal(true) }).openapi('Liveness');

/** The problems every route may answer with. */
export const problems = {
  default: { description: 'A problem (RFC 9457).', content: { 'application/problem+json': { schema: problem } } },
} as const;

/** The answer to a client whose copy still holds. */
export const notModified = { 304: { description: 'The copy named by If-None-Match still holds.' } } as const;

/** A JSON answer. */
export function json<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { 200: { description, content: { 'application/json': { schema } } } };
}
