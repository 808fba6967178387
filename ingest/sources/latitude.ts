/**
 * Latitude.sh: bare-metal plans with accelerators, by country.
 * Page: https://api.latitude.sh/plans; the objects were recorded 2026-08 from the page that embeds them. Terms: not read.
 * Traps: prices are of the whole server; an hour, a month and a year are three tariffs, and the year's has no basis here; the month is
 * half of what its hours would cost, a commitment; every price stands in USD and in BRL; plans without a card have an empty `gpu`.
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { emptyParsed, type Source } from '#ingest/source';
import { countryNamed } from '#ingest/sources/kit/places';
import { addQuote } from '#ingest/sources/kit/rows';

const price = z.union([z.number(), z.string()]).nullable();
const answerSchema = z.object({ data: z.array(z.unknown()) });
const planSchema = z.object({
  id: z.string().min(1).max(80),
  attributes: z.object({
    slug: z.string().min(1).max(80),
    specs: z.object({
      gpu: z.object({
        count: z.int().nullish(),
        type: z.string().max(120).nullish(),
        vram_per_gpu: z.number().nullish(),
      }),
    }),
    regions: z.array(
      z.object({
        name: z.string().max(80),
        stock_level: z.string().max(40).nullish(),
        pricing: z.object({ USD: z.object({ hour: price, month: price }) }),
      }),
    ),
  }),
});

export const latitude: Source = {
  id: 'latitude',
  title: 'Latitude.sh plans',
  homepage: 'https://www.latitude.sh',
  provider: 'latitude',
  venue_type: 'neocloud',
  evidence: ['listed'],
  aggregator: false,
  schedule: '31 * * * *',
  freshness_objective_seconds: 14_400,
  budget: { requests: 1, body_bytes: 8_000_000, sweep_seconds: 60, pause_ms: 1000, timeout_ms: 30_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://www.latitude.sh/legal' },
  key_variable: null,
  tested_on: 'recorded',
  requests: () => [{ method: 'GET', url: 'https://api.latitude.sh/plans?filter%5Bhas_gpu%5D=true' }],
  parse(capture) {
    const parsed = emptyParsed();
    eachRow(
      expectShape(answerSchema, parseJson(capture.text)).data,
      planSchema,
      (plan) => fieldText(plan, 'id'),
      parsed,
      ({ attributes: plan }) => {
        const { type, count, vram_per_gpu } = plan.specs.gpu;
        if (!type) return;
        for (const region of plan.regions) {
          for (const [per, price_basis, tenor] of [
            ['hour', 'lot_hour', 'OD'],
            ['month', 'lot_month', 'R1M'],
          ] as const) {
            addQuote(parsed, {
              native_id: `${plan.slug}/${region.name}/${per}`,
              provider: 'latitude',
              label: type,
              memory_gb: vram_per_gpu ?? null,
              gpus: count ?? null,
              tenor,
              evidence: 'listed',
              price: region.pricing.USD[per],
              currency: 'USD',
              price_basis,
              country: countryNamed(region.name),
              attributes: {
                product: 'bare-metal',
                instance: plan.slug,
                ...(region.stock_level == null ? {} : { stock: region.stock_level }),
              },
            });
          }
        }
      },
    );
    return parsed;
  },
  canary: (parsed) =>
    parsed.rows.some((row) => /H100|RTX/.test(row.label)) ? null : 'no plan with an H100 or an RTX card',
};
