/**
 * Akash Network: bids that were matched and are paid for: a lease is made at its bid's price. Trades.
 * Page: any public node, https://api.akashnet.net/akash/market/v1beta5/bids/list. Terms: a public ledger.
 * Traps: the price is per BLOCK and of the whole lease, processors, memory and storage with it; a lease names no GPU, its bid does;
 * `uakt` is a millionth of a token whose rate we do not have, `uact` a millionth of a credit said to be worth a dollar; the length of a
 * block is measured in the same sweep, between the newest block and one a thousand earlier, never assumed; the hour of an older block
 * is reckoned back with that length (`event_reckoned`). Losing bids are pruned. A lease with several models has no price per GPU.
 */
import { z } from 'zod';
import { eachRow, expectShape, parseJson } from '#ingest/shape';
import { type CaptureText, emptyParsed, type Parsed, type Source, type SourceRequest } from '#ingest/source';
import { carrying, needCarried } from '#ingest/sources/kit/carry';
import { addQuote, refuse } from '#ingest/sources/kit/rows';
import { divideHalfEven, formatDecimal, parseDecimal } from '#methodology/decimal';

const NODE = 'https://api.akashnet.net';
const LATEST = `${NODE}/cosmos/base/tendermint/v1beta1/blocks/latest`;
const MEASURED_BLOCKS = 1000;
const SCALE = 18;
const PLAIN = /^\d{1,24}(\.\d{1,18})?$/;
const MODEL = /^vendor\/([a-z]+)\/model\/([a-z0-9-]+)(?:\/ram\/(\d+)Gi)?(?:\/interface\/([a-z0-9]+))?$/;
const currencies: Partial<Record<string, string>> = { uakt: 'AKT', uact: 'ACT' };

const blockSchema = z.object({
  block: z.object({
    header: z.object({ height: z.string().regex(/^\d+$/), time: z.iso.datetime({ offset: true }) }),
  }),
});
const pageSchema = z.object({
  bids: z.array(z.unknown()),
  pagination: z.object({ next_key: z.string().nullable() }),
});
const bidSchema = z.object({
  bid: z.object({
    id: z.object({
      owner: z.string().min(1),
      dseq: z.string().min(1),
      gseq: z.int(),
      oseq: z.int(),
      provider: z.string().min(1),
      bseq: z.int().optional(),
    }),
    state: z.string(),
    price: z.object({ denom: z.string(), amount: z.union([z.string(), z.number()]) }),
    created_at: z.string().regex(/^\d+$/),
    resources_offer: z.array(
      z.object({
        count: z.int(),
        resources: z.object({
          gpu: z
            .object({
              units: z.object({ val: z.string() }),
              attributes: z.array(z.object({ key: z.string(), value: z.string() })).nullish(),
            })
            .nullish(),
        }),
      }),
    ),
  }),
});

const bidsAfter = (carry: Record<string, string>, key: string | null): SourceRequest => {
  const query = new URLSearchParams({
    'filters.state': 'active',
    'pagination.limit': '100',
    'pagination.reverse': 'true',
  });
  if (key !== null) query.set('pagination.key', key);
  return { method: 'GET', url: carrying(`${NODE}/akash/market/v1beta5/bids/list?${query}`, carry) };
};
const headerOf = (capture: CaptureText) => expectShape(blockSchema, parseJson(capture.text)).block.header;
const isBlock = (url: string) => new URL(url).pathname.includes('/blocks/');

/** Milliseconds a block took on average, as text, between an earlier block and the newest one. */
function blockMilliseconds(earlier: CaptureText): string {
  const { height, time } = headerOf(earlier);
  const blocks = BigInt(needCarried(earlier.url, 'height')) - BigInt(height);
  const elapsed = Date.parse(needCarried(earlier.url, 'time')) - Date.parse(time);
  if (blocks <= 0n || elapsed <= 0) throw new Error('the earlier block is not earlier');
  return formatDecimal(divideHalfEven(BigInt(elapsed) * 10n ** 6n, blocks), 6);
}

/** Price of an hour: millionths per block, times the blocks of an hour. The millionth here and that of the milliseconds cancel. */
function perHour(amount: string, blockMs: string): string {
  return formatDecimal(divideHalfEven(parseDecimal(amount, SCALE) * 3_600_000n, parseDecimal(blockMs, 6)), SCALE);
}

