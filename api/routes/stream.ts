import type { HttpBindings } from '@hono/node-server';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiContext } from '#api/context';
import { makeRoutes, noQuery } from '#api/parameters';
import { problems } from '#api/schemas/operations';

const stream = createRoute({
  method: 'get',
  path: '/v1/stream',
  tags: ['Stream'],
  summary: 'Server-Sent Events: hello, fix, source, notice, indicative. Last-Event-ID resumes without a gap',
  description:
    '`hello` comes first; its id is the position the stream goes on from. Where that is not the Last-Event-ID sent, ' +
    'events were missed and the answers should be read again. A comment every 15 seconds keeps the connection open.',
  request: { query: noQuery },
  responses: {
    200: { description: 'Events.', content: { 'text/event-stream': { schema: z.string() } } },
    ...problems,
  },
});

/** `/v1/stream` */
export function streamRoutes({ hub, clock, simulated }: ApiContext) {
  const routes = makeRoutes();
  routes.openapi(stream, (c) => {
    // There is no socket under a request that a test makes.
    const { outgoing } = (c.env ?? {}) as Partial<HttpBindings>;
    const body = hub.open({
      hello: { as_of: clock().toISOString(), simulated },
      lastEventId: c.req.header('Last-Event-ID'),
      drop: () => outgoing?.destroy(),
    });
    return c.body(body, 200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-cache, no-transform',
      // Proxies of nginx's kind would otherwise hold events back.
      'X-Accel-Buffering': 'no',
    });
  });
  return routes;
}
