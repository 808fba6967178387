import type { Panel } from '#index-engine/lab/panel';

/** A price that counts, and how much. */
interface Point {
  provider: string;
  venue: string;
  price: number;
  weight: number;
  /** Of a trade: seconds since the window began; null for a quote. */
  second: number | null;
}

/** One way to make a price of a panel. */
export interface Rival {
  id: string;
  name: string;
  /** Its rule as published, in one sentence, and what we had to assume. */
  rule: string;
  estimate(panel: Panel): number | null;
}

/**
 * What a rival counts: the trades of the window by their volume, where there are any, else the quotes that stand at the strike by their
 * GPUs. All nine get the same: what differs is what they make of it.
 */
export function pointsOf({ prints, quotes }: Panel): Point[] {
  if (prints.length > 0) {
    return prints.map(({ provider, venue, price, gpuHours, second }) => ({
      ...{ provider, venue, price, second },
      weight: gpuHours,
    }));
  }
  return quotes
    .filter(({ atStrike }) => atStrike)
    .map(({ provider, venue, price, gpus }) => ({ provider, venue, price, weight: gpus, second: null }));
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]) => (values.length > 0 ? sum(values) / values.length : null);
const byPrice = (a: Point, b: Point) => a.price - b.price;

/** Weighted mean. */
function weightedMean(points: readonly Point[]): number | null {
  const total = sum(points.map(({ weight }) => weight));
  return total > 0 ? sum(points.map(({ price, weight }) => price * weight)) / total : null;
}

/** Mean of the prices whose weight lies between two fractions of the whole, with fractional edges. */
export function interquantileMean(points: readonly Point[], low: number, high: number): number | null {
  const total = sum(points.map(({ weight }) => weight));
  if (total <= 0) return null;
  let before = 0;
  let value = 0;
  for (const { price, weight } of [...points].sort(byPrice)) {
    const inside = Math.min(before + weight, high * total) - Math.max(before, low * total);
    if (inside > 0) value += price * inside;
    before += weight;
  }
  return value / ((high - low) * total);
}

/** The price at which half of the weight is reached; midway where it is reached exactly between two. */
export function weightedMedian(points: readonly Point[]): number | null {
  const sorted = [...points].sort(byPrice);
  const total = sum(points.map(({ weight }) => weight));
  let before = 0;
  for (const [index, { price, weight }] of sorted.entries()) {
    before += weight;
    if (before * 2 === total) return (price + (sorted[index + 1]?.price ?? price)) / 2;
    if (before * 2 > total) return price;
  }
  return null;
}

const equally = (points: readonly Point[]) => points.map((one) => ({ ...one, weight: 1 }));

function winsorisedMean(points: readonly Point[], share: number): number | null {
  const sorted = [...points].sort(byPrice);
  const at = (fraction: number) => {
    const position = fraction * (sorted.length - 1);
    const below = sorted[Math.floor(position)]?.price ?? 0;
    return below + (position % 1) * ((sorted[Math.ceil(position)]?.price ?? below) - below);
  };
  const [low, high] = [at(share), at(1 - share)];
  return weightedMean(sorted.map((one) => ({ ...one, price: Math.min(high, Math.max(low, one.price)) })));
}

function grouped(points: readonly Point[], key: (point: Point) => string): Point[][] {
  const groups = new Map<string, Point[]>();
  for (const point of points) groups.set(key(point), [...(groups.get(key(point)) ?? []), point]);
  return [...groups.values()];
}

/** Each provider's weight at most a share of the whole, excess shared pro rata; 1/n where there are too few. */
function capped(points: readonly Point[], cap: number): Point[] {
  const groups = grouped(points, ({ provider }) => provider);
  const inForce = Math.max(cap, 1 / groups.length);
  const shares = groups.map((group) => sum(group.map(({ weight }) => weight)));
  const bound = new Set<number>();
  for (;;) {
    const free = sum(shares.filter((_, index) => !bound.has(index)));
    const left = 1 - bound.size * inForce;
    const over = shares.findIndex((share, index) => !bound.has(index) && (share / free) * left > inForce + 1e-12);
    if (over < 0 || free === 0) {
      return groups.flatMap((group, index) => {
        const whole = shares[index] as number;
        const scale = bound.has(index) ? inForce / whole : left / free;
        return group.map((one) => ({ ...one, weight: one.weight * scale }));
      });
    }
    bound.add(over);
  }
}

