import type { FixInputs } from '#index-engine/inputs';
import { attackCosts } from '#index-engine/lab/costs';
import type { LabStrike } from '#index-engine/lab/market';
import { sha256 } from '#methodology/canonical';
import type { Rulebook } from '#methodology/rulebook';
import { type Observation, observationId, type Sweep } from '#store/observation';

export type Direction = 'up' | 'down';

/** What an attacker has and knows. */
export interface AttackOrder {
  strike: LabStrike;
  rulebook: Rulebook;
  /** What a GPU-hour is worth, in USD. */
  price: number;
  /** What prints would be held against under the rulebook, in USD; null where too little stands. */
  standingOf(inputs: FixInputs): number | null;
  /** Of the whole attack, in USD. */
  budget: number;
  /** How many days the attack goes on, and which of them this strike ends: 1 for the first. */
  days: number;
  day: number;
  direction: Direction;
  seed: number;
}

/** What an attack left behind. */
export interface Attacked {
  inputs: FixInputs;
  /** USD, never above the budget. */
  cost: number;
}

export const HOUR_MS = 3_600_000;
const PRICE_DECIMALS = 6;
const BLINDED_DIGITS = 32;

export const instantOf = ({ strike }: AttackOrder) => strike.context.strike.instant.getTime();
export const hoursBefore = (order: AttackOrder, hours: number) =>
  new Date(instantOf(order) - hours * HOUR_MS).toISOString();
export const blinded = (party: string) => sha256(`lab\n${party}`).slice(0, BLINDED_DIGITS);

/** A fact with something changed, under the id that it then has. */
export function altered(fact: Observation, change: Partial<Observation>): Observation {
  const { observation_id: _, ...rest } = { ...fact, ...change };
  return { observation_id: observationId(rest), ...rest };
}

const decimal = (price: number) => Math.max(10 ** -PRICE_DECIMALS, price).toFixed(PRICE_DECIMALS);

/** How far from the market a false price is: a share of it, just within the collar about what stands, or as far as the plausibility band lets it. */
export type Skew = number | 'collar' | 'band';

const INSIDE_BAND = 0.01;
const INSIDE_COLLAR = 0.002;

/** @param inputs what stands, where the attacker has moved it */
export function skewed(order: AttackOrder, skew: Skew, inputs: FixInputs = order.strike.inputs): number {
  const { price, direction, rulebook, strike } = order;
  if (skew === 'collar') {
    const centre = order.standingOf(inputs) ?? price;
    const reach = Number(rulebook.screens.trades.collar) * (1 - INSIDE_COLLAR);
    return direction === 'up' ? centre * reach : centre / reach;
  }
  if (skew !== 'band') return direction === 'up' ? price * (1 + skew) : price / (1 + skew);
  const band = rulebook.screens.plausibility.bands[strike.context.series.hardwareClass];
  return direction === 'up'
    ? Number(band?.high ?? price) * (1 - INSIDE_BAND)
    : Number(band?.low ?? price) * (1 + INSIDE_BAND);
}

/** What it costs to let a GPU stand at an ask for an hour. */
export function standingCost({ price }: AttackOrder, ask: number): number {
  const { utilisation, exposure, list } = attackCosts;
  return ask >= price
    ? Math.min(1, list.elasticity * (ask / price - 1)) * utilisation.share * price
    : exposure.gpu_hours_per_gpu_hour * (price - ask);
}

const isStanding = (one: Observation) => one.evidence !== 'transaction' && one.tenor === 'OD';

