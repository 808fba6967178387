import { placesOfNames } from '#index-engine/facts';
import type { Exclusion } from '#index-engine/screens/grade';
import { type Span, type Standings, type Stood, without } from '#index-engine/standing';
import { byText } from '#methodology/canonical';
import { EVIDENCE } from '#methodology/evidence';
import type { Observation } from '#store/observation';

/** One candidate of the duplicate screen: an observation on grade, and its price in micro-USD per GPU. */
export interface Slice {
  observation: Observation;
  micro: number;
}

const machineOf = ({ source, sweep_id, attributes }: Observation) =>
  attributes.machine === undefined ? null : `${source}\n${sweep_id}\n${attributes.machine}`;

const betterSlice = (a: Slice, b: Slice) =>
  (b.observation.gpus ?? 0) - (a.observation.gpus ?? 0) ||
  a.micro - b.micro ||
  byText(a.observation.native_id, b.observation.native_id);

/**
 * Screen 5a: one machine in several slices counts once in a sweep, as its largest slice; of equal ones the cheapest, then the first by id.
 * @returns exclusions by observation id
 */
export function screenSlices(slices: readonly Slice[]): Map<string, Exclusion> {
  const best = new Map<string, Slice>();
  const excluded = new Map<string, Exclusion>();
  for (const slice of slices) {
    const machine = machineOf(slice.observation);
    if (machine === null) continue;
    const known = best.get(machine);
    if (!known || betterSlice(slice, known) < 0) best.set(machine, slice);
  }
  if (best.size === 0) return excluded;
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

/** Whether anybody's price is told by more than one source: most books are not looked at further. */
function isToldTwice({ facts: standing }: Standings): boolean {
  const sources = placesOfNames();
  for (const { provider, source, aggregator } of standing) {
    const known = sources[provider] as number;
    if (aggregator || (known >= 0 && known !== source)) return true;
    sources[provider] = source;
  }
  return false;
}

/** The origin's own before aggregators, then the stronger evidence. */
const rankOf = ({ aggregator, evidence }: Observation) =>
  (aggregator ? EVIDENCE.length : 0) + EVIDENCE.indexOf(evidence);

/**
 * Screen 5b: an aggregator's row is its origin's price and gives way while the origin's own stands on grade. Of two sources of the origin's
 * own (a page and an API), and of two aggregators, the one with the stronger evidence speaks, else the first by name, and the others give
 * way while it stands on grade.
 * @param graded those of them on grade
 * @returns for each standing that gives way, the spans in which what it gives way to stood
 */
export function originSpans(
  standing: Standings,
  graded: () => readonly { observation: Observation }[],
): Map<string, Span[]> {
  if (!isToldTwice(standing)) return new Map();
  const onGrade = new Set(graded().map(({ observation }) => observation.observation_id));
  const lineOf = ({ provider, tenor }: Observation) => `${provider}\n${tenor ?? ''}`;
  const lines = new Map<string, Map<string, { rank: number; spans: Span[] }>>();
  standing.facts.forEach(({ observation }, place) => {
    if (!onGrade.has(observation.observation_id)) return;
    const { own, asListed } = standing.stood[place] as Stood;
    const line = lineOf(observation);
    const sources = lines.get(line) ?? new Map<string, { rank: number; spans: Span[] }>();
    const known = sources.get(observation.source) ?? { rank: Number.POSITIVE_INFINITY, spans: [] };
    known.rank = Math.min(known.rank, rankOf(observation));
    known.spans.push(...own, ...asListed);
    lines.set(line, sources.set(observation.source, known));
  });
  const ahead = new Map<string, Span[]>();
  for (const [line, sources] of lines) {
    const spans: Span[] = [];
    const ordered = [...sources].sort(([a, one], [b, two]) => one.rank - two.rank || byText(a, b));
    for (const [source, held] of ordered) {
      ahead.set(`${line}\n${source}`, [...spans]);
      spans.push(...held.spans);
    }
  }
  const gives = new Map<string, Span[]>();
  for (const { observation } of standing.facts) {
    const spans = ahead.get(`${lineOf(observation)}\n${observation.source}`);
    if (spans && spans.length > 0) gives.set(observation.observation_id, spans);
  }
  return gives;
}

/** What is left of when something stood once other spans are taken out. */
export function piecesWithout(stood: Stood, spans: readonly Span[]): Pick<Stood, 'own' | 'asListed'> {
  const left = (pieces: readonly Span[]) => pieces.flatMap((piece) => without(piece, spans));
  return { own: left(stood.own), asListed: left(stood.asListed) };
}
