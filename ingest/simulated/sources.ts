/**
 * The venues of the simulated market as sources. Every id begins with `sim-`, every title with "Simulated", every address ends in
 * `.invalid`: none can be taken for a venue that exists, and none can be reached.
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { offersUrl, ratesUrl, tapeSince, tradesUrl } from '#ingest/simulated/answers';
import { cloudIds } from '#ingest/simulated/clouds';
import { demoMarket, type MarketParameters } from '#ingest/simulated/parameters';
import { emptyParsed, type Source } from '#ingest/source';
import { addQuote } from '#ingest/sources/kit/rows';
import { formatDecimal, parseDecimal } from '#methodology/decimal';

/** With which the ids of all that is simulated begin. */
export const SIMULATED_PREFIX = 'sim-';

const text = z.string().min(1).max(80);
const hardware = { accelerator: text, memory_gb: z.number().positive() };
const answer = { simulated: z.literal(true), currency: z.literal('USD') };
const country = z.string().length(2);
const gpus = z.int().positive();

const ratesSchema = z.object({ ...answer, rates: z.array(z.unknown()) });
const rateSchema = z.object({
  ...hardware,
  plan: text,
  instance_gpus: gpus.nullable(),
  billing: z.enum(['on-demand', 'interruptible']),
  price_per_hour: z.string(),
  in_stock: z.boolean().nullable(),
  country,
});
const offersSchema = z.object({ ...answer, offers: z.array(z.unknown()) });
const offerSchema = z.object({
  ...hardware,
  offer: text,
  host: text,
  machine: text,
  gpus,
  interruptible: z.boolean(),
  price_per_hour: z.string(),
  hosting: z.enum(['datacenter', 'community']),
  country,
});
const tradesSchema = z.object({ ...answer, trades: z.array(z.unknown()) });
const tradeSchema = z.object({
  ...hardware,
  trade: text,
  executed_at: z.iso.datetime(),
  member: text,
  buyer: text,
  seller: text,
  gpus,
  hours: z.number().positive(),
  price_per_gpu_hour: z.string(),
});

const HOURS_DECIMALS = 6;

const facts = (id: string) =>
  ({
    id,
    homepage: `https://${id}.invalid`,
    aggregator: false,
    budget: { requests: 1, body_bytes: 2_000_000, sweep_seconds: 30, pause_ms: 500, timeout_ms: 10_000 },
    terms: { status: 'permitted', note: 'Simulated: made up by this program.', url: `https://${id}.invalid` },
    key_variable: null,
    tested_on: 'recorded',
  }) as const satisfies Partial<Source>;

const letterOf = (id: string) => id.slice(id.lastIndexOf('-') + 1).toUpperCase();

/** A cloud: posted rates, per GPU or per instance; live where it says that it has some; interruptible at the price it administers. */
function cloudSource(id: string, position: number): Source {
  return {
    ...facts(id),
    title: `Simulated cloud ${letterOf(id)}: rate card`,
    provider: id,
    venue_type: 'neocloud',
    evidence: ['executable', 'administered', 'listed'],
    schedule: `${(5 + 2 * position) % 30}-59/30 * * * *`,
    freshness_objective_seconds: 8 * 3600,
    requests: () => [{ method: 'GET', url: ratesUrl(id) }],
    parse(capture) {
      const parsed = emptyParsed();
      const { rates } = expectShape(ratesSchema, parseJson(capture.text));
      eachRow(
        rates,
        rateSchema,
        (rate) => fieldText(rate, 'plan'),
        parsed,
        (rate) => {
          const isOnDemand = rate.billing === 'on-demand';
          addQuote(parsed, {
            native_id: rate.plan,
            provider: id,
            label: rate.accelerator,
            memory_gb: rate.memory_gb,
            gpus: rate.instance_gpus,
            tenor: isOnDemand ? 'OD' : 'INT',
            evidence: isOnDemand ? (rate.in_stock === true ? 'executable' : 'listed') : 'administered',
            price: rate.price_per_hour,
            currency: 'USD',
            price_basis: rate.instance_gpus === null ? 'gpu_hour' : 'lot_hour',
            country: rate.country,
            attributes: { product: 'instance', simulated: true },
          });
        },
      );
      return parsed;
    },
    canary: (parsed) => (parsed.rows.some((row) => row.tenor === 'OD') ? null : 'not one rate on demand'),
  };
}