/** What lies within three times 1.4826 × MAD of the median. Where MAD is 0, only what equals it. */
function withinDeviations(points: readonly Point[], deviations: number): Point[] {
  const centre = weightedMedian(equally(points));
  if (centre === null) return [];
  const spread = weightedMedian(equally(points).map((one) => ({ ...one, price: Math.abs(one.price - centre) }))) ?? 0;
  return points.filter(({ price }) => Math.abs(price - centre) <= deviations * 1.4826 * spread);
}

const PARTITIONS = 12;

function partitionedMedian(points: readonly Point[], windowSeconds: number): number | null {
  const medians = Array.from({ length: PARTITIONS }, (_, index) =>
    weightedMedian(
      points.filter(({ second }) => {
        if (second === null) return true;
        return Math.floor((second * PARTITIONS) / windowSeconds) === index;
      }),
    ),
  );
  return mean(medians.filter((one) => one !== null));
}

/** The nine rivals. */
export const rivals: readonly Rival[] = [
  {
    id: 'vwap',
    name: 'VWAP',
    rule: 'Volume-weighted mean of everything.',
    estimate: (panel) => weightedMean(pointsOf(panel)),
  },
  {
    id: 'ornn',
    name: 'Ornn',
    rule: 'Volume-weighted mean of trades after winsorising. Assumed: each price drawn in to the 5th and 95th percentile of the prices, interpolated.',
    estimate: (panel) => winsorisedMean(pointsOf(panel), 0.05),
  },
  {
    id: 'silicon',
    name: 'Silicon Data',
    rule: 'Plain mean of the mean price of each provider. Assumed: a marketplace is one provider, a seller on an exchange is one; its adjustment for specifications is what grade does here.',
    estimate: (panel) => {
      const points = pointsOf(panel);
      const key = ({ provider, venue, second }: Point) => (second === null ? venue : provider);
      return mean(grouped(points, key).map((group) => mean(group.map(({ price }) => price)) ?? 0));
    },
  },
  {
    id: 'cgi',
    name: 'CGI',
    rule: 'Each provider votes at its prices with its weight; the mean of the central third of the votes. Assumed: votes by GPUs, or GPU-hours, uncapped.',
    estimate: (panel) => interquantileMean(pointsOf(panel), 1 / 3, 2 / 3),
  },
  {
    id: 'eu-cri',
    name: 'EU-CRI',
    rule: 'Offer-weighted median, no provider above 25% of the weight. Assumed: a host of a marketplace, or a seller on an exchange, is a provider.',
    estimate: (panel) => weightedMedian(capped(pointsOf(panel), 0.25)),
  },
  {
    id: 'gpumarkets',
    name: 'gpumarkets',
    rule: 'Plain median of the prices within three median absolute deviations (×1.4826) of their median.',
    estimate: (panel) => weightedMedian(equally(withinDeviations(pointsOf(panel), 3))),
  },
  {
    id: 'cme-cf',
    name: 'CME CF',
    rule: 'Twelve equal partitions of the window, the volume-weighted median in each, their plain mean. Assumed: of the day, since an hour here holds two trades; an empty partition is left out; quotes stand in all.',
    estimate: (panel) => partitionedMedian(pointsOf(panel), panel.windowSeconds),
  },
  {
    id: 'sonia',
    name: 'SONIA',
    rule: 'Volume-weighted mean of the central half of the volume.',
    estimate: (panel) => interquantileMean(pointsOf(panel), 1 / 4, 3 / 4),
  },
  {
    id: 'sofr',
    name: 'SOFR',
    rule: 'Volume-weighted median.',
    estimate: (panel) => weightedMedian(pointsOf(panel)),
  },
];
