import { createRoute } from '@hono/zod-openapi';
import { cacheFor, isCurrent } from '#api/conditional';
import type { ApiContext } from '#api/context';
import { ledgerTag, pointsOn, rulesOf } from '#api/derived';
import { optionalDate } from '#api/derived-parameters';
import { makeRoutes, query } from '#api/parameters';
import { json, notModified, problems } from '#api/schemas/operations';
import { scuAnswer } from '#api/schemas/scu';
import type { ScuAnswer } from '#api/types';
import { scuBoard } from '#index-engine/derived/scu-board';
import { hardwareClasses } from '#methodology/hardware';
import { scuDefinition } from '#methodology/scu/definition';
import { scuRatings, scuSha256 } from '#methodology/scu/ratings';
import { newestDateOf } from '#store/ledger/days';

const board = createRoute({
  method: 'get',
  path: '/v1/scu',
  tags: ['Derived'],
  summary: 'What a Standard Compute Unit costs across classes at one date, by workload, and how far they lie apart',
  request: { query: query({ date: optionalDate }) },
  responses: { ...json('Every class with a headline fix on the date.', scuAnswer), ...notModified, ...problems },
});

/** `/v1/scu` */
export function scuRoutes({ store, clock }: ApiContext) {
  const routes = makeRoutes();
  routes.openapi(board, async (c) => {
    const now = clock();
    const { date: asked } = c.req.valid('query');
    const tag = `scu-${asked ?? ''}-${await ledgerTag(store)}-${scuSha256().slice(0, 8)}`;
    if (isCurrent(c, tag, cacheFor.list)) return c.body(null, 304);
    const series = new Map(hardwareClasses().map(({ id }) => [`CSI-${id}`, id]));
    const ids = [...series.keys()];
    const date = asked ?? (await newestDateOf(store.ledger.database, ids)) ?? now.toISOString().slice(0, 10);
    const points = await pointsOn(store, date, ids);
    const answer: ScuAnswer = {
      date,
      unit: 'USD/SCU-h',
      ...scuBoard(
        new Map([...points].map(([id, point]) => [series.get(id) as string, point])),
        rulesOf(points.values(), now),
        scuRatings(),
        scuDefinition().reference.class,
      ),
    };
    return c.json(answer, 200);
  });
  return routes;
}
