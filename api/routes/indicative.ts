import { createRoute, z } from '@hono/zod-openapi';
import type { ApiContext } from '#api/context';
import { makeRoutes, noQuery } from '#api/parameters';
import { json, problems } from '#api/schemas/operations';
import type { IndicativeAnswer } from '#api/types';
import { formatDecimal, parseDecimal } from '#methodology/decimal';
import { type IndicativeRow, latestIndicative } from '#store/clickhouse/indicative';

/** A value older than this is no longer shown: nobody computes it any more, or nothing stands. */
const SHOWN_FOR_MS = 10 * 60_000;
const VALUE_DECIMALS = 4;

const indicativeAnswer = z
  .object({
    label: z.literal('indicative'),
    unit: z.literal('USD/GPU-h'),
    values: z.array(
      z.object({
        series: z.string(),
        at: z.iso.datetime(),
        value: z.string(),
        level: z.union([z.literal(3), z.literal(4)]),
        providers: z.int(),
      }),
    ),
  })
  .openapi('Indicative') satisfies z.ZodType<IndicativeAnswer>;

const latest = createRoute({
  method: 'get',
  path: '/v1/indicative',
  tags: ['Fixes'],
  summary: 'The indicative index: the estimator over the last hour, every minute. Never settled on',
  request: { query: noQuery },
  responses: { ...json('The last value of every series that has one.', indicativeAnswer), ...problems },
});

/** An indicative value as the API shows it. */
export const indicativeRow = ({
  series,
  at,
  value,
  level,
  providers,
}: IndicativeRow): IndicativeAnswer['values'][number] => ({
  series,
  at,
  value: formatDecimal(parseDecimal(value, VALUE_DECIMALS), VALUE_DECIMALS),
  level: level === 3 ? 3 : 4,
  providers,
});

/** `/v1/indicative` */
export function indicativeRoutes({ store, clock }: ApiContext) {
  const routes = makeRoutes();
  routes.openapi(latest, async (c) => {
    const rows = await latestIndicative(store.clickhouse, new Date(clock().getTime() - SHOWN_FOR_MS));
    const answer: IndicativeAnswer = { label: 'indicative', unit: 'USD/GPU-h', values: rows.map(indicativeRow) };
    return c.json(answer, 200, { 'Cache-Control': 'no-cache' });
  });
  return routes;
}
