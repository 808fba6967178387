/**
 * Mithril: the spot auction's price of each instance type, now and over the last days, and the reserved one.
 * Page: https://docs.mithril.ai/compute-api/compute-api-reference/pricing. Terms: not read.
 * Traps: the current price is in cents, that of the history in dollars with their sign ("$5.50"), both of the whole instance; every
 * current price may be null; the spot price is what the auction cleared at, one for all, and no single trade, so it is administered here;
 * the lowest bid that got capacity is a limit, not a price paid; an instance type is asked for by an opaque id, so its name and size travel
 * with the question; a price is one region's, and only the history names regions: the current one is asked for in each of those. Of the
 * history the auction's price alone is read: what a reservation cost depended on its term, which is not told.
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { type CaptureText, emptyParsed, type Parsed, type Source, type SourceRequest } from '#ingest/source';
import { carried, carrying, needCarried } from '#ingest/sources/kit/carry';
import { dollars } from '#ingest/sources/kit/html';
import { addQuote, attempt, bearer, refuse } from '#ingest/sources/kit/rows';

const API = 'https://api.mithril.ai/v2';
const TYPES = `${API}/instance-types`;
/** How far back the history is asked for: over a weekend on which nobody collected. */
const HISTORY_DAYS = 3;
/** The most the venue gives. */
const HISTORY_SAMPLES = 1000;
const DAY_MS = 86_400_000;

const typesSchema = z.array(
  z.object({
    fid: z.string().regex(/^it_\w{1,60}$/),
    name: z.string().regex(/^[^|\n]{1,80}$/),
    num_gpus: z.int(),
    gpu_memory_gb: z.number().nullish(),
  }),
);
const region = z.string().regex(/^[\w.-]{1,60}$/);
const cents = z.union([z.number(), z.string()]).nullable();
const currentSchema = z.object({
  spot_price_cents: cents,
  reserved_price_cents: cents,
  minimum_price_cents: cents.optional(),
  lowest_allocated_bid_cents: cents.optional(),
  available_capacity: z.int().nullable(),
  total_capacity: z.int().nullable(),
});
const historySchema = z.object({ prices: z.array(z.unknown()) });
const pointSchema = z.object({
  spot_instance_price: z.string(),
  timestamp: z.iso.datetime({ offset: true }),
  instance_type: z.string(),
  region,
  lowest_allocated_bid_cents: cents.optional(),
});

/** An instance type as it travels: `fid|name|gpus|memory`, then the region where the current price of one is asked for. */
const SEPARATOR = '|';
const isHistory = (url: string) => new URL(url).pathname.endsWith('/pricing/history');
const isTypes = (url: string) => new URL(url).pathname.endsWith('/instance-types');

/** Asks what stands first in the queue: the history of a type, or its current price in a region. */
function ask(queue: readonly string[], until: string): SourceRequest | null {
  const [fid, name, gpus, memory = '', place] = (queue[0] ?? '').split(SEPARATOR);
  if (!fid || !name || !gpus) return null;
  const facts = { name, gpus, memory, fid, until, queue: queue.slice(1).join('\n') };
  const query =
    place === undefined
      ? `history?${new URLSearchParams({
          instance_types: fid,
          num_samples: String(HISTORY_SAMPLES),
          start_time: new Date(Date.parse(until) - HISTORY_DAYS * DAY_MS).toISOString(),
          end_time: until,
        })}`
      : `current?${new URLSearchParams({ instance_type: fid, ...(place === '' ? {} : { region: place }) })}`;
  return { method: 'GET', url: carrying(`${API}/pricing/${query}`, facts) };
}

/** Regions that a history names; none where it cannot be read, which `parse` will say. */
function regionsOf(text: string): string[] {
  try {
    const { prices } = expectShape(historySchema, parseJson(text));
    return [...new Set(prices.map((point) => fieldText(point, 'region')))].filter(
      (one) => region.safeParse(one).success,
    );
  } catch {
    return [];
  }
}

/** What a page's request says of the instance type it asked for. */
function typeOf(url: string) {
  const name = needCarried(url, 'name');
  const gpus = Number(needCarried(url, 'gpus'));
  const memory = needCarried(url, 'memory');
  const [, card = name, count] = /^(.+)\.(\d+)x$/.exec(name) ?? [];
  const fits = count === undefined || Number(count) === gpus;
  return { name, gpus, fits, label: card.replaceAll('.', ' '), memory_gb: memory === '' ? null : Number(memory) };
}

/** What every price of a type has in common. */
const quoteOf = ({ label, memory_gb, gpus }: ReturnType<typeof typeOf>) =>
  ({ provider: 'mithril', label, memory_gb, gpus, currency: 'USD', price_basis: 'lot_hour' }) as const;
