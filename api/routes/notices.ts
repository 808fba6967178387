import { createRoute, z } from '@hono/zod-openapi';
import { cacheFor } from '#api/conditional';
import type { ApiContext } from '#api/context';
import { makeRoutes, query } from '#api/parameters';
import { json, problems } from '#api/schemas/operations';
import type { NoticeRow, NoticesAnswer } from '#api/types';
import { type Notice, recentNotices } from '#store/ledger/notices';

const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1000;
const limitError = `a whole number from 1 to ${LIMIT_MAX}`;

const noticesAnswer = z
  .object({
    notices: z.array(
      z.object({
        id: z.int(),
        at: z.iso.datetime(),
        kind: z.string(),
        subject: z.string(),
        text: z.string(),
      }),
    ),
  })
  .openapi('Notices') satisfies z.ZodType<NoticesAnswer>;

const list = createRoute({
  method: 'get',
  path: '/v1/notices',
  tags: ['Operations'],
  summary: 'What readers should know, newest first: sources gone silent, shapes that changed',
  request: {
    query: query({
      limit: z.coerce
        .number({ error: limitError })
        .int({ error: limitError })
        .min(1, { error: limitError })
        .max(LIMIT_MAX, { error: limitError })
        .default(LIMIT_DEFAULT),
    }),
  },
  responses: { ...json('The notices, newest first.', noticesAnswer), ...problems },
});

/** A notice as the API shows it. */
export function noticeRow({ id, at, kind, subject, text }: Notice): NoticeRow {
  return { id, at: at.toISOString(), kind, subject, text };
}

/** `/v1/notices` */
export function noticesRoutes({ store }: ApiContext) {
  const routes = makeRoutes();
  routes.openapi(list, async (c) => {
    const notices = await recentNotices(store.ledger.database, c.req.valid('query').limit);
    const answer: NoticesAnswer = { notices: notices.map(noticeRow) };
    return c.json(answer, 200, { 'Cache-Control': cacheFor.list });
  });
  return routes;
}
