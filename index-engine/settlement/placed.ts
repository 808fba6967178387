import type { Stamp } from '#index-engine/settlement/schedule';
import type { Contract } from '#methodology/contracts';
import { parseDecimal } from '#methodology/decimal';

/** Decimals at which values of fixes are read: more than any fix has. */
export const VALUE_SCALE = 6;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A published fix as a settlement reads it; every revision is one. */
export interface SettlementFix {
  strike: Date;
  revision: number;
  /** As in the signed record, USD per GPU-hour; null where suspended. */
  value: string | null;
  level: number | null;
  reason: string | null;
  hash: string;
  publishedAt: Date;
  simulated: boolean;
  methodology: { version: string; sha256: string };
}

/**
 * `locked`: counted, and final. `provisional`: counted, and may be restated yet. `open`: its fix is to come, be it late. `missed`: final
 * without a fix that counts. A fix that was not published in time may still come, and then it counts: its stamp is missed only once a later
 * fix of the series is published, since the chain of a series takes no fix behind its newest.
 */
export type StampState = 'locked' | 'provisional' | 'open' | 'missed';

/** A stamp of the schedule with the fix that was published for it, and what that fix counts for. */
export interface Placed {
  stamp: Stamp;
  fix: SettlementFix | null;
  /** At `VALUE_SCALE` decimals; null where it does not count. */
  value: bigint | null;
  state: StampState;
  /** Why it does not count. */
  reason: string | null;
}

/** When the fix of a strike counts for good. */
export function finalAt(strike: Date, terms: Contract): number {
  return strike.getTime() + terms.final_after_hours * HOUR_MS;
}

/** The first instant of the trailing days from which open fixes are assumed. */
export function trailingFrom(terms: Contract, now: Date): Date {
  return new Date(now.getTime() - terms.range.trailing_days * DAY_MS);
}

/**
 * The revision of each strike that counts at an instant: one published when its strike was final, be it at that very instant, never replaces
 * the one before it.
 * @returns keyed by strike, in order of strikes
 */
export function countedRevisions(
  fixes: readonly SettlementFix[],
  terms: Contract,
  now: Date,
): Map<string, SettlementFix> {
  const counted = new Map<string, SettlementFix>();
  const inOrder = [...fixes].sort((a, b) => a.strike.getTime() - b.strike.getTime() || a.revision - b.revision);
  for (const fix of inOrder) {
    const published = fix.publishedAt.getTime();
    if (published > now.getTime()) continue;
    const strike = fix.strike.toISOString();
    // A fix published late is final at once: the first revision counts whenever it came.
    if (!counted.has(strike) || published < finalAt(fix.strike, terms)) counted.set(strike, fix);
  }
  return counted;
}

/** The newest strike that was published by an instant; null before the first. */
export function newestOf(fixes: readonly SettlementFix[], now: Date): Date | null {
  const strikes = fixes.flatMap(({ strike, publishedAt }) => (publishedAt <= now ? [strike.getTime()] : []));
  return strikes.length === 0 ? null : new Date(strikes.reduce((newest, one) => Math.max(newest, one)));
}

/** The value of a fix where it counts under the terms; else why it does not. */
function judge(fix: SettlementFix, terms: Contract): { value: bigint; reason: null } | { value: null; reason: string } {
  if (fix.value === null) return { value: null, reason: `suspended: ${fix.reason ?? 'no value was published'}` };
  if (fix.level === null || fix.level > terms.highest_accepted_level) {
    const reason = `level ${fix.level} is above ${terms.highest_accepted_level}, the highest this contract accepts`;
    return { value: null, reason };
  }
  return { value: parseDecimal(fix.value, VALUE_SCALE), reason: null };
}

/**
 * What has become of a stamp at an instant.
 * @param reached the newest strike up to which the chain of the series is published: no fix before it can come any more; null before the first
 */
export function place(
  stamp: Stamp,
  counted: ReadonlyMap<string, SettlementFix>,
  terms: Contract,
  { now, reached }: { now: Date; reached: Date | null },
): Placed {
  const fix = counted.get(stamp.strike) ?? null;
  const strike = new Date(stamp.strike);
  const isFinal = now.getTime() >= finalAt(strike, terms);
  if (fix) {
    const { value, reason } = judge(fix, terms);
    const state = value === null ? (isFinal ? 'missed' : 'open') : isFinal ? 'locked' : 'provisional';
    return { stamp, fix, value, state, reason };
  }
  const nothing = { stamp, fix, value: null };
  if (!isFinal) return { ...nothing, state: 'open', reason: null };
  if (reached !== null && strike < reached) return { ...nothing, state: 'missed', reason: 'no fix was published' };
  const reason =
    'not published in time: its fix may still come late, as long as no later one of the series is published';
  return { ...nothing, state: 'open', reason };
}

/** Whether the fix of a stamp should be there and is not, and may still come late: nothing is to be said of what is simply to come. */
export function isOverdue({
  state,
  fix,
  reason,
}: {
  state: StampState;
  fix: object | null;
  reason: string | null;
}): boolean {
  return state === 'open' && fix === null && reason !== null;
}

/** The lowest, highest and last fix that count in the trailing days before an instant; null where there is none. */
export function trailingFixes(
  counted: ReadonlyMap<string, SettlementFix>,
  terms: Contract,
  now: Date,
): Record<'low' | 'high' | 'last', { fix: SettlementFix; value: bigint }> | null {
  const from = trailingFrom(terms, now);
  const inTime = [...counted.values()].flatMap((fix) => {
    const { value } = judge(fix, terms);
    return value !== null && fix.strike >= from && fix.strike <= now ? [{ fix, value }] : [];
  });
  const last = inTime.at(-1);
  const byValue = [...inTime].sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0));
  const [low, high] = [byValue[0], byValue.at(-1)];
  return low && high && last ? { low, high, last } : null;
}
