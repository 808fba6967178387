import type { FixInputs } from '#index-engine/inputs';
import {
  type Attacked,
  type AttackOrder,
  addPrints,
  blinded,
  type FalsePrint,
  honestPrints,
  type Skew,
  showOffers,
  skewed,
} from '#index-engine/lab/alter';
import { type Attack, atSkews, skewName, type Variant, windowHours } from '#index-engine/lab/attack';
import { attackCosts } from '#index-engine/lab/costs';
import { CREW, offered } from '#index-engine/lab/quote-attacks';

const { operation, account, fee, tied, most_gpus } = attackCosts;
/** Inside what the screens let through, near their edges and those of the other collars compared, and as far as anything can go. */
const SKEWS: readonly Skew[] = [0.05, 0.08, 0.12, 0.18, 'collar', 0.3, 0.5, 'band'];

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

type Planner = (order: AttackOrder, venue: string) => TradePlan;

const everyHour = (hours: number) => Array.from({ length: hours }, (_, hour) => hour + 0.5);
const MOST_TERM_HOURS = 168;
const LEAST_GPU_HOURS = 0.5;

/**
 * Trades among accounts of the attacker's own or of friends: money goes round, fees do not come back.
 * @param inputs what stands, where the attacker has moved it
 */
const among =
  (skew: Skew, planOf: Planner) =>
  (order: AttackOrder, inputs: FixInputs = order.strike.inputs): Attacked | null => {
    const [pattern] = honestPrints(order);
    if (!pattern) return null;
    const plan = planOf(order, pattern.venue);
    const price = skewed(order, skew, inputs);
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
    return { inputs: addPrints(order, inputs, pattern, prints), cost: Math.min(order.budget, cost) };
  };

const wash =
  (skew: Skew, planOf: Planner): Variant['run'] =>
  (order) =>
    among(skew, planOf)(order);

/** Quotes that move the collar, and trades at its new edge: a share of the budget for the quotes. */
const leaning =
  (quoteSkew: Skew, quoteShare: number, skew: Skew, planOf: Planner): Variant['run'] =>
  (order) => {
    const hours = windowHours(order);
    const quotes = offered({ ...order, budget: order.budget * quoteShare }, quoteSkew, CREW, hours, false);
    if (!quotes) return null;
    const moved = showOffers(order, order.strike.inputs, quotes.offers, hours, 0);
    // Planned and done together: the one operation is paid for with the quotes.
    const left = order.budget - quotes.cost + operation.usd;
    const traded = among(skew, planOf)({ ...order, budget: left }, moved);
    return traded && { inputs: traded.inputs, cost: quotes.cost + traded.cost - operation.usd };
  };

const seller = (venue: string, index: number) => ({
  seller: blinded(`seller ${index}`),
  provider: `${venue}/lab-s${index}`,
});

const sameOwner: Planner = (order, venue) => ({
  accounts: CREW,
  flows: CREW,
  party: (index) => ({ ...seller(venue, index), buyer: blinded(`seller ${index}`), share: 1 }),
  hours: allDay(order),
});
const crew =
  (sellers: number, when: (order: AttackOrder) => readonly number[], gpuHours?: number): Planner =>
  (order, venue) => ({
    accounts: sellers * 2,
    flows: sellers,
    party: (index) => ({ ...seller(venue, index), buyer: blinded(`buyer ${index}`), share: 1 }),
    hours: when(order),
    ...(gpuHours === undefined ? {} : { gpuHours }),
  });
const allDay = (order: AttackOrder) => everyHour(windowHours(order));
const LAST_HOURS = 1 / 6;
const lastMinutes = () => [LAST_HOURS / 2];
/** Once in each partition of the window. */
const everyPart = (order: AttackOrder) => {
  const { partitions } = order.rulebook.window;
  return Array.from({ length: partitions }, (_, part) => ((part + 0.5) * windowHours(order)) / partitions);
};
/** Round a ring; two are ping-pong. Volumes grow from flow to flow by a share. */
const ring =
  (members: number, rings: number, growth: number): Planner =>
  (order, venue) => ({
    accounts: members * rings,
    flows: members * rings,
    party: (index) => {
      const first = index - (index % members);
      const next = first + ((index - first + 1) % members);
      return { ...seller(venue, index), buyer: blinded(`seller ${next}`), share: (1 + growth) ** (index % members) };
    },
    hours: allDay(order),
  });

