import { type Facts, factsOf } from '#index-engine/facts';
import { type FixInputs, isChangePoint } from '#index-engine/inputs';
import {
  completeSweeps,
  firstAfter,
  type TimedSweep,
  type TimedWithdrawal,
  withdrawalsByLine,
} from '#index-engine/sweeps';
import type { Rulebook } from '#methodology/rulebook';
import type { Observation, Sweep } from '#store/observation';

/** A stretch of time in whole seconds since 1970, half-open. */
export interface Span {
  from: number;
  to: number;
}

/** How long one observation stood in the book. */
export interface Standing {
  observation: Observation;
  facts: Facts;
  /** While it is what it was called: executable, administered or listed. */
  own: readonly Span[];
  /** Past its own limit, while it still counts as a listed price. Empty for a listed one. */
  asListed: readonly Span[];
  /** What ended it. */
  end: 'replaced' | 'withdrawn' | 'stale' | 'strike';
}

export const lengthOf = ({ from, to }: Span): number => Math.max(0, to - from);
export const overlap = (a: Span, b: Span): Span => ({ from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) });

/** The times at which a change point was looked at and found unchanged, its own among them, before `end`. */
function looksAt(observation: Observation, sweeps: readonly TimedSweep[], from: number, end: number): number[] {
  const looks = [from];
  for (let index = firstAfter(sweeps, from); index < sweeps.length; index += 1) {
    const { at, sweep } = sweeps[index] as TimedSweep;
    if (at >= end) break;
    if (covers(sweep, observation)) looks.push(at);
  }
  return looks;
}

/** When the first complete sweep that covers an offer lacked it. */
function lackedAt(observation: Observation, sweeps: readonly TimedSweep[], learned: number): number {
  for (let index = firstAfter(sweeps, learned); index < sweeps.length; index += 1) {
    const { at, sweep } = sweeps[index] as TimedSweep;
    if (sweep.sweep_id !== observation.sweep_id && covers(sweep, observation)) return at;
  }
  return Number.POSITIVE_INFINITY;
}

function covers(sweep: Sweep, { venue }: Observation): boolean {
  return sweep.covers.length === 0 || sweep.covers.includes(venue);
}

/** Adds a span to others in order of time; spans that touch are one. */
function join(spans: Span[], from: number, to: number): void {
  if (to <= from) return;
  const last = spans.at(-1);
  if (last && last.to === from) last.to = to;
  else spans.push({ from, to });
}

const NOWHERE: readonly Span[] = [];
const NEVER: readonly TimedWithdrawal[] = [];
const spanOf = (from: number, to: number): readonly Span[] => (to > from ? [{ from, to }] : NOWHERE);

/**
 * When each standing price stood (methodology, section 3): from its event until it was replaced by the line's next observation, withdrawn,
 * stale, or the strike. An offer is withdrawn when a later complete sweep that covers its provider lacks it; a failed sweep withdraws
 * nothing. A change point holds from look to look: unchanged is not the same as not looked at, so it goes stale between looks too far
 * apart, and only its source's own word withdraws it.
 * @param observations sorted by source, native id and event time
 * @param window up to the strike; what was replaced before it stands nowhere in it, and is not looked at closely
 */
export function standings(
  observations: readonly Observation[],
  { sweeps, withdrawals }: Pick<FixInputs, 'sweeps' | 'withdrawals'>,
  window: Span,
  rulebook: Rulebook,
): Standing[] {
  const strike = window.to;
  const bySource = completeSweeps(sweeps);
  const stated = withdrawalsByLine(withdrawals);
  const limits = rulebook.staleness_seconds;
  const none: readonly TimedSweep[] = [];
  const found = new Array<Standing>(observations.length);
  const [first] = observations;
  let following: Facts | null = first === undefined ? null : factsOf(first);
  for (let index = 0; index < observations.length; index += 1) {
    const observation = observations[index] as Observation;
    const facts = following as Facts;
    const { event: from, learned, line } = facts;
    const next = observations[index + 1];
    following = next === undefined ? null : factsOf(next);
    const replaced = following?.line === line ? following.event : Number.POSITIVE_INFINITY;
    if (replaced <= window.from) {
      found[index] = { observation, facts, own: NOWHERE, asListed: NOWHERE, end: 'replaced' };
      continue;
    }
    const seen = bySource.get(observation.source) ?? none;
    const isPoint = isChangePoint(observation);
    let withdrawn = isPoint ? Number.POSITIVE_INFINITY : lackedAt(observation, seen, learned);
    for (const { at } of stated.get(line) ?? NEVER) if (at > from && at < withdrawn) withdrawn = at;
    const own = observation.evidence === 'transaction' ? 0 : limits[observation.evidence];
    const longest = Math.max(own, limits.listed);
    const ended = Math.min(replaced, withdrawn, strike);
    let last = Math.min(ended, from + longest);
    let fresh: readonly Span[] = spanOf(from, Math.min(last, from + own));
    let aged: readonly Span[] = spanOf(Math.min(last, from + own), last);
    if (isPoint) {
      const looks = looksAt(observation, seen, from, ended);
      const held = { fresh: [] as Span[], aged: [] as Span[] };
      for (let place = 0; place < looks.length; place += 1) {
        const at = looks[place] as number;
        last = Math.min(ended, looks[place + 1] ?? ended, at + longest);
        join(held.fresh, at, Math.min(last, at + own));
        join(held.aged, Math.min(last, at + own), last);
      }
      ({ fresh, aged } = held);
    }
    const end =
      last === strike ? 'strike' : last === replaced ? 'replaced' : last === withdrawn ? 'withdrawn' : 'stale';
    found[index] = { observation, facts, own: fresh, asListed: aged, end };
  }
  return found;
}

/** What is left of a span without others. Spans come back in order of time. */
export function without(span: Span, others: readonly Span[]): Span[] {
  let left: Span[] = lengthOf(span) > 0 ? [span] : [];
  for (const other of others) {
    left = left.flatMap((one) =>
      [
        { from: one.from, to: Math.min(one.to, other.from) },
        { from: Math.max(one.from, other.to), to: one.to },
      ].filter((piece) => lengthOf(piece) > 0 && lengthOf(piece) <= lengthOf(one)),
    );
  }
  return left;
}
