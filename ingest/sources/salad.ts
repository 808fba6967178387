/**
 * Salad: price of each class of card by priority.
 * Page: https://docs.salad.com (GPU classes); the public variant of the call is unverified. Terms: not read.
 * Traps: one price per class, set by the venue for machines of private hosts; four priorities have four prices, and a lower one yields to
 * a higher, which is neither "on demand" nor "spot", so the tenor stays open; memory stands in the name, "RTX 4090 (24 GB)".
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { emptyParsed, type Source } from '#ingest/source';
import { addQuote } from '#ingest/sources/kit/rows';

const answerSchema = z.object({ items: z.array(z.unknown()) });
const classSchema = z.object({
  id: z.string().min(1).max(80),
  name: z.string().min(1).max(120),
  prices: z.array(z.object({ priority: z.string().max(40), price: z.union([z.number(), z.string()]).nullable() })),
});

export const salad: Source = {
  id: 'salad',
  title: 'Salad GPU classes',
  homepage: 'https://salad.com',
  provider: 'salad',
  venue_type: 'marketplace',
  evidence: ['listed'],
  aggregator: false,
  schedule: '26 * * * *',
  freshness_objective_seconds: 14_400,
  budget: { requests: 1, body_bytes: 2_000_000, sweep_seconds: 60, pause_ms: 1000, timeout_ms: 20_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://salad.com/terms' },
  key_variable: null,
  tested_on: 'documented',
  requests: () => [{ method: 'GET', url: 'https://api.salad.com/api/public/gpu-classes' }],
  parse(capture) {
    const parsed = emptyParsed();
    eachRow(
      expectShape(answerSchema, parseJson(capture.text)).items,
      classSchema,
      (item) => fieldText(item, 'id'),
      parsed,
      (item) => {
        for (const { priority, price } of item.prices) {
          addQuote(parsed, {
            native_id: `${item.id}/${priority}`,
            provider: 'salad',
            label: item.name,
            evidence: 'listed',
            price,
            currency: 'USD',
            price_basis: 'gpu_hour',
            attributes: { product: 'container', priority, hosting: 'community' },
          });
        }
      },
    );
    return parsed;
  },
  canary: (parsed) => (parsed.rows.some((row) => row.label.startsWith('RTX 4090')) ? null : 'no RTX 4090'),
};
