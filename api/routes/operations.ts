import { setTimeout as pause } from 'node:timers/promises';
import { createRoute } from '@hono/zod-openapi';
import type { ApiContext } from '#api/context';
import { makeRoutes, noQuery } from '#api/parameters';
import { liveness, problems, readiness } from '#api/schemas/operations';
import { pingLedger } from '#store/ledger/ping';

const PATIENCE_MS = 2000;

const alive = createRoute({
  method: 'get',
  path: '/healthz',
  tags: ['Operations'],
  summary: 'The process is alive',
  request: { query: noQuery },
  responses: { 200: { description: 'It is.', content: { 'application/json': { schema: liveness } } }, ...problems },
});

const content = { 'application/json': { schema: readiness } };
const ready = createRoute({
  method: 'get',
  path: '/readyz',
  tags: ['Operations'],
  summary: 'Both stores answer',
  request: { query: noQuery },
  responses: {
    200: { description: 'They do.', content },
    503: { description: 'One does not.', content },
    ...problems,
  },
});

/** Whether a store answers within our patience. */
async function answers(ping: () => Promise<unknown>): Promise<boolean> {
  const stop = new AbortController();
  const late = pause(PATIENCE_MS, false, { signal: stop.signal }).catch(() => false);
  const answered = ping().then(
    () => true,
    () => false,
  );
  return Promise.race([answered, late]).finally(() => stop.abort());
}

/** `/healthz` and `/readyz` */
export function operationsRoutes({ store }: ApiContext) {
  const routes = makeRoutes();
  const noCopy = { 'Cache-Control': 'no-store' };

  routes.openapi(alive, (c) => c.json({ alive: true as const }, 200, noCopy));

  routes.openapi(ready, async (c) => {
    const [clickhouse, ledger] = await Promise.all([
      answers(async () => store.clickhouse.rows('SELECT 1')),
      answers(async () => pingLedger(store.ledger.database)),
    ]);
    const word = (answering: boolean) => (answering ? ('answers' as const) : ('does not answer' as const));
    const state = { ready: clickhouse && ledger, clickhouse: word(clickhouse), ledger: word(ledger) };
    return state.ready ? c.json(state, 200, noCopy) : c.json(state, 503, noCopy);
  });

  return routes;
}
