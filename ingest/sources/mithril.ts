/**
 * Mithril: current price of each instance type: the spot auction's, and the reserved one.
 * Page: https://docs.mithril.ai/compute-api/compute-api-reference/pricing. Terms: not read.
 * Traps: cents, of the whole instance; every price may be null; the spot price is what the auction cleared at, one for all, and no single
 * trade, so it is administered here; the lowest bid that got capacity is a limit, not a price paid; an instance type is asked for by an
 * opaque id, so its name and size travel with the question.
 */
import { z } from 'zod';
import { expectShape, parseJson } from '#ingest/shape';
import { type CaptureText, emptyParsed, type Source, type SourceRequest } from '#ingest/source';
import { carried, carrying, needCarried } from '#ingest/sources/kit/carry';
import { addQuote, bearer, refuse } from '#ingest/sources/kit/rows';

const API = 'https://api.mithril.ai/v2';
const TYPES = `${API}/instance-types`;
const typesSchema = z.array(
  z.object({
    fid: z.string().regex(/^it_\w{1,60}$/),
    name: z.string().min(1).max(80),
    num_gpus: z.int(),
    gpu_memory_gb: z.number().nullish(),
  }),
);
const cents = z.union([z.number(), z.string()]).nullable();
const pricingSchema = z.object({
  spot_price_cents: cents,
  reserved_price_cents: cents,
  minimum_price_cents: cents.optional(),
  lowest_allocated_bid_cents: cents.optional(),
  available_capacity: z.int().nullable(),
  total_capacity: z.int().nullable(),
});
/** What a chain has still to ask: `fid|name|gpus|memory` each. */
const ask = (queue: readonly string[]): SourceRequest | null => {
  const [fid, name, gpus, memory] = (queue[0] ?? '').split('|');
  if (!fid || !name || !gpus) return null;
  const facts = { name, gpus, memory: memory ?? '', queue: queue.slice(1).join('\n') };
  return { method: 'GET', url: carrying(`${API}/pricing/current?instance_type=${fid}`, facts) };
};

export const mithril: Source = {
  id: 'mithril',
  title: 'Mithril spot auction',
  homepage: 'https://mithril.ai',
  provider: 'mithril',
  venue_type: 'marketplace',
  evidence: ['administered', 'listed'],
  aggregator: false,
  schedule: '12-59/15 * * * *',
  freshness_objective_seconds: 7200,
  budget: { requests: 60, body_bytes: 2_000_000, sweep_seconds: 240, pause_ms: 1000, timeout_ms: 20_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://mithril.ai' },
  key_variable: 'MITHRIL_API_KEY',
  authorise: bearer,
  tested_on: 'documented',
  requests: () => [{ method: 'GET', url: TYPES }],
  follow(capture: CaptureText) {
    if (capture.url !== TYPES) return ask((carried(capture.url).queue ?? '').split('\n').filter(Boolean));
    return ask(
      expectShape(typesSchema, parseJson(capture.text))
        .filter(({ num_gpus }) => num_gpus > 0)
        .map(({ fid, name, num_gpus, gpu_memory_gb }) => [fid, name, num_gpus, gpu_memory_gb ?? ''].join('|')),
    );
  },
  parse(capture) {
    const parsed = emptyParsed();
    if (capture.url === TYPES) return parsed;
    const pricing = expectShape(pricingSchema, parseJson(capture.text));
    const name = needCarried(capture.url, 'name');
    const gpus = Number(needCarried(capture.url, 'gpus'));
    const memory = needCarried(capture.url, 'memory');
    const [, card = name, count] = /^(.+)\.(\d+)x$/.exec(name) ?? [];
    if (count !== undefined && Number(count) !== gpus) {
      refuse(parsed, 'gpus.missing', `${name} is said to have ${gpus} GPUs`, name, name);
      return parsed;
    }
    const add = (kind: 'spot' | 'reserved', price: z.output<typeof cents>) =>
      addQuote(parsed, {
        native_id: `${name}/${kind}`,
        provider: 'mithril',
        label: card.replaceAll('.', ' '),
        memory_gb: memory === '' ? null : Number(memory),
        gpus,
        tenor: kind === 'spot' ? 'INT' : null,
        evidence: kind === 'spot' ? 'administered' : 'listed',
        price,
        price_scale: 2,
        currency: 'USD',
        price_basis: 'lot_hour',
        attributes: {
          product: 'instance',
          kind,
          ...(pricing.available_capacity === null ? {} : { capacity_available: pricing.available_capacity }),
          ...(pricing.total_capacity === null ? {} : { capacity_total: pricing.total_capacity }),
          ...(pricing.lowest_allocated_bid_cents == null
            ? {}
            : { lowest_allocated_bid_cents: pricing.lowest_allocated_bid_cents }),
        },
      });
    add('spot', pricing.spot_price_cents);
    add('reserved', pricing.reserved_price_cents);
    return parsed;
  },
  canary: (parsed) => (parsed.rows.some((row) => row.label.includes('100')) ? null : 'no price of an A100 or an H100'),
};
