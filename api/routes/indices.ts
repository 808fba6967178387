import { createRoute, z } from '@hono/zod-openapi';
import { cacheFor, isCurrent } from '#api/conditional';
import type { ApiContext } from '#api/context';
import { makeRoutes, noQuery, seriesParameter } from '#api/parameters';
import type { Recent } from '#api/recent';
import { index, indicesAnswer } from '#api/schemas/indices';
import { json, notModified, problems } from '#api/schemas/operations';
import { allSeries, currentRulebook, definitionOf, requireSeries } from '#api/series';
import type { IndicesAnswer } from '#api/types';

const list = createRoute({
  method: 'get',
  path: '/v1/indices',
  tags: ['Indices'],
  summary: 'Every series: what it measures, its newest fix and its last strikes',
  request: { query: noQuery },
  responses: { ...json('Every series, in the order of their ids.', indicesAnswer), ...notModified, ...problems },
});

const one = createRoute({
  method: 'get',
  path: '/v1/indices/{series}',
  tags: ['Indices'],
  summary: 'One series: what it measures, its newest fix and its last strikes',
  request: { params: z.object({ series: seriesParameter }), query: noQuery },
  responses: { ...json('The series.', index), ...notModified, ...problems },
});

const noSparkline = { date: [], value: [], level: [] };

/** `/v1/indices` */
export function indicesRoutes({ clock, recent: readRecent }: ApiContext) {
  const routes = makeRoutes();
  const withRecent = (definition: ReturnType<typeof definitionOf>, recent: Recent | undefined) => ({
    ...definition,
    latest: recent?.latest ?? null,
    sparkline: recent?.sparkline ?? noSparkline,
  });

  routes.openapi(list, async (c) => {
    const now = clock();
    const rulebook = currentRulebook(now);
    const { tag, series: recent } = await readRecent();
    if (isCurrent(c, `indices-${tag}-${rulebook.sha256.slice(0, 8)}`, cacheFor.list)) return c.body(null, 304);
    const indices = allSeries(now).map((series) => withRecent(definitionOf(series, rulebook), recent.get(series.id)));
    const answer: IndicesAnswer = { indices };
    return c.json(answer, 200);
  });

  routes.openapi(one, async (c) => {
    const now = clock();
    const series = requireSeries(c.req.valid('param').series, now);
    const rulebook = currentRulebook(now);
    const { tag, series: all } = await readRecent();
    const held = `index-${series.id}-${tag}-${rulebook.sha256.slice(0, 8)}`;
    if (isCurrent(c, held, cacheFor.list)) return c.body(null, 304);
    const answer: IndicesAnswer['indices'][number] = withRecent(definitionOf(series, rulebook), all.get(series.id));
    return c.json(answer, 200);
  });

  return routes;
}
