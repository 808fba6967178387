import { simulatedStrikes } from '#cli/lab-market';
import type { LabStrike } from '#index-engine/lab/market';
import { prototypes } from '#index-engine/lab/prototypes';
import { type Candidate, type LabRun, runAttacks, runHonest } from '#index-engine/lab/run';
import { type LoadedRulebook, readRulebook } from '#methodology/rulebook';

/** A part of the laboratory's work that needs no other. */
export interface LabJob {
  name: string;
  seed: number;
  /** Rulebooks by the name of their candidate, the first one in force. */
  rulebooks: { id: string; name: string; rulebook: unknown; prototype: string | null }[];
  /** Of a simulated market; or strikes as they were recorded. */
  dates?: string[];
  strikes?: LabStrike[];
  honest: boolean;
  attacked: boolean;
}

/** Does one part. */
export function runJob({ seed, rulebooks, dates = [], strikes, honest, attacked }: LabJob): LabRun {
  const candidates = rulebooks.map(({ id, name, rulebook, prototype }): Candidate => {
    const value = prototype === null ? null : prototypes[prototype];
    return { id, name, loaded: readRulebook(rulebook, name), ...(value ? { value } : {}) };
  });
  const { loaded } = candidates[0] as Candidate & { loaded: LoadedRulebook };
  const run: LabRun = { honest: [], attacked: [] };
  const options = { candidates, seed };
  for (const strike of strikes ?? simulatedStrikes(seed, dates, loaded)) {
    for (const regime of ['trades', 'quotes'] as const) {
      const row = runHonest(strike, regime, options);
      if (!row) continue;
      if (honest) run.honest.push(row);
      if (attacked) for (const one of runAttacks(strike, row, options)) run.attacked.push(one);
    }
  }
  return run;
}