/** The newest honest offer of each marketplace, as the pattern of a false one. */
export function patterns({ strike: { inputs, context }, rulebook }: AttackOrder): Observation[] {
  const from = new Date(context.strike.instant.getTime() - rulebook.window.hours * HOUR_MS).toISOString();
  const newest = new Map<string, Observation>();
  for (const one of inputs.observations) {
    const { gpus, attributes, venue, event_at } = one;
    const hosting = attributes.hosting ?? 'datacenter';
    const counts =
      isStanding(one) &&
      one.evidence === 'executable' &&
      one.venue_type === 'marketplace' &&
      event_at >= from &&
      gpus !== null &&
      gpus >= rulebook.standard_grade.minimum_lot_gpus &&
      rulebook.standard_grade.accepted_hosting.includes(String(hosting));
    if (!counts) continue;
    const held = newest.get(venue);
    if (!held || event_at > held.event_at || (event_at === held.event_at && one.native_id < held.native_id)) {
      newest.set(venue, one);
    }
  }
  return [...newest].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

export interface FalseOffer {
  pattern: Observation;
  account: string;
  gpus: number;
  ask: number;
}

const LOT_GPUS = 64;

/** Puts offers on show from one time to another: seen at every look of their source, and no longer after. */
export function showOffers(
  order: AttackOrder,
  inputs: FixInputs,
  offers: readonly FalseOffer[],
  fromHours: number,
  toHours: number,
): FixInputs {
  const from = hoursBefore(order, fromHours);
  const to = hoursBefore(order, toHours);
  const looks = inputs.sweeps.filter((one) => one.observed_at >= from && one.observed_at < to && one.complete);
  return withLooks(inputs, offers, looks);
}

/** The same, seen at one extra look shortly before the strike: whatever else stands there is left as it was. */
export function showAtStrike(order: AttackOrder, offers: readonly FalseOffer[], hours: number): FixInputs {
  const { inputs } = order.strike;
  const observed_at = hoursBefore(order, hours);
  const looks = [...new Set(offers.map(({ pattern }) => pattern.source))].map(
    (source): Sweep => ({ source, sweep_id: `lab-${source}`, observed_at, complete: false, covers: [] }),
  );
  return withLooks({ ...inputs, sweeps: [...inputs.sweeps, ...looks] }, offers, looks);
}

function withLooks(inputs: FixInputs, offers: readonly FalseOffer[], looks: readonly Sweep[]): FixInputs {
  const added = offers.flatMap(({ pattern, account, gpus, ask }) => {
    const lots = Math.ceil(gpus / LOT_GPUS);
    const seen = looks.filter(
      ({ source, covers }) => source === pattern.source && (covers.length === 0 || covers.includes(pattern.venue)),
    );
    return Array.from({ length: lots }, (_, lot) => {
      const size = Math.min(LOT_GPUS, gpus - lot * LOT_GPUS);
      return seen.map(({ sweep_id, observed_at }) =>
        altered(pattern, {
          sweep_id,
          observed_at,
          event_at: observed_at,
          native_id: `lab-${account}-${lot}`,
          provider: `${pattern.venue}/lab-${account}`,
          gpus: size,
          available_gpus: size,
          currency: 'USD',
          price: decimal(ask),
          price_basis: 'gpu_hour',
          attributes: { ...pattern.attributes, machine: `lab-${account}-${lot}` },
        }),
      );
    }).flat();
  });
  return { ...inputs, observations: [...inputs.observations, ...added] };
}

/** Of two at one time, the one with the lesser id, so that it does not matter which comes first. */
const isNewer = (one: Observation, other: Observation) =>
  one.event_at > other.event_at || (one.event_at === other.event_at && one.observation_id < other.observation_id);

/** Providers whose quotes can be changed, with what they have on show in the window: the price of the newest, and the most GPUs of any. */
export function showing(order: AttackOrder, venueType: 'marketplace' | 'neocloud') {
  const from = hoursBefore(order, order.rulebook.window.hours);
  const found = new Map<string, { provider: string; price: number; gpus: number; newest: Observation }>();
  for (const one of order.strike.inputs.observations) {
    if (!isStanding(one) || one.venue_type !== venueType || one.event_at < from || one.aggregator) continue;
    const lot = one.price_basis.startsWith('lot') ? (one.gpus ?? 1) : 1;
    const price = Number(one.price) / lot;
    const known = found.get(one.provider);
    const gpus = Math.max(known?.gpus ?? 0, one.gpus ?? 0);
    const isNewest = known === undefined || isNewer(one, known.newest);
    found.set(one.provider, isNewest ? { provider: one.provider, price, gpus, newest: one } : { ...known, gpus });
  }
  return [...found.values()].sort((a, b) => (a.provider < b.provider ? -1 : 1));
}

/** Changes what some providers ask by a factor of the time, from an instant on. */
export function reprice(
  { strike: { inputs } }: AttackOrder,
  providers: ReadonlySet<string>,
  from: string,
  factorAt: (event_at: string) => number,
): FixInputs {
  return {
    ...inputs,
    observations: inputs.observations.map((one) =>
      isStanding(one) && providers.has(one.provider) && one.event_at >= from
        ? altered(one, { price: decimal(Number(one.price) * factorAt(one.event_at)) })
        : one,
    ),
  };
}

/** Takes what some providers offer off the market in the window. */
export function withdraw(order: AttackOrder, providers: ReadonlySet<string>): FixInputs {
  const from = hoursBefore(order, order.rulebook.window.hours);
  const { inputs } = order.strike;
  return {
    ...inputs,
    observations: inputs.observations.filter(
      (one) => !(isStanding(one) && providers.has(one.provider) && one.event_at >= from),
    ),
  };
}

export interface FalsePrint {
  /** Before the strike. */
  seconds: number;
  provider: string;
  seller: string;
  buyer: string;
  gpuHours: number;
  price: number;
}

const PRINT_GPUS = 8;

/** The honest prints of the window. */
export function honestPrints(order: AttackOrder): Observation[] {
  const from = hoursBefore(order, order.rulebook.window.hours);
  return order.strike.inputs.observations
    .filter((one) => one.evidence === 'transaction' && one.trade !== null && one.event_at >= from)
    .sort((a, b) => (a.observation_id < b.observation_id ? -1 : 1));
}

/** Adds trades, told by the venue of an honest one. */
export function addPrints(
  order: AttackOrder,
  inputs: FixInputs,
  pattern: Observation,
  prints: readonly FalsePrint[],
): FixInputs {
  const added = prints.map(({ seconds, provider, seller, buyer, gpuHours, price }, index) => {
    const event_at = hoursBefore(order, seconds / 3600);
    const id = `lab-${index}`;
    return altered(pattern, {
      event_at,
      observed_at: event_at,
      native_id: id,
      provider,
      gpus: PRINT_GPUS,
      currency: 'USD',
      price: decimal(price),
      price_basis: 'gpu_hour',
      attributes: { ...pattern.attributes, hours: gpuHours / PRINT_GPUS },
      trade: { id, gpu_hours: gpuHours.toFixed(6), buyer, seller },
    });
  });
  return { ...inputs, observations: [...inputs.observations, ...added] };
}
