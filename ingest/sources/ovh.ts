/**
 * OVHcloud: catalogue of the public cloud, GPU flavours by the hour.
 * Page: https://api.ovh.com/1.0/order/catalog/public/cloud?ovhSubsidiary=FR. Terms: not read.
 * Traps: a price is a whole number of hundred-millionths; the same flavour stands by the hour (".consumption") and by the month; the
 * catalogue holds every product, and only brick "gpu" has cards; the currency is the subsidiary's; notebooks and training jobs sell
 * the same cards by the minute as another product. "H100" names no form factor and stays ambiguous.
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { emptyParsed, type Source } from '#ingest/source';
import { addQuote, refuse } from '#ingest/sources/kit/rows';

const catalogueSchema = z.object({
  locale: z.object({ currencyCode: z.string(), subsidiary: z.string() }),
  addons: z.array(z.unknown()),
});
const addonSchema = z.object({
  planCode: z.string().min(1).max(120),
  blobs: z
    .object({
      commercial: z.object({ brick: z.string().nullish() }).nullish(),
      technical: z
        .object({
          gpu: z
            .object({ model: z.string().max(80), number: z.int(), memory: z.object({ size: z.number() }).nullish() })
            .nullish(),
        })
        .nullish(),
    })
    .nullish(),
  pricings: z.array(z.object({ intervalUnit: z.string(), price: z.union([z.int(), z.string()]).nullable() })),
});

export const ovh: Source = {
  id: 'ovh',
  title: 'OVHcloud public cloud catalogue',
  homepage: 'https://www.ovhcloud.com',
  provider: 'ovh',
  venue_type: 'neocloud',
  evidence: ['listed'],
  aggregator: false,
  schedule: '29 */3 * * *',
  freshness_objective_seconds: 43_200,
  budget: { requests: 2, body_bytes: 32_000_000, sweep_seconds: 120, pause_ms: 1000, timeout_ms: 50_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://www.ovhcloud.com/en/terms-and-conditions/' },
  key_variable: null,
  tested_on: 'documented',
  requests: () => [
    { method: 'GET', url: 'https://api.ovh.com/1.0/order/catalog/public/cloud?ovhSubsidiary=FR' },
    { method: 'GET', url: 'https://api.us.ovhcloud.com/1.0/order/catalog/public/cloud?ovhSubsidiary=US' },
  ],
  parse(capture) {
    const parsed = emptyParsed();
    const { locale, addons } = expectShape(catalogueSchema, parseJson(capture.text));
    // Ten thousands of other products: only what calls itself a GPU by the hour is looked at, and then strictly.
    const gpuAddons = addons.filter(
      (addon) =>
        fieldText(addon, 'planCode').endsWith('.consumption') &&
        (addon as { blobs?: { commercial?: { brick?: unknown } | null } | null }).blobs?.commercial?.brick === 'gpu',
    );
    eachRow(
      gpuAddons,
      addonSchema,
      (addon) => fieldText(addon, 'planCode'),
      parsed,
      (addon) => {
        const gpu = addon.blobs?.technical?.gpu;
        const native_id = `${locale.subsidiary}/${addon.planCode}`;
        if (!gpu) {
          refuse(parsed, 'gpus.missing', 'the flavour states no card', native_id, addon);
          return;
        }
        addQuote(parsed, {
          native_id,
          provider: 'ovh',
          label: gpu.model,
          memory_gb: gpu.memory?.size ?? null,
          gpus: gpu.number,
          tenor: 'OD',
          evidence: 'listed',
          price: addon.pricings.find((one) => one.intervalUnit === 'hour')?.price,
          price_scale: 8,
          currency: locale.currencyCode,
          price_basis: 'lot_hour',
          attributes: { product: 'instance', instance: addon.planCode, subsidiary: locale.subsidiary },
        });
      },
    );
    return parsed;
  },
  canary: (parsed) => (parsed.rows.some((row) => /H100|L40S/.test(row.label)) ? null : 'no H100 or L40S flavour'),
};
