import type { Attacked, AttackOrder, Skew } from '#index-engine/lab/alter';
import type { Regime } from '#index-engine/lab/market';

/** One way to do an attack. An attacker takes the one that moves the fix at hand most. */
export interface Variant {
  name: string;
  /**
   * What the strike looks like on the order's day of the attack, and what the whole attack costs.
   * @returns null where the budget or the market does not allow it
   */
  run(order: AttackOrder): Attacked | null;
}

/** One attack: pure, and repeatable for a seed. */
export interface Attack {
  id: string;
  name: string;
  /** What it is tried on: trades can only be faked where there are trades. */
  regimes: readonly Regime[];
  what: string;
  /** Strikes it is at work on, the one that is measured last: each fix rests on the attacked one before. */
  days: number;
  variants: readonly Variant[];
}

export const skewName = (skew: Skew) =>
  skew === 'band' ? 'to the band' : skew === 'collar' ? 'to the collar' : `${Math.round(skew * 100)}%`;

/** One variant for each skew. */
export const atSkews = (skews: readonly Skew[], name: string, run: (skew: Skew) => Variant['run']): Variant[] =>
  skews.map((skew) => ({ name: `${name}, ${skewName(skew)}`, run: run(skew) }));

/** Of one window. */
export const windowHours = ({ rulebook }: AttackOrder) => rulebook.window.hours;
/** Of all windows of the attack: what is paid for. */
export const paidHours = (order: AttackOrder) => windowHours(order) * order.days;
/** Up to the strike: what can be seen. */
export const shownHours = (order: AttackOrder) => windowHours(order) * order.day;
