import { setTimeout as pause } from 'node:timers/promises';
import type { Source, SourceRequest } from '#ingest/source';
import { canonicalJson } from '#methodology/canonical';

const USER_AGENT = 'compute-spot-index/0.1 (price benchmark collector)';
/** How often one request is tried. */
const ATTEMPTS = 3;
const LONGEST_WAIT_MS = 30_000;
const WORTH_ANOTHER_TRY = new Set([408, 425, 429, 500, 502, 503, 504]);

/** An answer, with the body null where it is over the source's limit. */
export interface Answer {
  status: number;
  type: string;
  body: Buffer | null;
  bytes: number;
  /** The server said that nothing changed: the body is the one it sent before, under this validator. */
  revalidated: string | null;
}

/** What is remembered of the last answers, to ask whether they still hold. Bounded by number and by bytes. */
export class AnswerMemory {
  private readonly answers = new Map<string, { validator: string; header: string; answer: Answer }>();
  private bytes = 0;

  constructor(
    private readonly limits: { answers: number; bytes: number } = { answers: 200, bytes: 64 * 1024 * 1024 },
  ) {}

  get(key: string): { validator: string; header: string; answer: Answer } | undefined {
    return this.answers.get(key);
  }

  /** Remembers an answer that carries a validator. */
  keep(key: string, answer: Answer, headers: Headers): void {
    this.drop(key);
    const etag = headers.get('etag');
    const modified = headers.get('last-modified');
    const validator = etag ?? modified;
    if (answer.status !== 200 || answer.body === null || validator === null) return;
    this.answers.set(key, { validator, header: etag ? 'if-none-match' : 'if-modified-since', answer });
    this.bytes += answer.body.byteLength;
    for (const oldest of this.answers.keys()) {
      if (this.answers.size <= this.limits.answers && this.bytes <= this.limits.bytes) break;
      this.drop(oldest);
    }
  }

  private drop(key: string): void {
    this.bytes -= this.answers.get(key)?.answer.body?.byteLength ?? 0;
    this.answers.delete(key);
  }
}

/** What asking needs beside the request. */
export interface Asking {
  memory: AnswerMemory;
  /** Headers with the key, if the source needs one. They are sent and never kept. */
  secretHeaders: Record<string, string>;
  /** Milliseconds since 1970 after which no further try is begun. */
  deadline: number;
  clock: () => Date;
  random: () => number;
  /** Who answers: the network, unless said otherwise. */
  fetch: typeof fetch;
}

/** Reads a body up to the source's limit and breaks the connection where it goes on. */
async function readBody(source: Source, response: Response): Promise<{ body: Buffer | null; bytes: number }> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > source.budget.body_bytes) return { body: null, bytes };
    chunks.push(chunk);
  }
  return { body: Buffer.concat(chunks), bytes };
}

async function askOnce(
  source: Source,
  request: SourceRequest,
  asking: Asking,
): Promise<{ answer: Answer; retryAfter: string | null }> {
  const key = `${source.id}\n${canonicalJson({ method: request.method, url: request.url, body: request.body ?? null })}`;
  const known = asking.memory.get(key);
  try {
    const response = await asking.fetch(request.url, {
      method: request.method,
      headers: {
        'user-agent': USER_AGENT,
        accept: 'application/json, application/xml;q=0.9, */*;q=0.5',
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(known ? { [known.header]: known.validator } : {}),
        ...asking.secretHeaders,
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      redirect: 'error',
      signal: AbortSignal.timeout(source.budget.timeout_ms),
    });
    if (response.status === 304 && known) {
      return { answer: { ...known.answer, revalidated: known.validator }, retryAfter: null };
    }
    const { body, bytes } = await readBody(source, response);
    const type = response.headers.get('content-type') ?? '';
    const answer: Answer = { status: response.status, type, body, bytes, revalidated: null };
    asking.memory.keep(key, answer, response.headers);
    return { answer, retryAfter: response.headers.get('retry-after') };
  } catch (error) {
    // A name nobody knows will not be known in a second.
    const code = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined)?.code : undefined;
    throw new NoAnswer(whyFailed(error, new URL(request.url).host, source.budget.timeout_ms), code !== 'ENOTFOUND');
  }
}

/** Milliseconds before the next try: what the server asks for, else twice as long each time; never the same for two of us. */
function waitBefore(attempt: number, retryAfter: string | null, source: Source, { random, clock }: Asking): number {
  const asked =
    retryAfter === null ? Number.NaN : Number(retryAfter) * 1000 || Date.parse(retryAfter) - clock().getTime();
  const grown = source.budget.pause_ms * 2 ** attempt * (0.5 + random());
  return Math.min(Math.max(grown, Number.isFinite(asked) ? asked : 0), LONGEST_WAIT_MS);
}

/**
 * Asks, and asks again after a failure that may pass (no connection, time-out, 429, 5xx), with growing, jittered pauses inside the
 * deadline. A server that says it wants longer is left alone.
 * @throws Error saying in words why there is no answer
 */
export async function ask(source: Source, request: SourceRequest, asking: Asking): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    let last: Answer | Error;
    let retryAfter: string | null = null;
    try {
      const one = await askOnce(source, request, asking);
      if (!WORTH_ANOTHER_TRY.has(one.answer.status)) return one.answer;
      last = one.answer;
      retryAfter = one.retryAfter;
    } catch (error) {
      if (error instanceof NoAnswer && !error.mayPass) throw error;
      last = error instanceof Error ? error : new Error(String(error));
    }
    const wait = waitBefore(attempt, retryAfter, source, asking);
    if (attempt >= ATTEMPTS || asking.clock().getTime() + wait > asking.deadline) {
      if (last instanceof Error) throw last;
      return last;
    }
    await pause(wait);
  }
}

/** Why there is no answer, in words, and whether that may pass by itself. */
class NoAnswer extends Error {
  constructor(
    message: string,
    readonly mayPass: boolean,
  ) {
    super(message);
  }
}

function whyFailed(error: unknown, host: string, timeout: number): string {
  const name = error instanceof Error ? error.name : '';
  if (name === 'TimeoutError') return `${host} did not answer within ${timeout / 1000} s`;
  const cause = error instanceof Error && error.cause instanceof Error ? (error.cause as NodeJS.ErrnoException) : null;
  switch (cause?.code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${host} could not be found: no network, or no such host (${cause.code})`;
    case 'ECONNREFUSED':
      return `${host} refused the connection`;
    default:
      return `${host} could not be reached: ${cause?.message ?? (error instanceof Error ? error.message : String(error))}`;
  }
}
