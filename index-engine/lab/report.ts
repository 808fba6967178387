import { attacks } from '#index-engine/lab/attacks';
import { rivals } from '#index-engine/lab/estimators';
import type { Regime } from '#index-engine/lab/market';
import type { LabRun } from '#index-engine/lab/run';
import { type Cell, cellsOf, type Standing, standingsOf, type Tracking, trackingOf } from '#index-engine/lab/summary';

/** An estimator of ours and what it changes. */
export interface Ours {
  id: string;
  name: string;
  why: string;
  diff: string[];
}

/** Whether one of ours keeps what was promised, against the nine rivals. */
export interface Verdict {
  estimator: string;
  regime: Regime | 'all';
  lowestWorst: boolean;
  lowestMedian: boolean;
  /** Its tracking error over the least of all ten; null where nobody knows the true price. */
  trackingRatio: number | null;
  kept: boolean;
}

/** One kind of market: attacks, standings and tracking by regime. */
export interface MarketReport {
  market: 'simulated' | 'recorded';
  strikes: number;
  attacked: number;
  cells: Cell[];
  standings: Record<string, Standing[]>;
  tracking: Tracking[];
  verdicts: Verdict[];
}

export interface LabReport {
  /** What was asked for, as it is typed. */
  command: string;
  seeds: number[];
  days: number;
  ours: Ours[];
  markets: MarketReport[];
}

export const MOST_TRACKING_RATIO = 1.1;
export const REGIMES = ['trades', 'thin', 'quotes', 'all'] as const;

/** Sums up one kind of market. */
export function reportOf(market: MarketReport['market'], run: LabRun, ours: readonly Ours[]): MarketReport {
  const of = <Row extends { market: string }>(rows: readonly Row[]) =>
    rows.filter((row) => row.market.startsWith(market));
  const mine: LabRun = { honest: of(run.honest), attacked: of(run.attacked) };
  const cells = cellsOf(mine);
  const tracking = trackingOf(mine);
  const strikesOf = (rows: readonly { series: string; date: string; market: string }[]) =>
    new Set(rows.map((row) => `${row.market}\n${row.series}\n${row.date}`)).size;
  const standings: MarketReport['standings'] = {};
  const regimes = new Set(cells.map((cell) => cell.regime));
  for (const regime of REGIMES) {
    const seen = cells.filter((cell) => regime === 'all' || cell.regime === regime);
    // Everything is something of its own only where there is more than one regime.
    if (seen.length > 0 && (regime !== 'all' || regimes.size > 1)) standings[regime] = standingsOf(seen);
  }
  return {
    ...{ market, cells, tracking, standings },
    strikes: strikesOf(mine.honest),
    attacked: strikesOf(mine.attacked),
    verdicts: ours.flatMap(({ id }) =>
      REGIMES.flatMap((regime) => {
        const all = standings[regime];
        return all ? [verdictOf(id, regime, all, tracking)] : [];
      }),
    ),
  };
}

function verdictOf(
  estimator: string,
  regime: Verdict['regime'],
  standings: readonly Standing[],
  tracking: readonly Tracking[],
): Verdict {
  const own = standings.find((one) => one.estimator === estimator) as Standing;
  const theirs = standings.filter((one) => rivals.some(({ id }) => id === one.estimator));
  const lowestWorst = theirs.every(({ worst }) => own.worst < worst);
  const lowestMedian = theirs.every(({ median }) => own.median < median);
  const ratios = [...new Set(tracking.map((one) => one.regime))]
    .filter((one) => regime === 'all' || one === regime)
    .flatMap((one) => {
      const ratio = trackingRatio(tracking, one, estimator);
      return ratio === null ? [] : [ratio];
    });
  const ratio = ratios.length > 0 ? Math.max(...ratios) : null;
  const kept = lowestWorst && lowestMedian && (ratio === null || ratio <= MOST_TRACKING_RATIO);
  return { estimator, regime, lowestWorst, lowestMedian, trackingRatio: ratio, kept };
}

/** Tracking error over the least of itself and the nine rivals. */
export function trackingRatio(tracking: readonly Tracking[], regime: Regime, estimator: string): number | null {
  const errorOf = (id: string) =>
    tracking.find((one) => one.regime === regime && one.estimator === id)?.atStrike?.error ?? null;
  const own = errorOf(estimator);
  if (own === null) return null;
  const best = Math.min(own, ...rivals.map(({ id }) => errorOf(id) ?? Number.POSITIVE_INFINITY));
  return own / best;
}

/** What an estimator is called. */
export const nameOf = (id: string, ours: readonly Ours[]) =>
  ours.find((one) => one.id === id)?.name ?? rivals.find((one) => one.id === id)?.name ?? id;

export const attackName = (id: string) => attacks.find((one) => one.id === id)?.name ?? id;
