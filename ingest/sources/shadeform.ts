/**
 * Shadeform: instance types of the clouds it resells, by region.
 * Page: https://docs.shadeform.ai (GET /v1/instances/types). Terms: not read.
 * Traps: a broker: `cloud` names whose capacity it is, and the row gives way to the origin's own; cents, of the whole instance; one type
 * has a line per region, available or not; chip and form factor are two fields. Whether it answers without a key is disputed.
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { emptyParsed, type Source } from '#ingest/source';
import { leadingCountry } from '#ingest/sources/kit/places';
import { addQuote, originOf } from '#ingest/sources/kit/rows';

const answerSchema = z.object({ instance_types: z.array(z.unknown()) });
const typeSchema = z.object({
  cloud: z.string().min(1).max(60),
  shade_instance_type: z.string().min(1).max(120),
  cloud_instance_type: z.string().min(1).max(120),
  hourly_price: z.union([z.number(), z.string()]).nullable(),
  deployment_type: z.string().max(40),
  configuration: z.object({
    num_gpus: z.int(),
    gpu_type: z.string().min(1).max(80),
    vram_per_gpu_in_gb: z.number().nullish(),
    interconnect: z.string().max(40).nullish(),
  }),
  availability: z.array(
    z.object({ region: z.string().max(80), available: z.boolean(), display_name: z.string().max(120).nullish() }),
  ),
});

export const shadeform: Source = {
  id: 'shadeform',
  title: 'Shadeform instance types',
  homepage: 'https://www.shadeform.ai',
  provider: null,
  venue_type: 'broker',
  evidence: ['executable', 'listed'],
  aggregator: true,
  schedule: '21-59/20 * * * *',
  freshness_objective_seconds: 7200,
  budget: { requests: 1, body_bytes: 16_000_000, sweep_seconds: 60, pause_ms: 1000, timeout_ms: 30_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://www.shadeform.ai' },
  key_variable: 'SHADEFORM_API_KEY',
  authorise: (key) => ({ 'x-api-key': key }),
  tested_on: 'documented',
  requests: () => [{ method: 'GET', url: 'https://api.shadeform.ai/v1/instances/types' }],
  parse(capture) {
    const parsed = emptyParsed();
    eachRow(
      expectShape(answerSchema, parseJson(capture.text)).instance_types,
      typeSchema,
      (type) => `${fieldText(type, 'cloud')}/${fieldText(type, 'cloud_instance_type')}`,
      parsed,
      (type) => {
        const { num_gpus, gpu_type, vram_per_gpu_in_gb, interconnect } = type.configuration;
        for (const { region, available, display_name } of type.availability) {
          addQuote(parsed, {
            native_id: [type.cloud, type.cloud_instance_type, type.shade_instance_type, region].join('/'),
            provider: originOf(type.cloud),
            label: `${gpu_type} ${interconnect ?? ''}`.trim(),
            memory_gb: vram_per_gpu_in_gb ?? null,
            gpus: num_gpus,
            tenor: 'OD',
            evidence: available ? 'executable' : 'listed',
            price: type.hourly_price,
            price_scale: 2,
            currency: 'USD',
            price_basis: 'lot_hour',
            country: leadingCountry(display_name ?? ''),
            attributes: {
              product: type.deployment_type === 'baremetal' ? 'bare-metal' : 'instance',
              broker: 'shadeform',
              instance: type.cloud_instance_type,
              region,
              available,
            },
          });
        }
      },
    );
    return parsed;
  },
  canary: (parsed) => (parsed.rows.some((row) => /^[AH]100/.test(row.label)) ? null : 'no A100 and no H100'),
};
