/**
 * GPU.ai: offers of a marketplace of data centres and of private hosts.
 * Page: https://api.gpu.ai/v1/pricing, recorded 2026-08. Terms: not read.
 * Traps: the price is of the whole configuration; absurd rows stand among the others (4 x rtx_5090 at 154.67 an hour) and are facts for
 * later screens to judge; `available` counts configurations, not GPUs; a region is part of a continent, no country.
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { emptyParsed, type Source } from '#ingest/source';
import { addQuote } from '#ingest/sources/kit/rows';

const offerSchema = z.object({
  offering_id: z.string().min(1).max(80),
  gpu_type: z.string().min(1).max(80),
  gpu_count: z.int(),
  region: z.string().max(80),
  tier: z.enum(['on_demand', 'spot']),
  price_per_hour: z.union([z.number(), z.string()]).nullable(),
  available: z.int(),
  capacity_class: z.string().max(40).nullish(),
});
const pageSchema = z.object({ data: z.array(z.unknown()), next_cursor: z.string().nullable() });
const url = 'https://api.gpu.ai/v1/pricing?limit=200';

export const gpuai: Source = {
  id: 'gpuai',
  title: 'GPU.ai offers',
  homepage: 'https://gpu.ai',
  provider: 'gpuai',
  venue_type: 'marketplace',
  evidence: ['executable', 'listed'],
  aggregator: false,
  schedule: '6-59/10 * * * *',
  freshness_objective_seconds: 3600,
  budget: { requests: 20, body_bytes: 4_000_000, sweep_seconds: 120, pause_ms: 1000, timeout_ms: 20_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://gpu.ai' },
  key_variable: null,
  tested_on: 'recorded',
  requests: () => [{ method: 'GET', url }],
  follow(capture) {
    const cursor = expectShape(pageSchema, parseJson(capture.text)).next_cursor;
    return cursor === null ? null : { method: 'GET', url: `${url}&cursor=${encodeURIComponent(cursor)}` };
  },
  parse(capture) {
    const parsed = emptyParsed();
    eachRow(
      expectShape(pageSchema, parseJson(capture.text)).data,
      offerSchema,
      (offer) => fieldText(offer, 'offering_id'),
      parsed,
      (offer) => {
        addQuote(parsed, {
          native_id: `${offer.offering_id}/${offer.tier}`,
          provider: 'gpuai',
          label: offer.gpu_type,
          evidence: offer.available > 0 ? 'executable' : 'listed',
          currency: 'USD',
          price_basis: 'lot_hour',
          price: offer.price_per_hour,
          gpus: offer.gpu_count,
          tenor: offer.tier === 'spot' ? 'INT' : 'OD',
          attributes: {
            product: 'instance',
            region: offer.region,
            configurations_available: offer.available,
            ...(offer.capacity_class == null
              ? {}
              : { hosting: offer.capacity_class === 'secure' ? 'datacenter' : offer.capacity_class }),
          },
        });
      },
    );
    return parsed;
  },
  canary: (parsed) =>
    parsed.rows.some((row) => row.label.startsWith('rtx_')) ? null : 'not one rtx card among the offers',
};
