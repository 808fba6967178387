/**
 * DigitalOcean: droplet sizes with accelerators.
 * Page: https://docs.digitalocean.com/reference/api (GET /v2/sizes); native rows recorded 2026. Terms: not read.
 * Traps: the list holds every size, few have a GPU; the price is of the droplet; `vram` is of all its GPUs together; an interruptible
 * size is told by "-spot" at the end of its slug alone; `available: false` sizes keep their price.
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { emptyParsed, type Source } from '#ingest/source';
import { addQuote, bearer } from '#ingest/sources/kit/rows';

const HOST = 'https://api.digitalocean.com/';
const answerSchema = z.object({
  sizes: z.array(z.unknown()),
  links: z.object({ pages: z.object({ next: z.string().nullish() }).nullish() }).nullish(),
});
const sizeSchema = z.object({
  slug: z.string().min(1).max(80),
  price_hourly: z.union([z.number(), z.string()]).nullable(),
  regions: z.array(z.string()),
  available: z.boolean(),
  gpu_info: z
    .object({
      count: z.int().positive(),
      model: z.string().min(1).max(80),
      vram: z.object({ amount: z.number(), unit: z.literal('gib') }),
    })
    .nullish(),
});

export const digitalocean: Source = {
  id: 'digitalocean',
  title: 'DigitalOcean GPU droplets',
  homepage: 'https://www.digitalocean.com',
  provider: 'digitalocean',
  venue_type: 'neocloud',
  evidence: ['listed'],
  aggregator: false,
  schedule: '33 * * * *',
  freshness_objective_seconds: 14_400,
  budget: { requests: 5, body_bytes: 4_000_000, sweep_seconds: 60, pause_ms: 1000, timeout_ms: 20_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://www.digitalocean.com/legal' },
  key_variable: 'DIGITALOCEAN_TOKEN',
  authorise: bearer,
  tested_on: 'recorded',
  requests: () => [{ method: 'GET', url: `${HOST}v2/sizes?per_page=200` }],
  follow(capture) {
    const next = expectShape(answerSchema, parseJson(capture.text)).links?.pages?.next;
    if (next == null) return null;
    if (!next.startsWith(HOST)) throw new Error(`the next page is said to lie elsewhere: ${next.slice(0, 80)}`);
    return { method: 'GET', url: next };
  },
  parse(capture) {
    const parsed = emptyParsed();
    eachRow(
      expectShape(answerSchema, parseJson(capture.text)).sizes,
      sizeSchema,
      (size) => fieldText(size, 'slug'),
      parsed,
      (size) => {
        const gpu = size.gpu_info;
        if (!gpu) return;
        addQuote(parsed, {
          native_id: size.slug,
          provider: 'digitalocean',
          label: gpu.model,
          memory_gb: gpu.vram.amount / gpu.count,
          gpus: gpu.count,
          tenor: size.slug.endsWith('-spot') ? 'INT' : 'OD',
          evidence: 'listed',
          price: size.price_hourly,
          currency: 'USD',
          price_basis: 'lot_hour',
          attributes: {
            product: 'instance',
            instance: size.slug,
            locations: size.regions.join(' '),
            available: size.available,
          },
        });
      },
    );
    return parsed;
  },
  canary: (parsed) =>
    parsed.rows.some((row) => row.label.startsWith('nvidia_h100')) ? null : 'no size with nvidia_h100',
};
