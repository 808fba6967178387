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

/** Screen 2: off the standard grade, and no measured differential to bring it there. */
export function screenGrade(observation: Observation, { standard_grade: grade }: Rulebook): Exclusion | null {
  const { gpus, attributes } = observation;
  const { product, hosting } = attributes;
  if (product !== undefined && !grade.accepted_products.includes(String(product))) {
    return {
      reason: 'grade.product',
      detail: `sold as ${product}, the grade is ${grade.accepted_products.join(' or ')}`,
    };
  }
  if (hosting === undefined ? !grade.accepts_unstated_hosting : !grade.accepted_hosting.includes(String(hosting))) {
    return {
      reason: 'grade.hosting',
      detail: `${hosting ?? 'unstated'} hosting, the grade is ${grade.accepted_hosting.join(' or ')}`,
    };
  }
  if (gpus === null ? !grade.accepts_unstated_lot : gpus < grade.minimum_lot_gpus) {
    return {
      reason: 'grade.lot_size',
      detail: `a lot of ${gpus ?? 'unstated size'}, the grade is ${grade.minimum_lot_gpus} or more`,
    };
  }
  return null;
}

/** Screen 3: outside the class's plausibility band. A class without a band admits nothing. */
export function screenPlausibility(hardwareClass: string, micro: number, rulebook: Rulebook): Exclusion | null {
  const band = rulebook.screens.plausibility.bands[hardwareClass];
  if (!band)
    return { reason: 'plausibility.no_band', detail: `the rulebook has no plausibility band for ${hardwareClass}` };
  const price = BigInt(micro);
  if (price >= parseDecimal(band.low, 6) && price <= parseDecimal(band.high, 6)) return null;
  return { reason: 'plausibility.band', detail: `outside ${band.low} to ${band.high} USD/GPU-h` };
}
