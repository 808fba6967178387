/**
 * RunPod: rate card by GPU type from the public GraphQL catalogue.
 * Page: https://docs.runpod.io (GraphQL gpuTypes), read 2026-08. Terms: unknown.
 * Traps: a price of 0 means not offered; a community price of 0.50 stands on cards nobody offers (no stock beside it); the bid price
 * equals the on-demand price for most types, so interruptible rows are a rule, not a market; cluster prices are another product.
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson, rejection } from '#ingest/shape';
import { emptyParsed, type RawRow, type Source } from '#ingest/source';

const stated = z.union([z.number(), z.string()]).nullable();
const price = stated.optional();
const typeSchema = z.object({
  id: z.string().min(1).max(120),
  memoryInGb: z.number(),
  // Asked for, so always answered: where one is missing, the field has another name by now.
  securePrice: stated,
  communityPrice: stated,
  oneMonthPrice: price,
  threeMonthPrice: price,
  sixMonthPrice: price,
  lowestPrice: z.object({ minimumBidPrice: price, stockStatus: z.string().max(20).nullish() }).nullish(),
});
const answerSchema = z.union([
  z.array(z.unknown()),
  z.object({ data: z.object({ gpuTypes: z.array(z.unknown()) }) }).transform((answer) => answer.data.gpuTypes),
]);

const query = `{ gpuTypes { id displayName memoryInGb securePrice communityPrice oneMonthPrice threeMonthPrice sixMonthPrice
  lowestPrice(input: { gpuCount: 1 }) { minimumBidPrice stockStatus } } }`;

export const runpod: Source = {
  id: 'runpod',
  title: 'RunPod GPU types',
  homepage: 'https://www.runpod.io',
  provider: 'runpod',
  venue_type: 'neocloud',
  evidence: ['listed'],
  aggregator: false,
  schedule: '*/15 * * * *',
  freshness_objective_seconds: 7200,
  budget: { requests: 1, body_bytes: 2_000_000, sweep_seconds: 60, pause_ms: 1000, timeout_ms: 20_000 },
  terms: {
    status: 'unknown',
    note: 'No statement on reuse of catalogue prices found.',
    url: 'https://www.runpod.io/legal',
  },
  key_variable: null,
  tested_on: 'recorded',
  requests: () => [{ method: 'POST', url: 'https://api.runpod.io/graphql', body: { query } }],
  parse(capture) {
    const parsed = emptyParsed();
    const types = expectShape(answerSchema, parseJson(capture.text));
    eachRow(
      types,
      typeSchema,
      (type) => fieldText(type, 'id'),
      parsed,
      (type) => {
        const stock = type.lowestPrice?.stockStatus;
        const add = (kind: string, tenor: string, quoted: RawRow['price'] | null | undefined, hosting?: string) => {
          if (quoted == null) return;
          const native_id = `${type.id}/${kind}`;
          if (Number(quoted) === 0) {
            parsed.rejections.push(
              rejection('price.not_offered', 'a price of 0 means not offered here', native_id, type),
            );
            return;
          }
          parsed.rows.push({
            native_id,
            event_at: null,
            provider: 'runpod',
            label: type.id,
            memory_gb: type.memoryInGb,
            gpus: null,
            available_gpus: null,
            tenor,
            evidence: 'listed',
            price: quoted,
            currency: 'USD',
            price_basis: 'gpu_hour',
            country: null,
            attributes: { product: 'instance', kind, ...(hosting ? { hosting } : {}), ...(stock ? { stock } : {}) },
          });
        };
        add('secure', 'OD', type.securePrice, 'datacenter');
        add('community', 'OD', type.communityPrice, 'community');
        add('bid', 'INT', type.lowestPrice?.minimumBidPrice);
        add('month-1', 'R1M', type.oneMonthPrice, 'datacenter');
        add('month-3', 'R3M', type.threeMonthPrice, 'datacenter');
        add('month-6', 'R6M', type.sixMonthPrice, 'datacenter');
      },
    );
    return parsed;
  },
  canary: (parsed) =>
    parsed.rows.some((row) => row.label.includes('H100')) ? null : 'no H100 among the GPU types of a healthy answer',
};
