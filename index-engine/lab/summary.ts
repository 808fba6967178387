import type { Direction } from '#index-engine/lab/alter';
import type { Regime } from '#index-engine/lab/market';
import type { AttackRow, HonestRow, LabRun } from '#index-engine/lab/run';

/** What an attacker with a budget makes of one attack: for each estimator the variant that moves it most, on average over strikes. */
export interface Cell {
  attack: string;
  regime: Regime;
  budget: number;
  direction: Direction;
  /** Mean displacement in basis points, what that variant cost in USD, and the share of strikes left without a value, by estimator. */
  by: Record<string, { bp: number; cost: number; noValue: number; variant: string }>;
}

/** An estimator without attack: deviation of ln(fix ÷ true price) around its mean, and that mean; in basis points. */
export interface Tracking {
  regime: Regime;
  estimator: string;
  atStrike: { error: number; bias: number } | null;
  overWindow: { error: number; bias: number } | null;
  /**
   * Of ln(mean of all fixes of a run ÷ mean of the true prices), which is what a contract settles on: its deviation among the markets of a
   * class. Null where each class has one market alone.
   */
  settled: { error: number; bias: number } | null;
  strikes: number;
  missing: number;
}

/** How an estimator stood up to the whole suite. */
export interface Standing {
  estimator: string;
  /** Basis points per 1,000 USD of budget: the worst cell and the median one. */
  worst: number;
  median: number;
  mean: number;
  /** The cell in which it was worst. */
  worstCell: Pick<Cell, 'attack' | 'budget' | 'direction'> & { variant: string };
  /** The greatest share of strikes that one cell leaves without a value. */
  noValue: number;
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

function groupBy<T>(all: readonly T[], key: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(key(one));
    if (group) group.push(one);
    else groups.set(key(one), [one]);
  }
  return groups;
}

/** What each attack, budget and direction comes to for each estimator, in the order of the suite. */
export function cellsOf({ attacked }: LabRun): Cell[] {
  const cells: Cell[] = [];
  const key = (one: AttackRow) => `${one.regime}\n${one.attack}\n${one.direction}\n${one.budget}`;
  // A smaller budget's way is open to a larger one.
  const best = new Map<string, Cell['by']>();
  const groups = [...groupBy(attacked, key).values()].sort(([a], [b]) => Number(a?.budget) - Number(b?.budget));
  for (const rows of groups) {
    const { attack, regime, budget, direction, displacement } = rows[0] as AttackRow;
    const way = `${regime}\n${attack}\n${direction}`;
    const by: Cell['by'] = { ...best.get(way) };
    for (const [variant, of] of groupBy(rows, (one) => one.variant)) {
      const cost = mean(of.map((one) => one.cost));
      for (const estimator of Object.keys(displacement)) {
        const moved = of.map((one) => one.displacement[estimator] ?? null).filter((one) => one !== null);
        const found = { bp: mean(moved), cost, variant, noValue: 1 - moved.length / of.length };
        const known = by[estimator];
        const noValue = Math.max(known?.noValue ?? 0, found.noValue);
        const takes = !known || found.bp > known.bp || (found.bp === known.bp && cost < known.cost);
        by[estimator] = { ...(takes ? found : known), noValue };
      }
    }
    best.set(way, by);
    cells.push({ attack, regime, budget, direction, by });
  }
  return cells;
}

const THOUSAND = 1000;

/** Basis points per 1,000 USD of budget. */
export const perThousand = ({ by, budget }: Cell, estimator: string) => ((by[estimator]?.bp ?? 0) / budget) * THOUSAND;

/** Every estimator over some cells, the least displaced in the worst case first. */
export function standingsOf(cells: readonly Cell[]): Standing[] {
  const estimators = Object.keys(cells[0]?.by ?? {});
  return estimators
    .map((estimator): Standing => {
      const worst = [...cells].sort((a, b) => perThousand(b, estimator) - perThousand(a, estimator))[0] as Cell;
      const { attack, budget, direction } = worst;
      return {
        estimator,
        worst: perThousand(worst, estimator),
        median: median(cells.map((cell) => perThousand(cell, estimator))),
        mean: mean(cells.map((cell) => perThousand(cell, estimator))),
        worstCell: { attack, budget, direction, variant: worst.by[estimator]?.variant ?? '' },
        noValue: Math.max(...cells.map((cell) => cell.by[estimator]?.noValue ?? 0)),
      };
    })
    .sort((a, b) => a.worst - b.worst);
}

const BASIS_POINTS = 10_000;

const rowsOf = (rows: readonly HonestRow[], estimator: string) =>
  rows.flatMap(({ truth, values, market, series }) => {
    const value = values[estimator] ?? null;
    return truth === null || value === null ? [] : [{ truth, value, market, series }];
  });

function deviationsOf(rows: readonly HonestRow[], estimator: string, against: 'atStrike' | 'overWindow') {
  // A market and a class has a level of its own: what is constant in it is bias, no error.
  const groups = groupBy(rowsOf(rows, estimator), ({ market, series }) => `${market}\n${series}`);
  const logs = [...groups.values()].map((group) => group.map(({ truth, value }) => Math.log(value / truth[against])));
  const squares = logs.flatMap((group) => group.map((log) => (log - mean(group)) ** 2));
  if (squares.length === 0) return null;
  return { error: Math.sqrt(mean(squares)) * BASIS_POINTS, bias: mean(logs.flat()) * BASIS_POINTS };
}

function settledOf(rows: readonly HonestRow[], estimator: string): Tracking['settled'] {
  const byClass = groupBy(rowsOf(rows, estimator), ({ series }) => series);
  const logs = [...byClass.values()].map((group) =>
    [...groupBy(group, ({ market }) => market).values()].map((days) =>
      Math.log(mean(days.map(({ value }) => value)) / mean(days.map(({ truth }) => truth.atStrike))),
    ),
  );
  const squares = logs.flatMap((group) => group.map((log) => (log - mean(group)) ** 2));
  const freedom = squares.length - logs.length;
  if (freedom <= 0) return null;
  const error = Math.sqrt(squares.reduce((a, b) => a + b, 0) / freedom);
  return { error: error * BASIS_POINTS, bias: mean(logs.flat()) * BASIS_POINTS };
}

/** Every estimator's tracking error in each regime. */
export function trackingOf({ honest }: LabRun): Tracking[] {
  return [...groupBy(honest, (one) => one.regime)].flatMap(([regime, rows]) =>
    Object.keys(rows[0]?.values ?? {}).map((estimator) => ({
      regime: regime as Regime,
      estimator,
      atStrike: deviationsOf(rows, estimator, 'atStrike'),
      overWindow: deviationsOf(rows, estimator, 'overWindow'),
      settled: settledOf(rows, estimator),
      strikes: rows.length,
      missing: rows.filter((one) => (one.values[estimator] ?? null) === null).length,
    })),
  );
}
