import { computeFix } from '#index-engine/fix';
import type { FixContext } from '#index-engine/inputs';
import { inRegime, type LabStrike, type Regime, trimmed } from '#index-engine/lab/market';
import { ourOutcome, published, remembered } from '#index-engine/lab/ours';
import { canonicalHash } from '#methodology/canonical';
import type { LoadedRulebook } from '#methodology/rulebook';

/** An estimator of ours under a rulebook, as the laboratory names it. */
export interface Candidate {
  id: string;
  name: string;
  loaded: LoadedRulebook;
}

type Previous = FixContext['previous'];

/** The fix before of each candidate, by its id: every rulebook has a series of its own. */
export type Memory = Readonly<Record<string, Previous>>;

/** One day of a series as one regime sees it, with each candidate's fix of the day before and of the day. */
export interface LabDay {
  regime: Regime;
  /** Without anything that cannot bear on the value. */
  strike: LabStrike;
  before: Memory;
  after: Memory;
}

/** A strike as a candidate sees it: after its own fix of the day before. */
export const afterOwn = (strike: LabStrike, memory: Memory, { id }: Candidate): LabStrike => ({
  ...strike,
  context: { ...strike.context, previous: memory[id] ?? null },
});

/**
 * The day of a strike in a regime, after the day before.
 * @returns null where the regime has no evidence there
 */
export function dayOf(
  strike: LabStrike,
  regime: Regime,
  yesterday: LabDay | null,
  candidates: readonly Candidate[],
): LabDay | null {
  const seen = inRegime(strike, regime);
  const [first] = candidates;
  if (!seen || !first) return null;
  const light = trimmed(seen, first.loaded.rulebook);
  const before = yesterday?.after ?? {};
  const after = Object.fromEntries(
    candidates.map((candidate) => {
      const { inputs, context } = afterOwn(light, before, candidate);
      const { record } = computeFix(inputs, candidate.loaded, context);
      return [candidate.id, { record, hash: canonicalHash(record) }];
    }),
  );
  return { regime, strike: light, before, after };
}

/** What each candidate makes of an attacked strike, and what it remembers of it the day after. */
export function attackedFixes(
  { after }: Pick<LabDay, 'after'>,
  strike: LabStrike,
  before: Memory,
  candidates: readonly Candidate[],
): { values: Record<string, number | null>; memory: () => Memory } {
  const outcomes = candidates.map((candidate) => {
    const outcome = ourOutcome(afterOwn(strike, before, candidate), candidate.loaded);
    return { candidate, outcome };
  });
  return {
    values: Object.fromEntries(
      outcomes.map(({ candidate: { id, loaded }, outcome }) => [id, published(outcome, loaded)]),
    ),
    memory: () =>
      Object.fromEntries(
        outcomes.map(({ candidate: { id, loaded }, outcome }) => {
          // The honest record of the day, but for what the next fix reads of it.
          const honest = after[id];
          if (!honest) return [id, null];
          const kept = remembered(outcome, loaded);
          return [id, { record: { ...honest.record, ...kept }, hash: canonicalHash([honest.hash, kept]) }];
        }),
      ),
  };
}
