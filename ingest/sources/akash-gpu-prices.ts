/**
 * Akash Network: how many GPUs of each model its providers have, and how many are free. Signals.
 * Page: https://console-api.akash.network/v1/gpu-prices. Terms: not read.
 * Traps: the prices beside the counts are put together from bids, those of a pricing bot first, and not read: what was leased is
 * `akash`; one model stands several times, by memory and interface; the answer is up to fifteen minutes old.
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { emptyParsed, type Source } from '#ingest/source';
import { refuse } from '#ingest/sources/kit/rows';

const answerSchema = z.object({ models: z.array(z.unknown()) });
const modelSchema = z.object({
  vendor: z.string().min(1),
  model: z.string().min(1),
  ram: z.string().regex(/^\d{1,4}Gi$/),
  interface: z.string(),
  availability: z.object({ total: z.int(), available: z.int() }),
});
const nameOf = (row: unknown) =>
  ['vendor', 'model', 'ram', 'interface'].map((field) => fieldText(row, field)).join('/');

export const akashGpuPrices: Source = {
  id: 'akash-gpu-prices',
  title: 'Akash GPU availability',
  homepage: 'https://akash.network/pricing/gpus/',
  provider: 'akash',
  venue_type: 'depin',
  evidence: [],
  aggregator: false,
  schedule: '19 * * * *',
  freshness_objective_seconds: 14_400,
  budget: { requests: 1, body_bytes: 2_000_000, sweep_seconds: 60, pause_ms: 1000, timeout_ms: 30_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://akash.network' },
  key_variable: null,
  tested_on: 'documented',
  requests: () => [{ method: 'GET', url: 'https://console-api.akash.network/v1/gpu-prices' }],
  parse(capture) {
    const parsed = emptyParsed();
    eachRow(expectShape(answerSchema, parseJson(capture.text)).models, modelSchema, nameOf, parsed, (row) => {
      const { total, available } = row.availability;
      const native_id = nameOf(row);
      if (available > total) {
        return refuse(parsed, 'signal.inconsistent', `${available} of ${total} GPUs are free`, native_id, row);
      }
      const facts = {
        event_at: null,
        native_id,
        provider: 'akash',
        label: `${row.model} ${row.interface}`.trim(),
        memory_gb: Number.parseInt(row.ram, 10),
        region: null,
      };
      parsed.signals.push(
        { ...facts, name: 'gpus_total', value: total },
        { ...facts, name: 'gpus_available', value: available },
      );
    });
    return parsed;
  },
  canary: (parsed) =>
    parsed.signals.some(({ label }) => /^(h100|a100|rtx)/.test(label)) ? null : 'not one h100, a100 or rtx',
};
