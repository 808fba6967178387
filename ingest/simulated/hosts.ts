import type { ClassParameters, MarketParameters, MarketplaceParameters } from '#ingest/simulated/parameters';
import type { TruePrices } from '#ingest/simulated/price';
import { quoted, type SimulatedQuote } from '#ingest/simulated/quote';
import { type Chance, chanceOf } from '#ingest/simulated/random';
import { DAY_MS, HOUR_MS } from '#ingest/simulated/time';

/** A host of a marketplace, as long as it is one. */
interface Host {
  id: string;
  hardware: ClassParameters;
  machine_gpus: number;
  lots: readonly number[];
  takesBids: boolean;
  markup: number;
  interruptible: number;
  hosting: 'datacenter' | 'community';
  country: string;
  /** Is never let whole: a marketplace that shows nothing at all would be one that broke. */
  keepsSome: boolean;
  /** Its blocks begin so many milliseconds after those of the clock, so that not all ask anew at once. */
  offset: number;
}

/** A marketplace's offers. */
export interface Hosts {
  quotesAt(marketplace: MarketplaceParameters, instant: number): SimulatedQuote[];
}

/**
 * The hosts: each place of a marketplace is held by one until that leaves for good. A host asks around the true price, anew every few
 * hours, and is let or free for as long. What holds at an instant follows from the epoch.
 */
export function makeHosts(seed: number, parameters: MarketParameters, prices: TruePrices): Hosts {
  const { hosts: rule, classes, regimes } = parameters;
  const epoch = Date.parse(parameters.epoch);
  const block = rule.block_hours * HOUR_MS;
  const places = new Map<string, { chance: Chance; days: number; left: number[] }>();
  const known = new Map<string, Host>();

  /** How many hosts have left a place before the end of a day. */
  function generationOf(market: string, slot: number, day: number): number {
    const key = `${market}\n${slot}`;
    const place = places.get(key) ?? { chance: chanceOf(seed, 'place', market, slot), days: 0, left: [] };
    places.set(key, place);
    for (; place.days <= day; place.days += 1) if (place.chance.share() < rule.leaves) place.left.push(place.days);
    let count = place.left.length;
    while (count > 0 && (place.left[count - 1] as number) > day) count -= 1;
    return count;
  }

  function hostOf(marketplace: MarketplaceParameters, slot: number, generation: number): Host {
    const id = `${marketplace.id}/h${String(slot).padStart(2, '0')}-${generation}`;
    const held = known.get(id);
    if (held) return held;
    const chance = chanceOf(seed, 'host', id);
    const hardware = classes.find((one) => one.id === chance.weighted(marketplace.classes)) ?? classes[0];
    if (!hardware) throw new RangeError('a simulated market needs a hardware class');
    const isHall = chance.share() < marketplace.datacenter;
    const gpus = Number(chance.weighted(rule.machines));
    const isSliced = chance.share() < rule.sliced && gpus >= 4;
    const host: Host = {
      id,
      hardware,
      machine_gpus: gpus,
      lots: isSliced ? [gpus, gpus / 2, 1] : [gpus],
      takesBids: chance.share() < rule.takes_bids,
      markup: rule.markup_spread * chance.normal() - (isHall ? 0 : rule.community_discount),
      interruptible: chance.between(...rule.interruptible_price),
      hosting: isHall ? 'datacenter' : 'community',
      country: rule.countries[chance.below(rule.countries.length)] as string,
      keepsSome: slot === 0,
      offset: chance.below(block),
    };
    known.set(id, host);
    return host;
  }

  function quotesOf(market: string, host: Host, instant: number): SimulatedQuote[] {
    const number = Math.floor((instant - epoch - host.offset) / block);
    const since = Math.max(epoch, epoch + number * block + host.offset);
    const chance = chanceOf(seed, 'ask', host.id, number);
    const isLet = chance.share() < regimes[prices.regimeAt(since)].utilisation;
    if (isLet && !host.keepsSome) return [];
    const asked = prices.at(host.hardware.id, since) * Math.exp(host.markup + rule.ask_spread * chance.normal());
    const quote = (gpus: number, tenor: 'OD' | 'INT'): SimulatedQuote => {
      const perGpu = asked * (rule.lot_price[gpus] ?? 1) * (tenor === 'INT' ? host.interruptible : 1);
      return {
        source: market,
        venue: market,
        provider: host.id,
        line: `${host.id.slice(market.length + 1)}-x${gpus}-${tenor.toLowerCase()}`,
        hardware_class: host.hardware.id,
        label: host.hardware.label,
        memory_gb: host.hardware.memory_gb,
        gpus,
        tenor,
        evidence: 'executable',
        price: quoted(perGpu),
        country: host.country,
        machine: host.id,
        hosting: host.hosting,
      };
    };
    const onDemand = host.lots.map((gpus) => quote(gpus, 'OD'));
    return host.takesBids ? [...onDemand, quote(host.machine_gpus, 'INT')] : onDemand;
  }

  return {
    quotesAt(marketplace, instant) {
      const day = Math.floor((instant - epoch) / DAY_MS);
      const slots = Array.from({ length: marketplace.slots }, (_, slot) => slot);
      return slots.flatMap((slot) => {
        const host = hostOf(marketplace, slot, generationOf(marketplace.id, slot, day));
        return quotesOf(marketplace.id, host, instant);
      });
    },
  };
}
