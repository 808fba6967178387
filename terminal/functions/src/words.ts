import type { SourceHealth, SourceStatus } from '#api/types';
import { plural } from '../../parts/number';
import { ago, duration } from '../../parts/time';

/** Failing first, then late, never, fresh: what needs a person stands at the top. */
const ORDER: Record<SourceHealth['state'], number> = { failing: 0, late: 1, never: 2, fresh: 3 };

/** Sources in the order in which they need attention. */
export function arrangeSources(sources: readonly SourceStatus[]): SourceStatus[] {
  return sources.toSorted((a, b) => ORDER[a.health.state] - ORDER[b.health.state] || (a.id < b.id ? -1 : 1));
}

/** "2 failing, 1 late, 5 fresh" */
export function tallySources(sources: readonly SourceStatus[]): string {
  const states = Object.keys(ORDER) as SourceHealth['state'][];
  return states
    .flatMap((state) => {
      const number = sources.filter((source) => source.health.state === state).length;
      return number > 0 ? [`${number} ${state === 'never' ? 'never read' : state}`] : [];
    })
    .join(', ');
}

/** The state of a source in one plain sentence. */
export function stateWords(source: SourceStatus, now: number): string {
  const { health } = source;
  const objective = duration(source.freshness_objective_seconds);
  const since = health.last_success_at ? `last read ${ago(health.last_success_at, now)}` : 'never read with success';
  switch (health.state) {
    case 'fresh':
      return `fresh: ${since}, within ${objective}`;
    case 'late':
      return `late: ${since}, and ${objective} is its limit`;
    case 'failing':
      return `failing: ${plural(health.consecutive_failures, 'failure')} in a row, ${since}`;
    case 'never':
      return source.key_needed ? 'never run; it needs a key' : 'never run';
  }
}

/** Errors of networks and servers that a newcomer meets, in plain words before the error itself. */
const ERRORS: readonly [RegExp, string][] = [
  [
    /ENOTFOUND|EAI_AGAIN|could not be resolved|getaddrinfo/i,
    'Its host name could not be resolved, so this machine may have no network',
  ],
  [/ECONNREFUSED/i, 'The host refused the connection'],
  [/ECONNRESET|socket hang up/i, 'The host broke the connection off'],
  [/ETIMEDOUT|timed? ?out|TimeoutError|aborted/i, 'It did not answer in time'],
  [/certificate|SELF_SIGNED|TLS/i, 'Its certificate was not accepted'],
  [/\b(401|403)\b|unauthori[sz]ed|forbidden/i, 'It refused access: a key may be missing or wrong'],
  [/\b429\b|rate limit/i, 'It asked us to slow down'],
  [/\b404\b/i, 'Its address has gone'],
  [/\b5\d\d\b/, 'The source itself had an error'],
  [/fetch failed|network/i, 'It could not be reached: this machine may have no network'],
  [/canary|shape|schema/i, 'Its answer has another shape than expected, so nothing was taken from it'],
];

/** What an error means, in plain words; null where the error's own words are all there is. */
export function errorWords(error: string): string | null {
  return ERRORS.find(([pattern]) => pattern.test(error))?.[1] ?? null;
}