const LEAST_PRINT_GPU_HOURS = 2;

/** The counts of a level of trades: as many sellers as it asks for, with all the volume it asks for between them, in every partition. */
const levelSeized =
  (isLeast: boolean): Planner =>
  (order, venue) => {
    const level = order.rulebook.waterfall.find((one) => one.input === 'transactions');
    const hours = everyPart(order);
    const sellers = level?.input === 'transactions' ? level.minimum_providers : CREW;
    const volume = level?.input === 'transactions' ? level.minimum_gpu_hours : 0;
    return crew(sellers, () => hours, isLeast ? volume / sellers / hours.length : undefined)(order, venue);
  };

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
    inputs: addPrints(order, order.strike.inputs, pattern, prints),
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

const skews = (name: string, run: (skew: Skew) => Variant['run']) => atSkews(SKEWS, name, run);
const trades = { regimes: ['trades', 'thin'], days: 1 } as const;

/** Attacks on what is traded. */
export const tradeAttacks: readonly Attack[] = [
  {
    id: 'wash',
    name: 'wash trades',
    ...trades,
    what: 'Trades of one owner with himself, or with friends under other names, spread over the window.',
    variants: [
      ...skews('one owner', (skew) => wash(skew, sameOwner)),
      ...skews('six pairs of friends', (skew) => wash(skew, crew(CREW, allDay))),
      ...skews('thirty pairs of friends', (skew) => wash(skew, crew(5 * CREW, allDay))),
      ...skews('one seller', (skew) => wash(skew, crew(1, allDay))),
      ...skews('a tiny trade an hour', (skew) => wash(skew, crew(1, allDay, LEAST_PRINT_GPU_HOURS))),
    ],
  },
  {
    id: 'ping-pong',
    name: 'ping-pong',
    ...trades,
    what: 'Two sell to each other, the same volume or a fifth apart.',
    variants: [
      ...skews('even', (skew) => wash(skew, ring(2, 3, 0))),
      ...skews('a fifth apart', (skew) => wash(skew, ring(2, 3, 0.2))),
    ],
  },
  {
    id: 'ring',
    name: 'rings',
    ...trades,
    what: 'The same volume sold round three parties, or six.',
    variants: [
      ...skews('of three', (skew) => wash(skew, ring(3, 2, 0))),
      ...skews('of six', (skew) => wash(skew, ring(6, 1, 0))),
    ],
  },
  {
    id: 'last-trades',
    name: 'last-minute trades',
    ...trades,
    what: 'Trades among friends, or with strangers, in the last ten minutes.',
    variants: [
      ...skews('six pairs of friends', (skew) => wash(skew, crew(CREW, lastMinutes))),
      ...skews('strangers', (skew) => withStrangers(skew, lastMinutes)),
    ],
  },
  {
    id: 'overpaying',
    name: 'overpaying strangers',
    ...trades,
    what: 'Real trades, with whoever comes, at a price that is bad for the attacker, spread over the window.',
    variants: skews('strangers', (skew) => withStrangers(skew, allDay)),
  },
  {
    id: 'routing-trades',
    name: 'routing: trading at one end of the market',
    ...trades,
    what: 'Large real volume at the dearest (or cheapest) tenth of honest prices.',
    variants: [{ name: 'honest sellers', run: routeTrades }],
  },
  {
    id: 'seizing',
    name: 'seizing the level of trades',
    ...trades,
    what: 'Just the prints, sellers, volume and partitions that a level of trades asks for, among friends; or the same with all the budget pays.',
    variants: [
      ...skews('what it asks for', (skew) => wash(skew, levelSeized(true))),
      ...skews('all the budget', (skew) => wash(skew, levelSeized(false))),
    ],
  },
  {
    id: 'leaning',
    name: 'moving the quotes and the trades together',
    ...trades,
    what: 'Six accounts move what stands, and six pairs of friends trade at the edge that is allowed about it then, or further.',
    variants: [0.12, 0.3].flatMap((quoteSkew) =>
      [0.5, 0.8].flatMap((share) =>
        (['collar', 0.3, 0.5] as const).map((skew) => ({
          name: `quotes ${skewName(quoteSkew)} for ${share * 100}% of the budget, trades ${skewName(skew)}`,
          run: leaning(quoteSkew, share, skew, crew(CREW, everyPart)),
        })),
      ),
    ),
  },
];
