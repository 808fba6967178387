/**
 * Lium (Bittensor subnet 51): every machine with its price per GPU.
 * Page: https://lium.io/api/executors, recorded 2026-08. Terms: not read.
 * Traps: the price is per GPU while `gpu_count` is the machine's; a machine that is rented out keeps its line with nothing available, and
 * is then posted, not executable; `is_spot` marks interruptible machines; a price change may be announced beside the price in force.
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { emptyParsed, type Source } from '#ingest/source';
import { countryNamed } from '#ingest/sources/kit/places';
import { addQuote } from '#ingest/sources/kit/rows';

const executorSchema = z.object({
  id: z.string().min(1).max(80),
  machine_name: z.string().min(1).max(120),
  price_per_gpu: z.union([z.number(), z.string()]).nullable(),
  pending_price_per_hour: z.union([z.number(), z.string()]).nullish(),
  gpu_count: z.int(),
  available_gpu_count: z.int(),
  specs: z.object({ is_spot: z.boolean().nullish() }).nullish(),
  tier: z.string().max(40).nullish(),
  reliability_score: z.number().nullish(),
  miner_hotkey: z.string().min(1).max(80),
  location: z.object({ country_code: z.string().max(10).nullish() }).nullish(),
});

export const lium: Source = {
  id: 'lium',
  title: 'Lium executors',
  homepage: 'https://lium.io',
  provider: null,
  venue_type: 'depin',
  evidence: ['executable', 'listed'],
  aggregator: false,
  schedule: '4-59/10 * * * *',
  freshness_objective_seconds: 3600,
  budget: { requests: 1, body_bytes: 16_000_000, sweep_seconds: 60, pause_ms: 1000, timeout_ms: 30_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://lium.io' },
  key_variable: null,
  tested_on: 'recorded',
  requests: () => [{ method: 'GET', url: 'https://lium.io/api/executors?size=1000' }],
  parse(capture) {
    const parsed = emptyParsed();
    eachRow(
      expectShape(z.array(z.unknown()), parseJson(capture.text)),
      executorSchema,
      (executor) => fieldText(executor, 'id'),
      parsed,
      (executor) => {
        const spot = executor.specs?.is_spot ?? null;
        addQuote(parsed, {
          native_id: executor.id,
          provider: `lium/${executor.miner_hotkey}`,
          label: executor.machine_name,
          evidence: executor.available_gpu_count > 0 ? 'executable' : 'listed',
          currency: 'USD',
          price_basis: 'gpu_hour',
          price: executor.price_per_gpu,
          gpus: executor.gpu_count,
          available_gpus: executor.available_gpu_count,
          tenor: spot === null ? null : spot ? 'INT' : 'OD',
          country: countryNamed(executor.location?.country_code),
          attributes: {
            product: 'instance',
            machine: `lium/${executor.id}`,
            ...(executor.tier == null ? {} : { tier: executor.tier }),
            ...(executor.reliability_score == null ? {} : { reliability: executor.reliability_score }),
            ...(executor.pending_price_per_hour == null ? {} : { announced_price: executor.pending_price_per_hour }),
          },
        });
      },
    );
    return parsed;
  },
  canary: (parsed) =>
    parsed.rows.some((row) => /H100|H200|B200/.test(row.label))
      ? null
      : 'not one H100, H200 or B200 among the machines',
};
