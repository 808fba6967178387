import { currentRulebook } from '#api/series';
import type { SourceStatus } from '#api/types';
import { addDays, localDate, strikeOn } from '#methodology/strike';

/** How a failed fetch says that nothing was reached: the words of ingest, and the system's own. */
const UNREACHED =
  /could not be (found|reached)|refused the connection|did not answer|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|fetch failed/;

const IMPORT = 'npm run -s csi -- import DIR';
const replay = (from: string, to: string) => `npm run -s csi -- replay --from ${from} --to ${to}`;

/** What to do so that there are fixes: with nothing stored, with captures that a strike has passed, or with fresh ones only. */
function whatToDo(captured: { first: string; last: string } | null, now: Date): string {
  const archive = `load a capture archive with ${IMPORT}, then compute its fixes with ${replay('DATE', 'DATE')}`;
  if (!captured) return `No fix has been published yet. To see some, ${archive}.`;
  const { rulebook } = currentRulebook(now);
  const { time, time_zone } = rulebook.strikes.GLOBAL;
  const today = localDate(now, time_zone);
  const dueAt = strikeOn(today, time, time_zone).instant.getTime() + rulebook.publication_delay_seconds * 1000;
  const lastDue = dueAt <= now.getTime() ? today : addDays(today, -1);
  const from = localDate(new Date(captured.first), time_zone);
  const [to = lastDue] = [localDate(new Date(captured.last), time_zone), lastDue].sort();
  return from <= lastDue
    ? `No fix has been published yet. Captures are stored: compute their fixes with ${replay(from, to)}.`
    : `No fix has been published yet: the first comes after the strike at ${time} ${time_zone}. To see some now, ${archive}.`;
}

/**
 * What a person can do while nothing has been published, in plain words.
 * @param captured the first and the last instant of what is stored
 */
export function hintOf(
  sources: readonly SourceStatus[],
  captured: { first: string; last: string } | null,
  now: Date,
): string {
  const runs = sources.filter((source) => source.health.last_run_at !== null);
  const unreached = runs.filter(
    ({ health }) => health.consecutive_failures > 0 && UNREACHED.test(health.last_error ?? ''),
  );
  const sentences = [whatToDo(captured, now)];
  if (unreached.length > 0) {
    const which =
      unreached.length === runs.length
        ? 'Live collection fails'
        : `${unreached.map(({ id }) => id).join(', ')} cannot be read`;
    sentences.push(`${which} because this machine does not reach the sources over the network; an archive needs none.`);
  }
  return sentences.join(' ');
}
