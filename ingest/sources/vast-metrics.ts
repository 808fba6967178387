/**
 * Vast.ai market metrics: GPUs rented and free by model, and percentiles of what the rented ones cost. Signals.
 * Page: https://docs.vast.ai/api-reference/machines/show-gpu-trends, for hosts alone: other keys get a 401. Terms: an index needs a data
 * licence (data@vast.ai).
 * Traps: one page of the documentation calls the counts machines, others GPUs; in the recorded book of 2026-07-28 stood 221 RTX 4090 in 68
 * machines where the documented example counts 272 free, so they are read as GPUs; verified and unverified ones are counted apart, and
 * added up here; the total holds machines that are switched off as well; the percentiles are of a population, per GPU-hour, and nobody's
 * trade; series and their instants are parallel lists, and one of another length is not read; defaults would show three models alone.
 */
import { z } from 'zod';
import { expectShape, parseJson } from '#ingest/shape';
import { emptyParsed, type Parsed, type RawSignal, type Source } from '#ingest/source';
import { attempt, bearer, instantOfSeconds } from '#ingest/sources/kit/rows';
import type { SignalName } from '#store/clickhouse/signals';

const HISTORY = 'https://console.vast.ai/api/v0/metrics/gpu/history/';
/** How far back each sweep looks, and how often. */
const WINDOW_SECONDS = 7200;
const STEP_SECONDS = 900;

const counts = z.array(z.int().nonnegative());
const prices = z.array(z.number().nullable());
const instants = z.array(z.int().positive());
const answerSchema = z.object({ success: z.literal(true), gpus: z.record(z.string(), z.unknown()) });
const gpuSchema = z.object({
  supply_demand: z.object({
    timestamps: instants,
    rented_verified: counts,
    rented_unverified: counts,
    avail_verified: counts,
    avail_unverified: counts,
    total: counts,
  }),
  pricing: z.object({ timestamps: instants, rented_p10: prices, rented_median: prices, rented_p90: prices }),
});

/** Adds one series of one model; a price that is null was not measured. */
function addSeries(
  found: RawSignal[],
  facts: Omit<RawSignal, 'event_at' | 'name' | 'value'>,
  name: SignalName,
  timestamps: readonly number[],
  values: readonly (number | null)[],
): void {
  if (values.length !== timestamps.length) {
    throw new Error(`${values.length} values of ${name} at ${timestamps.length} instants`);
  }
  for (const [index, value] of values.entries()) {
    if (value !== null) found.push({ ...facts, event_at: instantOfSeconds(timestamps[index] as number), name, value });
  }
}

function readModel(parsed: Parsed, label: string, stated: unknown): void {
  const { supply_demand: supply, pricing } = expectShape(gpuSchema, stated);
  const facts = { native_id: label, provider: 'vast', label, memory_gb: null, region: null };
  const sum = (a: readonly number[], b: readonly number[]) => {
    if (a.length !== b.length) throw new Error(`${a.length} verified and ${b.length} unverified counts`);
    return a.map((value, index) => value + (b[index] as number));
  };
  // All of a model or nothing: half of it would look like a change.
  const found: RawSignal[] = [];
  const { timestamps } = supply;
  addSeries(found, facts, 'gpus_rented', timestamps, sum(supply.rented_verified, supply.rented_unverified));
  addSeries(found, facts, 'gpus_available', timestamps, sum(supply.avail_verified, supply.avail_unverified));
  addSeries(found, facts, 'gpus_total', timestamps, supply.total);
  addSeries(found, facts, 'rented_price_p10', pricing.timestamps, pricing.rented_p10);
  addSeries(found, facts, 'rented_price_median', pricing.timestamps, pricing.rented_median);
  addSeries(found, facts, 'rented_price_p90', pricing.timestamps, pricing.rented_p90);
  parsed.signals.push(...found);
}

export const vastMetrics: Source = {
  id: 'vast-metrics',
  title: 'Vast.ai market metrics',
  homepage: 'https://cloud.vast.ai/host/market/',
  provider: 'vast',
  venue_type: 'marketplace',
  evidence: [],
  aggregator: false,
  schedule: '27 * * * *',
  freshness_objective_seconds: 14_400,
  budget: { requests: 1, body_bytes: 8_000_000, sweep_seconds: 60, pause_ms: 3000, timeout_ms: 30_000 },
  terms: {
    status: 'needs licence',
    note: 'Display and citation only; an index needs a data licence.',
    url: 'https://vast.ai/terms',
  },
  key_variable: 'VAST_HOST_API_KEY',
  authorise: bearer,
  tested_on: 'documented',
  requests(now) {
    const end = Math.floor(now.getTime() / 1000);
    const query = new URLSearchParams({
      gpu_name: 'all',
      verified: 'all',
      hosting_type: 'all',
      num_gpus: 'all',
      start: String(end - WINDOW_SECONDS),
      end: String(end),
      step: String(STEP_SECONDS),
    });
    return [{ method: 'GET', url: `${HISTORY}?${query}` }];
  },
  parse(capture) {
    const parsed = emptyParsed();
    const { gpus } = expectShape(answerSchema, parseJson(capture.text));
    for (const [label, stated] of Object.entries(gpus)) {
      attempt(parsed, label, stated, () => readModel(parsed, label, stated));
    }
    return parsed;
  },
  canary: (parsed) => (parsed.signals.some(({ label }) => label.startsWith('RTX ')) ? null : 'not one RTX card'),
};
