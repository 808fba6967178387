/**
 * JarvisLabs: cards by region and kind of workload, on demand and spot.
 * Page: https://docs.jarvislabs.ai (GET /misc/server_meta). Terms: not read.
 * Traps: the price is per GPU; numbers come as numbers or as text; a card stands once for containers and once for virtual machines;
 * a null spot price means that there is none; some rows have no kind of workload. No currency is stated: the price list is in USD.
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { emptyParsed, type RawRow, type Source } from '#ingest/source';
import { addQuote, bearer } from '#ingest/sources/kit/rows';

const price = z.union([z.number(), z.string()]).nullable();
const answerSchema = z.object({ server_meta: z.array(z.unknown()) });
const serverSchema = z.object({
  gpu_type: z.string().min(1).max(80),
  region: z.string().min(1).max(80),
  num_free_devices: z.int().nullish(),
  spot_num_free_devices: z.int().nullish(),
  price_per_hour: price,
  spot_price: price.optional(),
  vram: z.coerce.number().nullish(),
  workload_type: z.string().max(40).nullish(),
});

export const jarvislabs: Source = {
  id: 'jarvislabs',
  title: 'JarvisLabs cards',
  homepage: 'https://jarvislabs.ai',
  provider: 'jarvislabs',
  venue_type: 'neocloud',
  evidence: ['listed'],
  aggregator: false,
  schedule: '11-59/30 * * * *',
  freshness_objective_seconds: 14_400,
  budget: { requests: 1, body_bytes: 2_000_000, sweep_seconds: 60, pause_ms: 1000, timeout_ms: 20_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://jarvislabs.ai' },
  key_variable: 'JARVISLABS_TOKEN',
  authorise: bearer,
  tested_on: 'documented',
  requests: () => [{ method: 'GET', url: 'https://backendprod.jarvislabs.net/misc/server_meta' }],
  parse(capture) {
    const parsed = emptyParsed();
    eachRow(
      expectShape(answerSchema, parseJson(capture.text)).server_meta,
      serverSchema,
      (server) => `${fieldText(server, 'region')}/${fieldText(server, 'gpu_type')}`,
      parsed,
      (server) => {
        const { gpu_type, region, workload_type } = server;
        const add = (
          kind: string,
          tenor: string,
          quoted: RawRow['price'] | null | undefined,
          free: number | null | undefined,
        ) =>
          addQuote(parsed, {
            native_id: [region, gpu_type, workload_type ?? 'any', kind].join('/'),
            provider: 'jarvislabs',
            label: gpu_type,
            memory_gb: server.vram ?? null,
            available_gpus: free ?? null,
            tenor,
            evidence: 'listed',
            price: quoted,
            currency: 'USD',
            price_basis: 'gpu_hour',
            country: region.startsWith('india-') ? 'IN' : null,
            attributes: { product: workload_type === 'container' ? 'container' : 'instance', region },
          });
        add('on-demand', 'OD', server.price_per_hour, server.num_free_devices);
        add('spot', 'INT', server.spot_price, server.spot_num_free_devices);
      },
    );
    return parsed;
  },
  canary: (parsed) => (parsed.rows.some((row) => row.label.startsWith('H100')) ? null : 'no H100 in any region'),
};
