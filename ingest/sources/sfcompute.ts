/**
 * San Francisco Compute: contracts that filled, for delivery within the next day. Trades.
 * Page: https://docs.sfcompute.com/preview/api-reference/orderbook. Terms: not read. A preview: its shape may change.
 * Traps: the price is per NODE-hour and a fill says neither its accelerator nor the size of a node: the accelerator is the one asked for,
 * and the venue documents nodes of eight (`node_gpus`); a fill has no id, so it is named by its facts; how long it delivers is not said,
 * so its volume in GPU-hours is unknown. The question needs a delivery window, and the time comes from the first answer.
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { type CaptureText, emptyParsed, type Source, type SourceRequest } from '#ingest/source';
import { addQuote, bearer, instantOfSeconds } from '#ingest/sources/kit/rows';

/** "A node is typically eight GPUs" (the venue's documentation): stated here once, and on every row. */
export const NODE_GPUS = 8;
export const ACCELERATORS = ['H100', 'H200', 'B200'] as const;
export const ORDERBOOK = 'https://api.sfcompute.com/preview/v2/orderbook/';
/** Asked first for the time of its answer alone; it holds no price. */
export const FIRST = 'https://api.sfcompute.com/preview/v2/instance_skus?limit=1';
const DAY_SECONDS = 86_400;

/** What is asked about an accelerator: a window from the next full hour on. */
export function windowAfter(fetchedAt: string, days: number): { from: number; to: number } {
  const from = (Math.floor(Date.parse(fetchedAt) / 3_600_000) + 1) * 3600;
  return { from, to: from + days * DAY_SECONDS };
}

/** The accelerator a request asked for. @throws Error where it asked for none */
export function acceleratorOf(url: string): string {
  const asked = /^accelerator:([A-Z0-9]+)$/.exec(new URL(url).searchParams.get('requirements') ?? '')?.[1];
  if (asked === undefined) throw new Error('the request names no accelerator');
  return asked;
}

/** The accelerator to ask about after this capture; undefined where it was the last. */
export function acceleratorAfter(url: string): string | undefined {
  return url === FIRST ? ACCELERATORS[0] : ACCELERATORS[ACCELERATORS.indexOf(acceleratorOf(url) as 'H100') + 1];
}

const pageSchema = z.object({
  start_at: z.int(),
  end_at: z.int(),
  has_more: z.boolean(),
  cursor: z.string().nullish(),
  data: z.array(z.unknown()),
});
const fillSchema = z.object({
  dollars_per_node_hour: z.string(),
  node_count: z.int().positive(),
  filled_at: z.int().positive(),
});

function ask(accelerator: string, { from, to }: { from: number; to: number }, cursor?: string): SourceRequest {
  const query = new URLSearchParams({
    requirements: `accelerator:${accelerator}`,
    start_at: String(from),
    end_at: String(to),
    limit: '200',
    ...(cursor === undefined ? {} : { starting_after: cursor }),
  });
  return { method: 'GET', url: `${ORDERBOOK}fills?${query}` };
}

export const sfcompute: Source = {
  id: 'sfcompute',
  title: 'SF Compute fills',
  homepage: 'https://sfcompute.com',
  provider: 'sfcompute',
  venue_type: 'exchange',
  evidence: ['transaction'],
  aggregator: false,
  schedule: '2-59/5 * * * *',
  freshness_objective_seconds: 3600,
  budget: { requests: 40, body_bytes: 2_000_000, sweep_seconds: 240, pause_ms: 1000, timeout_ms: 20_000 },
  terms: {
    status: 'unknown',
    note: 'Terms not read; an account must be approved.',
    url: 'https://sfcompute.com/legal',
  },
  key_variable: 'SFCOMPUTE_TOKEN',
  authorise: bearer,
  tested_on: 'documented',
  requests: () => [{ method: 'GET', url: FIRST }],
  follow(capture: CaptureText) {
    if (capture.url !== FIRST) {
      const { has_more, cursor, start_at, end_at } = expectShape(pageSchema, parseJson(capture.text));
      if (has_more && cursor) return ask(acceleratorOf(capture.url), { from: start_at, to: end_at }, cursor);
    }
    const next = acceleratorAfter(capture.url);
    return next === undefined ? null : ask(next, windowAfter(capture.fetched_at, 1));
  },
  parse(capture) {
    const parsed = emptyParsed();
    if (capture.url === FIRST) return parsed;
    const page = expectShape(pageSchema, parseJson(capture.text));
    const accelerator = acceleratorOf(capture.url);
    const alike = new Map<string, number>();
    eachRow(
      page.data,
      fillSchema,
      (fill) => `${accelerator}/${fieldText(fill, 'filled_at')}`,
      parsed,
      (fill) => {
        const facts = [accelerator, fill.filled_at, fill.dollars_per_node_hour, fill.node_count].join('/');
        const count = (alike.get(facts) ?? 0) + 1;
        alike.set(facts, count);
        const native_id = count === 1 ? facts : `${facts}/${count}`;
        addQuote(parsed, {
          native_id,
          event_at: instantOfSeconds(fill.filled_at),
          provider: 'sfcompute',
          label: accelerator,
          gpus: NODE_GPUS,
          evidence: 'transaction',
          price: fill.dollars_per_node_hour,
          currency: 'USD',
          price_basis: 'lot_hour',
          attributes: {
            product: 'delivery-window',
            node_gpus: NODE_GPUS,
            nodes: fill.node_count,
            delivery_from: instantOfSeconds(page.start_at),
            delivery_to: instantOfSeconds(page.end_at),
          },
          trade: { id: native_id, gpu_hours: null, buyer: null, seller: null },
        });
      },
    );
    return parsed;
  },
  canary: (parsed) => (parsed.rows.some((row) => row.label === 'H100') ? null : 'not one fill of an H100'),
};
