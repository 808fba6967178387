/**
 * RunPod: the catalogue of its REST API, by GPU type.
 * Page: https://docs.runpod.io (GET /v2/catalog/gpus). Terms: not read. The public GraphQL catalogue is another source.
 * Traps: prices are per GPU; community prices are set by hosts; a serverless price covers more than the card; `secure: false` keeps its
 * price; the stock is a word for the whole type.
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { emptyParsed, type RawRow, type Source } from '#ingest/source';
import { addQuote, bearer } from '#ingest/sources/kit/rows';

const price = z.union([z.number(), z.string()]).nullable();
const answerSchema = z.object({ gpus: z.array(z.unknown()) });
const gpuSchema = z.object({
  id: z.string().min(1).max(120),
  memory: z.number(),
  secure: z.boolean(),
  community: z.boolean(),
  price: z.object({ secure: price, community: price, serverless: price.optional() }),
  availability: z.string().max(40).nullish(),
});

export const runpodRest: Source = {
  id: 'runpod-rest',
  title: 'RunPod REST catalogue',
  homepage: 'https://www.runpod.io',
  provider: 'runpod',
  venue_type: 'neocloud',
  evidence: ['listed'],
  aggregator: false,
  schedule: '48-59/15 * * * *',
  freshness_objective_seconds: 7200,
  budget: { requests: 1, body_bytes: 2_000_000, sweep_seconds: 60, pause_ms: 1000, timeout_ms: 20_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://www.runpod.io/legal' },
  key_variable: 'RUNPOD_API_KEY',
  authorise: bearer,
  tested_on: 'documented',
  requests: () => [{ method: 'GET', url: 'https://api.runpod.io/v2/catalog/gpus' }],
  parse(capture) {
    const parsed = emptyParsed();
    eachRow(
      expectShape(answerSchema, parseJson(capture.text)).gpus,
      gpuSchema,
      (gpu) => fieldText(gpu, 'id'),
      parsed,
      (gpu) => {
        const add = (
          kind: string,
          offered: boolean,
          quoted: RawRow['price'] | null | undefined,
          attributes: RawRow['attributes'],
        ) => {
          if (!offered) return;
          addQuote(parsed, {
            native_id: `${gpu.id}/${kind}`,
            provider: 'runpod',
            label: gpu.id,
            memory_gb: gpu.memory,
            tenor: 'OD',
            evidence: 'listed',
            price: quoted,
            currency: 'USD',
            price_basis: 'gpu_hour',
            attributes: { ...attributes, kind, ...(gpu.availability == null ? {} : { stock: gpu.availability }) },
          });
        };
        add('secure', gpu.secure, gpu.price.secure, { product: 'instance', hosting: 'datacenter' });
        add('community', gpu.community, gpu.price.community, { product: 'instance', hosting: 'community' });
        add('serverless', true, gpu.price.serverless, { product: 'serverless' });
      },
    );
    return parsed;
  },
  canary: (parsed) => (parsed.rows.some((row) => row.label.includes('RTX 4090')) ? null : 'no RTX 4090'),
};
