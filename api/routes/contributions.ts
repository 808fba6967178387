import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { authenticate } from '#api/bearer';
import type { ApiContext } from '#api/context';
import type { Contributions } from '#api/contributions';
import { limitQuery, makeRoutes, noQuery } from '#api/parameters';
import { ProblemError } from '#api/problem';
import { makeRateLimit } from '#api/rate';
import { contributionAnswer, proofAnswer, receipt, receiptsAnswer } from '#api/schemas/contributions';
import { json, problems } from '#api/schemas/operations';
import { verdictStream } from '#api/verdicts';
import { contribute, type Receipt } from '#ingest/contribute/contribute';
import { sourceIdOf } from '#ingest/contribute/judge';
import { ContributionFailed } from '#ingest/contribute/meter';
import { proofOf } from '#ingest/contribute/proof';
import type { Format } from '#ingest/contribute/records';
import { SpoolFull } from '#ingest/spool';
import { contributionById, contributionsOf } from '#store/ledger/contributions';

const tags = ['Contributions'];
const security = [{ contributorKey: [] }];
const DEFAULT_RECEIPTS = 100;
const noCopy = { 'Cache-Control': 'no-store' };

const formats: Readonly<Record<string, Format>> = {
  'application/x-ndjson': 'ndjson',
  'application/json': 'json',
  'text/csv': 'csv',
};

const hexId = (name: string) =>
  z
    .string()
    .regex(/^[0-9a-f]{32}$/, '32 hexadecimal digits')
    .openapi({ param: { name, in: 'path' } });

const list = createRoute({
  method: 'get',
  path: '/v1/contributions',
  tags,
  security,
  summary: 'The receipts of the contributor of this key, newest first',
  request: { query: limitQuery },
  responses: { ...json('The receipts.', receiptsAnswer), ...problems },
});

const one = createRoute({
  method: 'get',
  path: '/v1/contributions/{receipt_id}',
  tags,
  security,
  summary: 'A receipt',
  request: { params: z.object({ receipt_id: hexId('receipt_id') }), query: noQuery },
  responses: { ...json('The receipt as it was signed.', receipt), ...problems },
});

const proof = createRoute({
  method: 'get',
  path: '/v1/contributions/{receipt_id}/proof/{observation_id}',
  tags,
  security,
  summary: 'Proof that an accepted line is in its receipt',
  request: {
    params: z.object({ receipt_id: hexId('receipt_id'), observation_id: hexId('observation_id') }),
    query: noQuery,
  },
  responses: { ...json('The fact, and the path from its leaf to the root.', proofAnswer), ...problems },
});

