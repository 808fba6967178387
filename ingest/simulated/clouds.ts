import type { ClassParameters, MarketParameters } from '#ingest/simulated/parameters';
import type { TruePrices } from '#ingest/simulated/price';
import { quoted, type SimulatedQuote } from '#ingest/simulated/quote';
import { type Chance, chanceOf } from '#ingest/simulated/random';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#ingest/simulated/time';

/** A cloud of the simulated market. */
export interface Cloud {
  id: string;
  country: string;
  /** Shows whether it has any. */
  stocked: boolean;
  /** Sells interruptible capacity at a price it administers. */
  interruptible: boolean;
  /** Its rate card is per instance of so many GPUs; null where it is per GPU. */
  instance_gpus: number | null;
  classes: readonly string[];
}

/** The clouds and what they post. */
export interface Clouds {
  all: readonly Cloud[];
  quotesAt(cloud: Cloud, instant: number): SimulatedQuote[];
}

/** How a cloud posts the rate of one class. */
interface Posts {
  markup: number;
  chanceToLook: number;
  catchUp: number;
  /** Of the day, at which a rate changes. */
  minute: number;
  /** What interruptible capacity costs, against the true price on demand. */
  interruptible: number;
  /** Drawn from once a day, in order. */
  looks: Chance;
  /** By day since the epoch: what is posted from that day's change of rates on. */
  rates: number[];
}

const INSTANCE_GPUS = 8;
/** Rates are posted in cents. */
const RATE_DECIMALS = 2;
/** Somebody changes a rate card in office hours. */
const OFFICE_MINUTES: readonly [number, number] = [8 * 60, 18 * 60];

/** The ids of a market's clouds: `sim-cloud-a` and so on. */
export function cloudIds({ clouds: { count } }: MarketParameters): string[] {
  return Array.from({ length: count }, (_, index) => `sim-cloud-${String.fromCharCode('a'.charCodeAt(0) + index)}`);
}

/**
 * The clouds: every few days each looks at its own rates and moves part of the way to the true price of that moment with its mark-up, so
 * its list lags. What holds at an instant follows from the epoch, day by day, and is kept.
 */
export function makeClouds(seed: number, parameters: MarketParameters, prices: TruePrices): Clouds {
  const { clouds: rule, classes, regimes } = parameters;
  const epoch = Date.parse(parameters.epoch);
  const ids = cloudIds(parameters);
  /** The first so many of them in an order drawn for the purpose. */
  const some = (count: number, purpose: string) =>
    new Set(
      ids
        .map((id) => ({ id, order: chanceOf(seed, purpose, id).share() }))
        .sort((a, b) => a.order - b.order)
        .slice(0, count)
        .map(({ id }) => id),
    );
  const stocked = some(rule.stocked, 'stocked');
  const interruptible = some(rule.interruptible, 'interruptible');
  const sellers = new Map(classes.map((one) => [one.id, some(one.clouds, `sells ${one.id}`)]));

  /** What a cloud sells that was drawn for nothing: the class that most of them sell. */
  const staple = [...classes]
    .sort((a, b) => b.clouds - a.clouds)
    .slice(0, 1)
    .map(({ id }) => id);

  const all = ids.map((id): Cloud => {
    const chance = chanceOf(seed, 'cloud', id);
    const sold = classes.map((one) => one.id).filter((one) => sellers.get(one)?.has(id));
    return {
      id,
      country: rule.countries[chance.below(rule.countries.length)] as string,
      stocked: stocked.has(id),
      interruptible: interruptible.has(id),
      instance_gpus: chance.share() < 0.5 ? INSTANCE_GPUS : null,
      classes: sold.length > 0 ? sold : staple,
    };
  });

  const posts = new Map<string, Posts>();

  function postsOf(cloud: string, hardwareClass: string): Posts {
    const key = `${cloud}\n${hardwareClass}`;
    const held = posts.get(key);
    if (held) return held;
    const chance = chanceOf(seed, 'rates', cloud, hardwareClass);
    const made: Posts = {
      markup: chance.between(...rule.markup),
      chanceToLook: 1 / chance.between(...rule.days_between),
      catchUp: chance.between(...rule.catch_up),
      minute: chance.between(...OFFICE_MINUTES),
      interruptible: chance.between(...rule.interruptible_price),
      looks: chanceOf(seed, 'looks', cloud, hardwareClass),
      rates: [],
    };
    posts.set(key, made);
    return made;
  }

  function rateOf(cloud: string, hardwareClass: string, instant: number): number {
    const { markup, chanceToLook, catchUp, minute, looks, rates } = postsOf(cloud, hardwareClass);
    const changesAt = (day: number) => epoch + day * DAY_MS + minute * MINUTE_MS;
    const today = Math.floor((instant - epoch) / DAY_MS);
    // Before the change of today the rate of yesterday holds.
    const day = instant >= changesAt(today) ? today : today - 1;
    const wanted = (at: number) => prices.at(hardwareClass, at) * (1 + markup);
    while (rates.length <= Math.max(0, day)) {
      const next = rates.length;
      const before = rates[next - 1];
      if (before === undefined) rates.push(wanted(epoch));
      else if (looks.share() >= chanceToLook) rates.push(before);
      else rates.push(Number(quoted(before + catchUp * (wanted(changesAt(next)) - before), RATE_DECIMALS)));
    }
    return rates[Math.max(0, day)] as number;
  }

  function quotesOf(cloud: Cloud, one: ClassParameters, instant: number): SimulatedQuote[] {
    const block = Math.floor((instant - epoch) / (rule.administered_hours * HOUR_MS));
    const since = epoch + block * rule.administered_hours * HOUR_MS;
    const hasStock =
      cloud.stocked && chanceOf(seed, 'stock', cloud.id, one.id, block).share() < regimes[prices.regimeAt(since)].stock;
    const quote = (facts: Pick<SimulatedQuote, 'tenor' | 'evidence' | 'price'>): SimulatedQuote => ({
      source: cloud.id,
      venue: cloud.id,
      provider: cloud.id,
      line: `${one.id.toLowerCase()}-${facts.tenor === 'OD' ? 'on-demand' : 'interruptible'}`,
      hardware_class: one.id,
      label: one.label,
      memory_gb: one.memory_gb,
      gpus: cloud.instance_gpus,
      country: cloud.country,
      machine: null,
      hosting: null,
      ...facts,
    });
    const rate = quoted(rateOf(cloud.id, one.id, instant), RATE_DECIMALS);
    const onDemand = quote({ tenor: 'OD', evidence: hasStock ? 'executable' : 'listed', price: rate });
    if (!cloud.interruptible) return [onDemand];
    const price = quoted(prices.at(one.id, since) * postsOf(cloud.id, one.id).interruptible);
    return [onDemand, quote({ tenor: 'INT', evidence: 'administered', price })];
  }

  return {
    all,
    quotesAt: (cloud, instant) =>
      classes.filter(({ id }) => cloud.classes.includes(id)).flatMap((one) => quotesOf(cloud, one, instant)),
  };
}
