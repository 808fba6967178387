/**
 * CloudRift: variants of its instance types.
 * Page: https://api.cloudrift.ai (POST /api/v1/instance-types/list), shape as open clients read it. Terms: not read.
 * Traps: cents, of the whole variant; the card stands on the type, size and price on its variants; `vram` is in bytes and does not say of
 * how many cards, so the memory stays unstated.
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { emptyParsed, type Source } from '#ingest/source';
import { addQuote } from '#ingest/sources/kit/rows';

const answerSchema = z.object({ data: z.object({ instance_types: z.array(z.unknown()) }) });
const typeSchema = z.object({
  name: z.string().min(1).max(120),
  brand_short: z.string().min(1).max(120),
  variants: z.array(z.unknown()),
});
const variantSchema = z.object({
  name: z.string().min(1).max(120),
  cost_per_hour: z.union([z.number(), z.string()]).nullable(),
  gpu_count: z.int(),
  nodes_per_dc: z.record(z.string(), z.int()).nullish(),
  available_nodes: z.int().nullish(),
});

export const cloudrift: Source = {
  id: 'cloudrift',
  title: 'CloudRift instance types',
  homepage: 'https://www.cloudrift.ai',
  provider: 'cloudrift',
  venue_type: 'neocloud',
  evidence: ['executable', 'listed'],
  aggregator: false,
  schedule: '24-59/20 * * * *',
  freshness_objective_seconds: 7200,
  budget: { requests: 1, body_bytes: 4_000_000, sweep_seconds: 60, pause_ms: 1000, timeout_ms: 20_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://www.cloudrift.ai' },
  key_variable: null,
  tested_on: 'documented',
  requests: () => [
    {
      method: 'POST',
      url: 'https://api.cloudrift.ai/api/v1/instance-types/list',
      body: { version: '2025-03-21', data: { selector: { ByServiceAndLocation: { services: ['vm'] } } } },
    },
  ],
  parse(capture) {
    const parsed = emptyParsed();
    const types = expectShape(answerSchema, parseJson(capture.text)).data.instance_types;
    const name = (value: unknown) => fieldText(value, 'name');
    eachRow(types, typeSchema, name, parsed, (type) => {
      eachRow(type.variants, variantSchema, name, parsed, (variant) => {
        if (variant.gpu_count === 0) return;
        const free = variant.available_nodes ?? null;
        addQuote(parsed, {
          native_id: variant.name,
          provider: 'cloudrift',
          label: type.brand_short,
          gpus: variant.gpu_count,
          available_gpus: free === null ? null : free * variant.gpu_count,
          tenor: 'OD',
          evidence: free === 0 ? 'listed' : 'executable',
          price: variant.cost_per_hour,
          price_scale: 2,
          currency: 'USD',
          price_basis: 'lot_hour',
          attributes: {
            product: 'instance',
            instance: variant.name,
            ...(variant.nodes_per_dc ? { locations: Object.keys(variant.nodes_per_dc).sort().join(' ') } : {}),
          },
        });
      });
    });
    return parsed;
  },
  canary: (parsed) => (parsed.rows.some((row) => row.label.startsWith('RTX')) ? null : 'not one RTX card'),
};
