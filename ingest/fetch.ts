import { setTimeout as pause } from 'node:timers/promises';
import { AnswerMemory, ask } from '#ingest/ask';
import { makeCapture } from '#ingest/capture';
import { captureText } from '#ingest/read';
import type { Source, SourceRequest } from '#ingest/source';
import { canonicalJson } from '#methodology/canonical';
import type { Capture } from '#store/observation';

/** What a live sweep brought: its captures, and why it ended early, if it did. */
export interface LiveSweep {
  captures: Capture[];
  failure: string | null;
}

/** What a live sweep may need beside the source. */
export interface LiveOptions {
  /** The source's key, where it needs one. */
  key?: string | null;
  /** Earlier answers, to ask whether they still hold. */
  memory?: AnswerMemory;
  random?: () => number;
  /** Who answers: the network, unless said otherwise. */
  fetch?: typeof fetch;
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
 * An answer that the server says still holds is captured again with the bytes it sent before: the price stands, seen anew.
 * @param clock when each answer came
 * @param keep called with each capture as soon as it is there, before the next is asked for
 */
export async function sweepLive(
  source: Source,
  clock: () => Date,
  keep: (capture: Capture) => Promise<void>,
  { key = null, memory = new AnswerMemory(), random = Math.random, fetch = globalThis.fetch }: LiveOptions = {},
): Promise<LiveSweep> {
  const captures: Capture[] = [];
  const now = clock();
  const started = now.getTime();
  const deadline = started + source.budget.sweep_seconds * 1000;
  const chains = source.requests(now);
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
        const secretHeaders = key === null ? {} : (source.authorise?.(key, request, clock()) ?? {});
        const answer = await ask(source, request, { memory, secretHeaders, deadline, clock, random, fetch });
        const facts = {
          source: source.id,
          sequence: captures.length,
          url: request.url,
          request: canonicalJson({
            method: request.method,
            ...(request.body === undefined ? {} : { body: request.body }),
            ...(answer.revalidated === null ? {} : { revalidated: answer.revalidated }),
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
