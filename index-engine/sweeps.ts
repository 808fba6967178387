import { secondsOf } from '#index-engine/facts';
import type { FixInputs } from '#index-engine/inputs';
import { byText } from '#methodology/canonical';
import type { Sweep, Withdrawal } from '#store/observation';

/** A complete sweep and when it was made, in whole seconds since 1970. */
export interface TimedSweep {
  at: number;
  sweep: Sweep;
}

const known = new WeakMap<FixInputs['sweeps'], Map<string, TimedSweep[]>>();

/**
 * Complete sweeps, which withdraw what they lack, by source and in order of time. The fixes of one strike share their sweeps, and they are
 * sorted once for all of them.
 */
export function completeSweeps(sweeps: FixInputs['sweeps']): ReadonlyMap<string, readonly TimedSweep[]> {
  let bySource = known.get(sweeps);
  if (bySource) return bySource;
  bySource = new Map();
  for (const sweep of sweeps) {
    if (!sweep.complete) continue;
    const timed = { at: secondsOf(sweep.observed_at), sweep };
    const list = bySource.get(sweep.source);
    if (list) list.push(timed);
    else bySource.set(sweep.source, [timed]);
  }
  for (const list of bySource.values()) {
    list.sort(({ sweep: a }, { sweep: b }) => byText(a.observed_at, b.observed_at) || byText(a.sweep_id, b.sweep_id));
  }
  known.set(sweeps, bySource);
  return bySource;
}

/** Index of the first sweep after an instant, in whole seconds. */
export function firstAfter(sweeps: readonly TimedSweep[], instant: number): number {
  let low = 0;
  let high = sweeps.length;
  while (low < high) {
    const half = (low + high) >> 1;
    if ((sweeps[half] as TimedSweep).at > instant) high = half;
    else low = half + 1;
  }
  return low;
}

/** A source's own word that a line ended, and when, in whole seconds since 1970. */
export interface TimedWithdrawal {
  at: number;
  withdrawal: Withdrawal;
}

const told = new WeakMap<FixInputs['withdrawals'], Map<string, TimedWithdrawal[]>>();

/** Withdrawals by line (`factsOf(...).line`), in order of time; gathered once for all fixes of a strike. */
export function withdrawalsByLine(
  withdrawals: FixInputs['withdrawals'],
): ReadonlyMap<string, readonly TimedWithdrawal[]> {
  let byLine = told.get(withdrawals);
  if (byLine) return byLine;
  byLine = new Map();
  for (const withdrawal of withdrawals) {
    const line = `${withdrawal.source}\n${withdrawal.native_id}`;
    const timed = { at: secondsOf(withdrawal.at), withdrawal };
    const list = byLine.get(line);
    if (list) list.push(timed);
    else byLine.set(line, [timed]);
  }
  for (const list of byLine.values()) list.sort(({ withdrawal: a }, { withdrawal: b }) => byText(a.at, b.at));
  told.set(withdrawals, byLine);
  return byLine;
}
