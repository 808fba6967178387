/**
 * CUDO Compute: machine types by data centre.
 * Page: https://rest.compute.cudo.org/v1/vms/machine-types. Terms: not read.
 * Traps: the price is of one bare card; processors, memory, storage and address are charged beside it and not in it (`excludes`); types
 * without a card have an empty model; "A40 (compute mode)" is an A40; a type with nothing free is posted, not executable. No currency
 * is stated beside the value: the price list is in USD.
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { emptyParsed, type Source } from '#ingest/source';
import { leadingCountry } from '#ingest/sources/kit/places';
import { addQuote } from '#ingest/sources/kit/rows';

const answerSchema = z.object({ machineTypes: z.array(z.unknown()) });
const typeSchema = z.object({
  machineType: z.string().min(1).max(80),
  dataCenterId: z.string().min(1).max(80),
  gpuModel: z.string().max(120),
  maxGpuFree: z.int(),
  gpuPriceHr: z.object({ value: z.union([z.number(), z.string()]) }),
});

export const cudo: Source = {
  id: 'cudo',
  title: 'CUDO Compute machine types',
  homepage: 'https://www.cudocompute.com',
  provider: 'cudo',
  venue_type: 'neocloud',
  evidence: ['executable', 'listed'],
  aggregator: false,
  schedule: '22-59/20 * * * *',
  freshness_objective_seconds: 7200,
  budget: { requests: 1, body_bytes: 8_000_000, sweep_seconds: 60, pause_ms: 1000, timeout_ms: 20_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://www.cudocompute.com' },
  key_variable: null,
  tested_on: 'documented',
  requests: () => [{ method: 'GET', url: 'https://rest.compute.cudo.org/v1/vms/machine-types' }],
  parse(capture) {
    const parsed = emptyParsed();
    eachRow(
      expectShape(answerSchema, parseJson(capture.text)).machineTypes,
      typeSchema,
      (type) => `${fieldText(type, 'dataCenterId')}/${fieldText(type, 'machineType')}`,
      parsed,
      (type) => {
        if (type.gpuModel === '') return;
        addQuote(parsed, {
          native_id: `${type.dataCenterId}/${type.machineType}/${type.gpuModel}`,
          provider: 'cudo',
          label: type.gpuModel,
          available_gpus: type.maxGpuFree,
          tenor: 'OD',
          evidence: type.maxGpuFree > 0 ? 'executable' : 'listed',
          price: type.gpuPriceHr.value,
          currency: 'USD',
          price_basis: 'gpu_hour',
          country: leadingCountry(type.dataCenterId),
          attributes: { product: 'instance', excludes: 'cpu ram storage address', location: type.dataCenterId },
        });
      },
    );
    return parsed;
  },
  canary: (parsed) => (parsed.rows.some((row) => /H100|A100|L40S/.test(row.label)) ? null : 'no H100, A100 or L40S'),
};
