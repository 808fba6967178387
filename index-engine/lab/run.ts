import type { Attacked, AttackOrder, Direction } from '#index-engine/lab/alter';
import type { Attack, Variant } from '#index-engine/lab/attack';
import { attacks } from '#index-engine/lab/attacks';
import { budgets } from '#index-engine/lab/costs';
import { rivals } from '#index-engine/lab/estimators';
import type { LabStrike, Regime } from '#index-engine/lab/market';
import { standingPrice } from '#index-engine/lab/ours';
import { panelOf } from '#index-engine/lab/panel';
import { afterOwn, attackedFixes, type Candidate, type LabDay, type Memory } from '#index-engine/lab/sequence';
import type { LoadedRulebook } from '#methodology/rulebook';

/** What every estimator made of one strike, by its id; null where it has no value. */
export type Values = Record<string, number | null>;

/** A strike without attack. */
export interface HonestRow {
  market: string;
  series: string;
  date: string;
  regime: Regime;
  truth: LabStrike['truth'];
  values: Values;
}

/** One attack, measured on the last strike that it is at work on. */
export interface AttackRow {
  market: string;
  series: string;
  date: string;
  regime: Regime;
  attack: string;
  variant: string;
  budget: number;
  direction: Direction;
  cost: number;
  /** |attacked ÷ honest − 1| in basis points, by estimator; null where it has no value any more. */
  displacement: Values;
}

export interface LabRun {
  honest: HonestRow[];
  attacked: AttackRow[];
}

export interface RunOptions {
  /** The rulebook in force first: attackers know it, and rivals see what passes its cleaning. */
  candidates: readonly [Candidate, ...Candidate[]];
  seed: number;
}

const BASIS_POINTS = 10_000;

const rivalValues = (strike: LabStrike, loaded: LoadedRulebook): Values => {
  const panel = panelOf(strike, loaded);
  return Object.fromEntries(rivals.map(({ id, estimate }) => [id, estimate(panel)]));
};

const namesOf = ({ strike: { market, context }, regime }: LabDay) => ({
  ...{ market, regime },
  ...{ series: context.series.id, date: context.strike.date },
});

/** What all estimators made of a day without attack. */
export function honestRow({ strike, after, ...day }: LabDay, { candidates }: RunOptions): HonestRow {
  const own = candidates.map(({ id }) => {
    const { value = null, level = null } = after[id]?.record ?? {};
    return [id, value === null || level === 6 ? null : Number(value)] as const;
  });
  return {
    ...namesOf({ strike, after, ...day }),
    truth: strike.truth,
    values: { ...Object.fromEntries(own), ...rivalValues(strike, candidates[0].loaded) },
  };
}

/**
 * Every attack of a day's regime, as far as there are days before it for those that take several.
 * @param days in a row, the one that is measured last
 */
export function runAttacks(days: readonly LabDay[], honest: HonestRow, options: RunOptions): AttackRow[] {
  const last = days.at(-1);
  const [first] = options.candidates;
  const price = honest.truth?.atStrike ?? honest.values[first.id] ?? null;
  if (!last || price === null) return [];
  const rows: AttackRow[] = [];
  for (const attack of attacks) {
    if (!attack.regimes.includes(last.regime) || days.length < attack.days) continue;
    const span = days.slice(-attack.days);
    for (const variant of attack.variants) {
      for (const direction of ['up', 'down'] as const) {
        // What a larger budget cannot spend is the same attack.
        const done = new Map<string, Values>();
        for (const budget of budgets) {
          const campaign = planned(span, attack, variant, { price, budget, direction, seed: options.seed }, options);
          if (!campaign) continue;
          const key = campaign.cost.toFixed(4);
          const displacement = done.get(key) ?? displacementOf(honest.values, measured(span, campaign.inputs, options));
          done.set(key, displacement);
          rows.push({
            ...namesOf(last),
            ...{ attack: attack.id, variant: variant.name, budget, direction, cost: campaign.cost, displacement },
          });
        }
      }
    }
  }
  return rows;
}

type Means = Pick<AttackOrder, 'price' | 'budget' | 'direction' | 'seed'>;

/** What the attack makes of each day, and what it costs in all; null where it cannot be done on one of them. */
function planned(
  span: readonly LabDay[],
  { days }: Attack,
  variant: Variant,
  means: Means,
  { candidates: [first] }: RunOptions,
): { inputs: Attacked['inputs'][]; cost: number } | null {
  const inputs: Attacked['inputs'][] = [];
  let cost = 0;
  for (const [index, { strike, before }] of span.entries()) {
    const attacked = variant.run({
      ...means,
      strike,
      rulebook: first.loaded.rulebook,
      standingOf: (seen) => standingPrice(afterOwn({ ...strike, inputs: seen }, before, first), first.loaded),
      days,
      day: index + 1,
    });
    if (!attacked) return null;
    inputs.push(attacked.inputs);
    // Each day's plan says what all days cost: what a market shows may differ from day to day, and the dearest plan is paid.
    cost = Math.max(cost, attacked.cost);
  }
  return { inputs, cost };
}

/** All estimators on the last of the attacked days, each of ours after its own attacked fixes of the days before. */
function measured(span: readonly LabDay[], inputs: readonly Attacked['inputs'][], { candidates }: RunOptions): Values {
  let memory: Memory = span[0]?.before ?? {};
  let values: Values = {};
  for (const [index, day] of span.entries()) {
    const strike = { ...day.strike, inputs: inputs[index] as Attacked['inputs'] };
    const fixes = attackedFixes(day, strike, memory, candidates);
    if (index < span.length - 1) memory = fixes.memory();
    else values = { ...fixes.values, ...rivalValues(strike, candidates[0].loaded) };
  }
  return values;
}

function displacementOf(before: Values, after: Values): Values {
  return Object.fromEntries(
    Object.entries(before).map(([id, value]) => {
      const now = after[id] ?? null;
      return [id, value === null || now === null ? null : Math.abs(now / value - 1) * BASIS_POINTS];
    }),
  );
}
