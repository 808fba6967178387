import { type Schedule, strikesOf } from '#index-engine/compute-strike';
import { dueAt } from '#index-engine/finality/rules';
import { type LoadedRulebook, rulebookAt } from '#methodology/rulebook';
import { addDays, datesBetween, localDate, type Strike } from '#methodology/strike';

/** What is struck together, under the rulebook in force. */
export interface Struck {
  strike: Strike;
  schedules: Schedule[];
  loaded: LoadedRulebook;
}

/**
 * The strikes from an instant on, it included, that are due to be published, in order of time.
 * @param now what is due later is left out
 */
export function strikesDue(from: Date, now: Date): Struck[] {
  // A strike's local date is at most a day from that of its instant.
  const dates = datesBetween(addDays(localDate(from, 'UTC'), -1), addDays(localDate(now, 'UTC'), 1));
  return dates
    .flatMap((date) => {
      const loaded = rulebookAt(new Date(`${date}T12:00:00Z`));
      return strikesOf(date, loaded).map((one) => ({ ...one, loaded }));
    })
    .filter(({ strike: { instant }, loaded }) => instant >= from && dueAt(instant, loaded.rulebook) <= now)
    .sort((a, b) => a.strike.instant.getTime() - b.strike.instant.getTime());
}
