import { simulatedStrikes } from '#cli/lab-market';
import type { LabStrike, Regime } from '#index-engine/lab/market';
import { honestRow, type LabRun, type RunOptions, runAttacks } from '#index-engine/lab/run';
import { type Candidate, dayOf, type LabDay } from '#index-engine/lab/sequence';
import { readRulebook } from '#methodology/rulebook';
import { addDays, datesBetween } from '#methodology/strike';

/** Days before the first that is measured: with it, as many as the longest attack takes. */
export const DAYS_BEFORE = 8;

/** The dates a job needs for some to be measured, in order. */
export const withDaysBefore = (first: string, last: string) => datesBetween(addDays(first, -DAYS_BEFORE), last);

/** A part of the laboratory's work that needs no other. */
export interface LabJob {
  name: string;
  seed: number;
  /** Rulebooks by the name of their candidate, the first one in force. */
  rulebooks: { id: string; name: string; rulebook: unknown }[];
  /** What is measured, in order; the days before are fixed first. */
  dates: string[];
  /** Strikes as they were recorded, in order, the days before among them; null for the simulated market of the seed. */
  strikes: LabStrike[] | null;
  honest: boolean;
  attacked: boolean;
}

/** Does one part. */
export function runJob({ seed, rulebooks, dates, strikes, honest, attacked }: LabJob): LabRun {
  const run: LabRun = { honest: [], attacked: [] };
  const [first, last] = [dates[0], dates.at(-1)];
  const candidates = rulebooks.map(
    ({ id, name, rulebook }): Candidate => ({ id, name, loaded: readRulebook(rulebook, name) }),
  );
  const [inForce, ...others] = candidates;
  if (!inForce || !first || !last) return run;
  const options: RunOptions = { candidates: [inForce, ...others], seed };
  const sequences = new Map<string, LabDay[]>();
  for (const strike of strikes ?? simulatedStrikes(seed, withDaysBefore(first, last), inForce.loaded)) {
    for (const regime of ['trades', 'thin', 'quotes'] as const satisfies Regime[]) {
      const key = `${regime}\n${strike.context.series.id}`;
      const days = sequences.get(key) ?? [];
      const day = dayOf(strike, regime, days.at(-1) ?? null, candidates);
      if (!day) continue;
      days.push(day);
      sequences.set(key, days.slice(-DAYS_BEFORE));
      if (!dates.includes(strike.context.strike.date)) continue;
      const row = honestRow(day, options);
      if (honest) run.honest.push(row);
      if (attacked) for (const one of runAttacks(days, row, options)) run.attacked.push(one);
    }
  }
  return run;
}
