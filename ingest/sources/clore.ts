/**
 * Clore.ai: servers of the marketplace, on demand and spot.
 * Page: https://docs.clore.ai (GET /v1/marketplace). Terms: not read.
 * Traps: prices are per DAY and of the whole server, in several currencies at once, none of them a country's; each stated currency is a
 * row, and one we do not know is refused by its name; a rented server keeps its price and is then posted, not executable; "1x NVIDIA
 * GeForce GTX 1080 Ti" counts and names the cards; one request a second, and code 5 means too many.
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { emptyParsed, type Parsed, type Source } from '#ingest/source';
import { countryNamed } from '#ingest/sources/kit/places';
import { addQuote, refuse } from '#ingest/sources/kit/rows';

const HOST = 'https://api.clore.ai/';
const prices = z.record(z.string(), z.union([z.number(), z.string()]));
const answerSchema = z.object({ servers: z.array(z.unknown()), code: z.literal(0) });
const serverSchema = z.object({
  id: z.int(),
  owner: z.int(),
  price: z.object({ on_demand: prices, spot: prices.nullish() }),
  rented: z.boolean(),
  specs: z.object({
    gpu: z.string().min(1).max(160),
    gpuram: z.number().nullish(),
    net: z.object({ cc: z.string().max(10).nullish() }).nullish(),
  }),
});
/** Currencies by the venue's names; another name stands for itself, and admission refuses what it does not know. */
export const currencies: Partial<Record<string, string>> = { bitcoin: 'BTC', 'CLORE-Blockchain': 'CLORE' };

/** The key goes to this host alone. */
export const authorise = (key: string, request: { url: string }): Record<string, string> =>
  request.url.startsWith(HOST) ? { auth: key } : {};

function readServer(parsed: Parsed, server: z.output<typeof serverSchema>): void {
  const cards = /^(\d+)x (.+)$/.exec(server.specs.gpu);
  if (!cards) {
    refuse(parsed, 'gpus.missing', `${server.specs.gpu} counts no cards`, String(server.id), server);
    return;
  }
  for (const [kind, tenor] of [
    ['on_demand', 'OD'],
    ['spot', 'INT'],
  ] as const) {
    for (const [currency, price] of Object.entries(server.price[kind] ?? {})) {
      addQuote(parsed, {
        native_id: `${server.id}/${kind}/${currency}`,
        provider: `clore/${server.owner}`,
        label: cards[2] ?? '',
        memory_gb: server.specs.gpuram ?? null,
        gpus: Number(cards[1]),
        available_gpus: server.rented ? 0 : Number(cards[1]),
        tenor,
        evidence: server.rented ? 'listed' : 'executable',
        price,
        currency: currencies[currency] ?? currency,
        price_basis: 'lot_day',
        country: countryNamed(server.specs.net?.cc),
        attributes: { product: 'instance', machine: `clore/${server.id}`, rented: server.rented },
      });
    }
  }
}

export const clore: Source = {
  id: 'clore',
  title: 'Clore.ai marketplace',
  homepage: 'https://clore.ai',
  provider: null,
  venue_type: 'marketplace',
  evidence: ['executable', 'listed'],
  aggregator: false,
  schedule: '13-59/15 * * * *',
  freshness_objective_seconds: 7200,
  budget: { requests: 1, body_bytes: 32_000_000, sweep_seconds: 90, pause_ms: 2000, timeout_ms: 60_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://clore.ai' },
  key_variable: 'CLORE_API_KEY',
  authorise,
  tested_on: 'documented',
  requests: () => [{ method: 'GET', url: `${HOST}v1/marketplace` }],
  parse(capture) {
    const parsed = emptyParsed();
    eachRow(
      expectShape(answerSchema, parseJson(capture.text)).servers,
      serverSchema,
      (server) => fieldText(server, 'id'),
      parsed,
      (server) => readServer(parsed, server),
    );
    return parsed;
  },
  canary: (parsed) => (parsed.rows.some((row) => row.label.includes('RTX')) ? null : 'not one RTX card'),
};
