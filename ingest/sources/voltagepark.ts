/**
 * Voltage Park: bare-metal nodes by location and link, and virtual machines by preset.
 * Page: https://cloud-api.voltagepark.com/api/v1, recorded 2026-08. Terms: not read.
 * Traps: bare metal is priced per GPU, a preset as a whole and without its storage; a price stands where nothing is left, and is then
 * posted, not executable; one location has two prices, by its link.
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { emptyParsed, type Parsed, type Source } from '#ingest/source';
import { addQuote, refuse } from '#ingest/sources/kit/rows';

const price = z.union([z.number(), z.string()]).nullable();
const locationSchema = z.object({
  id: z.string().min(1).max(80),
  gpu_count_ethernet: z.int(),
  gpu_price_ethernet: price,
  gpu_count_infiniband: z.int(),
  gpu_price_infiniband: price,
  specs_per_node: z.object({ gpu_model: z.string().min(1).max(80), gpu_count: z.int() }),
});
const presetSchema = z.object({
  id: z.string().min(1).max(80),
  resources: z.object({ gpus: z.record(z.string(), z.object({ count: z.int() })) }),
  compute_rate_hourly: price,
  storage_rate_hourly: price,
  location_ids_with_availability: z.array(z.string()),
});
const answerSchema = z.union([
  z.array(z.unknown()).transform((presets) => ({ presets, locations: [], more: false })),
  z
    .object({ results: z.array(z.unknown()), has_next: z.boolean() })
    .transform(({ results, has_next }) => ({ presets: [], locations: results, more: has_next })),
]);

const facts = { provider: 'voltagepark', currency: 'USD' } as const;

function readLocation(parsed: Parsed, location: z.output<typeof locationSchema>): void {
  const { gpu_model, gpu_count } = location.specs_per_node;
  const add = (link: string, quoted: z.output<typeof price>, free: number) =>
    addQuote(parsed, {
      ...facts,
      native_id: `bare-metal/${location.id}/${link}`,
      label: gpu_model,
      evidence: free > 0 ? 'executable' : 'listed',
      price_basis: 'gpu_hour',
      price: quoted,
      gpus: gpu_count,
      available_gpus: free,
      tenor: 'OD',
      attributes: { product: 'bare-metal', link, location: location.id },
    });
  add('ethernet', location.gpu_price_ethernet, location.gpu_count_ethernet);
  add('infiniband', location.gpu_price_infiniband, location.gpu_count_infiniband);
}

function readPreset(parsed: Parsed, preset: z.output<typeof presetSchema>): void {
  const [only, ...others] = Object.entries(preset.resources.gpus);
  const native_id = `preset/${preset.id}`;
  if (!only || others.length > 0) {
    refuse(parsed, 'hardware.mixed', 'a preset with none or several models has no price per GPU', native_id, preset);
    return;
  }
  addQuote(parsed, {
    ...facts,
    native_id,
    label: only[0],
    evidence: preset.location_ids_with_availability.length > 0 ? 'executable' : 'listed',
    price_basis: 'lot_hour',
    price: preset.compute_rate_hourly,
    gpus: only[1].count,
    tenor: 'OD',
    attributes: {
      product: 'instance',
      ...(preset.storage_rate_hourly === null ? {} : { storage_per_hour: preset.storage_rate_hourly }),
    },
  });
}

export const voltagepark: Source = {
  id: 'voltagepark',
  title: 'Voltage Park bare metal and presets',
  homepage: 'https://www.voltagepark.com',
  provider: 'voltagepark',
  venue_type: 'neocloud',
  evidence: ['executable', 'listed'],
  aggregator: false,
  schedule: '5-59/15 * * * *',
  freshness_objective_seconds: 7200,
  budget: { requests: 2, body_bytes: 2_000_000, sweep_seconds: 60, pause_ms: 1000, timeout_ms: 20_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://www.voltagepark.com' },
  key_variable: null,
  tested_on: 'recorded',
  requests: () => [
    { method: 'GET', url: 'https://cloud-api.voltagepark.com/api/v1/bare-metal/locations' },
    { method: 'GET', url: 'https://cloud-api.voltagepark.com/api/v1/instant-deploy-presets/' },
  ],
  parse(capture) {
    const parsed = emptyParsed();
    const { presets, locations, more } = expectShape(answerSchema, parseJson(capture.text));
    parsed.complete = !more;
    const id = (value: unknown) => fieldText(value, 'id');
    eachRow(locations, locationSchema, id, parsed, (location) => readLocation(parsed, location));
    eachRow(presets, presetSchema, id, parsed, (preset) => readPreset(parsed, preset));
    return parsed;
  },
  canary: (parsed) => (parsed.rows.some((row) => row.label.startsWith('h100')) ? null : 'not one h100 price'),
};
