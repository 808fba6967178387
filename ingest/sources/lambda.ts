/**
 * Lambda: instance types of its API, with the regions that have any.
 * Page: https://docs.lambda.ai (GET /api/v1/instance-types). Terms: not read.
 * Traps: cents, of the whole instance; chip, memory and form factor stand in one description ("1x H100 (80 GB SXM5)"); a type without
 * a region keeps its price and is then posted, not executable.
 */
import { z } from 'zod';
import { eachRow, expectShape, parseJson } from '#ingest/shape';
import { emptyParsed, type Source } from '#ingest/source';
import { addQuote, bearer } from '#ingest/sources/kit/rows';

const answerSchema = z.object({ data: z.record(z.string(), z.record(z.string(), z.unknown())) });
const typeSchema = z.object({
  instance_type: z.object({
    name: z.string().min(1).max(80),
    description: z.string().min(1).max(160),
    price_cents_per_hour: z.union([z.number(), z.string()]).nullable(),
    specs: z.object({ gpus: z.int() }),
  }),
  regions_with_capacity_available: z.array(z.object({ name: z.string() })),
});

export const lambda: Source = {
  id: 'lambda',
  title: 'Lambda instance types',
  homepage: 'https://lambda.ai',
  provider: 'lambda',
  venue_type: 'neocloud',
  evidence: ['executable', 'listed'],
  aggregator: false,
  schedule: '44-59/15 * * * *',
  freshness_objective_seconds: 7200,
  budget: { requests: 1, body_bytes: 2_000_000, sweep_seconds: 60, pause_ms: 1000, timeout_ms: 20_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://lambda.ai/legal/terms-of-service' },
  key_variable: 'LAMBDA_API_KEY',
  authorise: bearer,
  tested_on: 'documented',
  requests: () => [{ method: 'GET', url: 'https://cloud.lambda.ai/api/v1/instance-types' }],
  parse(capture) {
    const parsed = emptyParsed();
    const { data } = expectShape(answerSchema, parseJson(capture.text));
    eachRow(
      Object.values(data),
      typeSchema,
      (type) => JSON.stringify((type as { instance_type?: { name?: unknown } }).instance_type?.name ?? ''),
      parsed,
      ({ instance_type: type, regions_with_capacity_available: regions }) => {
        if (type.specs.gpus === 0) return;
        addQuote(parsed, {
          native_id: type.name,
          provider: 'lambda',
          label: type.description.replace(/^\d+x /, ''),
          gpus: type.specs.gpus,
          tenor: 'OD',
          evidence: regions.length > 0 ? 'executable' : 'listed',
          price: type.price_cents_per_hour,
          price_scale: 2,
          currency: 'USD',
          price_basis: 'lot_hour',
          attributes: {
            product: 'instance',
            instance: type.name,
            locations: regions
              .map(({ name }) => name)
              .sort()
              .join(' '),
          },
        });
      },
    );
    return parsed;
  },
  canary: (parsed) => (parsed.rows.some((row) => row.label.startsWith('H100')) ? null : 'no H100 among the types'),
};
