import { byText } from '#index-engine/inputs';
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
  /** While it is what it was called: executable, administered or listed. */
  own: Span;
  /** After its own limit, while it still counts as a listed price. Empty for a listed one. */
  asListed: Span;
  /** What ended it. */
  end: 'replaced' | 'withdrawn' | 'stale' | 'strike';
}

const seconds = (instant: string) => Math.floor(Date.parse(instant) / 1000);
export const lengthOf = ({ from, to }: Span): number => Math.max(0, to - from);
export const overlap = (a: Span, b: Span): Span => ({ from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) });

/** Sweeps that withdraw what they lack, by source, in order of time. */
function completeSweeps(sweeps: readonly Sweep[]): Map<string, { at: number; sweep: Sweep }[]> {
  const bySource = new Map<string, { at: number; sweep: Sweep }[]>();
  for (const sweep of sweeps) {
    if (!sweep.complete) continue;
    const list = bySource.get(sweep.source) ?? [];
    list.push({ at: seconds(sweep.observed_at), sweep });
    bySource.set(sweep.source, list);
  }
  for (const list of bySource.values()) list.sort((a, b) => a.at - b.at || byText(a.sweep.sweep_id, b.sweep.sweep_id));
  return bySource;
}

/**
 * When each standing price stood (methodology, section 3): from its event until it was replaced by the line's next observation, lacked
 * by a later complete sweep that covers its provider, stale, or the strike. A failed sweep withdraws nothing.
 * @param observations sorted by source, native id and event time
 * @param strike seconds since 1970
 */
export function standings(
  observations: readonly Observation[],
  sweeps: readonly Sweep[],
  strike: number,
  rulebook: Rulebook,
): Standing[] {
  const bySource = completeSweeps(sweeps);
  const limits = rulebook.staleness_seconds;
  return observations.map((observation, index) => {
    const from = seconds(observation.event_at);
    const learned = seconds(observation.observed_at);
    const next = observations[index + 1];
    const sameLine = next && next.source === observation.source && next.native_id === observation.native_id;
    const replaced = sameLine ? seconds(next.event_at) : Number.POSITIVE_INFINITY;
    const withdrawn = (bySource.get(observation.source) ?? []).find(
      ({ at, sweep }) =>
        at > learned &&
        sweep.sweep_id !== observation.sweep_id &&
        (sweep.covers.length === 0 || sweep.covers.includes(observation.venue)),
    );
    const own = observation.evidence === 'transaction' ? 0 : limits[observation.evidence];
    const stale = from + Math.max(own, limits.listed);
    const to = Math.min(replaced, withdrawn?.at ?? Number.POSITIVE_INFINITY, stale, strike);
    const end = to === strike ? 'strike' : to === replaced ? 'replaced' : to === withdrawn?.at ? 'withdrawn' : 'stale';
    const turns = Math.min(to, from + own);
    return { observation, own: { from, to: turns }, asListed: { from: turns, to }, end };
  });
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
