import { createRoute } from '@hono/zod-openapi';
import { cacheFor } from '#api/conditional';
import type { ApiContext } from '#api/context';
import { makeRoutes, noQuery } from '#api/parameters';
import { json, problems } from '#api/schemas/operations';
import { keysAnswer } from '#api/schemas/sources';
import type { KeysAnswer } from '#api/types';
import { allKeys } from '#store/ledger/keys';

const list = createRoute({
  method: 'get',
  path: '/v1/keys',
  tags: ['Proof'],
  summary: 'The public keys that have signed fixes',
  request: { query: noQuery },
  responses: { ...json('The keys, oldest first.', keysAnswer), ...problems },
});

/** `/v1/keys` */
export function keysRoutes({ store }: ApiContext) {
  const routes = makeRoutes();
  routes.openapi(list, async (c) => {
    const keys = await allKeys(store.ledger.database);
    const answer: KeysAnswer = {
      keys: keys.map((key) => ({
        key_id: key.keyId,
        algorithm: 'Ed25519',
        public_key: key.publicKey,
        created_at: key.createdAt.toISOString(),
        active: key.active,
      })),
    };
    return c.json(answer, 200, { 'Cache-Control': cacheFor.list });
  });
  return routes;
}
