import { byText } from '#index-engine/inputs';
import type { Exclusion } from '#index-engine/screens/grade';
import { type Span, type Standing, without } from '#index-engine/standing';
import type { Observation } from '#store/observation';

/** One candidate of the duplicate screen: an observation on grade, and its price in micro-USD per GPU. */
export interface Slice {
  observation: Observation;
  micro: number;
}

/**
 * Screen 5a: one machine in several slices counts once in a sweep, as its largest slice; of equal ones the cheapest, then the first by id.
 * @returns exclusions by observation id
 */
export function screenSlices(slices: readonly Slice[]): Map<string, Exclusion> {
  const best = new Map<string, Slice>();
  const machineOf = ({ source, sweep_id, attributes }: Observation) =>
    attributes.machine === undefined ? null : `${source}\n${sweep_id}\n${attributes.machine}`;
  const better = (a: Slice, b: Slice) =>
    (b.observation.gpus ?? 0) - (a.observation.gpus ?? 0) ||
    a.micro - b.micro ||
    byText(a.observation.native_id, b.observation.native_id);
  for (const slice of slices) {
    const machine = machineOf(slice.observation);
    if (machine === null) continue;
    const known = best.get(machine);
    if (!known || better(slice, known) < 0) best.set(machine, slice);
  }
  const excluded = new Map<string, Exclusion>();
  for (const { observation } of slices) {
    const machine = machineOf(observation);
    const kept = machine === null ? undefined : best.get(machine)?.observation;
    if (kept && kept !== observation) {
      excluded.set(observation.observation_id, {
        reason: 'duplicate.slice',
        detail: `the same machine counts once, as its slice of ${kept.gpus} GPUs (${kept.native_id})`,
      });
    }
  }
  return excluded;
}

/**
 * Screen 5b: an aggregator's row is its origin's price and gives way while the origin's own stands.
 * @returns for each aggregator's standing that gives way, the spans in which the origin stood
 */
export function originSpans(standing: readonly Standing[]): Map<string, Span[]> {
  const lineOf = ({ provider, tenor }: Observation) => `${provider}\n${tenor ?? ''}`;
  const own = new Map<string, Span[]>();
  for (const held of standing) {
    if (held.observation.aggregator) continue;
    const key = lineOf(held.observation);
    own.set(key, [...(own.get(key) ?? []), ...held.own, ...held.asListed]);
  }
  const gives = new Map<string, Span[]>();
  for (const { observation } of standing) {
    const spans = observation.aggregator ? own.get(lineOf(observation)) : undefined;
    if (spans) gives.set(observation.observation_id, spans);
  }
  return gives;
}

/** A standing's own and as-listed pieces once the origin's spans are taken out. */
export function piecesWithout(standing: Standing, spans: readonly Span[]): { own: Span[]; asListed: Span[] } {
  const left = (pieces: readonly Span[]) => pieces.flatMap((piece) => without(piece, spans));
  return { own: left(standing.own), asListed: left(standing.asListed) };
}