const lineOf = (name: string, place: string | null, kind: string) => [name, ...(place ? [place] : []), kind].join('/');

function readHistory(parsed: Parsed, capture: CaptureText): void {
  const type = typeOf(capture.url);
  const fid = needCarried(capture.url, 'fid');
  const named = (point: unknown) => lineOf(type.name, fieldText(point, 'region'), 'spot');
  eachRow(expectShape(historySchema, parseJson(capture.text)).prices, pointSchema, named, parsed, (point) => {
    const native_id = lineOf(type.name, point.region, 'spot');
    attempt(parsed, native_id, point, () => {
      if (point.instance_type !== fid) throw new Error(`a price of ${point.instance_type} where ${fid} was asked for`);
      const bid = point.lowest_allocated_bid_cents;
      addQuote(parsed, {
        ...quoteOf(type),
        native_id,
        event_at: point.timestamp,
        tenor: 'INT',
        evidence: 'administered',
        price: dollars(point.spot_instance_price),
        attributes: {
          product: 'instance',
          kind: 'spot',
          zone: point.region,
          history: true,
          ...(bid == null ? {} : { lowest_allocated_bid_cents: bid }),
        },
      });
    });
  });
}

function readCurrent(parsed: Parsed, capture: CaptureText): void {
  const type = typeOf(capture.url);
  const current = expectShape(currentSchema, parseJson(capture.text));
  const place = new URL(capture.url).searchParams.get('region');
  const add = (kind: 'spot' | 'reserved', price: z.output<typeof cents>) =>
    addQuote(parsed, {
      ...quoteOf(type),
      native_id: lineOf(type.name, place, kind),
      tenor: kind === 'spot' ? 'INT' : null,
      evidence: kind === 'spot' ? 'administered' : 'listed',
      price,
      price_scale: 2,
      attributes: {
        product: 'instance',
        kind,
        ...(place === null ? {} : { zone: place }),
        ...(current.available_capacity === null ? {} : { capacity_available: current.available_capacity }),
        ...(current.total_capacity === null ? {} : { capacity_total: current.total_capacity }),
        ...(current.lowest_allocated_bid_cents == null
          ? {}
          : { lowest_allocated_bid_cents: current.lowest_allocated_bid_cents }),
      },
    });
  add('spot', current.spot_price_cents);
  add('reserved', current.reserved_price_cents);
}

export const mithril: Source = {
  id: 'mithril',
  title: 'Mithril spot auction',
  homepage: 'https://mithril.ai',
  provider: 'mithril',
  venue_type: 'marketplace',
  evidence: ['administered', 'listed'],
  aggregator: false,
  schedule: '12-59/15 * * * *',
  freshness_objective_seconds: 7200,
  budget: { requests: 120, body_bytes: 2_000_000, sweep_seconds: 400, pause_ms: 1000, timeout_ms: 20_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://mithril.ai' },
  key_variable: 'MITHRIL_API_KEY',
  authorise: bearer,
  tested_on: 'documented',
  requests: (now) => [{ method: 'GET', url: carrying(TYPES, { until: now.toISOString() }) }],
  follow(capture: CaptureText) {
    const until = needCarried(capture.url, 'until');
    if (isTypes(capture.url)) {
      const types = expectShape(typesSchema, parseJson(capture.text)).filter(({ num_gpus }) => num_gpus > 0);
      return ask(
        types.map(({ fid, name, num_gpus, gpu_memory_gb }) =>
          [fid, name, num_gpus, gpu_memory_gb ?? ''].join(SEPARATOR),
        ),
        until,
      );
    }
    const queue = (carried(capture.url).queue ?? '').split('\n').filter(Boolean);
    if (!isHistory(capture.url)) return ask(queue, until);
    const type = ['fid', 'name', 'gpus', 'memory'].map((fact) => needCarried(capture.url, fact)).join(SEPARATOR);
    const places = regionsOf(capture.text);
    const here = (places.length > 0 ? places.sort() : ['']).map((place) => `${type}${SEPARATOR}${place}`);
    return ask([...here, ...queue], until);
  },
  parse(capture) {
    const parsed = emptyParsed();
    if (isTypes(capture.url)) return parsed;
    const { name, gpus, fits } = typeOf(capture.url);
    if (!fits) refuse(parsed, 'gpus.missing', `${name} is said to have ${gpus} GPUs`, name, name);
    else if (isHistory(capture.url)) readHistory(parsed, capture);
    else readCurrent(parsed, capture);
    return parsed;
  },
  canary: (parsed) => (parsed.rows.some((row) => row.label.includes('100')) ? null : 'no price of an A100 or an H100'),
};
