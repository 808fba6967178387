import { makeClouds } from '#ingest/simulated/clouds';
import { makeHosts } from '#ingest/simulated/hosts';
import { demoMarket, type MarketParameters, type Regime } from '#ingest/simulated/parameters';
import { makeTruePrices } from '#ingest/simulated/price';
import type { SimulatedQuote, SimulatedTrade } from '#ingest/simulated/quote';
import { chanceOf } from '#ingest/simulated/random';
import { DAY_MS, HOUR_MS } from '#ingest/simulated/time';
import { makeExchange } from '#ingest/simulated/trades';
import { formatDecimal } from '#methodology/decimal';

export type { SimulatedQuote, SimulatedTrade } from '#ingest/simulated/quote';

/** A true price: what one GPU-hour is worth in the simulated market, which no quote shows. */
export interface TruePrice {
  at: string;
  /** USD per GPU-hour, a decimal string. */
  price: string;
}

/** A whole market, from which any instant since its epoch can be asked, in any order, with the same answer. Nothing in it reads a clock. */
export interface SimulatedMarket {
  readonly seed: number;
  readonly parameters: MarketParameters;
  readonly classes: readonly string[];
  /** Ids of what can be asked, which are those of venues and of sources too: clouds, marketplaces, the exchange. */
  readonly venues: { clouds: readonly string[]; marketplaces: readonly string[]; exchange: string };
  regimeAt(at: Date): Regime;
  truePrice(hardwareClass: string, at: Date): TruePrice;
  /** The true prices on every full hour of [from, to). */
  truePath(hardwareClass: string, from: Date, to: Date): TruePrice[];
  /** Every quote that stands at an instant, or those of one venue, whether or not its source answers. */
  quotesAt(at: Date, venue?: string): SimulatedQuote[];
  /** Trades executed in [from, to), in order. */
  tradesBetween(from: Date, to: Date): SimulatedTrade[];
  /** Whether a venue's source does not answer at an instant. */
  isOut(venue: string, at: Date): boolean;
}

const TRUE_DECIMALS = 6;

/** Makes the market of a seed. Cheap: an instant costs what leads to it, once. @param changes to the parameters of the demonstration */
export function simulateMarket({ seed, ...changes }: { seed: number } & Partial<MarketParameters>): SimulatedMarket {
  const parameters: MarketParameters = { ...demoMarket, ...changes };
  const prices = makeTruePrices(seed, parameters);
  const clouds = makeClouds(seed, parameters, prices);
  const hosts = makeHosts(seed, parameters, prices);
  const exchange = makeExchange(seed, parameters, prices);
  const epoch = Date.parse(parameters.epoch);

  const truePrice = (hardwareClass: string, instant: number): TruePrice => {
    const micro = BigInt(Math.round(prices.at(hardwareClass, instant) * 10 ** TRUE_DECIMALS));
    return { at: new Date(instant).toISOString(), price: formatDecimal(micro, TRUE_DECIMALS) };
  };

  return {
    seed,
    parameters,
    classes: parameters.classes.map(({ id }) => id),
    venues: {
      clouds: clouds.all.map(({ id }) => id),
      marketplaces: parameters.marketplaces.map(({ id }) => id),
      exchange: parameters.exchange.id,
    },
    regimeAt: (at) => prices.regimeAt(at.getTime()),
    truePrice: (hardwareClass, at) => truePrice(hardwareClass, at.getTime()),
    truePath(hardwareClass, from, to) {
      const path: TruePrice[] = [];
      const first = Math.ceil(from.getTime() / HOUR_MS) * HOUR_MS;
      for (let at = first; at < to.getTime(); at += HOUR_MS) path.push(truePrice(hardwareClass, at));
      return path;
    },
    quotesAt(at, venue) {
      const instant = at.getTime();
      const wanted = <One extends { id: string }>(all: readonly One[]) =>
        venue === undefined ? all : all.filter(({ id }) => id === venue);
      return [
        ...wanted(clouds.all).flatMap((cloud) => clouds.quotesAt(cloud, instant)),
        ...wanted(parameters.marketplaces).flatMap((market) => hosts.quotesAt(market, instant)),
      ];
    },
    tradesBetween: (from, to) => exchange.between(from.getTime(), to.getTime()),
    isOut(venue, at) {
      const { chance, hours } = parameters.outages;
      const today = Math.floor((at.getTime() - epoch) / DAY_MS);
      // Long ones reach into the days after the one they begin on.
      const days = Math.ceil(hours[1] / 24);
      for (let day = Math.max(0, today - days); day <= today; day += 1) {
        const drawn = chanceOf(seed, 'outage', venue, day);
        if (drawn.share() >= chance) continue;
        const from = epoch + (day + drawn.share()) * DAY_MS;
        if (at.getTime() >= from && at.getTime() < from + drawn.between(...hours) * HOUR_MS) return true;
      }
      return false;
    },
  };
}
