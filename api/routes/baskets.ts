import { createRoute, z } from '@hono/zod-openapi';
import { cacheFor, isCurrent } from '#api/conditional';
import type { ApiContext } from '#api/context';
import { basketStrikes, ledgerTag } from '#api/derived';
import { expectRange, rangeQuery } from '#api/derived-parameters';
import { makeRoutes, noQuery } from '#api/parameters';
import { ProblemError } from '#api/problem';
import { basketAnswer, basketsAnswer } from '#api/schemas/baskets';
import { json, notModified, problems } from '#api/schemas/operations';
import { currentRulebook, nearestNames } from '#api/series';
import type { BasketAnswer, BasketDefinition, BasketFix, BasketsAnswer } from '#api/types';
import { basketHistory } from '#index-engine/derived/baskets';
import { type Basket, baskets, basketsSha256 } from '#methodology/scu/baskets';
import type { Store } from '#store/store';

const basketParameter = z.string().openapi({
  param: { name: 'id', in: 'path' },
  description: 'Id of a basket, as /v1/baskets lists them.',
  example: 'CSI-BASKET-T',
});

const list = createRoute({
  method: 'get',
  path: '/v1/baskets',
  tags: ['Derived'],
  summary:
    'The workload baskets: what a unit of compute costs over a fixed set of classes, with the newest value of each',
  request: { query: noQuery },
  responses: { ...json('Every basket.', basketsAnswer), ...notModified, ...problems },
});

const one = createRoute({
  method: 'get',
  path: '/v1/baskets/{id}',
  tags: ['Derived'],
  summary: 'History of a basket, half-open in local dates, each value with the fixes it was computed from',
  request: { params: z.object({ id: basketParameter }), query: rangeQuery },
  responses: { ...json('The basket at every strike.', basketAnswer), ...notModified, ...problems },
});

const ids = () => [...new Set(baskets().baskets.map(({ id }) => id))];
const versionsOf = (id: string): Basket[] => baskets().baskets.filter((row) => row.id === id);

/** The decimals of the rulebook in force at a strike. */
function roundingAt(strike: string) {
  const { scu_decimals, share_decimals } = currentRulebook(new Date(strike)).rulebook.rounding;
  return { value: scu_decimals, share: share_decimals };
}

/** A basket at every strike of the ledger, and what it is. */
async function readBasket(store: Store, id: string): Promise<{ definition: BasketDefinition; fixes: BasketFix[] }> {
  const versions = versionsOf(id);
  const newest = versions.at(-1) as Basket;
  const strikes = await basketStrikes(store, versions);
  const { links, fixes } = basketHistory(versions, strikes, roundingAt);
  const definition: BasketDefinition = {
    basket: id,
    title: newest.title,
    workload: newest.workload,
    unit: newest.workload === 'training' ? 'USD/SCU-T-h' : 'USD/SCU-I-h',
    versions: links,
  };
  return { definition, fixes };
}

/** `/v1/baskets` and `/v1/baskets/{id}` */
export function basketsRoutes({ store }: ApiContext) {
  const routes = makeRoutes();

  routes.openapi(list, async (c) => {
    const tag = await ledgerTag(store);
    if (isCurrent(c, `baskets-${tag}-${basketsSha256.slice(0, 8)}`, cacheFor.list)) return c.body(null, 304);
    const rows: BasketsAnswer['baskets'] = [];
    for (const id of ids()) {
      const { definition, fixes } = await readBasket(store, id);
      rows.push({ ...definition, latest: fixes.findLast(({ role }) => role === 'index') ?? null });
    }
    const answer: BasketsAnswer = { why: baskets().why, baskets: rows };
    return c.json(answer, 200);
  });

  routes.openapi(one, async (c) => {
    const { id } = c.req.valid('param');
    const { from, to } = c.req.valid('query');
    expectRange(from, to);
    if (!ids().includes(id)) {
      throw new ProblemError('unknown-series', `there is no basket ${JSON.stringify(id.slice(0, 60))}`, {
        parameter: 'id',
        expected: `an id of /v1/baskets, such as ${nearestNames(id, ids()).join(' or ')}`,
      });
    }
    const tag = `${await ledgerTag(store)}-${basketsSha256.slice(0, 8)}`;
    if (isCurrent(c, `${id}-${from ?? ''}-${to ?? ''}-${tag}`, cacheFor.list)) return c.body(null, 304);
    const { definition, fixes } = await readBasket(store, id);
    const answer: BasketAnswer = {
      ...definition,
      from: from ?? null,
      to: to ?? null,
      fixes: fixes.filter(({ date }) => (!from || date >= from) && (!to || date < to)),
    };
    return c.json(answer, 200);
  });

  return routes;
}
