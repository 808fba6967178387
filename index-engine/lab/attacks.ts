import {
  type Attacked,
  type AttackOrder,
  addPrints,
  blinded,
  type FalsePrint,
  HOUR_MS,
  honestPrints,
  hoursBefore,
  patterns,
  reprice,
  type Skew,
  showAtStrike,
  showing,
  showOffers,
  skewed,
  standingCost,
  withdraw,
} from '#index-engine/lab/alter';
import { attackCosts } from '#index-engine/lab/costs';
import type { Regime } from '#index-engine/lab/market';
import { sha256 } from '#methodology/canonical';

/** One way to do an attack. An attacker takes the one that moves the fix at hand most. */
export interface Variant {
  name: string;
  /** @returns null where the budget or the market does not allow it */
  run(order: AttackOrder): Attacked | null;
}

/** One attack: pure, and repeatable for a seed. */
export interface Attack {
  id: string;
  name: string;
  /** What it is tried on: trades can only be faked where there are trades. */
  regime: Regime;
  what: string;
  /** It begins before the window: the fix before is attacked too. */
  reachesBack?: boolean;
  variants: readonly Variant[];
}

const { operation, account, fee, tied, utilisation, withdrawal, list, least_gpus, most_gpus, most_accounts } =
  attackCosts;
/** Inside what the screens let through, near their edges, and as far as anything can go. */
const SKEWS: readonly Skew[] = [0.05, 0.12, 0.3, 'band'];
const skewName = (skew: Skew) => (skew === 'band' ? 'to the band' : `${Math.round(skew * 100)}%`);
const hoursOf = ({ rulebook }: AttackOrder) => rulebook.window.hours;

/** The GPUs that a budget shows at an ask for some hours, over some accounts; null where it is not enough for one lot each. */
function affordable(order: AttackOrder, ask: number, hours: number, accounts: number) {
  const left = order.budget - operation.usd - accounts * account.usd;
  const each = standingCost(order, ask) * hours;
  const perAccount = Math.floor(Math.min(most_gpus.gpus, left / each) / accounts);
  if (left <= 0 || perAccount < least_gpus.gpus) return null;
  return { perAccount, cost: operation.usd + accounts * (account.usd + perAccount * each) };
}

/** Offers of some accounts, spread over venues. */
function offered(order: AttackOrder, skew: Skew, accounts: number, hours: number, onOneVenue: boolean) {
  const found = patterns(order);
  const venues = onOneVenue ? found.slice(0, 1) : found;
  if (venues.length === 0) return null;
  const ask = skewed(order, skew);
  const afford = affordable(order, ask, hours, accounts);
  if (!afford) return null;
  const offers = Array.from({ length: accounts }, (_, index) => ({
    pattern: venues[index % venues.length] as (typeof venues)[number],
    account: String(index),
    gpus: afford.perAccount,
    ask,
  }));
  return { offers, cost: afford.cost };
}

const wholeWindow =
  (skew: Skew, accounts: number, onOneVenue: boolean): Variant['run'] =>
  (order) => {
    const made = offered(order, skew, accounts, hoursOf(order), onOneVenue);
    if (!made) return null;
    return { inputs: showOffers(order, order.strike.inputs, made.offers, hoursOf(order), 0), cost: made.cost };
  };

/** As many hosts of the least lot as the budget takes. */
const flood =
  (skew: Skew, onOneVenue: boolean): Variant['run'] =>
  (order) => {
    const each = account.usd + standingCost(order, skewed(order, skew)) * hoursOf(order) * least_gpus.gpus;
    const accounts = Math.min(most_accounts.accounts, Math.floor((order.budget - operation.usd) / each));
    const venues = onOneVenue ? patterns(order).slice(0, 1) : patterns(order);
    if (accounts < 1 || venues.length === 0) return null;
    const offers = Array.from({ length: accounts }, (_, index) => ({
      pattern: venues[index % venues.length] as (typeof venues)[number],
      account: String(index),
      gpus: least_gpus.gpus,
      ask: skewed(order, skew),
    }));
    return {
      inputs: showOffers(order, order.strike.inputs, offers, hoursOf(order), 0),
      cost: operation.usd + accounts * each,
    };
  };

