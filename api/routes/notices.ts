import { createRoute, z } from '@hono/zod-openapi';
import { XMLBuilder } from 'fast-xml-parser';
import { cacheFor, isCurrent } from '#api/conditional';
import type { ApiContext } from '#api/context';
import { makeRoutes, query } from '#api/parameters';
import { json, notModified, problems } from '#api/schemas/operations';
import { SIMULATED_PREFIX } from '#api/simulated';
import type { NoticeRow, NoticesAnswer } from '#api/types';
import { canonicalHash } from '#methodology/canonical';
import { NOTICE_KINDS, type Notice, type NoticeKind, recentNotices } from '#store/ledger/notices';

const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1000;
const limitError = `a whole number from 1 to ${LIMIT_MAX}`;
const kindError = `one or more of ${NOTICE_KINDS.join(', ')}, separated by commas`;
const beforeError = 'the id of a notice, a whole number from 1';
const subjectError = 'a source, a series or a strike, in at most 100 characters';

const notice = z.object({
  id: z.int(),
  at: z.iso.datetime(),
  kind: z.enum(NOTICE_KINDS),
  subject: z.string().openapi({ description: 'A source, a series, a strike or a version of the rules.' }),
  text: z.string(),
});
const noticesAnswer = z
  .object({
    notices: z.array(notice),
    next: z
      .int()
      .nullable()
      .openapi({ description: '`before` for the notices that come next; null where there is none.' }),
  })
  .openapi('Notices') satisfies z.ZodType<NoticesAnswer>;

const filter = {
  kind: z
    .string({ error: kindError })
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(NOTICE_KINDS, { error: kindError }), { error: kindError }))
    .optional()
    .openapi({ type: 'string', description: `Only these: ${kindError}.`, example: 'restatement,annotation' }),
  subject: z
    .string({ error: subjectError })
    .min(1, { error: subjectError })
    .max(100, { error: subjectError })
    .optional()
    .openapi({ description: 'Only about this source, series, strike or version.', example: 'CSI-H100-SXM-80' }),
};
const limit = z.coerce
  .number({ error: limitError })
  .int({ error: limitError })
  .min(1, { error: limitError })
  .max(LIMIT_MAX, { error: limitError })
  .default(LIMIT_DEFAULT);

const list = createRoute({
  method: 'get',
  path: '/v1/notices',
  tags: ['Operations'],
  summary:
    'What readers should know, newest first: disruptions, suspensions, late fixes, restatements, annotations, changes of the rules and keys, silent sources',
  request: {
    query: query({
      ...filter,
      before: z.coerce
        .number({ error: beforeError })
        .int({ error: beforeError })
        .min(1, { error: beforeError })
        .optional()
        .openapi({ description: 'Only older ones: pages that stay the same when something new comes.' }),
      limit,
    }),
  },
  responses: { ...json('The notices, newest first.', noticesAnswer), ...problems },
});

const feed = createRoute({
  method: 'get',
  path: '/v1/notices.atom',
  tags: ['Operations'],
  summary: 'The newest notices as an Atom feed (RFC 4287)',
  request: { query: query(filter) },
  responses: {
    200: { description: 'The feed.', content: { 'application/atom+xml': { schema: z.string() } } },
    ...notModified,
    ...problems,
  },
});

/** A notice as the API shows it. */
export function noticeRow({ id, at, kind, subject, text }: Notice): NoticeRow {
  return { id, at: at.toISOString(), kind: kind as NoticeKind, subject, text };
}

const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@', format: true });
/** XML 1.0 has no such characters, not even escaped. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const NO_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const plain = (text: string) => text.replace(NO_XML, '');

/**
 * Names a notice for ever, wherever it is read: a UUID of version 8 (RFC 9562, section 5.8) from the hash of what it says, which never changes.
 */
function permanentId(notice: NoticeRow): string {
  const digest = canonicalHash(notice);
  const variant = (0x8 | (Number.parseInt(digest.charAt(15), 16) & 0x3)).toString(16);
  const parts = [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `8${digest.slice(12, 15)}`,
    `${variant}${digest.slice(16, 19)}`,
  ];
  return `urn:uuid:${[...parts, digest.slice(19, 31)].join('-')}`;
}

/** The feed of some notices. @param origin where it is read, such as "https://index.example" */
function atomFeed(rows: readonly Notice[], origin: string, self: string, simulated: boolean): string {
  const title = `${simulated ? `${SIMULATED_PREFIX}: ` : ''}Compute Spot Index notices`;
  return builder.build({
    '?xml': { '@version': '1.0', '@encoding': 'utf-8' },
    feed: {
      '@xmlns': 'http://www.w3.org/2005/Atom',
      id: `${origin}/v1/notices.atom`,
      title,
      updated: (rows[0]?.at ?? new Date(0)).toISOString(),
      author: { name: 'Compute Spot Index' },
      link: [
        { '@rel': 'self', '@href': self },
        { '@rel': 'alternate', '@href': `${origin}/news` },
      ],
      entry: rows.map(noticeRow).map((row) => ({
        id: permanentId(row),
        title: plain(`${row.kind.replaceAll('_', ' ')}: ${row.subject}`),
        updated: row.at,
        category: { '@term': row.kind },
        link: { '@rel': 'alternate', '@href': `${origin}/news/${row.kind}` },
        content: { '@type': 'text', '#text': plain(row.text) },
      })),
    },
  });
}

/** `/v1/notices` and `/v1/notices.atom` */
export function noticesRoutes({ store, simulated }: ApiContext) {
  const routes = makeRoutes();
  const { database } = store.ledger;

  routes.openapi(list, async (c) => {
    const { kind: kinds, subject, before, limit: most } = c.req.valid('query');
    // One more than asked for tells whether there is a next page.
    const rows = await recentNotices(database, most + 1, { kinds, subject, before });
    const shown = rows.slice(0, most);
    const answer: NoticesAnswer = {
      notices: shown.map(noticeRow),
      next: rows.length > most ? (shown.at(-1)?.id ?? null) : null,
    };
    return c.json(answer, 200, { 'Cache-Control': cacheFor.list });
  });

  routes.openapi(feed, async (c) => {
    const { kind: kinds, subject } = c.req.valid('query');
    const rows = await recentNotices(database, LIMIT_DEFAULT, { kinds, subject });
    const url = new URL(c.req.url);
    const tag = `atom-${rows[0]?.id ?? 0}-${(kinds ?? []).join('.')}-${encodeURIComponent(subject ?? '')}`;
    if (isCurrent(c, tag, cacheFor.list)) return c.body(null, 304);
    return c.body(atomFeed(rows, url.origin, url.href, simulated), 200, {
      'Content-Type': 'application/atom+xml; charset=utf-8',
    });
  });
  return routes;
}
