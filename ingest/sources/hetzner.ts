/**
 * Hetzner server auction: used dedicated servers whose price falls until somebody takes one.
 * Page: https://www.hetzner.com/_resources/app/data/app/live_data_sb_EUR.json, native rows recorded 2026-04. Terms: not read.
 * Traps: EUR before tax; `price` is a month's and `hourly_price` an hour's; the card stands as a line "GPU - GeForce GTX 1080" in a list
 * of words among which a bare "GPU" repeats; hardly any card is in the index's scope. `fixed_price` ends the decline.
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { emptyParsed, type Source } from '#ingest/source';
import { addQuote, refuse } from '#ingest/sources/kit/rows';

const answerSchema = z.object({ server: z.array(z.unknown()) });
const serverSchema = z.object({
  id: z.int(),
  description: z.array(z.string()),
  price: z.union([z.number(), z.string()]),
  hourly_price: z.union([z.number(), z.string()]).nullable(),
  setup_price: z.number().nullish(),
  datacenter: z.string().max(40),
  fixed_price: z.boolean().nullish(),
});
const CARD = /^GPU - (?:(\d+)x )?(.+)$/;
const countries: Partial<Record<string, string>> = { FSN: 'DE', NBG: 'DE', HEL: 'FI' };

export const hetzner: Source = {
  id: 'hetzner',
  title: 'Hetzner server auction',
  homepage: 'https://www.hetzner.com/sb/',
  provider: 'hetzner',
  venue_type: 'neocloud',
  evidence: ['executable'],
  aggregator: false,
  schedule: '9-59/15 * * * *',
  freshness_objective_seconds: 7200,
  budget: { requests: 1, body_bytes: 16_000_000, sweep_seconds: 60, pause_ms: 1000, timeout_ms: 30_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://www.hetzner.com/legal/terms-and-conditions/' },
  key_variable: null,
  tested_on: 'recorded',
  requests: () => [{ method: 'GET', url: 'https://www.hetzner.com/_resources/app/data/app/live_data_sb_EUR.json' }],
  parse(capture) {
    const parsed = emptyParsed();
    eachRow(
      expectShape(answerSchema, parseJson(capture.text)).server,
      serverSchema,
      (server) => fieldText(server, 'id'),
      parsed,
      (server) => {
        const found = server.description.map((line) => CARD.exec(line)).filter((match) => match !== null);
        if (found.length === 0) return;
        const labels = new Set(found.map((match) => match[2] ?? ''));
        const [label = ''] = labels;
        if (labels.size > 1) {
          refuse(parsed, 'hardware.mixed', 'several models in one server', String(server.id), server);
          return;
        }
        addQuote(parsed, {
          native_id: String(server.id),
          provider: 'hetzner',
          label,
          gpus: found.reduce((sum, match) => sum + Number(match[1] ?? 1), 0),
          tenor: 'OD',
          evidence: 'executable',
          price: server.hourly_price,
          currency: 'EUR',
          price_basis: 'lot_hour',
          country: countries[server.datacenter.slice(0, 3)] ?? null,
          attributes: {
            product: 'bare-metal',
            machine: `hetzner/${server.id}`,
            price_per_month: server.price,
            datacenter: server.datacenter,
            fixed_price: server.fixed_price ?? false,
          },
        });
      },
    );
    return parsed;
  },
  canary: (parsed) => (parsed.rows.length > 0 ? null : 'not one server with a card'),
};