const SPOOF_FROM_HOURS = 13;
const SPOOF_TO_HOURS = 1;
const SPOOF_ACCOUNTS = 5;

const spoof =
  (skew: Skew): Variant['run'] =>
  (order) => {
    const made = offered(order, skew, SPOOF_ACCOUNTS, SPOOF_FROM_HOURS - SPOOF_TO_HOURS, false);
    if (!made) return null;
    const inputs = showOffers(order, order.strike.inputs, made.offers, SPOOF_FROM_HOURS, SPOOF_TO_HOURS);
    return { inputs, cost: made.cost };
  };

const LAST_HOURS = 1 / 6;

const lastQuotes =
  (skew: Skew, accounts: number): Variant['run'] =>
  (order) => {
    const made = offered(order, skew, accounts, LAST_HOURS, false);
    return made && { inputs: showAtStrike(order, made.offers, LAST_HOURS), cost: made.cost };
  };

/** The hosts at one end of the market, as many as can be had for a price per GPU of capacity. */
function buyOut(order: AttackOrder, perGpuHour: (price: number) => number): Attacked | null {
  const hosts = showing(order, 'marketplace')
    .filter(({ gpus }) => gpus >= least_gpus.gpus)
    .sort((a, b) => (order.direction === 'up' ? a.price - b.price : b.price - a.price));
  const taken = new Set<string>();
  let cost: number = operation.usd;
  for (const { provider, price, gpus } of hosts) {
    const next = cost + perGpuHour(price) * gpus * hoursOf(order);
    if (next > order.budget) break;
    taken.add(provider);
    cost = next;
  }
  return taken.size > 0 ? { inputs: withdraw(order, taken), cost } : null;
}

/** Clouds in an order drawn for the attack. */
const clouds = (order: AttackOrder) =>
  showing(order, 'neocloud').sort((a, b) =>
    sha256(`${order.seed}\n${a.provider}`) < sha256(`${order.seed}\n${b.provider}`) ? -1 : 1,
  );

/** What a day at a false list price costs one cloud, and the largest skew that a sum of money pays for. */
function listCost({ price, direction }: AttackOrder, skew: number): number {
  const sales = price * list.gpus * 24;
  return direction === 'up'
    ? Math.min(1, list.elasticity * skew) * utilisation.share * sales
    : (skew / (1 + skew)) * sales;
}

function largestSkew(order: AttackOrder, most: number, usd: number): number {
  if (listCost(order, most) <= usd) return most;
  let [low, high] = [0, most];
  for (let step = 0; step < 40; step += 1) {
    const middle = (low + high) / 2;
    if (listCost(order, middle) <= usd) low = middle;
    else high = middle;
  }
  return low;
}

const LEAST_SKEW = 0.001;

const shade =
  (count: number, most: number): Variant['run'] =>
  (order) => {
    const chosen = clouds(order).slice(0, count);
    if (chosen.length < count) return null;
    const skew = largestSkew(order, most, (order.budget - operation.usd) / count);
    if (skew < LEAST_SKEW) return null;
    const factor = order.direction === 'up' ? 1 + skew : 1 / (1 + skew);
    const providers = new Set(chosen.map(({ provider }) => provider));
    return {
      inputs: reprice(order, providers, hoursBefore(order, hoursOf(order)), () => factor),
      cost: operation.usd + count * listCost(order, skew),
    };
  };

const DRIFT_DAYS = 8;
const DAY_MS = 24 * HOUR_MS;

