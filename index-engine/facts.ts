import { ofRuns } from '#index-engine/runs';
import type { Judged } from '#index-engine/screens/grade';
import type { Evidence } from '#methodology/evidence';
import { byLine, type Observation, type VenueType } from '#store/observation';

/** What says of which series a fact may be. There are few of them, and each is one object: alike is the same. */
export interface Kind {
  hardwareClass: string | null;
  tenor: string | null;
  region: string | null;
  venueType: VenueType;
  evidence: Evidence;
  /** It holds until the next one of its line, as long as somebody keeps looking. */
  isChangePoint: boolean;
  /** Among all kinds. */
  number: number;
}

/** What is read off an observation once: an observation is never edited, and several series and strikes ask for it. */
export interface Facts {
  observation: Observation;
  kind: Kind;
  /** When it happened, and when it was learned: whole seconds since 1970, rounded down. */
  event: number;
  learned: number;
  /** Which line it is of, among all sources. */
  line: string;
  /** Numbers of the names: the same name has the same number. */
  source: number;
  provider: number;
  venue: number;
  currency: number;
  gpus: number | null;
  aggregator: boolean;
  isSimulated: boolean;
  /** Whether it says which machine it is a slice of. */
  isOfMachine: boolean;
  /** Its price in micro-USD where that needs neither a rate nor a differential; null until it was asked for. */
  plain: number | null;
  /** What the rulebook that was asked last says of it. */
  judged: Judged | null;
}

/** Whole seconds since 1970 of an RFC 3339 instant, rounded down. */
export const secondsOf = (instant: string): number => Math.floor(Date.parse(instant) / 1000);

const names = new Map<string, number>();

function numberOf(name: string): number {
  const known = names.get(name);
  if (known !== undefined) return known;
  names.set(name, names.size);
  return names.size - 1;
}

/** A place for each name there is, none of them taken: −1. By the numbers of names. */
export const placesOfNames = (): Int32Array => new Int32Array(names.size).fill(-1);

const kinds = new Map<string, Kind>();

function kindOf({ hardware_class, tenor, region, venue_type, evidence, attributes }: Observation): Kind {
  const isChangePoint = attributes.change_point === true;
  const key = JSON.stringify([hardware_class, tenor, region, venue_type, evidence, isChangePoint]);
  let kind = kinds.get(key);
  if (kind === undefined) {
    const number = kinds.size;
    kind = { hardwareClass: hardware_class, tenor, region, venueType: venue_type, evidence, isChangePoint, number };
    kinds.set(key, kind);
  }
  return kind;
}

/** The same for the kinds there are. */
export const placesOfKinds = (): Int32Array => new Int32Array(kinds.size).fill(-1);

const known = new WeakMap<Observation, Facts>();

/** The facts of an observation. */
export function factsOf(observation: Observation): Facts {
  let facts = known.get(observation);
  if (facts === undefined) {
    facts = {
      observation,
      kind: kindOf(observation),
      event: secondsOf(observation.event_at),
      learned: secondsOf(observation.observed_at),
      line: `${observation.source}\n${observation.native_id}`,
      source: numberOf(observation.source),
      provider: numberOf(observation.provider),
      venue: numberOf(observation.venue),
      currency: numberOf(observation.currency),
      gpus: observation.gpus,
      aggregator: observation.aggregator,
      isSimulated: observation.attributes.simulated === true,
      isOfMachine: observation.attributes.machine !== undefined,
      plain: null,
      judged: null,
    };
    known.set(observation, facts);
  }
  return facts;
}

/** The facts of some observations in the order of their lines, and of which line each is: equal numbers beside each other are one line. */
export interface Lines {
  facts: readonly Facts[];
  lineOf: readonly number[];
}

const linesOfRun = ofRuns((observations: readonly Observation[]) => {
  const facts = observations.map(factsOf);
  const lineOf: number[] = [];
  let isInOrder = true;
  facts.forEach(({ line, observation }, index) => {
    const before = facts[index - 1];
    lineOf.push(before === undefined ? 0 : (lineOf[index - 1] as number) + (before.line === line ? 0 : 1));
    isInOrder &&= before === undefined || byLine(before.observation, observation) <= 0;
  });
  return { facts, lineOf, isInOrder };
});

/** Puts the observations of a strike in the order of their lines; most come in it, since the store reads them so. */
export function inLines(observations: readonly Observation[], strike: Date): Lines {
  const facts = new Array<Facts>(observations.length);
  const lineOf = new Array<number>(observations.length);
  let count = 0;
  let last: Facts | null = null;
  let line = -1;
  for (const run of linesOfRun(observations, strike)) {
    const [first] = run.facts as [Facts];
    if (!run.isInOrder || (last !== null && byLine(last.observation, first.observation) > 0))
      return inLines([...observations].sort(byLine), strike);
    if (last?.line !== first.line) line += 1;
    const before: number = line;
    for (let index = 0; index < run.facts.length; index += 1) {
      line = before + (run.lineOf[index] as number);
      facts[count] = run.facts[index] as Facts;
      lineOf[count] = line;
      count += 1;
    }
    last = run.facts.at(-1) ?? null;
  }
  return { facts, lineOf };
}