/** A marketplace: the offers of its hosts, priced by the lot. */
function marketplaceSource(id: string, position: number): Source {
  return {
    ...facts(id),
    title: `Simulated marketplace ${letterOf(id)}: offers`,
    provider: null,
    venue_type: 'marketplace',
    evidence: ['executable'],
    schedule: `${3 * position}-59/10 * * * *`,
    freshness_objective_seconds: 2 * 3600,
    requests: () => [{ method: 'GET', url: offersUrl(id) }],
    parse(capture) {
      const parsed = emptyParsed();
      const { offers } = expectShape(offersSchema, parseJson(capture.text));
      eachRow(
        offers,
        offerSchema,
        (offer) => fieldText(offer, 'offer'),
        parsed,
        (offer) => {
          addQuote(parsed, {
            native_id: offer.offer,
            provider: `${id}/${offer.host}`,
            label: offer.accelerator,
            memory_gb: offer.memory_gb,
            gpus: offer.gpus,
            available_gpus: offer.gpus,
            tenor: offer.interruptible ? 'INT' : 'OD',
            evidence: 'executable',
            price: offer.price_per_hour,
            currency: 'USD',
            price_basis: 'lot_hour',
            country: offer.country,
            attributes: { product: 'instance', simulated: true, machine: offer.machine, hosting: offer.hosting },
          });
        },
      );
      return parsed;
    },
    canary: (parsed) => (parsed.rows.some((row) => row.tenor === 'OD') ? null : 'not one offer on demand'),
  };
}

/** The exchange: trades, each told for some hours after it was made. */
function exchangeSource(id: string): Source {
  return {
    ...facts(id),
    title: 'Simulated exchange: trades',
    provider: id,
    venue_type: 'exchange',
    evidence: ['transaction'],
    schedule: '1-59/5 * * * *',
    freshness_objective_seconds: 2 * 3600,
    requests: (now) => [{ method: 'GET', url: tradesUrl(id, tapeSince(now)) }],
    parse(capture) {
      const parsed = emptyParsed();
      // The newest trades only: an older one is not withdrawn.
      parsed.complete = false;
      const { trades } = expectShape(tradesSchema, parseJson(capture.text));
      eachRow(
        trades,
        tradeSchema,
        (trade) => fieldText(trade, 'trade'),
        parsed,
        (trade) => {
          const hours = parseDecimal(String(trade.hours), HOURS_DECIMALS) * BigInt(trade.gpus);
          addQuote(parsed, {
            native_id: trade.trade,
            event_at: trade.executed_at,
            provider: `${id}/${trade.member}`,
            label: trade.accelerator,
            memory_gb: trade.memory_gb,
            gpus: trade.gpus,
            tenor: 'OD',
            evidence: 'transaction',
            price: trade.price_per_gpu_hour,
            currency: 'USD',
            price_basis: 'gpu_hour',
            attributes: { product: 'instance', simulated: true, hours: trade.hours },
            trade: {
              id: trade.trade,
              gpu_hours: formatDecimal(hours, HOURS_DECIMALS),
              buyer: trade.buyer,
              seller: trade.seller,
            },
          });
        },
      );
      return parsed;
    },
    canary: (parsed) => (parsed.rows.some((row) => row.label.startsWith('NVIDIA')) ? null : 'not one trade of NVIDIA'),
  };
}

/** Every source of a simulated market: its exchange, its marketplaces, its clouds. */
export function simulatedSources(parameters: MarketParameters = demoMarket): Source[] {
  return [
    exchangeSource(parameters.exchange.id),
    ...parameters.marketplaces.map(({ id }, position) => marketplaceSource(id, position)),
    ...cloudIds(parameters).map(cloudSource),
  ];
}
