import { normalise } from '#index-engine/normalise';
import { byText } from '#methodology/canonical';
import { parseDecimal } from '#methodology/decimal';
import type { Observation } from '#store/observation';

/** What a measurement looks at in an observation. */
export type Quoted = Omit<Observation, 'trade' | 'capture_id' | 'capture_sha256' | 'available_gpus'>;

/** A standing price as a pair takes it. */
export interface Line {
  observation: Quoted;
  /** Whole micro-units of the quoted currency per GPU-hour. */
  micro: bigint;
  /** How far the true price may lie from it, in micro-units, for what was rounded away: half of 10^-`decimals` of what was quoted. */
  slack: { numerator: bigint; denominator: bigint };
}

const QUOTED_SCALE = 18;
const NO_RATES = new Map();

const decimalsOf = (price: string) => (price.includes('.') ? price.length - price.indexOf('.') - 1 : 0);

/** What was seen at once, at one venue: prices of one capture. */
const captureOf = ({ source, sweep_id, venue }: Quoted) => `${source}\n${sweep_id}\n${venue}`;

/** A field of the observation by its name, or an attribute its source states beside. Null where unstated. */
export function attributeOf(observation: Quoted, name: string): string | null {
  const value = Object.hasOwn(observation, name) ? observation[name as keyof Quoted] : observation.attributes[name];
  return value === undefined || value === null ? null : String(value);
}

/**
 * The lines that pairs are made of, each fact once, in one order whatever that of the observations. Both prices of a pair are in one
 * currency, so that no exchange rate gets into a ratio. A venue writes its prices to the most decimals that any of them has in a capture.
 */
export function linesOf(observations: readonly Quoted[]): Line[] {
  const facts = new Map<string, Quoted>();
  for (const one of observations) {
    if (one.evidence === 'transaction' || one.hardware_class === null || one.tenor === null) continue;
    const held = facts.get(one.observation_id);
    if (!held || byText(one.observed_at, held.observed_at) < 0) facts.set(one.observation_id, one);
  }
  const decimals = new Map<string, number>();
  for (const one of facts.values()) {
    const capture = captureOf(one);
    decimals.set(capture, Math.max(decimals.get(capture) ?? 0, decimalsOf(one.price)));
  }
  const lines: Line[] = [];
  for (const observation of facts.values()) {
    const price = normalise({ ...observation, currency: 'USD' } as Observation, NO_RATES);
    const quoted = parseDecimal(observation.price, QUOTED_SCALE);
    if (!('micro' in price) || price.micro <= 0 || quoted <= 0n) continue;
    const micro = BigInt(price.micro);
    const unit = 10n ** BigInt(QUOTED_SCALE - (decimals.get(captureOf(observation)) as number));
    // Half a quoted unit carried to a micro-price in proportion, and half a micro-unit for our own rounding.
    lines.push({ observation, micro, slack: { numerator: micro * unit + quoted, denominator: 2n * quoted } });
  }
  return lines.sort((a, b) => byText(a.observation.observation_id, b.observation.observation_id));
}

/** Of each machine in a capture and tenor, the lines of its largest slice. What names no machine stays. */
export function largestSlices(lines: readonly Line[]): Line[] {
  const machineOf = ({ source, sweep_id, tenor, attributes }: Quoted) =>
    attributes.machine === undefined ? null : `${source}\n${sweep_id}\n${tenor}\n${attributes.machine}`;
  const largest = new Map<string, number>();
  for (const { observation } of lines) {
    const machine = machineOf(observation);
    if (machine !== null) largest.set(machine, Math.max(largest.get(machine) ?? 0, observation.gpus ?? 0));
  }
  return lines.filter(({ observation }) => {
    const machine = machineOf(observation);
    return machine === null || largest.get(machine) === (observation.gpus ?? 0);
  });
}
