import { makeCapture } from '#ingest/capture';
import { captureText } from '#ingest/read';
import type { RawRow, Source, SourceRequest } from '#ingest/source';
import type { Specimen } from '#ingest/testing/shapes';
import { canonicalJson } from '#methodology/canonical';
import type { Capture } from '#store/observation';

/** The instant at which hand-made captures came. */
export const FETCHED_AT = '2026-08-03T12:00:00.000Z';

/** A capture of a body, as if a source had just answered with it. */
export function captureOf(
  source: Source,
  body: string | Buffer | null,
  facts: Partial<Omit<Capture, 'body'>> & { sent?: unknown } = {},
): Capture {
  const { sent, ...overrides } = facts;
  const first = source.requests(new Date(FETCHED_AT))[0];
  return makeCapture({
    source: source.id,
    sequence: 0,
    last: true,
    url: first?.url ?? 'https://example.org/',
    request: canonicalJson({ method: first?.method ?? 'GET', ...(sent === undefined ? {} : { body: sent }) }),
    status: 200,
    content_type: 'application/json',
    fetched_at: FETCHED_AT,
    ...overrides,
    body: typeof body === 'string' ? Buffer.from(body, 'utf8') : body,
  });
}

/** The request after a capture, null where it was the last, undefined where that cannot be told and a live sweep would end. */
function requestAfter(source: Source, capture: Capture): SourceRequest | null | undefined {
  try {
    return source.follow?.(captureText(capture)) ?? null;
  } catch {
    return undefined;
  }
}

/**
 * The sweep in which a source gets this body as the answer of its specimen: every page where it joins them, as a live sweep would ask for
 * them, else that one.
 */
export function sweepOf(
  {
    source,
    content_type,
    url,
    before = [],
    after = [],
  }: Pick<Specimen, 'source' | 'content_type' | 'url' | 'before' | 'after'>,
  body: string | Buffer,
): Capture[] {
  if (!source.join) return [captureOf(source, body, { content_type, ...(url === undefined ? {} : { url }) })];
  const captures: Capture[] = [];
  let request: SourceRequest | null | undefined = source.requests(new Date(FETCHED_AT))[0];
  for (const answer of [...before, body, ...after]) {
    if (!request) break;
    const sweep = captures[0] ? { sweep_id: captures[0].sweep_id } : {};
    const facts = { content_type, url: request.url, sequence: captures.length, ...sweep };
    const capture = captureOf(source, answer, { ...facts, last: false });
    request = requestAfter(source, capture);
    captures.push({ ...capture, last: request === null });
  }
  return captures;
}

/** A row that admission accepts. */
export function goodRow(changes: Partial<RawRow> = {}): RawRow {
  return {
    native_id: 'offer-1',
    event_at: null,
    provider: 'vast/9001',
    label: 'H100 SXM',
    memory_gb: 80,
    gpus: 8,
    available_gpus: 8,
    tenor: 'OD',
    evidence: 'executable',
    price: 2.39,
    currency: 'USD',
    price_basis: 'gpu_hour',
    country: 'NL',
    attributes: { product: 'instance' },
    ...changes,
  };
}
