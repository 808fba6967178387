import { describe, expect, it } from 'vitest';
import { type Attacked, type AttackOrder, altered, type Direction } from '#index-engine/lab/alter';
import { attacks } from '#index-engine/lab/attacks';
import { changed, ruleChanges } from '#index-engine/lab/candidates';
import { budgets } from '#index-engine/lab/costs';
import { inRegime, type LabStrike, type Regime, THIN_TRADES_A_DAY, trimmed } from '#index-engine/lab/market';
import { ourOutcome, ourValue, standingPrice } from '#index-engine/lab/ours';
import { tinyMarket } from '#index-engine/lab/testing';
import { rulebookV1 } from '#index-engine/testing/market';

const { rulebook } = rulebookV1;
const market = tinyMarket();

const seen = (regime: Regime) => inRegime(market, regime) as LabStrike;
const order = (regime: Regime, budget: number, direction: Direction, days = 1): AttackOrder => {
  const strike = seen(regime);
  return {
    ...{ strike, rulebook, price: 2.4, budget, direction, days, day: days, seed: 1 },
    standingOf: (inputs) => standingPrice({ ...strike, inputs }, rulebookV1),
  };
};

/** The same with prices that change from look to look. */
const moving = ({ inputs, ...strike }: LabStrike): LabStrike => {
  const looks = [...new Set(inputs.observations.map(({ event_at }) => event_at))].sort();
  const observations = inputs.observations.map((one) =>
    altered(one, { price: (Number(one.price) * (1 + 0.001 * (looks.indexOf(one.event_at) % 9))).toFixed(4) }),
  );
  return { ...strike, inputs: { ...inputs, observations } };
};

/** An id is the hash of what it is the id of. */
const idsOf = (done: Attacked | null) => done?.inputs.observations.map((one) => one.observation_id).join('\n');

const variants = attacks.flatMap((attack) =>
  attack.variants.map((variant) => ({ name: `${attack.name}: ${variant.name}`, attack, variant })),
);

