/**
 * gpurentalprices.com: an aggregator of about 34 providers' posted prices, once a day.
 * Page: https://gpurentalprices.com/data, read 2026-08. Terms: CC BY 4.0.
 * Traps: a provider whose fetch failed is carried forward, so the row's own `fetched_at` is its time; a row is its origin's price and
 * gives way to the origin's own; `h100` and `a100` name no form factor; `min_gpus` is the least one can rent, and from 2 on the lot.
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { emptyParsed, type Source } from '#ingest/source';

const offerSchema = z.object({
  provider: z.string().regex(/^[a-z0-9-]{1,60}$/),
  gpu: z.string().min(1).max(120),
  vram_gb: z.number().nullish(),
  usd_hr: z.union([z.number(), z.string()]),
  kind: z.enum(['on-demand', 'secure', 'community', 'spot', 'serverless']),
  min_gpus: z.int().positive().nullish(),
  source_url: z.string().max(500).nullish(),
  fetched_at: z.string(),
});
const answerSchema = z.object({
  offers: z.array(z.unknown()),
  providers: z.record(z.string(), z.object({ ok: z.boolean(), stale: z.boolean().nullish() })),
});

/** How a kind of offer is hosted, where the aggregator says so. */
const hosting: Partial<Record<string, string>> = { secure: 'datacenter', community: 'community' };

export const gpurentalprices: Source = {
  id: 'gpurentalprices',
  title: 'gpurentalprices.com daily aggregate',
  homepage: 'https://gpurentalprices.com',
  provider: null,
  venue_type: 'broker',
  evidence: ['listed'],
  aggregator: true,
  schedule: '41 */6 * * *',
  freshness_objective_seconds: 93_600,
  budget: { requests: 1, body_bytes: 4_000_000, sweep_seconds: 60, pause_ms: 1000, timeout_ms: 20_000 },
  terms: { status: 'permitted', note: 'CC BY 4.0, with attribution.', url: 'https://gpurentalprices.com/data' },
  key_variable: null,
  tested_on: 'recorded',
  requests: () => [{ method: 'GET', url: 'https://gpurentalprices.com/data' }],
  parse(capture) {
    const parsed = emptyParsed();
    const answer = expectShape(answerSchema, parseJson(capture.text));
    parsed.covers = Object.entries(answer.providers)
      .filter(([, state]) => state.ok && !state.stale)
      .map(([provider]) => provider);
    eachRow(
      answer.offers,
      offerSchema,
      (offer) => `${fieldText(offer, 'provider')}/${fieldText(offer, 'gpu')}`,
      parsed,
      (offer) => {
        const lot = offer.min_gpus != null && offer.min_gpus > 1 ? offer.min_gpus : null;
        parsed.rows.push({
          native_id: [offer.provider, offer.gpu, offer.vram_gb ?? '', offer.kind, offer.min_gpus ?? ''].join('/'),
          event_at: offer.fetched_at,
          provider: offer.provider,
          label: offer.gpu,
          memory_gb: offer.vram_gb ?? null,
          gpus: lot,
          available_gpus: null,
          tenor: offer.kind === 'spot' ? 'INT' : 'OD',
          evidence: 'listed',
          price: offer.usd_hr,
          currency: 'USD',
          price_basis: 'gpu_hour',
          country: null,
          attributes: {
            product: offer.kind === 'serverless' ? 'serverless' : 'instance',
            kind: offer.kind,
            ...(hosting[offer.kind] ? { hosting: hosting[offer.kind] as string } : {}),
            ...(offer.min_gpus == null ? {} : { minimum_gpus: offer.min_gpus }),
            ...(offer.source_url == null ? {} : { origin_url: offer.source_url }),
          },
        });
      },
    );
    return parsed;
  },
  canary: (parsed) =>
    parsed.rows.some((row) => row.provider === 'runpod') ? null : 'no row of runpod, which every healthy answer has',
};
