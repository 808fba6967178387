import { makeCapture } from '#ingest/capture';
import type { RawRow, Source } from '#ingest/source';
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
  const first = source.requests()[0];
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