function readBid(parsed: Parsed, { bid }: z.output<typeof bidSchema>, url: string): void {
  const { owner, dseq, gseq, oseq, provider, bseq } = bid.id;
  const native_id = [owner, dseq, gseq, oseq, provider, bseq ?? ''].join('/');
  const held = bid.resources_offer.filter(({ resources }) => Number(resources.gpu?.units.val ?? 0) > 0);
  if (bid.state !== 'active' || held.length === 0) return;
  const models = new Set(
    held.flatMap(({ resources }) =>
      (resources.gpu?.attributes ?? []).filter(({ value }) => value === 'true').map(({ key }) => key),
    ),
  );
  const model = models.size === 1 ? MODEL.exec([...models][0] ?? '') : null;
  if (!model) {
    refuse(parsed, 'hardware.mixed', `${models.size} models of accelerator in one lease`, native_id, bid);
    return;
  }
  const amount = String(bid.price.amount);
  const currency = currencies[bid.price.denom];
  if (!PLAIN.test(amount) || currency === undefined) {
    refuse(parsed, 'price.not_a_number', `${amount} ${bid.price.denom} is no price`, native_id, bid);
    return;
  }
  const blockMs = needCarried(url, 'block_ms');
  const age = (BigInt(needCarried(url, 'height')) - BigInt(bid.created_at)) * parseDecimal(blockMs, 6);
  const opened = Date.parse(needCarried(url, 'time')) - Number(divideHalfEven(age, 10n ** 6n));
  addQuote(parsed, {
    native_id,
    event_at: new Date(opened).toISOString(),
    provider: `akash/${provider}`,
    label: `${model[2]}${model[4] ? ` ${model[4]}` : ''}`,
    memory_gb: model[3] === undefined ? null : Number(model[3]),
    gpus: held.reduce((sum, { count, resources }) => sum + count * Number(resources.gpu?.units.val), 0),
    tenor: 'OD',
    evidence: 'transaction',
    price: perHour(amount, blockMs),
    currency,
    price_basis: 'lot_hour',
    attributes: {
      product: 'container',
      includes: 'cpu ram storage',
      price_per_block: amount,
      block_ms: blockMs,
      block: bid.created_at,
      event_reckoned: true,
    },
    trade: { id: native_id, gpu_hours: null, buyer: null, seller: null },
  });
}

export const akash: Source = {
  id: 'akash',
  title: 'Akash matched bids',
  homepage: 'https://akash.network',
  provider: null,
  venue_type: 'depin',
  evidence: ['transaction'],
  aggregator: false,
  schedule: '8-59/15 * * * *',
  freshness_objective_seconds: 7200,
  budget: { requests: 60, body_bytes: 8_000_000, sweep_seconds: 300, pause_ms: 1000, timeout_ms: 30_000 },
  terms: { status: 'unknown', note: 'A public ledger; terms of the node not read.', url: 'https://akash.network' },
  key_variable: null,
  tested_on: 'documented',
  requests: () => [{ method: 'GET', url: LATEST }],
  follow(capture) {
    if (capture.url === LATEST) {
      const { height, time } = headerOf(capture);
      const earlier = String(BigInt(height) - BigInt(MEASURED_BLOCKS));
      return { method: 'GET', url: carrying(LATEST.replace('latest', earlier), { height, time }) };
    }
    const carry = { height: needCarried(capture.url, 'height'), time: needCarried(capture.url, 'time') };
    if (isBlock(capture.url)) return bidsAfter({ ...carry, block_ms: blockMilliseconds(capture) }, null);
    const { next_key } = expectShape(pageSchema, parseJson(capture.text)).pagination;
    return next_key === null || next_key === ''
      ? null
      : bidsAfter({ ...carry, block_ms: needCarried(capture.url, 'block_ms') }, next_key);
  },
  parse(capture) {
    const parsed = emptyParsed();
    if (isBlock(capture.url)) return parsed;
    const named = (value: unknown) => JSON.stringify((value as { bid?: { id?: unknown } } | null)?.bid?.id ?? '');
    eachRow(expectShape(pageSchema, parseJson(capture.text)).bids, bidSchema, named, parsed, (bid) =>
      readBid(parsed, bid, capture.url),
    );
    return parsed;
  },
  canary: (parsed) =>
    parsed.rows.some((row) => /^(h100|a100|rtx)/.test(row.label)) ? null : 'not one h100, a100 or rtx',
};
