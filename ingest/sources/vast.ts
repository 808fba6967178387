/**
 * Vast.ai: the whole offer book, on demand and interruptible.
 * Page: https://docs.vast.ai (search offers), read 2026-08. Terms: display and citation; index use needs a data licence.
 * Traps: the server answers 64 offers whatever `limit` says, so page by price and drop repeats by id; the `verified` filter filters
 * nothing (the field is `verification`); one machine is listed in several slices (`machine` names it); `dph_total` holds storage,
 * `dph_base` does not; the price is of the whole lot; an offer id stands once on demand and once as a bid.
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson, rejection } from '#ingest/shape';
import { type CaptureText, emptyParsed, type Parsed, type Source, type SourceRequest } from '#ingest/source';
import { countryOf } from '#methodology/regions';

const PAGE_OFFERS = 64;
const url = 'https://console.vast.ai/api/v0/bundles/';

const offerSchema = z.object({
  id: z.int(),
  machine_id: z.int(),
  host_id: z.int(),
  gpu_name: z.string().min(1).max(120),
  num_gpus: z.int(),
  gpu_ram: z.number(),
  dph_base: z.union([z.number(), z.string()]),
  geolocation: z.string().nullish(),
  verification: z.string().max(40).nullish(),
  reliability2: z.number().nullish(),
  hosting_type: z.number().nullish(),
  is_bid: z.boolean().nullish(),
  rental_type: z.enum(['on-demand', 'bid']).nullish(),
});

const ask = (type: 'on-demand' | 'bid', from: number, exclusive = false): SourceRequest => ({
  method: 'POST',
  url,
  body: {
    type,
    rentable: { eq: true },
    dph_total: { [exclusive ? 'gt' : 'gte']: from },
    order: [['dph_total', 'asc']],
    limit: PAGE_OFFERS,
  },
});

const totalSchema = z.object({ dph_total: z.number().nonnegative() });
const totalOf = (offer: unknown) => expectShape(totalSchema, offer).dph_total;

const pageSchema = z.object({ offers: z.array(z.unknown()) });
const sentSchema = z.object({ type: z.enum(['on-demand', 'bid']), dph_total: z.record(z.string(), z.number()) });

/** Offers of a response: a page as the API answers it, or a recorded book with one offer a line. */
function offersOf(capture: CaptureText, parsed: Parsed): unknown[] {
  if (!capture.content_type.includes('ndjson')) {
    const page = expectShape(pageSchema, parseJson(capture.text)).offers;
    // A full page at one price: more may stand at that price, and no request can reach them.
    parsed.complete = page.length < PAGE_OFFERS || new Set(page.map((offer) => fieldText(offer, 'dph_total'))).size > 1;
    return page;
  }
  const offers: unknown[] = [];
  for (const line of capture.text.split('\n')) {
    if (line.trim() === '') continue;
    try {
      offers.push(JSON.parse(line));
    } catch {
      // A line cut short means that what followed is missing too: nothing may be taken as withdrawn.
      parsed.complete = false;
      parsed.rejections.push(rejection('row.not_json', 'the line is not whole JSON', '', line));
    }
  }
  return offers;
}

export const vast: Source = {
  id: 'vast',
  title: 'Vast.ai offer book',
  homepage: 'https://vast.ai',
  provider: null,
  venue_type: 'marketplace',
  evidence: ['executable'],
  aggregator: false,
  schedule: '*/5 * * * *',
  freshness_objective_seconds: 1800,
  budget: { requests: 120, body_bytes: 8_000_000, sweep_seconds: 240, pause_ms: 1000, timeout_ms: 20_000 },
  terms: {
    status: 'needs licence',
    note: 'Display and citation are free; use in an index needs a data licence (data@vast.ai).',
    url: 'https://vast.ai/terms',
  },
  key_variable: null,
  tested_on: 'recorded',
  requests: () => [ask('on-demand', 0), ask('bid', 0)],
  follow(capture) {
    const { offers } = expectShape(pageSchema, parseJson(capture.text));
    if (offers.length < PAGE_OFFERS) return null;
    const { type, dph_total } = expectShape(sentSchema, capture.sent);
    const last = Math.max(...offers.map(totalOf));
    const from = dph_total.gte ?? dph_total.gt ?? 0;
    // A whole page at one price would ask for itself again: step over that price instead.
    return ask(type, last, last <= from);
  },
  parse(capture) {
    const parsed = emptyParsed();
    eachRow(
      offersOf(capture, parsed),
      offerSchema,
      (offer) => fieldText(offer, 'id'),
      parsed,
      (offer) => {
        const bid = offer.rental_type ? offer.rental_type === 'bid' : (offer.is_bid ?? null);
        parsed.rows.push({
          native_id: `${offer.id}/${bid === null ? 'unknown' : bid ? 'bid' : 'on-demand'}`,
          event_at: null,
          provider: `vast/${offer.host_id}`,
          label: offer.gpu_name,
          memory_gb: Math.round(offer.gpu_ram / 10.24) / 100,
          gpus: offer.num_gpus,
          available_gpus: offer.num_gpus,
          tenor: bid === null ? null : bid ? 'INT' : 'OD',
          evidence: 'executable',
          price: offer.dph_base,
          currency: 'USD',
          price_basis: 'lot_hour',
          country: countryOf(offer.geolocation ?? ''),
          attributes: {
            product: 'instance',
            machine: `vast/${offer.machine_id}`,
            ...(offer.hosting_type == null ? {} : { hosting: offer.hosting_type === 1 ? 'datacenter' : 'community' }),
            ...(offer.verification == null ? {} : { verification: offer.verification }),
            ...(offer.reliability2 == null ? {} : { reliability: offer.reliability2 }),
          },
        });
      },
    );
    return parsed;
  },
  canary(parsed) {
    if (!parsed.rows.some((row) => row.tenor === 'OD')) return 'no on-demand offer';
    return parsed.rows.some((row) => row.label.startsWith('RTX ')) ? null : 'not one RTX card among the offers';
  },
};
