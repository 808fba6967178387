import { computeFix } from '#index-engine/fix';
import type { AttackOrder, Direction } from '#index-engine/lab/alter';
import { attacks } from '#index-engine/lab/attacks';
import { budgets } from '#index-engine/lab/costs';
import { ourValue, rivals } from '#index-engine/lab/estimators';
import { inRegime, type LabStrike, type Regime, trimmed } from '#index-engine/lab/market';
import { panelOf } from '#index-engine/lab/panel';
import { canonicalHash } from '#methodology/canonical';
import type { LoadedRulebook } from '#methodology/rulebook';
import { addDays, strikeOn } from '#methodology/strike';

/** An estimator of ours under a rulebook, as the laboratory names it. */
export interface Candidate {
  id: string;
  name: string;
  loaded: LoadedRulebook;
  /** Values otherwise than the engine does: for a change that no rulebook can say yet. */
  value?: (strike: LabStrike, loaded: LoadedRulebook) => number | null;
}

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

/** One attack on one strike. */
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
  candidates: readonly Candidate[];
  seed: number;
}

const BASIS_POINTS = 10_000;

/** All estimators on one strike. */
export function valuesOf(strike: LabStrike, { candidates }: RunOptions): Values {
  const [first] = candidates;
  if (!first) throw new RangeError('the laboratory needs a rulebook');
  const panel = panelOf(strike, first.loaded);
  return Object.fromEntries([
    ...candidates.map(({ id, loaded, value = ourValue }) => [id, value(strike, loaded)] as const),
    ...rivals.map((rival) => [rival.id, rival.estimate(panel)] as const),
  ]);
}

/** The fix of the day before, as the fix of a strike needs it: computed from the same inputs. */
export function withPrevious(strike: LabStrike, loaded: LoadedRulebook): LabStrike {
  const { context } = strike;
  const place = loaded.rulebook.strikes[context.series.region];
  const before = strikeOn(addDays(context.strike.date, -1), place.time, place.time_zone);
  const { record } = computeFix(strike.inputs, loaded, { ...context, strike: before, previous: null });
  return { ...strike, context: { ...context, previous: { record, hash: canonicalHash(record) } } };
}

/** Every estimator on one strike in one regime, without attack; null where the regime has no evidence there. */
export function runHonest(strike: LabStrike, regime: Regime, options: RunOptions): HonestRow | null {
  const seen = seenIn(strike, regime, options);
  if (!seen) return null;
  const { market, context, truth } = seen;
  return { ...namesOf(seen), market, regime, truth, date: context.strike.date, values: valuesOf(seen, options) };
}

function seenIn(strike: LabStrike, regime: Regime, { candidates }: RunOptions): LabStrike | null {
  const seen = inRegime(strike, regime);
  return seen && withPrevious(seen, (candidates[0] as Candidate).loaded);
}

const namesOf = ({ market, context }: LabStrike) => ({
  market,
  series: context.series.id,
  date: context.strike.date,
});

/** Every attack of a regime on one strike. */
export function runAttacks(strike: LabStrike, honest: HonestRow, options: RunOptions): AttackRow[] {
  const { regime } = honest;
  const seen = seenIn(strike, regime, options);
  const first = options.candidates[0] as Candidate;
  const price = strike.truth?.atStrike ?? honest.values[first.id] ?? null;
  if (!seen || price === null) return [];
  const light = trimmed(seen, first.loaded.rulebook);
  const rows: AttackRow[] = [];
  for (const attack of attacks.filter((one) => one.regime === regime)) {
    for (const variant of attack.variants) {
      for (const direction of ['up', 'down'] as const) {
        // What a larger budget cannot spend is the same attack.
        const done = new Map<string, Values>();
        for (const budget of budgets) {
          const { rulebook } = first.loaded;
          const order: AttackOrder = {
            strike: attack.reachesBack ? seen : light,
            rulebook,
            price,
            budget,
            direction,
            seed: options.seed,
          };
          const attacked = variant.run(order);
          if (!attacked) continue;
          const { inputs, cost } = attacked;
          const key = cost.toFixed(4);
          let displacement = done.get(key);
          if (!displacement) {
            const under: LabStrike = { ...seen, inputs };
            const values = valuesOf(attack.reachesBack ? withPrevious(under, first.loaded) : under, options);
            displacement = displacementOf(honest.values, values);
            done.set(key, displacement);
          }
          rows.push({
            ...namesOf(strike),
            ...{ regime, attack: attack.id, variant: variant.name, budget, direction, cost, displacement },
          });
        }
      }
    }
  }
  return rows;
}

function displacementOf(before: Values, after: Values): Values {
  return Object.fromEntries(
    Object.entries(before).map(([id, value]) => {
      const now = after[id] ?? null;
      return [id, value === null || now === null ? null : Math.abs(now / value - 1) * BASIS_POINTS];
    }),
  );
}
