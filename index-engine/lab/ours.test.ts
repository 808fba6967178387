import { describe, expect, it } from 'vitest';
import { computeFix } from '#index-engine/fix';
import type { AttackOrder } from '#index-engine/lab/alter';
import { attacks } from '#index-engine/lab/attacks';
import { changed, ruleChanges } from '#index-engine/lab/candidates';
import { inRegime, type LabStrike, type Regime } from '#index-engine/lab/market';
import { ourOutcome, ourValue, remembered, standingPrice } from '#index-engine/lab/ours';
import { attackedFixes, dayOf, type LabDay } from '#index-engine/lab/sequence';
import { tinyMarket } from '#index-engine/lab/testing';
import { context, rulebookV1 } from '#index-engine/testing/market';
import type { LoadedRulebook } from '#methodology/rulebook';
import { addDays, strikeOn } from '#methodology/strike';

const REGIMES = ['trades', 'thin', 'quotes'] as const satisfies Regime[];
const rulebooks: [string, LoadedRulebook][] = [
  ['in force', rulebookV1],
  ...ruleChanges.map((one): [string, LoadedRulebook] => [one.name, changed(rulebookV1, one).loaded]),
];
const candidates = rulebooks.map(([id, loaded]) => ({ id, name: id, loaded }));

/** The tiny market on some days in a row, the last one as it is: strikes of the days before see less of it. */
function daysOf(regime: Regime, count: number): LabDay[] {
  const days: LabDay[] = [];
  for (let back = count - 1; back >= 0; back -= 1) {
    const strike = strikeOn(addDays(context.strike.date, -back), '16:00', 'Europe/London');
    const day = dayOf({ ...tinyMarket(), context: { ...context, strike } }, regime, days.at(-1) ?? null, candidates);
    if (!day) throw new Error(`the tiny market has no ${regime}`);
    days.push(day);
  }
  return days;
}

const orderOn = (strike: LabStrike): AttackOrder => ({
  ...{ strike, rulebook: rulebookV1.rulebook, price: 2.4, budget: 25_000, direction: 'up', days: 1, day: 1, seed: 1 },
  standingOf: (inputs) => standingPrice({ ...strike, inputs }, rulebookV1),
});

/** A strike, and what some attacks make of it: one of every attack, and all that moves quotes and trades at once. */
function underAttack(regime: Regime): [string, LabStrike][] {
  const strike = inRegime(tinyMarket(), regime) as LabStrike;
  const tried = attacks.filter(({ regimes, days }) => regimes.includes(regime) && days === 1);
  return [
    ['honest', strike],
    ...tried.flatMap(({ id, variants }) => {
      const chosen = variants.filter((_, index) => index % (id === 'leaning' ? 6 : 12) === 1 || variants.length === 1);
      return chosen.flatMap(({ name, run }): [string, LabStrike][] => {
        const done = run(orderOn(strike));
        return done ? [[`${id}: ${name}`, { ...strike, inputs: done.inputs }]] : [];
      });
    }),
  ];
}

describe.each(rulebooks)('our own under %s', (_, loaded) => {
  it.each(REGIMES)('is the value that computeFix publishes, and what it leaves to the next: %s', (regime) => {
    for (const [name, strike] of underAttack(regime)) {
      const { record } = computeFix(strike.inputs, loaded, strike.context);
      const outcome = ourOutcome(strike, loaded);
      expect(ourValue(strike, loaded), name).toBe(Number(record.value));
      const { value, level, providers, carried_strikes } = record;
      expect(remembered(outcome, loaded), name).toEqual({ value, level, providers, carried_strikes });
    }
  });
});

describe('days in a row', () => {
  it('are held to the day before, each candidate to its own', () => {
    const [, second] = daysOf('quotes', 2);
    for (const { id, loaded } of candidates) {
      const { record } = second?.after[id] ?? {};
      expect(record?.previous_hash).toBe(second?.before[id]?.hash);
      expect(second?.before[id]?.record.methodology.sha256).toBe(loaded.sha256);
    }
    expect(second?.after['in force']?.record.anchor).not.toBeNull();
    expect(second?.after['CSI without anchor']?.record.anchor).toBeNull();
  });

  it('attacked, remember what was made of them: the fix after is the one of computeFix', () => {
    const [first, second] = daysOf('quotes', 2) as [LabDay, LabDay];
    const shading = attacks.find(({ id }) => id === 'list-shading')?.variants.at(-1);
    const done = shading?.run(orderOn(first.strike));
    if (!done) throw new Error('nobody shades');
    const under = { ...first.strike, inputs: done.inputs };
    const fixes = attackedFixes(first, under, first.before, candidates);
    const { values } = attackedFixes(second, second.strike, fixes.memory(), candidates);
    for (const { id, loaded } of candidates) {
      const one = computeFix(under.inputs, loaded, { ...under.context, previous: first.before[id] ?? null }).record;
      expect(fixes.values[id]).toBe(Number(one.value));
      const previous = { record: one, hash: 'of the attacked fix' };
      const next = computeFix(second.strike.inputs, loaded, { ...second.strike.context, previous }).record;
      expect(values[id], id).toBe(Number(next.value));
    }
    // What it remembers is the attack: held to an honest day it would be another.
    const honest = attackedFixes(second, second.strike, second.before, candidates);
    expect(values['in force']).not.toBe(honest.values['in force']);
    expect(values['CSI without anchor']).toBe(honest.values['CSI without anchor']);
  });
});
