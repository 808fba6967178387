/**
 * San Francisco Compute: the asks of the order book, for the next day (`depth`) and for the windows of the next month (`windows`).
 * Page: https://docs.sfcompute.com/preview/api-reference/orderbook. Terms: not read. A preview: its shape may change.
 * Traps: as for the fills (per node-hour, nodes of eight by documentation). Only asks become rows, for only an ask can be taken by who
 * rents; the best bid stands beside them as `best_bid`. A window's price is of that window: not on demand, and no forward of ours.
 */
import { z } from 'zod';
import { eachRow, expectShape, parseJson } from '#ingest/shape';
import { emptyParsed, type Parsed, type Source } from '#ingest/source';
import { addQuote, bearer, instantOfSeconds } from '#ingest/sources/kit/rows';
import { acceleratorAfter, acceleratorOf, FIRST, NODE_GPUS, ORDERBOOK, windowAfter } from '#ingest/sources/sfcompute';

const sideSchema = z.object({ dollars_per_node_hour: z.string(), node_count: z.int().positive() });
const depthSchema = z.object({
  start_at: z.int(),
  end_at: z.int(),
  bids: z.array(z.object({ dollars_per_node_hour: z.string() })),
  asks: z.array(z.unknown()),
});
const windowsSchema = z.object({ has_more: z.boolean(), data: z.array(z.unknown()) });
const windowSchema = z.object({
  start_at: z.int(),
  end_at: z.int(),
  best_bid: sideSchema.nullable(),
  best_ask: sideSchema.nullable(),
});

interface Ask {
  accelerator: string;
  native_id: string;
  ask: z.output<typeof sideSchema>;
  from: number;
  to: number;
  best_bid: string | undefined;
}

function addAsk(parsed: Parsed, { accelerator, native_id, ask, from, to, best_bid }: Ask): void {
  addQuote(parsed, {
    native_id,
    provider: 'sfcompute',
    label: accelerator,
    gpus: NODE_GPUS,
    available_gpus: ask.node_count * NODE_GPUS,
    evidence: 'executable',
    price: ask.dollars_per_node_hour,
    currency: 'USD',
    price_basis: 'lot_hour',
    attributes: {
      product: 'delivery-window',
      node_gpus: NODE_GPUS,
      delivery_from: instantOfSeconds(from),
      delivery_to: instantOfSeconds(to),
      ...(best_bid === undefined ? {} : { best_bid }),
    },
  });
}

const query = (accelerator: string, facts: Record<string, number>) =>
  new URLSearchParams({
    requirements: `accelerator:${accelerator}`,
    ...Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, String(value)])),
  }).toString();

export const sfcomputeBook: Source = {
  id: 'sfcompute-book',
  title: 'SF Compute order book',
  homepage: 'https://sfcompute.com',
  provider: 'sfcompute',
  venue_type: 'exchange',
  evidence: ['executable'],
  aggregator: false,
  schedule: '3-59/5 * * * *',
  freshness_objective_seconds: 3600,
  budget: { requests: 10, body_bytes: 2_000_000, sweep_seconds: 120, pause_ms: 1000, timeout_ms: 20_000 },
  terms: {
    status: 'unknown',
    note: 'Terms not read; an account must be approved.',
    url: 'https://sfcompute.com/legal',
  },
  key_variable: 'SFCOMPUTE_TOKEN',
  authorise: bearer,
  tested_on: 'documented',
  requests: () => [{ method: 'GET', url: FIRST }],
  follow(capture) {
    if (new URL(capture.url).pathname.endsWith('/depth')) {
      const { from, to } = windowAfter(capture.fetched_at, 30);
      const range = query(acceleratorOf(capture.url), { range_start_at: from, range_end_at: to });
      return { method: 'GET', url: `${ORDERBOOK}windows?${range}` };
    }
    const next = acceleratorAfter(capture.url);
    if (next === undefined) return null;
    const { from, to } = windowAfter(capture.fetched_at, 1);
    return { method: 'GET', url: `${ORDERBOOK}depth?${query(next, { start_at: from, end_at: to, limit: 100 })}` };
  },
  parse(capture) {
    const parsed = emptyParsed();
    if (capture.url === FIRST) return parsed;
    const accelerator = acceleratorOf(capture.url);
    const answer = parseJson(capture.text);
    const named = (value: unknown) => `${accelerator}/${JSON.stringify(value)?.slice(0, 80)}`;
    if (new URL(capture.url).pathname.endsWith('/windows')) {
      const { data, has_more } = expectShape(windowsSchema, answer);
      parsed.complete = !has_more;
      eachRow(data, windowSchema, named, parsed, ({ start_at: from, end_at: to, best_ask, best_bid }) => {
        if (best_ask === null) return;
        const native_id = [accelerator, 'window', from, to].join('/');
        addAsk(parsed, { accelerator, native_id, ask: best_ask, from, to, best_bid: best_bid?.dollars_per_node_hour });
      });
      return parsed;
    }
    const { start_at: from, end_at: to, asks, bids } = expectShape(depthSchema, answer);
    eachRow(asks, sideSchema, named, parsed, (ask) => {
      // The window moves with every question; the level of the book is what stays.
      const native_id = [accelerator, 'depth', ask.dollars_per_node_hour].join('/');
      addAsk(parsed, { accelerator, native_id, ask, from, to, best_bid: bids[0]?.dollars_per_node_hour });
    });
    return parsed;
  },
  canary: (parsed) => (parsed.rows.some((row) => row.label === 'H100') ? null : 'not one ask for an H100'),
};
