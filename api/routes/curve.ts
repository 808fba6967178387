import { createRoute, z } from '@hono/zod-openapi';
import { cacheFor, isCurrent } from '#api/conditional';
import type { ApiContext } from '#api/context';
import { ledgerTag, pointsOn } from '#api/derived';
import { classParameter, optionalDate, requireClass } from '#api/derived-parameters';
import { makeRoutes, query } from '#api/parameters';
import { curveAnswer } from '#api/schemas/curve';
import { json, notModified, problems } from '#api/schemas/operations';
import { allSeries, currentRulebook } from '#api/series';
import type { CurveAnswer } from '#api/types';
import { curveAt, curveSegments, curveSeries } from '#index-engine/derived/curve';
import { newestDateOf } from '#store/ledger/days';

const curveQuery = query({
  date: optionalDate,
  segment: z
    .enum(curveSegments, { error: 'headline or hyperscaler' })
    .optional()
    .openapi({ description: 'Whose capacity: marketplaces and neoclouds (headline, the default), or hyperscalers.' }),
});

const curve = createRoute({
  method: 'get',
  path: '/v1/curve/{class}',
  tags: ['Derived'],
  summary: 'Term structure of a class at one date: interruptible, on demand, reserved for 1 to 36 months',
  request: { params: z.object({ class: classParameter }), query: curveQuery },
  responses: { ...json('Every tenor, with its fix or why it has none.', curveAnswer), ...notModified, ...problems },
});

/** `/v1/curve/{class}` */
export function curveRoutes({ store, clock }: ApiContext) {
  const routes = makeRoutes();
  routes.openapi(curve, async (c) => {
    const now = clock();
    const hardwareClass = requireClass(c.req.valid('param').class);
    const { date: asked, segment = 'headline' } = c.req.valid('query');
    if (isCurrent(c, `curve-${hardwareClass}-${segment}-${asked ?? ''}-${await ledgerTag(store)}`, cacheFor.list)) {
      return c.body(null, 304);
    }
    const series = curveSeries(allSeries(now), hardwareClass, segment);
    const ids = series.map(({ id }) => id);
    const newest = await newestDateOf(store.ledger.database, ids);
    const date = asked ?? newest ?? now.toISOString().slice(0, 10);
    const points = curveAt(
      series,
      await pointsOn(store, date, ids),
      date,
      currentRulebook(now).rulebook.rounding.share_decimals,
    );
    const answer: CurveAnswer = { hardware_class: hardwareClass, segment, date, unit: 'USD/GPU-h', points };
    return c.json(answer, 200);
  });
  return routes;
}
