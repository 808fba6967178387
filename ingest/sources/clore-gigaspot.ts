/**
 * Clore.ai gigaSPOT: bids that hold a server now. Trades, as long as they hold.
 * Page: https://gigaspot-api-docs.clore.ai. Terms: not read. The snapshot's address comes from the API and lies on another host, to
 * which the key is never sent.
 * Traps: a bid is per DAY and of the whole server; only `active` ones are matched, the others wait; a server's cards are a list that may
 * mix models; a bid says neither when it was matched nor for how long, so its time is the capture's and its volume unknown.
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { emptyParsed, type Source } from '#ingest/source';
import { authorise, currencies } from '#ingest/sources/clore';
import { countryNamed } from '#ingest/sources/kit/places';
import { addQuote, refuse } from '#ingest/sources/kit/rows';

const FIRST = 'https://api.clore.ai/v1/get_gigaspot';
const firstSchema = z.object({ v1_snapshot_url: z.url({ protocol: /^https$/, hostname: /(^|\.)clore\.ai$/ }) });
const serverSchema = z.object({
  id: z.string(),
  host: z.int(),
  cc: z.string().max(10).nullish(),
  gpus: z.array(z.object({ model: z.string().min(1).max(120) })).min(1),
  bids: z.array(
    z.object({
      id: z.int(),
      active: z.boolean(),
      price: z.union([z.number(), z.string()]),
      currency: z.string().max(40),
    }),
  ),
});

export const cloreGigaspot: Source = {
  id: 'clore-gigaspot',
  title: 'Clore.ai matched spot bids',
  homepage: 'https://clore.ai',
  provider: null,
  venue_type: 'marketplace',
  evidence: ['transaction'],
  aggregator: false,
  schedule: '14-59/15 * * * *',
  freshness_objective_seconds: 7200,
  budget: { requests: 2, body_bytes: 32_000_000, sweep_seconds: 120, pause_ms: 2000, timeout_ms: 50_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://clore.ai' },
  key_variable: 'CLORE_API_KEY',
  authorise,
  tested_on: 'documented',
  requests: () => [{ method: 'GET', url: FIRST }],
  follow(capture) {
    if (capture.url !== FIRST) return null;
    return { method: 'GET', url: expectShape(firstSchema, parseJson(capture.text)).v1_snapshot_url };
  },
  parse(capture) {
    const parsed = emptyParsed();
    if (capture.url === FIRST) return parsed;
    const servers = expectShape(z.record(z.string(), z.record(z.string(), z.unknown())), parseJson(capture.text));
    eachRow(
      Object.entries(servers).map(([id, server]) => ({ ...server, id })),
      serverSchema,
      (server) => fieldText(server, 'id'),
      parsed,
      (server) => {
        const models = new Set(server.gpus.map(({ model }) => model));
        const [label = ''] = models;
        for (const bid of server.bids.filter(({ active }) => active)) {
          const native_id = `${server.id}/${bid.id}`;
          if (models.size > 1) {
            refuse(parsed, 'hardware.mixed', `${models.size} models in one server`, native_id, bid);
            continue;
          }
          addQuote(parsed, {
            native_id,
            provider: `clore/${server.host}`,
            label,
            gpus: server.gpus.length,
            tenor: 'INT',
            evidence: 'transaction',
            price: bid.price,
            currency: currencies[bid.currency] ?? bid.currency,
            price_basis: 'lot_day',
            country: countryNamed(server.cc),
            attributes: { product: 'instance', machine: `clore/${server.id}` },
            trade: { id: native_id, gpu_hours: null, buyer: null, seller: null },
          });
        }
      },
    );
    return parsed;
  },
  canary: (parsed) =>
    parsed.rows.some((row) => row.label.includes('RTX')) ? null : 'not one matched bid on an RTX card',
};