/** A little more every day, never enough to be an outlier against one's own past. */
const drift =
  (daily: number, most: number): Variant['run'] =>
  (order) => {
    const whole = Array.from({ length: DRIFT_DAYS }, (_, day) => listCost(order, (1 + daily) ** (day + 1) - 1)).reduce(
      (a, b) => a + b,
      0,
    );
    const count = Math.min(most, Math.floor((order.budget - operation.usd) / whole));
    const chosen = clouds(order).slice(0, count);
    if (chosen.length === 0) return null;
    const begins = instantOfDrift(order);
    const factorAt = (event_at: string) => {
      const days = Math.min(DRIFT_DAYS, Math.floor((Date.parse(event_at) - begins) / DAY_MS) + 1);
      return (order.direction === 'up' ? 1 + daily : 1 / (1 + daily)) ** days;
    };
    const providers = new Set(chosen.map(({ provider }) => provider));
    return {
      inputs: reprice(order, providers, new Date(begins).toISOString(), factorAt),
      cost: operation.usd + chosen.length * whole,
    };
  };

const instantOfDrift = (order: AttackOrder) => Date.parse(hoursBefore(order, DRIFT_DAYS * 24));

/** Who trades with whom, in each hour. */
type Party = (index: number) => { seller: string; buyer: string; provider: string; share: number };

interface TradePlan {
  accounts: number;
  flows: number;
  party: Party;
  /** Hours before the strike at which it is traded. */
  hours: readonly number[];
  /** GPU-hours of a print where it is not for the budget to say. */
  gpuHours?: number;
}

const everyHour = (hours: number) => Array.from({ length: hours }, (_, hour) => hour + 0.5);
const MOST_TERM_HOURS = 168;
const LEAST_GPU_HOURS = 0.5;

/** Trades among accounts of the attacker's own or of friends: money goes round, fees do not come back. */
const among =
  (skew: Skew, planOf: (order: AttackOrder, venue: string) => TradePlan): Variant['run'] =>
  (order) => {
    const [pattern] = honestPrints(order);
    if (!pattern) return null;
    const plan = planOf(order, pattern.venue);
    const price = skewed(order, skew);
    const left = order.budget - operation.usd - plan.accounts * account.usd;
    const perGpuHour = 2 * fee.share_each_side * price;
    const shares = Array.from({ length: plan.flows }, (_, index) => plan.party(index));
    const unit = shares.reduce((sum, { share }) => sum + share, 0) * plan.hours.length;
    const each = plan.gpuHours ?? Math.min(left / perGpuHour, most_gpus.gpus * MOST_TERM_HOURS) / unit;
    const cost = operation.usd + plan.accounts * account.usd + each * unit * perGpuHour;
    if (each < LEAST_GPU_HOURS || cost > order.budget * (1 + 1e-9)) return null;
    const prints: FalsePrint[] = plan.hours.flatMap((hour) =>
      shares.map(({ share, ...party }, index) => ({
        ...party,
        seconds: hour * 3600 + index,
        gpuHours: each * share,
        price,
      })),
    );
    return { inputs: addPrints(order, pattern, prints), cost: Math.min(order.budget, cost) };
  };

const seller = (venue: string, index: number) => ({
  seller: blinded(`seller ${index}`),
  provider: `${venue}/lab-s${index}`,
});
const CREW = 6;

const sameOwner = (order: AttackOrder, venue: string): TradePlan => ({
  accounts: CREW,
  flows: CREW,
  party: (index) => ({ ...seller(venue, index), buyer: blinded(`seller ${index}`), share: 1 }),
  hours: everyHour(hoursOf(order)),
});
const crew =
  (sellers: number, when: (order: AttackOrder) => readonly number[], gpuHours?: number) =>
  (order: AttackOrder, venue: string): TradePlan => ({
    accounts: sellers * 2,
    flows: sellers,
    party: (index) => ({ ...seller(venue, index), buyer: blinded(`buyer ${index}`), share: 1 }),
    hours: when(order),
    ...(gpuHours === undefined ? {} : { gpuHours }),
  });
const allDay = (order: AttackOrder) => everyHour(hoursOf(order));
const lastMinutes = () => [LAST_HOURS / 2];
/** Round a ring; two are ping-pong. Volumes grow from flow to flow by a share. */
const ring =
  (members: number, rings: number, growth: number) =>
  (order: AttackOrder, venue: string): TradePlan => ({
    accounts: members * rings,
    flows: members * rings,
    party: (index) => {
      const first = index - (index % members);
      const next = first + ((index - first + 1) % members);
      return { ...seller(venue, index), buyer: blinded(`seller ${next}`), share: (1 + growth) ** (index % members) };
    },
    hours: everyHour(hoursOf(order)),
  });