describe('every attack', () => {
  it('of the issue is there, and can be done', () => {
    expect(attacks.length).toBeGreaterThanOrEqual(10);
    for (const { regimes, name, days, variants: ways } of attacks) {
      for (const regime of regimes) {
        const done = ways.flatMap((way) =>
          (['up', 'down'] as const).map((to) => way.run(order(regime, 100_000, to, days))),
        );
        expect(
          done.some((one) => one !== null),
          `${name}, ${regime}`,
        ).toBe(true);
      }
    }
  });

  it.each(variants)('$name: keeps its budget, costs something, and is the same again', ({ attack, variant }) => {
    for (const direction of ['up', 'down'] as const) {
      for (const budget of [1_000, 25_000]) {
        const [regime = 'quotes'] = attack.regimes;
        const done = variant.run(order(regime, budget, direction, attack.days));
        if (!done) continue;
        expect(done.cost).toBeGreaterThan(0);
        expect(done.cost).toBeLessThanOrEqual(budget + 1e-6);
        const again = variant.run(order(regime, budget, direction, attack.days));
        expect(again?.cost).toBe(done.cost);
        expect(idsOf(again)).toBe(idsOf(done));
      }
    }
  });

  it.each(variants)('$name: is the same whichever order its facts come in', ({ attack, variant }) => {
    const [regime = 'quotes'] = attack.regimes;
    const sorted = (done: Attacked | null) => idsOf(done)?.split('\n').sort();
    for (const direction of ['up', 'down'] as const) {
      const plain = order(regime, 25_000, direction, attack.days);
      const asked = { ...plain, strike: moving(plain.strike) };
      const { inputs } = asked.strike;
      const turned = {
        ...inputs,
        observations: [...inputs.observations].reverse(),
        sweeps: [...inputs.sweeps].reverse(),
      };
      const done = variant.run(asked);
      const again = variant.run({ ...asked, strike: { ...asked.strike, inputs: turned } });
      expect(again?.cost).toBe(done?.cost);
      expect(sorted(again)).toEqual(sorted(done));
    }
  });

  it('costs no less for a larger budget', () => {
    for (const { attack, variant } of variants) {
      const [regime = 'quotes'] = attack.regimes;
      const costs = budgets.map((budget) => variant.run(order(regime, budget, 'up', attack.days))?.cost ?? 0);
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

describe('an attack of several days', () => {
  const variantOf = (id: string, name: string) => {
    const variant = attacks.find((one) => one.id === id)?.variants.find((one) => one.name === name);
    if (!variant) throw new RangeError(`${id}: ${name}`);
    return variant;
  };
  const day = (id: string, name: string, which: number) => {
    const whole = order('quotes', 25_000, 'up', 5);
    return variantOf(id, name).run({ ...whole, day: which });
  };
  const changedIn = (inputs: LabStrike['inputs'] | undefined) => {
    const honest = new Set(seen('quotes').inputs.observations.map((one) => one.observation_id));
    return inputs?.observations.filter((one) => !honest.has(one.observation_id)) ?? [];
  };

  it('costs the same on each of them, and what was shown before stays in the record', () => {
    const first = day('inflated-sustained', 'six accounts, 12%', 1);
    const last = day('inflated-sustained', 'six accounts, 12%', 5);
    expect(first?.cost).toBe(last?.cost);
    expect(changedIn(last?.inputs).length).toBe(5 * changedIn(first?.inputs).length);
  });

  it('pays as much for five days as for five attacks of one, but for planning them', () => {
    const one = variantOf('list-shading', '2 clouds, up to 10%').run(order('quotes', 25_000, 'up'));
    const five = variantOf('shading-sustained', '2 clouds, up to 10%').run(order('quotes', 100_000, 'up', 5));
    const planning = 100;
    expect((five?.cost ?? 0) - planning).toBeCloseTo(5 * ((one?.cost ?? 0) - planning), 6);
  });

  it('of one day alone leaves nothing behind on the next, and is paid for once', () => {
    const [first, next] = [1, 2].map((which) => day('echo', 'six accounts, 12%', which));
    expect(changedIn(first?.inputs).length).toBeGreaterThan(0);
    expect(changedIn(next?.inputs)).toHaveLength(0);
    expect(next?.cost).toBe(first?.cost);
  });
});

describe('trades to the collar', () => {
  const printsOf = (id: string, name: string, direction: Direction) => {
    const variant = attacks.find((one) => one.id === id)?.variants.find((one) => one.name === name);
    const done = variant?.run(order('trades', 25_000, direction));
    const prices = done?.inputs.observations.filter((one) => one.native_id.startsWith('lab-') && one.trade !== null);
    expect(prices?.length).toBeGreaterThan(0);
    return { inputs: done?.inputs ?? market.inputs, price: Number(prices?.[0]?.price) };
  };
  const standing = standingPrice(seen('trades'), rulebookV1) ?? 0;
  const collar = Number(rulebook.screens.trades.collar);

  it('are just within it', () => {
    const up = printsOf('wash', 'six pairs of friends, to the collar', 'up').price / (standing * collar);
    const down = (printsOf('wash', 'six pairs of friends, to the collar', 'down').price * collar) / standing;
    expect([up, down].every((one) => Math.abs(one - 1) < 0.003)).toBe(true);
    expect(up).toBeLessThan(1);
    expect(down).toBeGreaterThan(1);
  });

  it('follow it where quotes have moved it', () => {
    const { inputs, price } = printsOf('leaning', 'quotes 12% for 80% of the budget, trades to the collar', 'up');
    const moved = standingPrice({ ...seen('trades'), inputs }, rulebookV1) ?? 0;
    expect(moved).toBeGreaterThan(standing);
    expect(price).toBeLessThan(moved * collar);
    expect(price).toBeGreaterThan(standing * collar * 0.998);
  });
});

describe('a thin class', () => {
  const thin = seen('thin');

  it('has a few trades a day', () => {
    const trades = thin.inputs.observations.filter((one) => one.evidence === 'transaction');
    const days = new Set(trades.map((one) => one.event_at.slice(0, 10)));
    expect(days.size).toBeGreaterThan(1);
    for (const day of days)
      expect(trades.filter((one) => one.event_at.startsWith(day)).length).toBeLessThanOrEqual(THIN_TRADES_A_DAY);
  });

  it('has no fix of trades where more prints are asked for, until somebody adds some', () => {
    const rule = ruleChanges.find(({ id }) => id === 'many-prints');
    if (!rule) throw new Error('more prints are no longer compared');
    const { loaded } = changed(rulebookV1, rule);
    expect(ourOutcome(thin, loaded).level).toBe(4);
    const seizing = attacks.find(({ id }) => id === 'seizing');
    const least = seizing?.variants.find(({ name }) => name === 'what it asks for, 5%');
    const done = least?.run({ ...order('thin', 1_000, 'up'), rulebook: loaded.rulebook });
    expect(done?.cost).toBeLessThan(1_000);
    expect(ourOutcome({ ...thin, inputs: done?.inputs ?? market.inputs }, loaded).level).toBe(1);
  });
});

describe('a trimmed strike', () => {
  it('has the same value, from less', () => {
    for (const regime of ['trades', 'thin', 'quotes'] as const) {
      const light = trimmed(seen(regime), rulebook);
      expect(light.inputs.observations.length).toBeLessThan(seen(regime).inputs.observations.length);
      expect(ourValue(light, rulebookV1)).toBe(ourValue(seen(regime), rulebookV1));
    }
  });
});
