import { describe, expect, it } from 'vitest';
import type { AttackOrder, Direction } from '#index-engine/lab/alter';
import { attacks } from '#index-engine/lab/attacks';
import { budgets } from '#index-engine/lab/costs';
import { ourValue } from '#index-engine/lab/estimators';
import { inRegime, type LabStrike, type Regime, trimmed } from '#index-engine/lab/market';
import { tinyMarket } from '#index-engine/lab/testing';
import { rulebookV1 } from '#index-engine/testing/market';
import { canonicalHash } from '#methodology/canonical';

const { rulebook } = rulebookV1;
const market = tinyMarket();

const seen = (regime: Regime) => inRegime(market, regime) as LabStrike;
const order = (regime: Regime, budget: number, direction: Direction): AttackOrder => ({
  strike: seen(regime),
  rulebook,
  price: 2.4,
  budget,
  direction,
  seed: 1,
});

const variants = attacks.flatMap((attack) =>
  attack.variants.map((variant) => ({ name: `${attack.name}: ${variant.name}`, attack, variant })),
);

describe('every attack', () => {
  it('of the issue is there, and can be done', () => {
    expect(attacks.length).toBeGreaterThanOrEqual(10);
    for (const { regime, name, variants: ways } of attacks) {
      const done = ways.flatMap((way) => (['up', 'down'] as const).map((to) => way.run(order(regime, 100_000, to))));
      expect(
        done.some((one) => one !== null),
        name,
      ).toBe(true);
    }
  });

  it.each(variants)('$name: keeps its budget, costs something, and is the same again', ({ attack, variant }) => {
    for (const direction of ['up', 'down'] as const) {
      for (const budget of [1_000, 25_000]) {
        const done = variant.run(order(attack.regime, budget, direction));
        if (!done) continue;
        expect(done.cost).toBeGreaterThan(0);
        expect(done.cost).toBeLessThanOrEqual(budget + 1e-6);
        const again = variant.run(order(attack.regime, budget, direction));
        expect(again?.cost).toBe(done.cost);
        expect(canonicalHash(again?.inputs)).toBe(canonicalHash(done.inputs));
      }
    }
  });

  it('costs no less for a larger budget', () => {
    for (const { attack, variant } of variants) {
      const costs = budgets.map((budget) => variant.run(order(attack.regime, budget, 'up'))?.cost ?? 0);
      expect(costs, variant.name).toEqual([...costs].sort((a, b) => a - b));
    }
  });

  it('leaves honest facts that it does not touch as they were', () => {
    const honest = new Set(seen('trades').inputs.observations.map((one) => one.observation_id));
    const wash = attacks.find(({ id }) => id === 'wash')?.variants[0]?.run(order('trades', 1_000, 'up'));
    const kept = wash?.inputs.observations.filter((one) => honest.has(one.observation_id)) ?? [];
    expect(kept.length).toBe(honest.size);
  });
});

describe('what is screened moves nothing', () => {
  const value = ourValue(seen('trades'), rulebookV1);
  it.each([
    ['wash', 'one owner, 30%'],
    ['ping-pong', 'even, 30%'],
    ['ring', 'of three, 30%'],
  ])('%s: %s', (id, name) => {
    const variant = attacks.find((one) => one.id === id)?.variants.find((one) => one.name === name);
    const done = variant?.run(order('trades', 25_000, 'up'));
    expect(done).toBeTruthy();
    expect(ourValue({ ...seen('trades'), inputs: done?.inputs ?? market.inputs }, rulebookV1)).toBe(value);
  });
});

describe('a trimmed strike', () => {
  it('has the same value, from less', () => {
    for (const regime of ['trades', 'quotes'] as const) {
      const light = trimmed(seen(regime), rulebook);
      expect(light.inputs.observations.length).toBeLessThan(seen(regime).inputs.observations.length);
      expect(ourValue(light, rulebookV1)).toBe(ourValue(seen(regime), rulebookV1));
    }
  });
});
