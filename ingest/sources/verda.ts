/**
 * Verda (formerly DataCrunch): instance types with on-demand and spot price.
 * Page: https://api.verda.com/v1/instance-types, native objects recorded 2026. Terms: not read.
 * Traps: prices are text and of the whole instance; `gpu_memory` is of all its GPUs together; processors-only types stand in the same
 * list with no GPU; `dynamic_price` is null since dynamic pricing ended.
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { emptyParsed, type RawRow, type Source } from '#ingest/source';
import { addQuote } from '#ingest/sources/kit/rows';

const price = z.union([z.number(), z.string()]).nullable();
const typeSchema = z.object({
  instance_type: z.string().min(1).max(80),
  name: z.string().min(1).max(120),
  gpu: z.object({ number_of_gpus: z.int() }),
  gpu_memory: z.object({ size_in_gigabytes: z.number() }),
  price_per_hour: price,
  spot_price: price.optional(),
  currency: z.string().max(10),
});

export const verda: Source = {
  id: 'verda',
  title: 'Verda instance types',
  homepage: 'https://verda.com',
  provider: 'datacrunch',
  venue_type: 'neocloud',
  evidence: ['listed', 'administered'],
  aggregator: false,
  schedule: '7-59/15 * * * *',
  freshness_objective_seconds: 7200,
  budget: { requests: 1, body_bytes: 4_000_000, sweep_seconds: 60, pause_ms: 1000, timeout_ms: 20_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://verda.com' },
  key_variable: null,
  tested_on: 'recorded',
  requests: () => [{ method: 'GET', url: 'https://api.verda.com/v1/instance-types' }],
  parse(capture) {
    const parsed = emptyParsed();
    eachRow(
      expectShape(z.array(z.unknown()), parseJson(capture.text)),
      typeSchema,
      (type) => fieldText(type, 'instance_type'),
      parsed,
      (type) => {
        const gpus = type.gpu.number_of_gpus;
        if (gpus === 0) return;
        const add = (
          kind: string,
          tenor: string,
          evidence: RawRow['evidence'],
          quoted: RawRow['price'] | null | undefined,
        ) =>
          addQuote(parsed, {
            native_id: `${type.instance_type}/${kind}`,
            provider: 'datacrunch',
            label: type.name,
            evidence,
            currency: type.currency.toUpperCase(),
            price_basis: 'lot_hour',
            price: quoted,
            memory_gb: type.gpu_memory.size_in_gigabytes / gpus,
            gpus,
            tenor,
            attributes: { product: 'instance', instance: type.instance_type },
          });
        add('on-demand', 'OD', 'listed', type.price_per_hour);
        add('spot', 'INT', 'administered', type.spot_price);
      },
    );
    return parsed;
  },
  canary: (parsed) =>
    parsed.rows.some((row) => row.label.includes('H100')) ? null : 'no H100 among the instance types',
};
