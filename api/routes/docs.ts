import { createHash } from 'node:crypto';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { docsPage, docsStyle } from '#api/docs-page';

type Document = ReturnType<OpenAPIHono['getOpenAPI31Document']>;

/** `/v1/openapi.json` and its reader at `/docs`. Both are made once: the routes do not change while the process lives. */
export function docsRoutes(document: Document): Hono {
  const routes = new Hono();
  const text = JSON.stringify(document);
  const page = docsPage(document);
  const digest = createHash('sha256').update(docsStyle).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

  routes.get('/v1/openapi.json', (c) =>
    c.body(text, 200, { 'Content-Type': 'application/json', 'Cache-Control': 'public, max-age=60' }),
  );
  routes.get('/docs', (c) => c.html(page, 200, { 'Content-Security-Policy': policy, 'Cache-Control': 'no-cache' }));
  // RFC 9457, section 3.1.1: the type of a problem should lead to words about it.
  routes.get('/problems/:kind', (c) => c.redirect(`/docs#problem-${encodeURIComponent(c.req.param('kind'))}`, 302));
  return routes;
}
