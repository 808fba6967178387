import type { Facts, Lines } from '#index-engine/facts';
import type { FixInputs } from '#index-engine/inputs';
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
  facts: Facts;
  /** Its place among the lines. */
  index: number;
  /** Seconds that it stood inside the window. */
  seconds: number;
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
function looksAt({ observation }: Facts, sweeps: readonly TimedSweep[], from: number, end: number): number[] {
  const looks = [from];
  for (let index = firstAfter(sweeps, from); index < sweeps.length; index += 1) {
    const { at, sweep } = sweeps[index] as TimedSweep;
    if (at >= end) break;
    if (covers(sweep, observation)) looks.push(at);
  }
  return looks;
}

/** When the first complete sweep that covers an offer lacked it. */
function lackedAt({ observation }: Facts, sweeps: readonly TimedSweep[], learned: number): number {
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

/** One span, or none; the list before where it is the same. */
function spanOf(from: number, to: number, before: readonly Span[]): readonly Span[] {
  if (to <= from) return NOWHERE;
  const [only] = before;
  return only !== undefined && before.length === 1 && only.from === from && only.to === to ? before : [{ from, to }];
}

/**
 * When each standing price stood (methodology, section 3): from its event until it was replaced by the line's next observation, withdrawn,
 * stale, or the strike. An offer is withdrawn when a later complete sweep that covers its provider lacks it; a failed sweep withdraws
 * nothing. A change point holds from look to look: unchanged is not the same as not looked at, so it goes stale between looks too far
 * apart, and only its source's own word withdraws it.
 * @param lines in their order
 * @param window up to the strike
 * @returns those that stood in the window, and those that ran out so shortly before that they are named as stale; all others are history
 */
export function standings(
  { facts: all, lineOf }: Lines,
  { sweeps, withdrawals }: Pick<FixInputs, 'sweeps' | 'withdrawals'>,
  window: Span,
  rulebook: Rulebook,
): Standing[] {
  const strike = window.to;
  const bySource = completeSweeps(sweeps);
  const stated = withdrawalsByLine(withdrawals);
  const limits = rulebook.staleness_seconds;
  const found = new Array<Standing>(all.length);
  let count = 0;
  // Lines of one source follow each other, and most of what it showed stood as long as what it showed beside it.
  let source = -1;
  let seen: readonly TimedSweep[] = [];
  let ownBefore = NOWHERE;
  let agedBefore = NOWHERE;
  for (let index = 0; index < all.length; index += 1) {
    const facts = all[index] as Facts;
    const { event: from, learned, kind } = facts;
    const isLast = lineOf[index + 1] !== lineOf[index];
    const replaced = isLast ? Number.POSITIVE_INFINITY : (all[index + 1] as Facts).event;
    if (replaced <= window.from) continue;
    if (facts.source !== source) {
      source = facts.source;
      seen = bySource.get(facts.observation.source) ?? [];
    }
    const { isChangePoint, evidence } = kind;
    let withdrawn = isChangePoint ? Number.POSITIVE_INFINITY : lackedAt(facts, seen, learned);
    if (stated.size > 0)
      for (const { at } of stated.get(facts.line) ?? NEVER) if (at > from && at < withdrawn) withdrawn = at;
    const ownLimit = evidence === 'transaction' ? 0 : limits[evidence];
    const longest = Math.max(ownLimit, limits.listed);
    const ended = Math.min(replaced, withdrawn, strike);
    let last = Math.min(ended, from + longest);
    if (isChangePoint) {
      const looks = looksAt(facts, seen, from, ended);
      const held = { own: [] as Span[], aged: [] as Span[] };
      for (let place = 0; place < looks.length; place += 1) {
        const at = looks[place] as number;
        last = Math.min(ended, looks[place + 1] ?? ended, at + longest);
        join(held.own, at, Math.min(last, at + ownLimit));
        join(held.aged, Math.min(last, at + ownLimit), last);
      }
      ownBefore = held.own;
      agedBefore = held.aged;
    } else {
      const aged = Math.min(last, from + ownLimit);
      ownBefore = spanOf(from, aged, ownBefore);
      agedBefore = spanOf(aged, last, agedBefore);
    }
    const own = ownBefore;
    const asListed = agedBefore;
    const seconds = secondsIn(own, window) + secondsIn(asListed, window);
    const end =
      last === strike ? 'strike' : last === replaced ? 'replaced' : last === withdrawn ? 'withdrawn' : 'stale';
    // A line's last word that ran out before the window says "stale" for a while; one followed by another, or withdrawn, is no input.
    const isNamed = end === 'stale' && isLast && lastOf(own, asListed) >= window.from - limits.reported_for;
    if (seconds === 0 && !isNamed) continue;
    found[count] = { facts, index, seconds, own, asListed, end };
    count += 1;
  }
  found.length = count;
  return found;
}

/** How many seconds of a window some spans fill. */
export function secondsIn(spans: readonly Span[], { from, to }: Span): number {
  let sum = 0;
  for (const span of spans) sum += Math.max(0, Math.min(span.to, to) - Math.max(span.from, from));
  return sum;
}

/** When the last of some spans ends. */
const lastOf = (own: readonly Span[], asListed: readonly Span[]): number =>
  Math.max(own.at(-1)?.to ?? Number.NEGATIVE_INFINITY, asListed.at(-1)?.to ?? Number.NEGATIVE_INFINITY);

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
