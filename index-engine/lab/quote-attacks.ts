import {
  type Attacked,
  type AttackOrder,
  HOUR_MS,
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
import { type Attack, atSkews, paidHours, shownHours, type Variant, windowHours } from '#index-engine/lab/attack';
import { attackCosts } from '#index-engine/lab/costs';
import { sha256 } from '#methodology/canonical';

const { operation, account, tied, utilisation, withdrawal, list, least_gpus, most_gpus, most_accounts } = attackCosts;
/** Inside what the screens let through, near their edges, and as far as anything can go. */
const SKEWS: readonly Skew[] = [0.05, 0.12, 0.3, 'band'];
/** What is kept up for days has to be bearable. */
const KEPT_UP: readonly Skew[] = [0.05, 0.12, 0.3];
export const CREW = 6;

/** The GPUs that a budget shows at an ask for some hours, over some accounts; null where it is not enough for one lot each. */
function affordable(order: AttackOrder, ask: number, hours: number, accounts: number) {
  const left = order.budget - operation.usd - accounts * account.usd;
  const each = standingCost(order, ask) * hours;
  const perAccount = Math.floor(Math.min(most_gpus.gpus, left / each) / accounts);
  if (left <= 0 || perAccount < least_gpus.gpus) return null;
  return { perAccount, cost: operation.usd + accounts * (account.usd + perAccount * each) };
}

/** Offers of some accounts, spread over venues, paid for some hours. */
export function offered(order: AttackOrder, skew: Skew, accounts: number, hours: number, onOneVenue: boolean) {
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
    const made = offered(order, skew, accounts, paidHours(order), onOneVenue);
    if (!made) return null;
    return { inputs: showOffers(order, order.strike.inputs, made.offers, shownHours(order), 0), cost: made.cost };
  };

/** On the first day of several alone: what is left of it afterwards is what the fix remembers. */
const firstDayAlone =
  (run: Variant['run']): Variant['run'] =>
  (order) => {
    const done = run({ ...order, days: 1, day: 1 });
    return done && (order.day === 1 ? done : { ...done, inputs: order.strike.inputs });
  };

/** What a day of coming and going is for: there at a price of the other side, moved to one's own, and away. */
const COMINGS = ['other', 'own', 'away'] as const;
const COMINGS_DAYS = 3 * COMINGS.length;

/** Over and over: who comes and who leaves does not move a fix that is held to the one before, and who moves in between does. */
const comeAndGo =
  (skew: Skew, accounts: number, onOneVenue: boolean): Variant['run'] =>
  (order) => {
    const found = patterns(order);
    const venues = onOneVenue ? found.slice(0, 1) : found;
    const across = { ...order, direction: order.direction === 'up' ? ('down' as const) : ('up' as const) };
    const asks = { other: skewed(across, skew), own: skewed(order, skew) };
    const hours = paidHours(order) / COMINGS.length;
    const each = hours * (standingCost(across, asks.other) + standingCost(order, asks.own));
    const left = order.budget - operation.usd - accounts * account.usd;
    const gpus = Math.floor(Math.min(most_gpus.gpus, left / each) / accounts);
    if (venues.length === 0 || left <= 0 || gpus < least_gpus.gpus) return null;
    const cost = operation.usd + accounts * (account.usd + gpus * each);
    const does = COMINGS[(order.day - 1) % COMINGS.length] as (typeof COMINGS)[number];
    if (does === 'away') return { inputs: order.strike.inputs, cost };
    const offers = Array.from({ length: accounts }, (_, index) => ({
      pattern: venues[index % venues.length] as (typeof venues)[number],
      account: String(index),
      gpus,
      ask: asks[does],
    }));
    return { inputs: showOffers(order, order.strike.inputs, offers, windowHours(order), 0), cost };
  };

/** As many hosts of the least lot as the budget takes. */
const flood =
  (skew: Skew, onOneVenue: boolean): Variant['run'] =>
  (order) => {
    const each = account.usd + standingCost(order, skewed(order, skew)) * windowHours(order) * least_gpus.gpus;
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
      inputs: showOffers(order, order.strike.inputs, offers, windowHours(order), 0),
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
    const next = cost + perGpuHour(price) * gpus * windowHours(order);
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
    const skew = largestSkew(order, most, (order.budget - operation.usd) / count / order.days);
    if (skew < LEAST_SKEW) return null;
    const factor = order.direction === 'up' ? 1 + skew : 1 / (1 + skew);
    const providers = new Set(chosen.map(({ provider }) => provider));
    return {
      inputs: reprice(order, providers, hoursBefore(order, shownHours(order)), () => factor),
      cost: operation.usd + count * order.days * listCost(order, skew),
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
    const begins = hoursBefore(order, shownHours(order));
    const factorAt = (event_at: string) => {
      const days = Math.min(DRIFT_DAYS, Math.floor((Date.parse(event_at) - Date.parse(begins)) / DAY_MS) + 1);
      return (order.direction === 'up' ? 1 + daily : 1 / (1 + daily)) ** days;
    };
    const providers = new Set(chosen.map(({ provider }) => provider));
    return {
      inputs: reprice(order, providers, begins, factorAt),
      cost: operation.usd + chosen.length * whole,
    };
  };

const skews = (name: string, run: (skew: Skew) => Variant['run']) => atSkews(SKEWS, name, run);
const shading = (counts: readonly number[], mosts: readonly number[]): Variant[] =>
  counts.flatMap((count) =>
    mosts.map((most) => ({ name: `${count} clouds, up to ${most * 100}%`, run: shade(count, most) })),
  );
const quotes = { regimes: ['quotes'], days: 1 } as const;
const CAMPAIGN_DAYS = 5;
const ECHO_DAYS = 3;

/** Attacks on what stands. */
export const quoteAttacks: readonly Attack[] = [
  {
    id: 'inflated-one',
    name: 'inflated asks, one provider',
    ...quotes,
    what: 'One account of one marketplace lists as many GPUs as the budget allows, all window, off the market.',
    variants: skews('one account', (skew) => wholeWindow(skew, 1, true)),
  },
  {
    id: 'inflated-several',
    name: 'inflated asks, several providers',
    ...quotes,
    what: 'The same by six accounts over all marketplaces.',
    variants: skews('six accounts', (skew) => wholeWindow(skew, CREW, false)),
  },
  {
    id: 'flood',
    name: 'flooding with small hosts',
    ...quotes,
    what: 'As many new hosts of two GPUs as the budget allows.',
    variants: [
      ...skews('one venue', (skew) => flood(skew, true)),
      ...skews('all venues', (skew) => flood(skew, false)),
    ],
  },
  {
    id: 'spoof',
    name: 'spoofed quotes, withdrawn before the strike',
    ...quotes,
    what: 'Offers of five accounts from thirteen hours to one hour before the strike.',
    variants: skews('five accounts', spoof),
  },
  {
    id: 'last-quotes',
    name: 'last-minute quotes',
    ...quotes,
    what: 'Offers shown only in the last ten minutes.',
    variants: [
      ...skews('six accounts', (skew) => lastQuotes(skew, CREW)),
      ...skews('thirty accounts', (skew) => lastQuotes(skew, 5 * CREW)),
    ],
  },
  {
    id: 'withdrawal',
    name: 'capacity withdrawal',
    ...quotes,
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
    ...quotes,
    what: 'What is cheapest (or dearest) on offer is rented for the window, needed or not.',
    variants: [{ name: 'hosts', run: (order) => buyOut(order, (price) => tied.share * price) }],
  },
  {
    id: 'list-shading',
    name: 'list shading',
    ...quotes,
    what: 'One, two or four clouds post a false rate for the day.',
    variants: shading([1, 2, 4], [0.1, 0.3, 2]),
  },
  {
    id: 'drift',
    name: 'slow drift under the outlier limits',
    regimes: ['quotes'],
    days: DRIFT_DAYS,
    what: 'Clouds raise (or cut) their rates a little each day for eight days; measured on the last, paid for all.',
    variants: [0.01, 0.025].flatMap((daily) =>
      [1, 4].map((most) => ({ name: `${daily * 100}% a day, up to ${most} clouds`, run: drift(daily, most) })),
    ),
  },
  {
    id: 'inflated-sustained',
    name: 'inflated asks for five days',
    regimes: ['quotes'],
    days: CAMPAIGN_DAYS,
    what: 'Six accounts over all marketplaces, five days on end, each fix held to the attacked one before; measured on the last, paid for all.',
    variants: atSkews(KEPT_UP, 'six accounts', (skew) => wholeWindow(skew, CREW, false)),
  },
  {
    id: 'shading-sustained',
    name: 'list shading for five days',
    regimes: ['quotes'],
    days: CAMPAIGN_DAYS,
    what: 'One, two or four clouds post a false rate five days on end; measured on the last, paid for all.',
    variants: shading([1, 2, 4], [0.1, 0.3]),
  },
  {
    id: 'come-and-go',
    name: 'coming cheap, turning dear, leaving, over and over',
    regimes: ['quotes'],
    days: COMINGS_DAYS,
    what: 'Accounts come at a price on the other side of the market, move to one on their own side, and leave, three times in nine days; measured when they are gone, by what the fix remembers.',
    variants: [
      ...atSkews(KEPT_UP, 'two accounts at one venue', (skew) => comeAndGo(skew, 2, true)),
      ...atSkews(KEPT_UP, 'six accounts', (skew) => comeAndGo(skew, CREW, false)),
    ],
  },
  {
    id: 'echo',
    name: 'one day of false quotes, two days before',
    regimes: ['quotes'],
    days: ECHO_DAYS,
    what: 'False asks or rates on one day, gone on the next; measured two days later, by what the fix remembers.',
    variants: [
      ...atSkews(KEPT_UP, 'six accounts', (skew) => firstDayAlone(wholeWindow(skew, CREW, false))),
      ...shading([4], [0.1, 0.3]).map(({ name, run }) => ({ name, run: firstDayAlone(run) })),
    ],
  },
];
