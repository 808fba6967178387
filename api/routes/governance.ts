import { createRoute, z } from '@hono/zod-openapi';
import { cacheFor } from '#api/conditional';
import type { ApiContext } from '#api/context';
import { makeRoutes, noQuery } from '#api/parameters';
import { json, problems } from '#api/schemas/operations';
import type { GovernanceAnswer, RegisterRow } from '#api/types';
import { parallelRuns, rulebookChanges } from '#index-engine/governance/changes';
import { entriesOf } from '#index-engine/governance/registers';

const said = z.object({ at: z.iso.datetime(), text: z.string(), hash: z.string() });
const entry = z
  .object({ id: z.string(), party: z.string(), opened: said, closed: said.nullable() })
  .openapi('RegisterEntry') satisfies z.ZodType<RegisterRow>;
const named = z.object({ version: z.string(), sha256: z.string() });

const governanceAnswer = z
  .object({
    rulebooks: z.array(
      named.extend({
        event: z.enum(['announced', 'used']),
        title: z.string(),
        effective_from: z.iso.datetime(),
        first_strike: z.iso.datetime().nullable(),
        summary: z.string().nullable(),
        hash: z.string(),
      }),
    ),
    parallel_runs: z.array(
      z.object({
        from: z.iso.date(),
        to: z.iso.date(),
        dates: z.int(),
        current: named,
        changed: named,
        fixes: z.int(),
        same: z.int(),
        differing: z.int(),
        hash: z.string(),
      }),
    ),
    conflicts: z.array(entry),
    complaints: z.array(entry),
  })
  .openapi('Governance', {
    description: 'Signed records, oldest first. Every `hash` is that of the record in the transparency log.',
  }) satisfies z.ZodType<GovernanceAnswer>;

const governance = createRoute({
  method: 'get',
  path: '/v1/governance',
  tags: ['Operations'],
  summary: 'The change log of the rules, their parallel runs, and the registers of conflicts and complaints',
  request: { query: noQuery },
  responses: { ...json('What the log holds.', governanceAnswer), ...problems },
});

/** `/v1/governance` */
export function governanceRoutes({ store }: ApiContext) {
  const routes = makeRoutes();
  const { database } = store.ledger;
  routes.openapi(governance, async (c) => {
    const [changes, runs] = [await rulebookChanges(database), await parallelRuns(database)];
    const answer: GovernanceAnswer = {
      rulebooks: changes.map(({ format: _, at: __, ...one }) => one),
      parallel_runs: runs.map(({ from, to, dates, current, changed, fixes, same, differing, hash }) => {
        return { from, to, dates, current, changed, fixes, same, differing, hash };
      }),
      conflicts: await entriesOf(database, 'conflict'),
      complaints: await entriesOf(database, 'complaint'),
    };
    return c.json(answer, 200, { 'Cache-Control': cacheFor.list });
  });
  return routes;
}
