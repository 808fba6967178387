import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CaptureText, Source, SourceRequest } from '#ingest/source';

/** A server of this machine that plays a source. */
export interface LocalServer {
  url: string;
  /** Requests that came, in order: their JSON bodies, null where there was none. */
  asked: unknown[];
  /** Most requests that were under way at once. */
  busiest(): number;
  close(): Promise<void>;
}

/** How one request is answered. `index` counts requests from 0. */
export type Answer = (response: ServerResponse, body: unknown, index: number) => void | Promise<void>;

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? null : JSON.parse(text);
}

export async function serve(answer: Answer): Promise<LocalServer> {
  const asked: unknown[] = [];
  let current = 0;
  let busiest = 0;
  const server = createServer(async (request, response) => {
    busiest = Math.max(busiest, ++current);
    response.on('close', () => {
      current -= 1;
    });
    const body = await bodyOf(request);
    asked.push(body);
    await answer(response, body, asked.length - 1);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked,
    busiest: () => busiest,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A source as it is, asked of a local server, and as quick as tests need. */
export function localSource(
  source: Source,
  url: string,
  changes: Partial<Source> & { limits?: Partial<Source['budget']> } = {},
): Source {
  const { limits, ...facts } = changes;
  // The address meant travels along: some sources read in it what was asked.
  const here = (request: SourceRequest): SourceRequest => ({
    ...request,
    url: `${url}?meant=${encodeURIComponent(request.url)}`,
  });
  const meant = (capture: CaptureText): CaptureText => ({
    ...capture,
    url: new URL(capture.url).searchParams.get('meant') ?? capture.url,
  });
  const { follow, join } = source;
  return {
    ...source,
    requests: (now) => source.requests(now).map(here),
    parse: (capture) => source.parse(meant(capture)),
    ...(join ? { join: (pages) => join.call(source, pages.map(meant)) } : {}),
    ...(follow
      ? {
          follow: (capture) => {
            const next = follow.call(source, meant(capture));
            return next && here(next);
          },
        }
      : {}),
    ...facts,
    budget: { ...source.budget, pause_ms: 0, timeout_ms: 2000, ...limits },
  };
}

/** Answers as JSON. */
export function json(response: ServerResponse, value: unknown): void {
  response.setHeader('content-type', 'application/json');
  response.end(typeof value === 'string' ? value : JSON.stringify(value));
}

/** An offer of the marketplace, as its API answers it. */
export interface BookOffer {
  id: number;
  dph_total: number;
  is_bid: boolean;
  [field: string]: unknown;
}

/** The marketplace's own paging: the 64 cheapest offers of a kind from a price on. */
export const bookAnswer =
  (book: readonly BookOffer[]): Answer =>
  (response, body) => {
    const { type, dph_total } = body as { type: string; dph_total: { gte?: number; gt?: number } };
    const offers = book
      .filter((offer) => offer.is_bid === (type === 'bid'))
      .filter(({ dph_total: total }) => total >= (dph_total.gte ?? 0) && total > (dph_total.gt ?? -1))
      .sort((a, b) => a.dph_total - b.dph_total)
      .slice(0, 64);
    json(response, { offers });
  };
