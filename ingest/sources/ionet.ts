/**
 * io.net: what one container with one GPU costs for one hour, by model, where any is free.
 * Page: https://io.net/docs/reference/caas/price-estimation. Terms: not read.
 * Traps: prices come one question at a time, by opaque ids, so the model's name travels with the question; the total holds the venue's
 * fee; the currency is USDC, no country's; a model with no free replica has no price.
 */
import { z } from 'zod';
import { expectShape, parseJson } from '#ingest/shape';
import { type CaptureText, emptyParsed, type Source, type SourceRequest } from '#ingest/source';
import { carried, carrying, needCarried } from '#ingest/sources/kit/carry';
import { addQuote } from '#ingest/sources/kit/rows';

const API = 'https://api.io.solutions/enterprise/v1/io-cloud/caas/';
const HARDWARE = `${API}hardware/max-gpus-per-container`;
const hardwareSchema = z.object({
  data: z.object({
    hardware: z.array(z.object({ hardware_id: z.int(), hardware_name: z.string().min(1).max(80), available: z.int() })),
  }),
});
const replicasSchema = z.object({ data: z.array(z.object({ id: z.int(), available_replicas: z.int() })) });
const priceSchema = z.object({
  data: z.object({ total_cost_usdc: z.union([z.number(), z.string()]).nullable(), ionet_fee: z.number().nullish() }),
});

/** What a chain has still to ask: `id|name` each. */
function askReplicas(queue: readonly string[]): SourceRequest | null {
  const [id, name] = (queue[0] ?? '').split('|');
  if (!id || !name) return null;
  const url = `${API}available-replicas?hardware_id=${id}&hardware_qty=1`;
  return { method: 'GET', url: carrying(url, { id, name, queue: queue.slice(1).join('\n') }) };
}
const restOf = (url: string) => (carried(url).queue ?? '').split('\n').filter(Boolean);

function askPrice(capture: CaptureText): SourceRequest | null {
  const places = expectShape(replicasSchema, parseJson(capture.text)).data.filter((one) => one.available_replicas > 0);
  if (places.length === 0) return askReplicas(restOf(capture.url));
  const [id, name] = [needCarried(capture.url, 'id'), needCarried(capture.url, 'name')];
  const query = new URLSearchParams({
    location_ids: JSON.stringify(places.map((one) => one.id)),
    hardware_id: id,
    duration_hours: '1',
    gpus_per_container: '1',
    replica_count: '1',
  });
  const free = String(places.reduce((sum, one) => sum + one.available_replicas, 0));
  return {
    method: 'GET',
    url: carrying(`${API}price?${query}`, { id, name, free, queue: restOf(capture.url).join('\n') }),
  };
}
const isPrice = (url: string) => new URL(url).pathname.endsWith('/price');

export const ionet: Source = {
  id: 'ionet',
  title: 'io.net container prices',
  homepage: 'https://io.net',
  provider: 'ionet',
  venue_type: 'depin',
  evidence: ['executable'],
  aggregator: false,
  schedule: '28 * * * *',
  freshness_objective_seconds: 14_400,
  budget: { requests: 120, body_bytes: 1_000_000, sweep_seconds: 400, pause_ms: 1000, timeout_ms: 20_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://io.net' },
  key_variable: 'IONET_API_KEY',
  authorise: (key) => ({ 'x-api-key': key }),
  tested_on: 'documented',
  requests: () => [{ method: 'GET', url: HARDWARE }],
  follow(capture) {
    if (isPrice(capture.url)) return askReplicas(restOf(capture.url));
    if (capture.url !== HARDWARE) return askPrice(capture);
    const { hardware } = expectShape(hardwareSchema, parseJson(capture.text)).data;
    return askReplicas(
      hardware.filter((one) => one.available > 0).map((one) => `${one.hardware_id}|${one.hardware_name}`),
    );
  },
  parse(capture) {
    const parsed = emptyParsed();
    if (!isPrice(capture.url)) return parsed;
    const { total_cost_usdc, ionet_fee } = expectShape(priceSchema, parseJson(capture.text)).data;
    addQuote(parsed, {
      native_id: needCarried(capture.url, 'id'),
      provider: 'ionet',
      label: needCarried(capture.url, 'name'),
      gpus: 1,
      available_gpus: Number(needCarried(capture.url, 'free')),
      tenor: 'OD',
      evidence: 'executable',
      price: total_cost_usdc,
      currency: 'USDC',
      price_basis: 'lot_hour',
      attributes: { product: 'container', ...(ionet_fee == null ? {} : { fee: ionet_fee }) },
    });
    return parsed;
  },
  canary: (parsed) => (parsed.rows.length > 0 ? null : 'not one price'),
};
