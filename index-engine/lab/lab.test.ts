import { describe, expect, it } from 'vitest';
import { changed, leavesThatDiffer, ruleChanges } from '#index-engine/lab/candidates';
import { budgets } from '#index-engine/lab/costs';
import { labDocument } from '#index-engine/lab/document';
import { rivals } from '#index-engine/lab/estimators';
import { type LabReport, reportOf } from '#index-engine/lab/report';
import { type AttackRow, type Candidate, type LabRun, runAttacks, runHonest } from '#index-engine/lab/run';
import { cellsOf, median, trackingOf } from '#index-engine/lab/summary';
import { tinyMarket } from '#index-engine/lab/testing';
import { rulebookV1 } from '#index-engine/testing/market';

const candidates: Candidate[] = [{ id: 'csi', name: 'CSI', loaded: rulebookV1 }];
const ours = [{ id: 'csi', name: 'CSI', why: '', diff: [] }];

/** The tiny market as a simulated one, in both regimes. */
function smallRun(): LabRun {
  const strike = { ...tinyMarket(), market: 'simulated tiny' };
  const run: LabRun = { honest: [], attacked: [] };
  for (const regime of ['trades', 'quotes'] as const) {
    const honest = runHonest(strike, regime, { candidates, seed: 1 });
    if (!honest) throw new Error(`the tiny market has no ${regime}`);
    run.honest.push(honest);
    run.attacked.push(...runAttacks(strike, honest, { candidates, seed: 1 }));
  }
  return run;
}

const attackRow = (facts: Partial<AttackRow>): AttackRow => ({
  ...{ market: 'simulated 1', series: 'CSI-X', date: '2026-03-02', regime: 'quotes', attack: 'flood', variant: 'a' },
  ...{ budget: 1000, direction: 'up', cost: 900, displacement: { csi: 10, vwap: 30 } },
  ...facts,
});

describe('a run over two strikes', () => {
  const run = smallRun();
  const report: LabReport = {
    command: 'csi lab',
    seeds: [1],
    days: 1,
    ours,
    markets: [reportOf('simulated', run, ours)],
  };

  it('gives each of the ten a value in both regimes, and every cell a displacement of each', () => {
    for (const { values } of run.honest) {
      expect(Object.keys(values)).toEqual(['csi', ...rivals.map(({ id }) => id)]);
      for (const value of Object.values(values)) expect(value).toBeGreaterThan(0);
    }
    for (const { by } of report.markets[0]?.cells ?? []) expect(Object.keys(by)).toHaveLength(10);
  });

  it('moves an estimator no less with a larger budget', () => {
    const { cells = [] } = report.markets[0] ?? {};
    for (const { attack, direction, budget, by } of cells) {
      const smaller = cells.find(
        (one) =>
          one.attack === attack &&
          one.direction === direction &&
          one.budget === budgets[budgets.indexOf(budget as 250) - 1],
      );
      for (const [id, { bp }] of Object.entries(smaller?.by ?? {}))
        expect(by[id]?.bp, `${attack} ${id}`).toBeGreaterThanOrEqual(bp);
    }
  });

  it('is the same again, to the byte of its document', () => {
    const again: LabReport = { ...report, markets: [reportOf('simulated', smallRun(), ours)] };
    expect(labDocument(again)).toEqual(labDocument(report));
    expect(again).toEqual(report);
    expect(Object.keys(labDocument(report).plots).length).toBeGreaterThan(5);
  }, 60_000);
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
