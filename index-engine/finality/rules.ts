import type { FixRecord } from '#index-engine/record';
import { formatDecimal, parseDecimal, parseRatio } from '#methodology/decimal';
import type { Rulebook } from '#methodology/rulebook';

/** A fix is provisional until a day after its strike, and final from then on: the clock says so, and nothing else. */
export type Finality = 'provisional' | 'final';

/** On time, or late; or computed for a strike from before the service published, as a replay of an archive is. */
export type Timeliness = 'on_time' | 'late' | 'backcast';

const later = (instant: Date, seconds: number) => new Date(instant.getTime() + seconds * 1000);

/** When the fixes of a strike are to be published: not before, and late if long after. */
export const dueAt = (strike: Date, rulebook: Rulebook) => later(strike, rulebook.publication_delay_seconds);

/** From when on the fixes of a strike never change. */
export const finalAt = (strike: Date, { finality }: Rulebook) => later(strike, finality.final_after_seconds);

/** When the fixes of a strike are looked at for the last time before they are final. */
export const recheckAt = (strike: Date, { finality }: Rulebook) =>
  later(strike, finality.final_after_seconds - finality.recheck_before_final_seconds);

/** Whether a fix is final at an instant. */
export const finalityOf = (strike: Date, now: Date, rulebook: Rulebook): Finality =>
  now.getTime() >= finalAt(strike, rulebook).getTime() ? 'final' : 'provisional';

/**
 * How a fix came to be published when it was. A strike from before the service began was nobody's to publish: its fix is a backcast,
 * however it came about. Every later one was, so that it is late even where somebody replayed it by hand.
 * @param publishedAt of its first revision
 * @param since when the service began to publish; null where it never did
 */
export function timelinessOf(strike: Date, publishedAt: Date, since: Date | null, rulebook: Rulebook): Timeliness {
  if (since === null || strike.getTime() < since.getTime()) return 'backcast';
  const latest = later(dueAt(strike, rulebook), rulebook.finality.late_after_seconds);
  return publishedAt.getTime() > latest.getTime() ? 'late' : 'on_time';
}

/** What of a fix a restatement is judged by. */
export type Judged = Pick<FixRecord, 'value' | 'level'>;

const SCALE = 6;
const CHANGE_DECIMALS = 6;

/** The relative change of a value, exact to six decimals toward zero, e.g. "-0.012300"; null where either has none. */
export function relativeChange(before: string | null, after: string | null): string | null {
  if (before === null || after === null) return null;
  const [a, b] = [parseDecimal(before, SCALE), parseDecimal(after, SCALE)];
  return a === 0n ? null : formatDecimal(((b - a) * 10n ** BigInt(CHANGE_DECIMALS)) / a, CHANGE_DECIMALS);
}

/** Whether a value moved by more than a fraction of itself. Exact: at the fraction itself it did not. */
function movedBeyond(before: string, after: string, threshold: string): boolean {
  const [a, b] = [parseDecimal(before, SCALE), parseDecimal(after, SCALE)];
  const { numerator, denominator } = parseRatio(threshold);
  return (b > a ? b - a : a - b) * denominator > a * numerator;
}

/**
 * Why a fix has to be stated otherwise, in words; null where what was found makes no difference. A value that appears or goes, and a level
 * that changes, do so whatever the value is: contracts go by both. That a fix is thin or normal, and all it tells of its evidence, does not.
 */
export function reasonToRestate(stated: Judged, found: Judged, { finality }: Rulebook): string | null {
  const words = ({ value, level }: Judged) => (value === null ? 'suspended' : `${value} at level ${level}`);
  const both = `${words(stated)} stated, ${words(found)} with what is known now`;
  if (stated.level !== found.level) return `the level changes: ${both}`;
  if (stated.value === null || found.value === null) return null;
  if (!movedBeyond(stated.value, found.value, finality.restatement_threshold)) return null;
  return `the value moves by more than ${finality.restatement_threshold} of itself: ${both}`;
}
