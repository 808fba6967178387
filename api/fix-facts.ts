import { currentRulebook } from '#api/series';
import type { FixCorrection, FixFacts } from '#api/types';
import { ANNOTATION, type Correction, correctionsOf, fixSubject } from '#index-engine/finality/findings';
import { dueAt, finalAt, timelinessOf } from '#index-engine/finality/rules';
import { serviceSince } from '#index-engine/finality/service';
import { calendars, isBusinessDay } from '#methodology/calendars';
import type { LedgerDatabase } from '#store/ledger/client';
import type { LedgerFix } from '#store/ledger/fixes';
import { signedRecordsOf } from '#store/ledger/log';

/** For each calendar that contracts name, whether a local date is a business day; null where the calendar does not reach. */
export function businessDays(date: string): Record<string, boolean | null> {
  return Object.fromEntries(
    calendars().map(({ id, first, last }) => [id, date < first || date > last ? null : isBusinessDay(id, date)]),
  );
}

/** A correction as readers see it. */
export function correctionRow({ value, level, status, change, reason, known_at, fix_hash }: Correction): FixCorrection {
  return { value, level, status, change, reason, known_at, fix_hash };
}

interface Annotation {
  text: string;
}

/** What is known of a fix beside its signed record. @param first its first revision */
export async function factsOf(database: LedgerDatabase, first: LedgerFix): Promise<FixFacts> {
  const { series, strike, date, publishedAt } = first;
  const { rulebook } = currentRulebook(strike);
  const [own, ofStrike, corrections, since] = [
    await signedRecordsOf(database, ANNOTATION, fixSubject(series, strike)),
    await signedRecordsOf(database, ANNOTATION, strike.toISOString()),
    await correctionsOf(database, series),
    await serviceSince(database),
  ];
  // What was said of the whole strike is of this fix where it names it.
  const named = ofStrike.filter(({ canonical }) =>
    (JSON.parse(canonical) as { fixes?: string[] }).fixes?.includes(first.hash),
  );
  const correction = corrections.get(strike.toISOString());
  return {
    due_at: dueAt(strike, rulebook).toISOString(),
    final_at: finalAt(strike, rulebook).toISOString(),
    timeliness: timelinessOf(strike, publishedAt, since, rulebook),
    business_days: businessDays(date),
    annotations: [...own, ...named]
      .sort((a, b) => a.at.getTime() - b.at.getTime())
      .map(({ at, canonical, hash }) => ({
        at: at.toISOString(),
        text: (JSON.parse(canonical) as Annotation).text,
        hash,
      })),
    correction: correction ? correctionRow(correction) : null,
  };
}