/** The format of a body, by its headers. */
function formatOf(c: Context): Format {
  const expected = `Content-Type: ${Object.keys(formats).join(', ')}; no Content-Encoding`;
  const type = (c.req.header('Content-Type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const format = Object.hasOwn(formats, type) ? formats[type] : undefined;
  const encoding = c.req.header('Content-Encoding') ?? 'identity';
  if (format && encoding === 'identity') return format;
  const detail = format ? 'the body is compressed' : 'the body is of no type that is read here';
  throw new ProblemError('unsupported-media-type', detail, { expected }, { Connection: 'close' });
}

function idempotencyKeyOf(c: Context): string {
  const given = c.req.header('Idempotency-Key') ?? '';
  if (/^[\x21-\x7e]{1,200}$/.test(given)) return given;
  const detail = given === '' ? 'the request names no Idempotency-Key' : 'Idempotency-Key cannot have this value';
  const hint = { parameter: 'Idempotency-Key', expected: '1 to 200 visible ASCII characters, new for every new body' };
  throw new ProblemError('invalid-header', detail, hint, { Connection: 'close' });
}

/** What a contribution failed of, as a problem. */
function problemOf(error: unknown): unknown {
  const closing = { Connection: 'close' };
  if (error instanceof SpoolFull) {
    const detail = 'the store does not answer, and the disk holds as much of what waits for it as it may';
    return new ProblemError('no-room', detail, {}, { ...closing, 'Retry-After': '30' });
  }
  if (!(error instanceof ContributionFailed)) return error;
  const { kind, message } = error;
  switch (kind) {
    case 'busy':
      return new ProblemError('in-progress', message, {}, { ...closing, 'Retry-After': '5' });
    case 'key_reused':
      return new ProblemError('key-reused', message, { parameter: 'Idempotency-Key' }, closing);
    case 'too_large':
      return new ProblemError('too-large', message, {}, closing);
    // Who was cut off will not read it.
    case 'too_slow':
    case 'cut_off':
      return new ProblemError('too-slow', message, {}, closing);
  }
}

/** `/v1/contributions` */
export function contributionsRoutes({ store, clock }: ApiContext, contributions: Contributions) {
  const routes = makeRoutes();
  const limitRate = makeRateLimit(contributions.rate, clock);
  const { database } = store.ledger;

  const contributorOf = async (c: Context) => {
    const key = await authenticate(c, store, 'contribute');
    limitRate(c, key.id);
    return key;
  };

  async function receiptOf(c: Context, id: string): Promise<Receipt> {
    const { contributor } = await contributorOf(c);
    const found = await contributionById(database, id);
    // Another contributor's receipt is none: not even that it exists is told.
    if (found?.receipt && found.contributor === contributor) return JSON.parse(found.receipt) as Receipt;
    throw new ProblemError('unknown-receipt', 'this contributor has no such receipt', { parameter: 'receipt_id' });
  }

  routes.openAPIRegistry.registerComponent('securitySchemes', 'contributorKey', { type: 'http', scheme: 'bearer' });
  routes.openAPIRegistry.registerPath({
    method: 'post',
    path: '/v1/contributions',
    tags,
    security,
    summary: 'Contribute prints, quotes, cancels, corrections and auction results: see api/CONTRIBUTING-PRINTS.md',
    request: {
      headers: z.object({ 'Idempotency-Key': z.string() }),
      body: {
        required: true,
        content: Object.fromEntries(Object.keys(formats).map((type) => [type, { schema: z.string() }])),
      },
    },
    responses: {
      200: {
        description: 'A verdict for each line, in order, and the signed receipt.',
        content: {
          'application/json': { schema: contributionAnswer },
          'application/x-ndjson': { schema: z.string() },
        },
      },
      ...problems,
    },
  });

  routes.post('/v1/contributions', async (c) => {
    const key = await contributorOf(c);
    const idempotencyKey = idempotencyKeyOf(c);
    const format = formatOf(c);
    const taking = await contributions.taking();
    if (Number(c.req.header('Content-Length') ?? 0) > taking.limits.bodyBytes) {
      throw problemOf(new ContributionFailed('too_large', `the body has more than ${taking.limits.bodyBytes} bytes`));
    }
    const speaker = { contributor: key.contributor, venue: key.venue };
    const signed = await contribute(taking, { speaker, idempotencyKey, format, body: c.req.raw.body }).catch(
      (error) => {
        throw problemOf(error);
      },
    );
    const answer = /\bapplication\/x-ndjson\b/.test(c.req.header('Accept') ?? '') ? 'ndjson' : 'json';
    const type = answer === 'ndjson' ? 'application/x-ndjson' : 'application/json';
    return c.body(verdictStream(database, signed, answer), 200, { ...noCopy, 'Content-Type': type });
  });

  routes.openapi(list, async (c) => {
    const { contributor } = await contributorOf(c);
    const rows = await contributionsOf(database, contributor, c.req.valid('query').limit ?? DEFAULT_RECEIPTS);
    const receipts = rows.flatMap((row) => (row.receipt ? [JSON.parse(row.receipt) as Receipt] : []));
    return c.json({ receipts }, 200, noCopy);
  });

  routes.openapi(one, async (c) => c.json(await receiptOf(c, c.req.valid('param').receipt_id), 200, noCopy));

  routes.openapi(proof, async (c) => {
    const { receipt_id, observation_id } = c.req.valid('param');
    const { contributor, merkle_root } = await receiptOf(c, receipt_id);
    const found = await proofOf(store, receipt_id, sourceIdOf(contributor), observation_id);
    if (found === 'waiting') {
      const detail = 'the fact waits on disk for the store';
      throw new ProblemError('not-yet-stored', detail, {}, { 'Retry-After': '5' });
    }
    if (found) return c.json({ receipt_id, merkle_root, ...found }, 200, noCopy);
    const hint = { parameter: 'observation_id' };
    throw new ProblemError('unknown-receipt', 'the receipt has no such line among those accepted', hint);
  });

  return routes;
}