const LEAST_PRINT_GPU_HOURS = 2;

/** Trades with strangers at a price that is bad for oneself. */
const withStrangers =
  (skew: Skew, when: (order: AttackOrder) => readonly number[]): Variant['run'] =>
  (order) => {
    const price = skewed(order, skew);
    return tradeWith(order, price, Math.abs(price - order.price) + fee.share_each_side * price, when(order));
  };

function tradeWith(order: AttackOrder, price: number, perGpuHour: number, hours: readonly number[]): Attacked | null {
  const honest = honestPrints(order);
  const [pattern] = honest;
  const left = order.budget - operation.usd - account.usd;
  if (!pattern || left <= 0) return null;
  const volume = Math.min(left / perGpuHour, most_gpus.gpus * MOST_TERM_HOURS);
  const others = [...new Map(honest.map((one) => [one.provider, one])).values()].slice(0, CREW);
  const each = volume / hours.length / others.length;
  if (each < LEAST_GPU_HOURS) return null;
  const prints = hours.flatMap((hour) =>
    others.map((one, index): FalsePrint => {
      const common = { seconds: hour * 3600 + index, gpuHours: each, price };
      // Dearer: one buys from many. Cheaper: one sells to many.
      return order.direction === 'up'
        ? { ...common, provider: one.provider, seller: one.trade?.seller ?? '', buyer: blinded('buyer 0') }
        : { ...common, ...seller(pattern.venue, 0), buyer: one.trade?.buyer ?? '' };
    }),
  );
  return {
    inputs: addPrints(order, pattern, prints),
    cost: operation.usd + account.usd + volume * perGpuHour,
  };
}

const ROUTED_QUANTILE = 0.9;

/** What one needs anyhow, and more, is bought where it is dearest, or cheapest, within the market. */
function routeTrades(order: AttackOrder): Attacked | null {
  const prices = honestPrints(order)
    .map((one) => Number(one.price))
    .sort((a, b) => (order.direction === 'up' ? a - b : b - a));
  const price = prices[Math.floor(ROUTED_QUANTILE * (prices.length - 1))];
  if (price === undefined) return null;
  const over = Math.max(0, price - order.price);
  return tradeWith(order, price, over + (fee.share_each_side + tied.share) * price, allDay(order));
}

const skews = (name: string, run: (skew: Skew) => Variant['run']): Variant[] =>
  SKEWS.map((skew) => ({ name: `${name}, ${skewName(skew)}`, run: run(skew) }));

