import { createRoute, z } from '@hono/zod-openapi';
import type { ApiContext } from '#api/context';
import { limitQuery, makeRoutes, noQuery, sourceParameter } from '#api/parameters';
import { ProblemError } from '#api/problem';
import { json, problems } from '#api/schemas/operations';
import { quarantineAnswer, sourcesAnswer } from '#api/schemas/sources';
import { makeShared } from '#api/shared';
import { readSources } from '#api/sources';
import type { QuarantineAnswer, SourcesAnswer } from '#api/types';
import { quarantineOf } from '#store/clickhouse/source-counts';

const DEFAULT_ROWS = 100;

const list = createRoute({
  method: 'get',
  path: '/v1/sources',
  tags: ['Sources'],
  summary: 'Every source: how fresh it is, what is stored of it, and what was not taken',
  request: { query: noQuery },
  responses: { ...json('Every source.', sourcesAnswer), ...problems },
});

const quarantine = createRoute({
  method: 'get',
  path: '/v1/sources/{id}/quarantine',
  tags: ['Sources'],
  summary: 'Rows of a source that were not taken, newest first',
  request: { params: z.object({ id: sourceParameter }), query: limitQuery },
  responses: { ...json('The rows, as they came.', quarantineAnswer), ...problems },
});

/** `/v1/sources` */
export function sourcesRoutes({ store, clock, sources, nextRuns }: ApiContext) {
  const routes = makeRoutes();
  // Freshness is a statement about now: a copy of it would be wrong.
  const noCopy = { 'Cache-Control': 'no-cache' };

  const shared = makeShared<SourcesAnswer>();

  routes.openapi(list, async (c) => {
    const answer = await shared('', () => readSources(store, sources, nextRuns(), clock()));
    return c.json(answer, 200, noCopy);
  });

  routes.openapi(quarantine, async (c) => {
    const { id } = c.req.valid('param');
    const names = sources.map((source) => source.id);
    if (!names.includes(id)) {
      throw new ProblemError('unknown-source', `there is no source ${JSON.stringify(id.slice(0, 60))}`, {
        parameter: 'id',
        expected: `one of: ${names.join(', ')}`,
      });
    }
    const rows = await quarantineOf(store.clickhouse, id, c.req.valid('query').limit ?? DEFAULT_ROWS);
    const answer: QuarantineAnswer = { source: id, rows };
    return c.json(answer, 200, noCopy);
  });

  return routes;
}
