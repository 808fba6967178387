/**
 * TensorDock: cards by location.
 * Page: https://dashboard.tensordock.com/api/docs (GET /api/v2/locations). Terms: not read.
 * Traps: the price is of one bare card; processors, memory and storage are charged beside it and not in it (`excludes`); a country is
 * written out; `max_count` is what one machine can give at most.
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { emptyParsed, type Source } from '#ingest/source';
import { countryNamed } from '#ingest/sources/kit/places';
import { addQuote, bearer } from '#ingest/sources/kit/rows';

const answerSchema = z.object({ data: z.object({ locations: z.array(z.unknown()) }) });
const locationSchema = z.object({
  id: z.string().min(1).max(80),
  country: z.string().max(80),
  tier: z.number().nullish(),
  gpus: z.array(z.unknown()),
});
const gpuSchema = z.object({
  v0Name: z.string().min(1).max(80),
  displayName: z.string().min(1).max(120),
  max_count: z.int(),
  price_per_hr: z.union([z.number(), z.string()]).nullable(),
});

export const tensordock: Source = {
  id: 'tensordock',
  title: 'TensorDock locations',
  homepage: 'https://www.tensordock.com',
  provider: 'tensordock',
  venue_type: 'marketplace',
  evidence: ['executable', 'listed'],
  aggregator: false,
  schedule: '16-59/20 * * * *',
  freshness_objective_seconds: 7200,
  budget: { requests: 1, body_bytes: 8_000_000, sweep_seconds: 60, pause_ms: 1000, timeout_ms: 20_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://www.tensordock.com/terms-of-service' },
  key_variable: 'TENSORDOCK_TOKEN',
  authorise: bearer,
  tested_on: 'documented',
  requests: () => [{ method: 'GET', url: 'https://dashboard.tensordock.com/api/v2/locations' }],
  parse(capture) {
    const parsed = emptyParsed();
    const { locations } = expectShape(answerSchema, parseJson(capture.text)).data;
    const id = (location: unknown) => fieldText(location, 'id');
    eachRow(locations, locationSchema, id, parsed, (location) => {
      const named = (gpu: unknown) => `${location.id}/${fieldText(gpu, 'v0Name')}`;
      eachRow(location.gpus, gpuSchema, named, parsed, (gpu) => {
        addQuote(parsed, {
          native_id: named(gpu),
          provider: 'tensordock',
          label: gpu.displayName,
          available_gpus: gpu.max_count,
          tenor: 'OD',
          evidence: gpu.max_count > 0 ? 'executable' : 'listed',
          price: gpu.price_per_hr,
          currency: 'USD',
          price_basis: 'gpu_hour',
          country: countryNamed(location.country),
          attributes: {
            product: 'instance',
            excludes: 'cpu ram storage',
            location: location.id,
            ...(location.tier == null ? {} : { tier: location.tier }),
          },
        });
      });
    });
    return parsed;
  },
  canary: (parsed) => (parsed.rows.some((row) => /H100|RTX/i.test(row.label)) ? null : 'no H100 and no RTX card'),
};
