/**
 * Hyperstack: price book.
 * Page: https://docs.hyperstack.cloud (GET /v1/pricebook, header `api_key`). Terms: not read.
 * Traps: the price is per GPU; the book holds processors, memory and storage too; spot is told by "-spot" at the end of the name alone;
 * `value` is the account's own price after its discount, `original_value` the list's; a price may start later or have ended.
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { emptyParsed, type Source } from '#ingest/source';
import { addQuote } from '#ingest/sources/kit/rows';

const instant = z.string().nullish();
const entrySchema = z.object({
  name: z.string().min(1).max(120),
  original_value: z.union([z.number(), z.string()]).nullable(),
  discount_applied: z.boolean().nullish(),
  start_time: instant,
  end_time: instant,
});
const OTHER = /cpu|ram\b|memory|disk|storage|volume|ssd|ip\b|snapshot|bandwidth|load|image|kubernetes/i;
/** A time as the book writes it, in milliseconds; NaN where there is none. Without a zone it is UTC. */
const time = (text: string | null | undefined) =>
  text ? Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`) : Number.NaN;

export const hyperstack: Source = {
  id: 'hyperstack',
  title: 'Hyperstack price book',
  homepage: 'https://www.hyperstack.cloud',
  provider: 'hyperstack',
  venue_type: 'neocloud',
  evidence: ['listed', 'administered'],
  aggregator: false,
  schedule: '46 * * * *',
  freshness_objective_seconds: 14_400,
  budget: { requests: 1, body_bytes: 2_000_000, sweep_seconds: 60, pause_ms: 1000, timeout_ms: 20_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://www.hyperstack.cloud/terms-of-service' },
  key_variable: 'HYPERSTACK_API_KEY',
  authorise: (key) => ({ api_key: key }),
  tested_on: 'documented',
  requests: () => [{ method: 'GET', url: 'https://infrahub-api.nexgencloud.com/v1/pricebook' }],
  parse(capture) {
    const parsed = emptyParsed();
    const now = Date.parse(capture.fetched_at);
    eachRow(
      expectShape(z.array(z.unknown()), parseJson(capture.text)),
      entrySchema,
      (entry) => fieldText(entry, 'name'),
      parsed,
      (entry) => {
        if (OTHER.test(entry.name) || time(entry.start_time) > now || time(entry.end_time) <= now) return;
        const spot = entry.name.endsWith('-spot');
        addQuote(parsed, {
          native_id: entry.name,
          provider: 'hyperstack',
          label: entry.name.replace(/-spot$/, ''),
          tenor: spot ? 'INT' : 'OD',
          evidence: spot ? 'administered' : 'listed',
          price: entry.original_value,
          currency: 'USD',
          price_basis: 'gpu_hour',
          attributes: { product: 'instance', discounted_for_us: entry.discount_applied ?? false },
        });
      },
    );
    return parsed;
  },
  canary: (parsed) => (parsed.rows.some((row) => row.label.startsWith('H100')) ? null : 'no H100 in the book'),
};
