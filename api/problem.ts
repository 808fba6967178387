import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Problem } from '#api/types';

/** Every kind of problem the API answers with: its `type` is `/problems/<name>` and never changes its meaning. */
export const problemKinds = {
  'unknown-parameter': {
    status: 400,
    title: 'Unknown query parameter',
    about: 'The request names a query parameter that this route does not have. Nothing is ignored silently.',
  },
  'invalid-parameter': {
    status: 400,
    title: 'Invalid parameter',
    about: 'A parameter has a value that it cannot have; `expected` says what would be right.',
  },
  'unknown-series': {
    status: 404,
    title: 'Unknown series',
    about: 'No series has this id; `expected` names the nearest ones.',
  },
  'unknown-class': {
    status: 404,
    title: 'Unknown hardware class',
    about: 'No hardware class has this id; `expected` names the nearest ones.',
  },
  'unknown-contract': {
    status: 404,
    title: 'Unknown contract',
    about: 'No contract has this id; `expected` names the nearest ones.',
  },
  'unknown-month': {
    status: 404,
    title: 'No such month',
    about: 'The contract has no such delivery month: it is none, or its calendars do not know it.',
  },
  'unknown-certificate': {
    status: 404,
    title: 'No certificate',
    about: 'No certificate has been issued for this month of the contract.',
  },
  'unknown-date': {
    status: 404,
    title: 'No fix on this date',
    about: 'The series has no fix on this local date; `expected` names the nearest date that has one.',
  },
  'unknown-leaf': {
    status: 404,
    title: 'Not in the log',
    about: 'The transparency log has no record with this hash, or not under the tree head that was asked for.',
  },
  'unknown-source': {
    status: 404,
    title: 'Unknown source',
    about: 'No source has this id; `expected` names those there are.',
  },
  'unknown-path': {
    status: 404,
    title: 'Unknown path',
    about: 'Nothing is served under this path; `/v1/openapi.json` lists what is.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'Method not allowed',
    about: 'The path exists, under other methods: the `Allow` header names them.',
  },
  unauthorised: {
    status: 401,
    title: 'No valid key',
    about:
      'The route needs a key of ours as `Authorization: Bearer csi_…`; this request has none, or one that is unknown or revoked.',
  },
  'not-allowed': {
    status: 403,
    title: 'Not allowed with this key',
    about: 'The key is valid, and its scope does not cover the route.',
  },
  'unknown-receipt': {
    status: 404,
    title: 'Unknown receipt',
    about: 'The contributor of this key has no such receipt, or it has no such line among those accepted.',
  },
  'invalid-header': {
    status: 400,
    title: 'Invalid header',
    about: 'A header is missing or has a value that it cannot have; `expected` says what would be right.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'Unsupported media type',
    about: 'The body is of a type, or in an encoding, that this route does not read; `expected` names those it does.',
  },
  'too-slow': {
    status: 408,
    title: 'Too slow',
    about: 'The body was not there in time. Send it again with the same key: what was kept of it is not counted twice.',
  },
  'in-progress': {
    status: 409,
    title: 'Under way',
    about: 'Another request with this idempotency key is under way; `Retry-After` says when to try again.',
  },
  'too-large': {
    status: 413,
    title: 'Too large',
    about: 'The body is larger than this route takes: send it in parts, each with a key of its own.',
  },
  'key-reused': {
    status: 422,
    title: 'Idempotency key used before',
    about: 'The idempotency key was used with another body. One key names one body for ever.',
  },
  'too-many-requests': {
    status: 429,
    title: 'Too many requests',
    about: 'The key has made more requests than it may; `Retry-After` says when to try again.',
  },
  'not-yet-stored': {
    status: 503,
    title: 'Not yet stored',
    about: 'The fact is durable on disk and not yet in the store; `Retry-After` says when to try again.',
  },
  'no-room': {
    status: 503,
    title: 'No room',
    about:
      'The store does not answer and no more fits on disk: nothing of this part was taken. Send it again with the same key.',
  },
  'internal-error': {
    status: 500,
    title: 'Internal error',
    about: 'The server failed to answer; the cause is in its log.',
  },
  'too-many-streams': {
    status: 503,
    title: 'Too many streams',
    about: 'As many streams are open as this server serves; `Retry-After` says when to try again.',
  },
} as const satisfies Record<string, { status: ContentfulStatusCode; title: string; about: string }>;

export type ProblemKind = keyof typeof problemKinds;

/** A problem on its way to the client: thrown anywhere in a route, answered as problem+json. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';

  constructor(
    readonly kind: ProblemKind,
    detail: string,
    readonly hint: { parameter?: string; expected?: string } = {},
    readonly headers: Record<string, string> = {},
  ) {
    super(detail);
  }
}

function answer(c: Context, { kind, message, hint, headers }: ProblemError): Response {
  const { status, title } = problemKinds[kind];
  const problem: Problem = { type: `/problems/${kind}`, title, status, detail: message, ...hint };
  // The validator a route may have set is the answer's, not the problem's.
  c.header('ETag', undefined);
  // RFC 9457, section 3: the media type tells a client that this is a problem, whatever it asked for.
  return c.body(JSON.stringify(problem), status, {
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
    ...headers,
  });
}

/** Answers what a route threw. Anything but a problem is a failure of ours: it goes to the log whole, and to the client not at all. */
export function answerError(error: Error, c: Context): Response {
  if (error instanceof ProblemError) return answer(c, error);
  console.error(`${c.req.method} ${c.req.path} failed:`, error);
  return answer(c, new ProblemError('internal-error', 'The server failed to answer; the cause is in its log.'));
}

/** Answers a path that nothing serves. */
export function answerNotFound(c: Context): Response {
  const { method, path } = c.req;
  if (method !== 'GET' && method !== 'HEAD') return answer(c, methodNotAllowed(method, path));
  return answer(
    c,
    new ProblemError('unknown-path', `nothing is served under ${path}`, { expected: 'a path of /v1/openapi.json' }),
  );
}

/** The problem of a method that a path does not have. Nearly everything here is read only. */
export function methodNotAllowed(method: string, path: string, expected = 'GET, HEAD'): ProblemError {
  // RFC 9110, section 15.5.6: a 405 must say what is allowed.
  return new ProblemError(
    'method-not-allowed',
    `${method} is not allowed on ${path}: ${expected === 'GET, HEAD' ? 'it can only be read' : `only ${expected}`}`,
    { expected },
    { Allow: expected },
  );
}
