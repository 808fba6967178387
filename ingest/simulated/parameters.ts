/** What the weather of the market is: what is usual, more wanted than there is, more there than is wanted. */
export type Regime = 'calm' | 'shortage' | 'glut';

/** One hardware class of the simulated market. */
export interface ClassParameters {
  id: string;
  /** As sellers label it, and the memory they state. */
  label: string;
  memory_gb: number;
  /** USD per GPU-hour to which its true price returns while the market is calm. */
  level: number;
  /** How far it follows the market as a whole. */
  loading: number;
  /** Executed trades a day while the market is calm. */
  trades_per_day: number;
  /** How many of the clouds post a rate for it. */
  clouds: number;
}

/** One simulated marketplace of hosts. */
export interface MarketplaceParameters {
  id: string;
  /** Places for hosts. One that leaves for good is followed by another under another name. */
  slots: number;
  /** Share of hosts in data centres. The others are on somebody's premises. */
  datacenter: number;
  /** Hosts by class: relative weights. */
  classes: Readonly<Record<string, number>>;
}

/** Everything that makes a simulated market, but for its seed. Shares are between 0 and 1, logarithmic sizes are fractions of a price. */
export interface MarketParameters {
  /** Where every process begins: its state at an instant follows from here alone. No earlier instant can be asked for. */
  epoch: string;
  classes: readonly ClassParameters[];
  regimes: Readonly<
    Record<
      Regime,
      {
        /** Where the market as a whole is drawn to, as a logarithm against calm. */
        level: number;
        /** Its unrest a day. */
        volatility: number;
        /** Share of hosts that are let. */
        utilisation: number;
        /** Chance that a cloud with live stock has some. */
        stock: number;
        /** Trades against calm. */
        activity: number;
        /** Chance a day that another regime follows, and which. */
        next: readonly { regime: Regime; chance: number }[];
        why: string;
      }
    >
  >;
  price: { reversion: number; own_reversion: number; own_volatility: number; why: string };
  clouds: {
    count: number;
    /** Lowest and highest mark-up on the true price. */
    markup: readonly [number, number];
    /** Fewest and most days between two looks at its own rates, on average. */
    days_between: readonly [number, number];
    /** Which part of the way to its own target a new rate goes. */
    catch_up: readonly [number, number];
    /** How many of them sell interruptible capacity at a price they administer, and how many state whether there is any. */
    interruptible: number;
    stocked: number;
    /** Lowest and highest price of the interruptible against the true price on demand. */
    interruptible_price: readonly [number, number];
    /** Hours for which an administered price and a statement of stock hold. */
    administered_hours: number;
    /** Countries of their data centres. */
    countries: readonly string[];
    why: string;
  };
  hosts: {
    /** Chance a day that a host leaves for good. */
    leaves: number;
    /** Hours for which an ask stands, and after which it is let or free anew. */
    block_hours: number;
    /** Spread of a host's own mark-up, of each of its asks around that, and what less a host pays who is in no data centre. */
    markup_spread: number;
    ask_spread: number;
    community_discount: number;
    /** Machines by GPUs, and the price of one GPU in a lot of so many, against the standard lot. */
    machines: Readonly<Record<string, number>>;
    lot_price: Readonly<Record<string, number>>;
    /** Chance that a machine is offered in slices too, and that it takes bids for interruptible use. */
    sliced: number;
    takes_bids: number;
    interruptible_price: readonly [number, number];
    countries: readonly string[];
    why: string;
  };
  marketplaces: readonly MarketplaceParameters[];
  exchange: {
    id: string;
    sellers: number;
    buyers: number;
    /** Lots by GPUs and terms by hours: relative weights. */
    lots: Readonly<Record<string, number>>;
    hours: Readonly<Record<string, number>>;
    /** Spread of a trade around the true price; what less is paid a GPU for each doubling of the lot, and of the term over a day. */
    spread: number;
    per_doubled_lot: number;
    per_doubled_term: number;
    why: string;
  };
  outages: {
    /** Chance a day that a source stops answering, and for how many hours at least and at most. */
    chance: number;
    hours: readonly [number, number];
    why: string;
  };
}

