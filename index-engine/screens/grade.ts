import type { Facts } from '#index-engine/facts';
import { parseDecimal } from '#methodology/decimal';
import type { Rulebook } from '#methodology/rulebook';
import type { Observation } from '#store/observation';

/** Why an observation does not count, as a stable code and in words. */
export interface Exclusion {
  reason: string;
  detail: string;
}

/** Screen 1: the class is settled before; here the tenor. */
export function screenIdentity(observation: Observation): Exclusion | null {
  return observation.tenor === null
    ? { reason: 'identity.tenor_unknown', detail: 'the source does not say whether it is on demand' }
    : null;
}

/** A measured differential that brings an observation to the grade: its price times the ratio is what it would cost there. */
export type Differential = Rulebook['differentials']['used'][number];

/** The differential for an observation that is off grade in this one respect; the class's own before that of all classes. */
function differentialFor(
  observation: Observation,
  off: 'gpus' | 'hosting',
  { differentials }: Rulebook,
): Differential | null {
  const { gpus, attributes, venue, tenor, hardware_class } = observation;
  const found = differentials.used.filter(
    (one) =>
      one.tenor === tenor &&
      one.venues.includes(venue) &&
      (one.hardware_class === null || one.hardware_class === hardware_class) &&
      ('gpus' in one.off
        ? off === 'gpus' && gpus !== null && one.off.gpus.includes(gpus)
        : off === 'hosting' && one.off.hosting.includes(String(attributes.hosting))),
  );
  return found.find((one) => one.hardware_class !== null) ?? found[0] ?? null;
}

/** What an observation is on the grade of a rulebook. */
export type Graded = Exclusion | { differential: Differential | null };

/** On it as it is. */
export const ON_GRADE: Graded = { differential: null };

/** What a rulebook says of an observation by itself, whatever else there is: its grade, and why it does not count anywhere, if so. */
export interface Judged {
  rulebook: Rulebook;
  grade: Graded;
  exclusion: Exclusion | null;
}

const flawless = new WeakMap<Rulebook, Judged>();

/** Judges an observation by itself, once. */
export function judge(facts: Facts, rulebook: Rulebook): Judged {
  if (facts.judged?.rulebook !== rulebook) facts.judged = judgementOf(facts.observation, rulebook);
  return facts.judged;
}

function judgementOf(observation: Observation, rulebook: Rulebook): Judged {
  const grade = screenGrade(observation, rulebook);
  const exclusion =
    screenIdentity(observation) ?? screenConstantRatio(observation, rulebook) ?? ('reason' in grade ? grade : null);
  if (grade !== ON_GRADE || exclusion !== null) return { rulebook, grade, exclusion };
  // Of most there is nothing to say: they share one judgement.
  const known = flawless.get(rulebook) ?? { rulebook, grade, exclusion };
  flawless.set(rulebook, known);
  return known;
}

/** Screen 2: on the standard grade, brought there by a measured differential, or off it. */
function screenGrade(observation: Observation, rulebook: Rulebook): Graded {
  const off = offGrade(observation, rulebook);
  const [first] = off;
  if (!first) return ON_GRADE;
  const differential =
    off.length === 1 && first.attribute ? differentialFor(observation, first.attribute, rulebook) : null;
  return differential ? { differential } : { reason: first.reason, detail: first.detail };
}

/** Everything in which an observation is off grade, the first of which is named. */
function offGrade(
  { gpus, attributes }: Observation,
  { standard_grade: grade }: Rulebook,
): (Exclusion & { attribute: 'gpus' | 'hosting' | null })[] {
  const { product, hosting } = attributes;
  const off: ReturnType<typeof offGrade> = [];
  if (product !== undefined && !grade.accepted_products.includes(String(product))) {
    const detail = `sold as ${product}, the grade is ${grade.accepted_products.join(' or ')}`;
    off.push({ reason: 'grade.product', detail, attribute: null });
  }
  if (hosting === undefined ? !grade.accepts_unstated_hosting : !grade.accepted_hosting.includes(String(hosting))) {
    const detail = `${hosting ?? 'unstated'} hosting, the grade is ${grade.accepted_hosting.join(' or ')}`;
    off.push({ reason: 'grade.hosting', detail, attribute: 'hosting' });
  }
  if (gpus === null ? !grade.accepts_unstated_lot : gpus < grade.minimum_lot_gpus) {
    const detail = `a lot of ${gpus ?? 'unstated size'}, the grade is ${grade.minimum_lot_gpus} or more`;
    off.push({ reason: 'grade.lot_size', detail, attribute: 'gpus' });
  }
  return off;
}

/** Screen 3: the plausibility band of a class, in micro-USD, and what is said of prices outside it. A class without one admits nothing. */
export interface PlausibilityBand {
  low: number;
  high: number;
  exclusion: Exclusion;
}

/** The plausibility band of a class. */
export function plausibilityBand(hardwareClass: string, rulebook: Rulebook): PlausibilityBand {
  const band = rulebook.screens.plausibility.bands[hardwareClass];
  if (!band) {
    const detail = `the rulebook has no plausibility band for ${hardwareClass}`;
    const nothing = { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY };
    return { ...nothing, exclusion: { reason: 'plausibility.no_band', detail } };
  }
  return {
    low: Number(parseDecimal(band.low, 6)),
    high: Number(parseDecimal(band.high, 6)),
    exclusion: { reason: 'plausibility.band', detail: `outside ${band.low} to ${band.high} USD/GPU-h` },
  };
}

/** Whether a price lies in a band. */
export const isPlausible = (micro: number, { low, high }: PlausibilityBand): boolean => micro >= low && micro <= high;

/** A price that its provider derives from another tenor's by a fixed rule: it counts there, and is no evidence of its own here. */
function screenConstantRatio(
  { provider, tenor }: Observation,
  { screens: { constant_ratio: rule } }: Rulebook,
): Exclusion | null {
  const found = rule.found.findLast((one) => one.provider === provider && one.tenor === tenor);
  return found
    ? {
        reason: 'identity.constant_ratio',
        detail: `${found.ratio} of its ${found.base} price on ${found.lines} of ${found.of} lines: a rule, not a market`,
      }
    : null;
}
