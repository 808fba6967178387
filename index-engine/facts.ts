import type { Graded } from '#index-engine/screens/grade';
import type { Rulebook } from '#methodology/rulebook';
import type { Observation } from '#store/observation';

/** What is read off an observation once: an observation is never edited, and several series and strikes ask for it. */
export interface Facts {
  /** When it happened, and when it was learned: whole seconds since 1970. */
  event: number;
  learned: number;
  /** Which line it is of, among all sources. */
  line: string;
  /** Its price where that needs neither a rate nor a differential; null until it was asked for. */
  plain: { micro: number; quoted: number } | null;
  /** What it is on the grade of the rulebook that was asked for last. */
  graded: { rulebook: Rulebook; grade: Graded } | null;
}

const known = new WeakMap<Observation, Facts>();

/** Whole seconds since 1970 of an RFC 3339 instant, rounded down. */
export const secondsOf = (instant: string): number => Math.floor(Date.parse(instant) / 1000);

/** The facts of an observation. */
export function factsOf(observation: Observation): Facts {
  let facts = known.get(observation);
  if (facts === undefined) {
    facts = {
      event: secondsOf(observation.event_at),
      learned: secondsOf(observation.observed_at),
      line: `${observation.source}\n${observation.native_id}`,
      plain: null,
      graded: null,
    };
    known.set(observation, facts);
  }
  return facts;
}
