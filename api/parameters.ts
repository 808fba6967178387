import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { ProblemError } from '#api/problem';

/** Where a request can carry a parameter. */
type Target = 'query' | 'param' | string;

/**
 * Turns what a schema refused into a problem. Every schema of a parameter carries, as its error message, what would be right.
 */
function refuseInvalid(result: { target: Target; success: boolean; error?: z.core.$ZodError }, c: Context): void {
  const issue = result.error?.issues[0];
  if (!issue) return;
  if (issue.code === 'unrecognized_keys') {
    const parameter = issue.keys[0] ?? '';
    const detail = `this route has no query parameter ${JSON.stringify(parameter.slice(0, 60))}`;
    throw new ProblemError('unknown-parameter', detail, { parameter, expected: issue.message });
  }
  const parameter = String(issue.path[0] ?? '');
  const given = result.target === 'query' ? c.req.queries(parameter) : [c.req.param(parameter)];
  const shown = JSON.stringify((given ?? []).join(', ').slice(0, 60));
  const detail =
    given && given.length > 1 ? `${parameter} is given ${given.length} times` : `${parameter} cannot be ${shown}`;
  throw new ProblemError('invalid-parameter', detail, { parameter, expected: issue.message });
}

/** A group of routes whose parameters are checked alike. */
export function makeRoutes(): OpenAPIHono {
  return new OpenAPIHono({ defaultHook: refuseInvalid });
}

/** A query with exactly these parameters: any other is refused. */
export function query<Shape extends z.ZodRawShape>(shape: Shape) {
  const names = Object.keys(shape);
  const expected = names.length === 0 ? 'no query parameter' : `one of: ${names.join(', ')}`;
  return z.strictObject(shape, { error: (issue) => (issue.code === 'unrecognized_keys' ? expected : undefined) });
}

/** A calendar date as text. Postgres has no year 0; nobody sold a GPU-hour before 1970. */
export const dateText = (example: string) => {
  const error = `a calendar date such as ${example}`;
  return z.iso.date({ error }).refine((date) => date >= '1970-01-01', { error });
};

/** `{series}` in a path. Whether there is such a series is for the route to say. */
export const seriesParameter = z.string().openapi({
  param: { name: 'series', in: 'path' },
  description: 'Id of a series, as /v1/indices lists them.',
  example: 'CSI-H100-SXM-80',
});

/** `{date}` in a path: the local calendar date of the strike. */
export const dateParameter = dateText('2026-07-28').openapi({
  param: { name: 'date', in: 'path' },
  description: 'Local calendar date of the strike.',
  example: '2026-07-28',
});

const whenError = 'a calendar date such as 2026-07-28, or the instant of a strike such as 2026-07-28T15:00:00Z';

/** `{date}` of a fix: as above, or the instant of the strike, since a series struck every hour has many on a date. */
export const strikeParameter = z
  .union([dateText('2026-07-28'), z.iso.datetime({ error: whenError })], { error: whenError })
  .openapi({
    param: { name: 'date', in: 'path' },
    type: 'string',
    description:
      'Local calendar date of the strike; or its instant (RFC 3339, UTC). By the date alone, the last strike of the date is meant.',
    example: '2026-07-28',
  });

/** `{id}` of a source in a path. */
export const sourceParameter = z.string().openapi({
  param: { name: 'id', in: 'path' },
  description: 'Id of a source, as /v1/sources lists them.',
  example: 'runpod',
});

/** `from`, `to` and `format` of a history. */
export const historyQuery = query({
  from: dateText('2026-07-01')
    .optional()
    .openapi({ description: 'First local date, included.', example: '2026-07-01' }),
  to: dateText('2026-08-01')
    .optional()
    .openapi({ description: 'Last local date, not included.', example: '2026-08-01' }),
  format: z
    .enum(['json', 'csv'], { error: 'json or csv' })
    .optional()
    .openapi({ description: 'Goes before the Accept header.' }),
  vintage: z
    .enum(['latest', 'initial', 'corrected'], { error: 'latest, initial or corrected' })
    .default('latest')
    .openapi({
      description:
        'The newest revision of each strike, its first, or with what was found after it was final: nobody settles on that.',
    }),
});

const LIMIT = 'a whole number from 1 to 1000';

/** `limit` of a list of rows. */
export const limitQuery = query({
  limit: z
    .string({ error: LIMIT })
    .regex(/^\d{1,4}$/, LIMIT)
    .transform(Number)
    .pipe(z.int({ error: LIMIT }).min(1, LIMIT).max(1000, LIMIT))
    .optional()
    .openapi({
      type: 'integer',
      minimum: 1,
      maximum: 1000,
      default: 100,
      description: 'At most so many rows, newest first.',
    }),
});

/** A query without parameters. */
export const noQuery = query({});
