import { randomUUID } from 'node:crypto';
import { OpenAPIHono } from '@hono/zod-openapi';
import { compress } from 'hono/compress';
import { cors } from 'hono/cors';
import type { ApiContext, ApiParts } from '#api/context';
import { type Contributions, makeContributions, type TakingParts } from '#api/contributions';
import { securityHeaders } from '#api/headers';
import { answerError, answerNotFound, methodNotAllowed } from '#api/problem';
import { makeRecentReader } from '#api/recent';
import { basketsRoutes } from '#api/routes/baskets';
import { capacityRoutes } from '#api/routes/capacity';
import { contractsRoutes } from '#api/routes/contracts';
import { contributionsRoutes } from '#api/routes/contributions';
import { curveRoutes } from '#api/routes/curve';
import { docsRoutes } from '#api/routes/docs';
import { fixRoutes } from '#api/routes/fix';
import { fixesRoutes } from '#api/routes/fixes';
import { governanceRoutes } from '#api/routes/governance';
import { indicativeRoutes } from '#api/routes/indicative';
import { indicesRoutes } from '#api/routes/indices';
import { keysRoutes } from '#api/routes/keys';
import { logRoutes } from '#api/routes/log';
import { noticesRoutes } from '#api/routes/notices';
import { operationsRoutes } from '#api/routes/operations';
import { scuRoutes } from '#api/routes/scu';
import { sourcesRoutes } from '#api/routes/sources';
import { spreadsRoutes } from '#api/routes/spreads';
import { streamRoutes } from '#api/routes/stream';
import { terminalRoutes } from '#api/routes/terminal';
import { tokensRoutes } from '#api/routes/tokens';
import { markSimulated, SIMULATED_HEADER, SIMULATED_PREFIX } from '#api/simulated';
import { type Hub, type HubLimits, makeHub } from '#api/stream';

/** The API, assembled: a request in, a response out, and the hub through which news goes out. */
export interface Api {
  app: OpenAPIHono;
  hub: Hub;
  contributions: Contributions;
}

const COMPRESSED = /^(application\/([\w.-]+\+)?(json|xml)|text\/(html|css|csv|javascript|plain)|image\/svg\+xml)/;

const description =
  'Price benchmark for AI compute: every fix, its level, and the evidence behind it. Prices are decimal strings in USD per ' +
  'GPU-hour, instants are RFC 3339 UTC, dates are local calendar dates of the strike. Errors are problem+json (RFC 9457). ' +
  `Where the market is simulated, every answer says \`${SIMULATED_HEADER}: true\`.`;

/** Assembles the API. Opens no socket and starts nothing: `startServer` serves it, and a test asks it directly. */
export function createApi(parts: ApiParts, limits: Partial<HubLimits> = {}, taking: Partial<TakingParts> = {}): Api {
  const hub = makeHub(randomUUID().slice(0, 8), limits);
  const contributions = makeContributions(parts, taking);
  const context: ApiContext = { ...parts, hub, recent: makeRecentReader(parts) };
  const app = new OpenAPIHono();
  app.use(securityHeaders);
  if (parts.simulated) app.use(markSimulated);
  app.use(compress({ contentTypeFilter: COMPRESSED }));
  app.use(
    '/v1/*',
    cors({
      origin: '*',
      allowMethods: ['GET', 'HEAD'],
      allowHeaders: ['If-None-Match', 'Last-Event-ID'],
      exposeHeaders: ['ETag', 'Content-Disposition', 'Retry-After', SIMULATED_HEADER],
      maxAge: 86_400,
    }),
  );
  const groups = [
    indicativeRoutes,
    indicesRoutes,
    fixesRoutes,
    fixRoutes,
    sourcesRoutes,
    keysRoutes,
    logRoutes,
    noticesRoutes,
    governanceRoutes,
    streamRoutes,
    operationsRoutes,
    basketsRoutes,
    curveRoutes,
    spreadsRoutes,
    scuRoutes,
    tokensRoutes,
    capacityRoutes,
    contractsRoutes,
  ];
  for (const routes of groups) app.route('/', routes(context));
  app.route('/', contributionsRoutes(context, contributions));
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: `${parts.simulated ? `${SIMULATED_PREFIX}: ` : ''}Compute Spot Index API`,
      version: '1',
      description: parts.simulated ? `Nothing here is real: the market is made up. ${description}` : description,
    },
  });
  app.route('/', docsRoutes(document));
  // What can be read is there; what comes with another method gets here.
  for (const path of [...Object.keys(document.paths ?? {}), '/v1/openapi.json', '/docs']) {
    const allowed = document.paths?.[path]?.post ? 'GET, HEAD, POST' : 'GET, HEAD';
    app.all(path.replaceAll(/\{(\w+)\}/g, ':$1'), (c) => {
      throw methodNotAllowed(c.req.method, c.req.path, allowed);
    });
  }
  app.route('/', terminalRoutes(parts.terminalFolder));
  app.notFound(answerNotFound);
  app.onError(answerError);
  return { app, hub, contributions };
}
