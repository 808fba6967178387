import { buildBook } from '#index-engine/book';
import { ourValue } from '#index-engine/lab/estimators';
import type { LabStrike } from '#index-engine/lab/market';
import { crossSection, isOutlier } from '#index-engine/screens/cross-section';
import { volumeOf } from '#index-engine/screens/trades';
import type { LoadedRulebook } from '#methodology/rulebook';

/** How far a print may be from what stands, as a ratio. */
const COLLAR = 1.25;

const standing = new WeakMap<object, Map<string, number | null>>();

/** What the standing prices alone come to. Attacks on trades leave them as they are, so that it is worked out once for all of them. */
function standingValue(strike: LabStrike, loaded: LoadedRulebook): number | null {
  const { inputs } = strike;
  const known = standing.get(inputs.sweeps) ?? new Map<string, number | null>();
  standing.set(inputs.sweeps, known);
  const quotes = inputs.observations.filter((one) => one.evidence !== 'transaction');
  const key = `${loaded.sha256}\n${strike.context.series.id}\n${strike.context.strike.date}\n${quotes.length}`;
  let value = known.get(key);
  if (value === undefined) {
    value = ourValue({ ...strike, inputs: { ...inputs, observations: quotes } }, loaded);
    known.set(key, value);
  }
  return value;
}

/** Ids of the prints that lie within a ratio of what stands, and, if asked, within the cross-section's reach of the sellers' middle. */
function passing(strike: LabStrike, loaded: LoadedRulebook, isScreened: boolean): Set<string> {
  const { inputs, context } = strike;
  const observations = inputs.observations.filter((one) => one.evidence === 'transaction');
  const { prints } = buildBook({ ...inputs, observations }, loaded.rulebook, context);
  const centre = standingValue(strike, loaded);
  const near = prints.filter(({ candidate: { micro, exclusion } }) => {
    if (exclusion !== null || micro === null) return false;
    const price = micro / 1e6;
    return centre === null || (price <= centre * COLLAR && price >= centre / COLLAR);
  });
  const points = near
    .map(({ candidate, trade }) => ({
      venue: candidate.observation.provider,
      price: candidate.micro as number,
      weight: Number(volumeOf(trade) ?? 0n),
    }))
    .sort((a, b) => a.price - b.price);
  const middle = isScreened ? crossSection(points, loaded.rulebook) : null;
  return new Set(
    near
      .filter(({ candidate }) => middle === null || !isOutlier(candidate.micro as number, middle))
      .map(({ candidate }) => candidate.observation.observation_id),
  );
}

const onlyPassing = (isScreened: boolean) => (strike: LabStrike, loaded: LoadedRulebook) => {
  if (!strike.inputs.observations.some((one) => one.evidence === 'transaction')) return ourValue(strike, loaded);
  const stay = passing(strike, loaded, isScreened);
  const observations = strike.inputs.observations.filter(
    (one) => one.evidence !== 'transaction' || stay.has(one.observation_id),
  );
  return ourValue({ ...strike, inputs: { ...strike.inputs, observations } }, loaded);
};

/** Changes that no rulebook can say yet, by name: what the engine would have to learn. */
export const prototypes: Readonly<Record<string, (strike: LabStrike, loaded: LoadedRulebook) => number | null>> = {
  /** A print counts only within a quarter of what stands in the same window. */
  collar: onlyPassing(false),
  /** And only within the reach of the cross-section (screen 8), each seller a point. */
  screen: onlyPassing(true),
};
