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

/** When something stood, and for how many seconds inside the window. */
export interface Stood {
  /** While it is what it was called: executable, administered or listed. */
  own: readonly Span[];
  /** Past its own limit, while it still counts as a listed price. Empty for a listed one. */
  asListed: readonly Span[];
  seconds: number;
}

/** Observations that stood, side by side: what they are, their places among the lines, and when they stood. */
export interface Standings {
  facts: readonly Facts[];
  places: readonly number[];
  stood: readonly Stood[];
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

/** The one before, where it stood as that did. */
function stoodIn(own: readonly Span[], asListed: readonly Span[], window: Span, before: Stood): Stood {
  if (own === before.own && asListed === before.asListed) return before;
  return { own, asListed, seconds: secondsIn(own, window) + secondsIn(asListed, window) };
}

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
): Standings {
  const strike = window.to;
  const bySource = completeSweeps(sweeps);
  const stated = withdrawalsByLine(withdrawals);
  const limits = rulebook.staleness_seconds;
  const found = { facts: new Array<Facts>(all.length), places: new Array<number>(all.length) };
  const stoods = new Array<Stood>(all.length);
  let count = 0;
  // Lines of one source follow each other, and most of what it showed stood as long as what it showed beside it.
  let source = -1;
  let seen: readonly TimedSweep[] = [];
  let stood: Stood = { own: NOWHERE, asListed: NOWHERE, seconds: 0 };
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
      stood = stoodIn(held.own, held.aged, window, stood);
    } else {
      const aged = Math.min(last, from + ownLimit);
      stood = stoodIn(spanOf(from, aged, stood.own), spanOf(aged, last, stood.asListed), window, stood);
    }
    // A line's last word that ran out before the window says "stale" for a while; one followed by another, or withdrawn, is no input.
    if (stood.seconds === 0) {
      const isStale = isLast && last !== strike && last !== replaced && last !== withdrawn;
      if (!isStale || lastOf(stood) < window.from - limits.reported_for) continue;
    }
    found.facts[count] = facts;
    found.places[count] = index;
    stoods[count] = stood;
    count += 1;
  }
  for (const column of [found.facts, found.places, stoods]) column.length = count;
  return { ...found, stood: stoods };
}

/** How many seconds of a window some spans fill. */
export function secondsIn(spans: readonly Span[], { from, to }: Span): number {
  let sum = 0;
  for (const span of spans) sum += Math.max(0, Math.min(span.to, to) - Math.max(span.from, from));
  return sum;
}

/** When it stood last. */
const lastOf = ({ own, asListed }: Stood): number =>
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
