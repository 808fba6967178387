import { setTimeout as pause } from 'node:timers/promises';
import { makeCapture } from '#ingest/capture';
import { captureText } from '#ingest/read';
import type { Source, SourceRequest } from '#ingest/source';
import { canonicalJson } from '#methodology/canonical';
import type { Capture } from '#store/observation';

const USER_AGENT = 'compute-spot-index/0.1 (price benchmark collector)';

/** Fetches one answer, never more than the source's limit. @throws Error saying in words why there is none */
async function ask(
  source: Source,
  request: SourceRequest,
): Promise<{ status: number; type: string; body: Buffer | null; bytes: number }> {
  const signal = AbortSignal.timeout(source.budget.timeout_ms);
  const host = new URL(request.url).host;
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: {
        'user-agent': USER_AGENT,
        accept: 'application/json, application/xml;q=0.9, */*;q=0.5',
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      redirect: 'error',
      signal,
    });
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      bytes += chunk.byteLength;
      if (bytes > source.budget.body_bytes) break;
      chunks.push(chunk);
    }
    const body = bytes > source.budget.body_bytes ? null : Buffer.concat(chunks);
    return { status: response.status, type: response.headers.get('content-type') ?? '', body, bytes };
  } catch (error) {
    throw new Error(whyFailed(error, host, source.budget.timeout_ms));
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

/** What a live sweep brought: its captures, and why it ended early, if it did. */
export interface LiveSweep {
  captures: Capture[];
  failure: string | null;
}

/** The request for the page after this one, null where it was the last, or why that cannot be told. */
function pageAfter(source: Source, capture: Capture): SourceRequest | null | string {
  if (capture.status < 200 || capture.status > 299)
    return `${new URL(capture.url).host} answered with status ${capture.status}`;
  if (capture.body === null) return `the answer is over the limit of ${source.budget.body_bytes} bytes`;
  try {
    return source.follow?.(captureText(capture)) ?? null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Runs one live sweep of a source within its budget: every chain of pages to its end, with a pause between requests.
 * @param clock when each answer came
 * @param keep called with each capture as soon as it is there, before the next is asked for
 */
export async function sweepLive(
  source: Source,
  clock: () => Date,
  keep: (capture: Capture) => Promise<void>,
): Promise<LiveSweep> {
  const captures: Capture[] = [];
  const started = clock().getTime();
  const chains = source.requests();
  let failure: string | null = null;
  for (const [index, first] of chains.entries()) {
    let request: SourceRequest | null = first;
    while (request && failure === null) {
      if (captures.length >= source.budget.requests)
        failure = `stopped after its budget of ${source.budget.requests} requests`;
      else if (clock().getTime() - started > source.budget.sweep_seconds * 1000) {
        failure = `stopped after its budget of ${source.budget.sweep_seconds} s`;
      }
      if (failure !== null) break;
      if (captures.length > 0) await pause(source.budget.pause_ms);
      try {
        const answer = await ask(source, request);
        const facts = {
          source: source.id,
          sequence: captures.length,
          url: request.url,
          request: canonicalJson({
            method: request.method,
            ...(request.body === undefined ? {} : { body: request.body }),
          }),
          status: answer.status,
          content_type: answer.type,
          fetched_at: clock().toISOString(),
          body: answer.body,
          bytes: answer.bytes,
          ...(captures[0] ? { sweep_id: captures[0].sweep_id } : {}),
        };
        const draft = makeCapture({ ...facts, last: false });
        const next = pageAfter(source, draft);
        if (typeof next === 'string') failure = next;
        else request = next;
        const capture = { ...draft, last: next === null && index === chains.length - 1 };
        // Kept whatever it says: a page that cannot be read is the evidence of why.
        captures.push(capture);
        await keep(capture);
      } catch (error) {
        failure = error instanceof Error ? error.message : String(error);
      }
    }
  }
  return { captures, failure };
}
