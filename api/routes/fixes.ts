import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { accepts } from 'hono/accepts';
import { cacheFor, isCurrent } from '#api/conditional';
import type { ApiContext } from '#api/context';
import { historyCsv } from '#api/csv';
import { historyQuery, makeRoutes, noQuery, seriesParameter } from '#api/parameters';
import { ProblemError } from '#api/problem';
import { readHistory } from '#api/queries';
import { fixHistory, latestFixes } from '#api/schemas/fixes';
import { json, notModified, problems } from '#api/schemas/operations';
import { requireSeries } from '#api/series';
import { fileName } from '#api/simulated';
import type { LatestFix } from '#api/types';
import { CORRECTION } from '#index-engine/finality/findings';
import { signedRecordsOf } from '#store/ledger/log';
import { seriesState } from '#store/ledger/state';

const latest = createRoute({
  method: 'get',
  path: '/v1/fixes/latest',
  tags: ['Fixes'],
  summary: "Every series' newest fix",
  request: { query: noQuery },
  responses: { ...json('The newest fixes, in the order of their series.', latestFixes), ...notModified, ...problems },
});

const history = createRoute({
  method: 'get',
  path: '/v1/fixes/{series}',
  tags: ['Fixes'],
  summary: 'History of a series, half-open in local dates: from is included, to is not',
  request: { params: z.object({ series: seriesParameter }), query: historyQuery },
  responses: {
    200: {
      description: 'Newest revision of every strike, oldest first. JSON in columns; CSV with the same columns in rows.',
      content: { 'application/json': { schema: fixHistory }, 'text/csv': { schema: z.string() } },
    },
    ...notModified,
    ...problems,
  },
});

/** JSON or CSV: as `format` says, otherwise as the Accept header prefers. */
function formatOf(c: Context, stated: 'json' | 'csv' | undefined): 'json' | 'csv' {
  if (stated) return stated;
  c.header('Vary', 'Accept', { append: true });
  const type = accepts(c, {
    header: 'Accept',
    supports: ['application/json', 'text/csv'],
    default: 'application/json',
  });
  return type === 'text/csv' ? 'csv' : 'json';
}

/** `/v1/fixes/latest` and `/v1/fixes/{series}` */
export function fixesRoutes({ store, clock, recent, simulated }: ApiContext) {
  const routes = makeRoutes();
  const { database } = store.ledger;

  routes.openapi(latest, async (c) => {
    const { tag, series } = await recent();
    if (isCurrent(c, `latest-${tag}`, cacheFor.list)) return c.body(null, 304);
    const answer: LatestFix[] = [...series.values()].map((one) => one.latest);
    return c.json(answer, 200);
  });

  routes.openapi(history, async (c) => {
    const asked = requireSeries(c.req.valid('param').series, clock());
    const { id: series } = asked;
    const { from, to, format: stated, vintage } = c.req.valid('query');
    if (from && to && from > to) {
      const expected = `a date on or after ${from}: the range is half-open, from is included and to is not`;
      throw new ProblemError('invalid-parameter', `to ${to} lies before from ${from}`, { parameter: 'to', expected });
    }
    const format = formatOf(c, stated);
    const state = await seriesState(database, series);
    const version = state ? `${state.fixes}-${state.head.slice(0, 16)}` : 'none';
    const corrections = vintage === 'corrected' ? (await signedRecordsOf(database, CORRECTION)).length : 0;
    const tag = `${series}-${from ?? ''}-${to ?? ''}-${format}-${vintage}-${corrections}-${version}`;
    if (isCurrent(c, tag, cacheFor.list)) return c.body(null, 304);
    const answer = await readHistory(store, asked, { from, to }, vintage);
    if (format === 'json') return c.json(answer, 200);
    const name = [series, from, to, vintage === 'latest' ? '' : vintage].filter(Boolean).join('_');
    return c.body(historyCsv(answer, simulated), 200, {
      'Content-Type': 'text/csv; charset=utf-8; header=present',
      'Content-Disposition': `attachment; filename="${fileName(simulated, `${name}.csv`)}"`,
    });
  });

  return routes;
}