/** The market that `npm run demo` shows. No number here was measured on a venue: they are chosen so that every part of the engine has work. */
export const demoMarket: MarketParameters = {
  // When the first rulebook takes effect: no fix can be of an earlier day.
  epoch: '2022-01-01T00:00:00.000Z',
  // Levels of trades differ on purpose: H100 fixes on the trades of the day, A100 on those of three, MI300X on posted prices.
  classes: [
    {
      id: 'A100-SXM-80',
      label: 'NVIDIA A100 SXM4 80GB',
      memory_gb: 80,
      level: 1.35,
      loading: 0.7,
      trades_per_day: 16,
      clouds: 9,
    },
    {
      id: 'B200-SXM-180',
      label: 'NVIDIA B200 SXM',
      memory_gb: 180,
      level: 4.6,
      loading: 0.9,
      trades_per_day: 32,
      clouds: 8,
    },
    {
      id: 'H100-SXM-80',
      label: 'NVIDIA H100 SXM5 80GB',
      memory_gb: 80,
      level: 2.4,
      loading: 1,
      trades_per_day: 56,
      clouds: 11,
    },
    {
      id: 'H200-SXM-141',
      label: 'NVIDIA H200 SXM',
      memory_gb: 141,
      level: 2.95,
      loading: 1,
      trades_per_day: 40,
      clouds: 10,
    },
    { id: 'L40S-48', label: 'NVIDIA L40S', memory_gb: 48, level: 0.95, loading: 0.5, trades_per_day: 5, clouds: 8 },
    {
      id: 'MI300X-192',
      label: 'AMD Instinct MI300X',
      memory_gb: 192,
      level: 2.1,
      loading: 0.8,
      trades_per_day: 3,
      clouds: 6,
    },
    {
      id: 'RTX4090-24',
      label: 'NVIDIA GeForce RTX 4090',
      memory_gb: 24,
      level: 0.42,
      loading: 0.4,
      trades_per_day: 3,
      clouds: 4,
    },
  ],
  regimes: {
    calm: {
      level: 0,
      volatility: 0.009,
      utilisation: 0.5,
      stock: 0.9,
      activity: 1,
      next: [
        { regime: 'shortage', chance: 0.025 },
        { regime: 'glut', chance: 0.025 },
      ],
      why: 'Twenty days on average, in which prices move by about one per cent a day.',
    },
    shortage: {
      level: 0.24,
      volatility: 0.02,
      utilisation: 0.65,
      stock: 0.35,
      activity: 1.4,
      next: [{ regime: 'calm', chance: 0.08 }],
      why: 'Twelve days on average: a fifth dearer, restless, little to be had, much traded.',
    },
    glut: {
      level: -0.18,
      volatility: 0.012,
      utilisation: 0.35,
      stock: 0.98,
      activity: 0.7,
      next: [{ regime: 'calm', chance: 0.07 }],
      why: 'Two weeks on average: a sixth cheaper, much on offer, little traded.',
    },
  },
  price: {
    reversion: 0.08,
    own_reversion: 0.05,
    own_volatility: 0.009,
    why: 'Per day: the market goes half of the way to where its regime draws it in nine days, a class back to the market in fourteen.',
  },
  clouds: {
    count: 12,
    markup: [-0.02, 0.25],
    days_between: [2, 9],
    catch_up: [0.5, 0.9],
    interruptible: 6,
    stocked: 6,
    interruptible_price: [0.42, 0.6],
    administered_hours: 4,
    countries: ['US', 'US', 'US', 'DE', 'FI', 'NL', 'GB', 'JP', 'SG', 'CA'],
    why: 'Posted rates lag: whoever reads lists alone sees the market of last week.',
  },
  hosts: {
    leaves: 1 / 45,
    block_hours: 3,
    markup_spread: 0.05,
    ask_spread: 0.015,
    community_discount: 0.15,
    machines: { 8: 10, 4: 4, 2: 3, 1: 3 },
    lot_price: { 1: 1.07, 2: 1.02, 4: 1, 8: 0.99 },
    sliced: 0.2,
    takes_bids: 0.3,
    interruptible_price: [0.5, 0.7],
    countries: ['US', 'US', 'US', 'DE', 'FR', 'SE', 'PL', 'JP', 'KR', 'AU', 'BR'],
    why: 'Half of the hosts are free at a time. Single-GPU lots carry a premium and slices repeat a machine: both must be screened out.',
  },
  marketplaces: [
    {
      id: 'sim-market-a',
      slots: 24,
      datacenter: 0.95,
      classes: {
        'H100-SXM-80': 8,
        'H200-SXM-141': 7,
        'B200-SXM-180': 6,
        'A100-SXM-80': 6,
        'MI300X-192': 4,
        'L40S-48': 4,
      },
    },
    {
      id: 'sim-market-b',
      slots: 24,
      datacenter: 0.75,
      classes: {
        'H100-SXM-80': 8,
        'H200-SXM-141': 6,
        'B200-SXM-180': 5,
        'A100-SXM-80': 7,
        'L40S-48': 6,
        'RTX4090-24': 4,
      },
    },
    {
      id: 'sim-market-c',
      slots: 24,
      datacenter: 0.4,
      classes: { 'H100-SXM-80': 6, 'H200-SXM-141': 4, 'A100-SXM-80': 7, 'L40S-48': 7, 'RTX4090-24': 10 },
    },
  ],
  exchange: {
    id: 'sim-exchange',
    sellers: 16,
    buyers: 48,
    lots: { 1: 3, 2: 8, 8: 45, 16: 25, 32: 13, 64: 6 },
    hours: { 6: 15, 24: 45, 72: 25, 168: 15 },
    spread: 0.012,
    per_doubled_lot: 0.006,
    per_doubled_term: 0.005,
    why: 'Who sells never buys: nothing here is washed, and whoever wants to see that screened adds it.',
  },
  outages: {
    chance: 1 / 40,
    hours: [1, 30],
    why: 'Each source is away for most of a day about once in six weeks: long enough for its prices to go stale.',
  },
};