/** The suite. */
export const attacks: readonly Attack[] = [
  {
    id: 'inflated-one',
    name: 'inflated asks, one provider',
    regime: 'quotes',
    what: 'One account of one marketplace lists as many GPUs as the budget allows, all window, off the market.',
    variants: skews('one account', (skew) => wholeWindow(skew, 1, true)),
  },
  {
    id: 'inflated-several',
    name: 'inflated asks, several providers',
    regime: 'quotes',
    what: 'The same by six accounts over all marketplaces.',
    variants: skews('six accounts', (skew) => wholeWindow(skew, CREW, false)),
  },
  {
    id: 'flood',
    name: 'flooding with small hosts',
    regime: 'quotes',
    what: 'As many new hosts of two GPUs as the budget allows.',
    variants: [
      ...skews('one venue', (skew) => flood(skew, true)),
      ...skews('all venues', (skew) => flood(skew, false)),
    ],
  },
  {
    id: 'spoof',
    name: 'spoofed quotes, withdrawn before the strike',
    regime: 'quotes',
    what: 'Offers of five accounts from thirteen hours to one hour before the strike.',
    variants: skews('five accounts', spoof),
  },
  {
    id: 'last-quotes',
    name: 'last-minute quotes',
    regime: 'quotes',
    what: 'Offers shown only in the last ten minutes.',
    variants: [
      ...skews('six accounts', (skew) => lastQuotes(skew, CREW)),
      ...skews('thirty accounts', (skew) => lastQuotes(skew, 5 * CREW)),
    ],
  },
  {
    id: 'withdrawal',
    name: 'capacity withdrawal',
    regime: 'quotes',
    what: 'Hosts at the cheap (or dear) end are paid to take their machines away.',
    variants: [
      {
        name: 'hosts',
        run: (order) => buyOut(order, () => utilisation.share * withdrawal.premium * order.price),
      },
    ],
  },
  {
    id: 'routing-quotes',
    name: 'routing: renting one end of the market',
    regime: 'quotes',
    what: 'What is cheapest (or dearest) on offer is rented for the window, needed or not.',
    variants: [{ name: 'hosts', run: (order) => buyOut(order, (price) => tied.share * price) }],
  },
  {
    id: 'drift',
    reachesBack: true,
    name: 'slow drift under the outlier limits',
    regime: 'quotes',
    what: 'Clouds raise (or cut) their rates a little each day for eight days.',
    variants: [0.01, 0.025].flatMap((daily) =>
      [1, 4].map((most) => ({ name: `${daily * 100}% a day, up to ${most} clouds`, run: drift(daily, most) })),
    ),
  },
  {
    id: 'list-shading',
    name: 'list shading',
    regime: 'quotes',
    what: 'One, two or four clouds post a false rate for the day.',
    variants: [1, 2, 4].flatMap((count) =>
      [0.1, 0.3, 2].map((most) => ({ name: `${count} clouds, up to ${most * 100}%`, run: shade(count, most) })),
    ),
  },
  {
    id: 'wash',
    name: 'wash trades',
    regime: 'trades',
    what: 'Trades of one owner with himself, or with friends under other names, spread over the window.',
    variants: [
      ...skews('one owner', (skew) => among(skew, sameOwner)),
      ...skews('six pairs of friends', (skew) => among(skew, crew(CREW, allDay))),
      ...skews('thirty pairs of friends', (skew) => among(skew, crew(5 * CREW, allDay))),
      ...skews('one seller', (skew) => among(skew, crew(1, allDay))),
      ...skews('a tiny trade an hour', (skew) => among(skew, crew(1, allDay, LEAST_PRINT_GPU_HOURS))),
    ],
  },
  {
    id: 'ping-pong',
    name: 'ping-pong',
    regime: 'trades',
    what: 'Two sell to each other, the same volume or a fifth apart.',
    variants: [
      ...skews('even', (skew) => among(skew, ring(2, 3, 0))),
      ...skews('a fifth apart', (skew) => among(skew, ring(2, 3, 0.2))),
    ],
  },
  {
    id: 'ring',
    name: 'rings',
    regime: 'trades',
    what: 'The same volume sold round three parties, or six.',
    variants: [
      ...skews('of three', (skew) => among(skew, ring(3, 2, 0))),
      ...skews('of six', (skew) => among(skew, ring(6, 1, 0))),
    ],
  },
  {
    id: 'last-trades',
    name: 'last-minute trades',
    regime: 'trades',
    what: 'Trades among friends, or with strangers, in the last ten minutes.',
    variants: [
      ...skews('six pairs of friends', (skew) => among(skew, crew(CREW, lastMinutes))),
      ...skews('strangers', (skew) => withStrangers(skew, lastMinutes)),
    ],
  },
  {
    id: 'overpaying',
    name: 'overpaying strangers',
    regime: 'trades',
    what: 'Real trades, with whoever comes, at a price that is bad for the attacker, spread over the window.',
    variants: skews('strangers', (skew) => withStrangers(skew, allDay)),
  },
  {
    id: 'routing-trades',
    name: 'routing: trading at one end of the market',
    regime: 'trades',
    what: 'Large real volume at the dearest (or cheapest) tenth of honest prices.',
    variants: [{ name: 'honest sellers', run: routeTrades }],
  },
];
