import { describe, expect, it } from 'vitest';
import { attacks } from '#index-engine/lab/attacks';
import { changed, leavesThatDiffer, ruleChanges } from '#index-engine/lab/candidates';
import { budgets } from '#index-engine/lab/costs';
import { labDocument } from '#index-engine/lab/document';
import { rivals } from '#index-engine/lab/estimators';
import type { Regime } from '#index-engine/lab/market';
import { type LabReport, reportOf } from '#index-engine/lab/report';
import { type AttackRow, honestRow, type LabRun, type RunOptions, runAttacks } from '#index-engine/lab/run';
import { dayOf, type LabDay } from '#index-engine/lab/sequence';
import { cellsOf, median, trackingOf } from '#index-engine/lab/summary';
import { tinyMarket } from '#index-engine/lab/testing';
import { context, rulebookV1 } from '#index-engine/testing/market';
import { addDays, strikeOn } from '#methodology/strike';

const options: RunOptions = { candidates: [{ id: 'csi', name: 'CSI', loaded: rulebookV1 }], seed: 1 };
/** As many as the longest attack takes. */
const DAYS = Math.max(...attacks.map(({ days }) => days));
const ours = [{ id: 'csi', name: 'CSI', why: '', diff: [] }];

/** The tiny market as a simulated one, in every regime, its last day attacked. */
function smallRun(regimes: readonly Regime[]): LabRun {
  const run: LabRun = { honest: [], attacked: [] };
  for (const regime of regimes) {
    const days: LabDay[] = [];
    for (let back = DAYS - 1; back >= 0; back -= 1) {
      const strike = strikeOn(addDays(context.strike.date, -back), '16:00', 'Europe/London');
      const seen = { ...tinyMarket(), market: 'simulated tiny', context: { ...context, strike } };
      const day = dayOf(seen, regime, days.at(-1) ?? null, options.candidates);
      if (!day) throw new Error(`the tiny market has no ${regime}`);
      days.push(day);
    }
    const honest = honestRow(days.at(-1) as LabDay, options);
    run.honest.push(honest);
    run.attacked.push(...runAttacks(days, honest, options));
  }
  return run;
}

const attackRow = (facts: Partial<AttackRow>): AttackRow => ({
  ...{ market: 'simulated 1', series: 'CSI-X', date: '2026-03-02', regime: 'quotes', attack: 'flood', variant: 'a' },
  ...{ budget: 1000, direction: 'up', cost: 900, displacement: { csi: 10, vwap: 30 } },
  ...facts,
});

describe('a run', () => {
  const run = smallRun(['trades', 'thin', 'quotes']);
  const report: LabReport = {
    command: 'csi lab',
    seeds: [1],
    days: 1,
    ours,
    markets: [reportOf('simulated', run, ours)],
  };

  it('gives each of the ten a value in every regime, and every cell a displacement of each', () => {
    for (const { values } of run.honest) {
      expect(Object.keys(values)).toEqual(['csi', ...rivals.map(({ id }) => id)]);
      for (const value of Object.values(values)) expect(value).toBeGreaterThan(0);
    }
    const { cells = [] } = report.markets[0] ?? {};
    for (const { by } of cells) expect(Object.keys(by)).toHaveLength(10);
    for (const { id, regimes } of attacks)
      expect(new Set(cells.filter(({ attack }) => attack === id).map(({ regime }) => regime)), id).toEqual(
        new Set(regimes),
      );
  });

  it('moves an estimator no less with a larger budget', () => {
    const { cells = [] } = report.markets[0] ?? {};
    for (const { attack, regime, direction, budget, by } of cells) {
      const smaller = cells.find(
        (one) =>
          one.attack === attack &&
          one.regime === regime &&
          one.direction === direction &&
          one.budget === budgets[budgets.indexOf(budget as 250) - 1],
      );
      for (const [id, { bp }] of Object.entries(smaller?.by ?? {}))
        expect(by[id]?.bp, `${attack} ${id}`).toBeGreaterThanOrEqual(bp);
    }
  });

  it('is the same again, and so is its document, to the byte', () => {
    const again = smallRun(['thin']);
    expect(again.honest).toEqual(run.honest.filter(({ regime }) => regime === 'thin'));
    expect(again.attacked).toEqual(run.attacked.filter(({ regime }) => regime === 'thin'));
    const same: LabReport = { ...report, markets: [reportOf('simulated', structuredClone(run), ours)] };
    expect(labDocument(same)).toEqual(labDocument(report));
    expect(Object.keys(labDocument(report).plots).length).toBeGreaterThan(5);
  }, 180_000);
});

describe('a cell', () => {
  it('takes the way that moves each estimator most, averaged over strikes, and keeps what a smaller budget could do', () => {
    const attacked = [
      attackRow({}),
      attackRow({ date: '2026-03-03', displacement: { csi: 30, vwap: null } }),
      attackRow({ variant: 'b', cost: 500, displacement: { csi: 5, vwap: 40 } }),
      attackRow({ budget: 5000, displacement: { csi: 1, vwap: 50 } }),
    ];
    const [small, large] = cellsOf({ honest: [], attacked });
    expect(small?.by.csi).toEqual({ bp: 20, cost: 900, variant: 'a', noValue: 0 });
    expect(small?.by.vwap).toEqual({ bp: 40, cost: 500, variant: 'b', noValue: 0.5 });
    expect(large?.by.csi?.bp).toBe(20);
    expect(large?.by.vwap?.bp).toBe(50);
  });
});

describe('tracking error', () => {
  it('is what is left of ln(fix ÷ truth) when its mean is taken out', () => {
    const row = (date: string, value: number) => ({
      ...{ market: 'simulated 1', series: 'CSI-X', date, regime: 'quotes' as const },
      truth: { atStrike: 2, overWindow: 2 },
      values: { csi: value },
    });
    const [tracking] = trackingOf({
      honest: [row('1', 2 * Math.exp(0.01)), row('2', 2 * Math.exp(0.03))],
      attacked: [],
    });
    expect(tracking?.atStrike?.error).toBeCloseTo(100, 6);
    expect(tracking?.atStrike?.bias).toBeCloseTo(200, 6);
    expect(tracking?.settled).toBeNull();
  });

  it('of what a contract settles on is what the means of two markets of a class differ in', () => {
    const row = (market: string, date: string, value: number) => ({
      ...{ market, series: 'CSI-X', date, regime: 'quotes' as const },
      truth: { atStrike: 2, overWindow: 2 },
      values: { csi: value },
    });
    const honest = [row('a', '1', 2.02), row('a', '2', 2.06), row('b', '1', 2.1), row('b', '2', 2.06)];
    const [tracking] = trackingOf({ honest, attacked: [] });
    const [one, other] = [Math.log(1.02), Math.log(1.04)] as [number, number];
    // Two markets, one degree of freedom: the distance over the root of two.
    expect(tracking?.settled?.error).toBeCloseTo(((other - one) / Math.SQRT2) * 10_000, 6);
    expect(tracking?.settled?.bias).toBeCloseTo(((one + other) / 2) * 10_000, 6);
  });
});

describe('changes of the rules', () => {
  it('are rulebooks, and name every leaf that differs', () => {
    for (const one of ruleChanges) expect(changed(rulebookV1, one).diff.length, one.id).toBeGreaterThan(0);
    expect(leavesThatDiffer({ a: 1, b: [{ level: 3, c: 2 }, { level: 4 }] }, { a: 2, b: [{ level: 4 }] })).toEqual([
      'a: 1 → 2',
      'b.3: removed',
    ]);
  });

  it('know a median', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });
});
