import { z } from '@hono/zod-openapi';
import { dateText, query } from '#api/parameters';
import { ProblemError } from '#api/problem';
import { nearestNames } from '#api/series';
import { hardwareClass, hardwareClasses } from '#methodology/hardware';

/** `date` of an answer at one date. */
export const optionalDate = dateText('2026-07-28').optional().openapi({
  description: 'Local calendar date; without it the newest that has a value to show.',
  example: '2026-07-28',
});

/** `from` and `to` of a history, half-open. */
export const rangeShape = {
  from: dateText('2026-07-01')
    .optional()
    .openapi({ description: 'First local date, included.', example: '2026-07-01' }),
  to: dateText('2026-08-01')
    .optional()
    .openapi({ description: 'Last local date, not included.', example: '2026-08-01' }),
};
export const rangeQuery = query(rangeShape);

/** Refuses a range that ends before it begins. @throws ProblemError */
export function expectRange(from: string | undefined, to: string | undefined): void {
  if (!from || !to || from <= to) return;
  const expected = `a date on or after ${from}: the range is half-open, from is included and to is not`;
  throw new ProblemError('invalid-parameter', `to ${to} lies before from ${from}`, { parameter: 'to', expected });
}

/** `{class}` in a path. */
export const classParameter = z.string().openapi({
  param: { name: 'class', in: 'path' },
  description: 'Id of a hardware class, as /v1/indices names them.',
  example: 'H100-SXM-80',
});

/** Refuses a hardware class that does not exist. @throws ProblemError naming the nearest ids */
export function requireClass(id: string): string {
  if (hardwareClass(id)) return id;
  const near = nearestNames(
    id,
    hardwareClasses().map((one) => one.id),
  );
  throw new ProblemError('unknown-class', `there is no hardware class ${JSON.stringify(id.slice(0, 60))}`, {
    parameter: 'class',
    expected: `a hardware class of /v1/indices, such as ${near.join(' or ')}`,
  });
}
