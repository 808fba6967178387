import { byText, type FixInputs, isChangePoint } from '#index-engine/inputs';
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
  own: Span[];
  /** Past its own limit, while it still counts as a listed price. Empty for a listed one. */
  asListed: Span[];
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

/** The times at which a change point was looked at and found unchanged, its own among them, before `end`. */
function looksAt(
  observation: Observation,
  sweeps: readonly { at: number; sweep: Sweep }[],
  from: number,
  end: number,
): number[] {
  if (!isChangePoint(observation)) return [from];
  const later = sweeps
    .filter(({ at, sweep }) => at > from && at < end && covers(sweep, observation))
    .map(({ at }) => at);
  return [from, ...later];
}

function covers(sweep: Sweep, { venue }: Observation): boolean {
  return sweep.covers.length === 0 || sweep.covers.includes(venue);
}

/** Spans that touch, as one. */
function joined(spans: readonly Span[]): Span[] {
  const whole: Span[] = [];
  for (const span of spans) {
    if (lengthOf(span) === 0) continue;
    const last = whole.at(-1);
    if (last && last.to === span.from) last.to = span.to;
    else whole.push({ ...span });
  }
  return whole;
}

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
  const stated = new Map<string, number[]>();
  for (const { source, native_id, at } of withdrawals) {
    const key = `${source}\n${native_id}`;
    const times = stated.get(key);
    if (times) times.push(seconds(at));
    else stated.set(key, [seconds(at)]);
  }
  const limits = rulebook.staleness_seconds;
  return observations.map((observation, index) => {
    const next = observations[index + 1];
    const sameLine = next && next.source === observation.source && next.native_id === observation.native_id;
    const replaced = sameLine ? seconds(next.event_at) : Number.POSITIVE_INFINITY;
    if (replaced <= window.from) return { observation, own: [], asListed: [], end: 'replaced' };
    const from = seconds(observation.event_at);
    const learned = seconds(observation.observed_at);
    const seen = bySource.get(observation.source) ?? [];
    const lacking = isChangePoint(observation)
      ? undefined
      : seen.find(
          ({ at, sweep }) => at > learned && sweep.sweep_id !== observation.sweep_id && covers(sweep, observation),
        );
    const said = (stated.get(`${observation.source}\n${observation.native_id}`) ?? []).filter((at) => at > from);
    const withdrawn = Math.min(lacking?.at ?? Number.POSITIVE_INFINITY, ...said);
    const own = observation.evidence === 'transaction' ? 0 : limits[observation.evidence];
    const longest = Math.max(own, limits.listed);
    const ended = Math.min(replaced, withdrawn, strike);
    const looks = looksAt(observation, seen, from, ended);
    const until = looks.map((at, place) => Math.min(ended, looks[place + 1] ?? ended, at + longest));
    const last = until.at(-1) as number;
    const end =
      last === strike ? 'strike' : last === replaced ? 'replaced' : last === withdrawn ? 'withdrawn' : 'stale';
    return {
      observation,
      own: joined(looks.map((at, place) => ({ from: at, to: Math.min(until[place] as number, at + own) }))),
      asListed: joined(
        looks.map((at, place) => ({ from: Math.min(until[place] as number, at + own), to: until[place] as number })),
      ),
      end,
    };
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
