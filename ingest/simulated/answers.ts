import type { SimulatedMarket } from '#ingest/simulated/market';
import { lotPrice, type SimulatedQuote, type SimulatedTrade } from '#ingest/simulated/quote';
import { HOUR_MS } from '#ingest/simulated/time';

/** What a simulated venue answers. */
export interface SimulatedAnswer {
  status: number;
  content_type: string;
  body: string;
}

/** Names that no resolver may answer (RFC 2606): should one of them ever be asked for on a network, nothing is there. */
const HOST = '.invalid';
/** How far back the exchange tells of trades where nobody says since when, and at most. */
const TAPE_HOURS = 3;
const TAPE_MOST_HOURS = 24;

/** Where a venue's prices are. */
export const ratesUrl = (venue: string) => `https://${venue}${HOST}/v1/rates`;
export const offersUrl = (venue: string) => `https://${venue}${HOST}/v1/offers`;
export const tradesUrl = (venue: string, since: Date) =>
  `https://${venue}${HOST}/v1/trades?since=${encodeURIComponent(since.toISOString())}`;
/** What is asked of the exchange at a time: the trades since a while ago, so that a failed sweep loses none. */
export const tapeSince = (now: Date) => new Date(now.getTime() - TAPE_HOURS * HOUR_MS);

const rateOf = ({ line, label, memory_gb, gpus, tenor, evidence, price, country }: SimulatedQuote) => ({
  plan: line,
  accelerator: label,
  memory_gb,
  instance_gpus: gpus,
  billing: tenor === 'OD' ? 'on-demand' : 'interruptible',
  // A rate card per instance names the price of the instance.
  price_per_hour: gpus === null ? price : lotPrice(price, gpus),
  in_stock: evidence === 'listed' ? null : true,
  country,
});

const offerOf = ({
  line,
  provider,
  machine,
  label,
  memory_gb,
  gpus,
  tenor,
  price,
  hosting,
  country,
}: SimulatedQuote) => ({
  offer: line,
  host: provider.slice(provider.indexOf('/') + 1),
  machine,
  accelerator: label,
  memory_gb,
  gpus,
  interruptible: tenor === 'INT',
  price_per_hour: lotPrice(price, gpus ?? 1),
  hosting,
  country,
});

const tradeOf = ({
  id,
  executed_at,
  provider,
  buyer,
  seller,
  label,
  memory_gb,
  gpus,
  hours,
  price,
}: SimulatedTrade) => ({
  trade: id,
  executed_at,
  member: provider.slice(provider.indexOf('/') + 1),
  buyer,
  seller,
  accelerator: label,
  memory_gb,
  gpus,
  hours,
  price_per_gpu_hour: price,
});

const json = (status: number, value: object): SimulatedAnswer => ({
  status,
  content_type: 'application/json',
  // Every answer says what it is: its bytes are kept, and may be found alone.
  body: JSON.stringify({ simulated: true, ...value }),
});

/** What the venue behind an address answers at an instant. Pure. */
export function answerOf(market: SimulatedMarket, url: string, at: Date): SimulatedAnswer {
  const { hostname, pathname, searchParams } = new URL(url);
  const { clouds, marketplaces, exchange } = market.venues;
  const venue = hostname.endsWith(HOST) ? hostname.slice(0, -HOST.length) : '';
  if (![...clouds, ...marketplaces, exchange].includes(venue)) return json(404, { error: 'nobody is simulated here' });
  if (market.isOut(venue, at)) return json(503, { error: 'out of service for a while' });
  const as_of = at.toISOString();
  if (clouds.includes(venue) && pathname === '/v1/rates') {
    return json(200, { as_of, currency: 'USD', rates: market.quotesAt(at, venue).map(rateOf) });
  }
  if (marketplaces.includes(venue) && pathname === '/v1/offers') {
    return json(200, { as_of, currency: 'USD', offers: market.quotesAt(at, venue).map(offerOf) });
  }
  if (venue === exchange && pathname === '/v1/trades') {
    const asked = Date.parse(searchParams.get('since') ?? '');
    const earliest = at.getTime() - TAPE_MOST_HOURS * HOUR_MS;
    const since = new Date(Number.isNaN(asked) ? tapeSince(at) : Math.max(asked, earliest));
    return json(200, { as_of, currency: 'USD', trades: market.tradesBetween(since, at).map(tradeOf) });
  }
  return json(404, { error: `${venue} serves nothing under ${pathname}` });
}

/** A `fetch` that the market answers in this process, as of the clock. Nothing leaves it. */
export function simulatedFetch(market: SimulatedMarket, clock: () => Date): typeof fetch {
  return async (input) => {
    const url = input instanceof Request ? input.url : String(input);
    const { status, content_type, body } = answerOf(market, url, clock());
    return new Response(body, { status, headers: { 'content-type': content_type } });
  };
}
