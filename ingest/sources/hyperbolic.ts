/**
 * Hyperbolic: every rental option on demand, as one can accept it.
 * Page: https://api.hyperbolic.ai/v2/alpha/on-demand/rental-options, recorded 2026-08. Terms: not read.
 * Traps: the price is in cents and of the whole option, not of one GPU; a missing `totalAvailable` is unknown, not 0; the provider's
 * own cost stands beside the price and is not ours to keep; the host api.hyperbolic.xyz wants a token for the same answer.
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { emptyParsed, type Source } from '#ingest/source';
import { leadingCountry } from '#ingest/sources/kit/places';
import { addQuote } from '#ingest/sources/kit/rows';

const optionSchema = z.object({
  enabled: z.boolean(),
  costPerHourCents: z.union([z.number(), z.string()]),
  region: z.string().min(1).max(80),
  gpuCount: z.int(),
  gpuType: z.string().min(1).max(60),
  gpuFormFactor: z.string().max(40),
  connectionType: z.string().max(40),
  machineType: z.string().max(40),
  totalAvailable: z.int().nullish(),
  nodes: z.array(z.unknown()),
});

export const hyperbolic: Source = {
  id: 'hyperbolic',
  title: 'Hyperbolic rental options',
  homepage: 'https://www.hyperbolic.ai',
  provider: 'hyperbolic',
  venue_type: 'marketplace',
  evidence: ['executable'],
  aggregator: false,
  schedule: '3-59/10 * * * *',
  freshness_objective_seconds: 3600,
  budget: { requests: 1, body_bytes: 4_000_000, sweep_seconds: 60, pause_ms: 1000, timeout_ms: 20_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://www.hyperbolic.ai' },
  key_variable: null,
  tested_on: 'recorded',
  requests: () => [{ method: 'GET', url: 'https://api.hyperbolic.ai/v2/alpha/on-demand/rental-options' }],
  parse(capture) {
    const parsed = emptyParsed();
    eachRow(
      expectShape(z.array(z.unknown()), parseJson(capture.text)),
      optionSchema,
      (option) => `${fieldText(option, 'region')}/${fieldText(option, 'gpuType')}`,
      parsed,
      (option) => {
        if (!option.enabled) return;
        const { region, gpuType, gpuFormFactor, gpuCount, connectionType, machineType } = option;
        const price = String(option.costPerHourCents);
        addQuote(parsed, {
          // No id is stated: options differ by these facts, and where only the price differs, by the price.
          native_id: [region, gpuType, gpuFormFactor, gpuCount, connectionType, machineType, price].join('/'),
          provider: 'hyperbolic',
          label: `${gpuType} ${gpuFormFactor}`,
          evidence: 'executable',
          price: option.costPerHourCents,
          currency: 'USD',
          price_basis: 'lot_hour',
          price_scale: 2,
          gpus: gpuCount,
          available_gpus: option.totalAvailable ?? null,
          tenor: 'OD',
          country: leadingCountry(region.replace(/^uk-/, 'gb-')),
          attributes: {
            product: 'instance',
            region,
            link: connectionType,
            machine_type: machineType,
            nodes: option.nodes.length,
          },
        });
      },
    );
    return parsed;
  },
  canary: (parsed) => (parsed.rows.some((row) => row.label.startsWith('h100')) ? null : 'not one h100 option'),
};
