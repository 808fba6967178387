import type { ClassParameters, MarketParameters } from '#ingest/simulated/parameters';
import type { TruePrices } from '#ingest/simulated/price';
import { quoted, type SimulatedTrade } from '#ingest/simulated/quote';
import { chanceOf } from '#ingest/simulated/random';
import { HOUR_MS } from '#ingest/simulated/time';
import { sha256 } from '#methodology/canonical';

/** The simulated exchange. */
export interface Exchange {
  /** Trades executed in [from, to), in order. */
  between(from: number, to: number): SimulatedTrade[];
}

const STANDARD_LOT = 8;
const STANDARD_HOURS = 24;
const BLINDED_DIGITS = 32;

/** The exchange: trades come by chance (Poisson), each hour drawing its own numbers, around the true price of their moment. */
export function makeExchange(seed: number, parameters: MarketParameters, prices: TruePrices): Exchange {
  const { exchange: rule, classes, regimes } = parameters;
  const epoch = Date.parse(parameters.epoch);
  const blinded = (party: string) => sha256(`${seed}\n${party}`).slice(0, BLINDED_DIGITS);
  const sellers = Array.from({ length: rule.sellers }, (_, index) => `s${String(index + 1).padStart(2, '0')}`);
  const buyers = Array.from({ length: rule.buyers }, (_, index) => blinded(`buyer ${index + 1}`));
  const accounts = new Map(sellers.map((seller) => [seller, blinded(`seller ${seller}`)]));

  function tradesOf(one: ClassParameters, hour: number): SimulatedTrade[] {
    const begins = epoch + hour * HOUR_MS;
    const chance = chanceOf(seed, 'trades', one.id, hour);
    const activity = regimes[prices.regimeAt(begins)].activity;
    const count = chance.poisson((one.trades_per_day / STANDARD_HOURS) * activity);
    return Array.from({ length: count }, (_, index) => {
      const at = begins + chance.below(HOUR_MS);
      const seller = sellers[chance.below(sellers.length)] as string;
      const gpus = Number(chance.weighted(rule.lots));
      const hours = Number(chance.weighted(rule.hours));
      const effect =
        rule.spread * chance.normal() -
        rule.per_doubled_lot * Math.log2(gpus / STANDARD_LOT) -
        rule.per_doubled_term * Math.log2(hours / STANDARD_HOURS);
      return {
        id: `sim-${one.id.toLowerCase()}-${hour}-${index}`,
        executed_at: new Date(at).toISOString(),
        venue: rule.id,
        provider: `${rule.id}/${seller}`,
        buyer: buyers[chance.below(buyers.length)] as string,
        seller: accounts.get(seller) as string,
        hardware_class: one.id,
        label: one.label,
        memory_gb: one.memory_gb,
        gpus,
        hours,
        price: quoted(prices.at(one.id, at) * Math.exp(effect)),
      };
    });
  }

  return {
    between(from, to) {
      const first = Math.max(0, Math.floor((from - epoch) / HOUR_MS));
      const trades: SimulatedTrade[] = [];
      for (let hour = first; epoch + hour * HOUR_MS < to; hour += 1) {
        for (const one of classes) trades.push(...tradesOf(one, hour));
      }
      return trades
        .filter(({ executed_at }) => Date.parse(executed_at) >= from && Date.parse(executed_at) < to)
        .sort((a, b) =>
          a.executed_at === b.executed_at ? (a.id < b.id ? -1 : 1) : a.executed_at < b.executed_at ? -1 : 1,
        );
    },
  };
}
