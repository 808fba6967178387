import { expect, it } from 'vitest';
import type { SourceHealth, SourceStatus } from '#api/types';
import { arrangeSources, errorWords, stateWords, tallySources } from './words';

const now = Date.parse('2026-07-28T15:00:00Z');
function source(id: string, state: SourceHealth['state'], last: string | null = null): SourceStatus {
  return {
    id,
    title: id,
    homepage: '',
    provider: null,
    venue_type: 'marketplace',
    evidence: ['executable'],
    aggregator: false,
    schedule: '',
    terms: { status: 'permitted', note: '', url: '' },
    key_needed: state === 'never',
    unproven: false,
    freshness_objective_seconds: 1800,
    health: {
      state,
      last_run_at: null,
      last_success_at: last,
      last_error: null,
      consecutive_failures: 3,
      next_run_at: null,
    },
    captures: 0,
    observations: 0,
    quarantined: 0,
    last_capture_at: null,
    rejections: [],
    unknown_labels: [],
  };
}

it('puts first what needs a person', () => {
  const all = [source('a', 'fresh'), source('b', 'never'), source('c', 'failing'), source('d', 'late')];
  expect(arrangeSources(all).map(({ id }) => id)).toEqual(['c', 'd', 'b', 'a']);
  expect(tallySources(all)).toBe('1 failing, 1 late, 1 never read, 1 fresh');
});

it('says a state in a sentence', () => {
  expect(stateWords(source('a', 'late', '2026-07-28T13:00:00Z'), now)).toBe(
    'late: last read 2\u2009h ago, and 30\u2009min is its limit',
  );
  expect(stateWords(source('a', 'failing'), now)).toBe('failing: 3 failures in a row, never read with success');
  expect(stateWords(source('a', 'never'), now)).toBe('never run; it needs a key');
});

it('translates the errors a newcomer meets and leaves the rest as they are', () => {
  expect(errorWords('getaddrinfo ENOTFOUND console.vast.ai')).toMatch(/no network/);
  expect(errorWords('HTTP 429 Too Many Requests')).toMatch(/slow down/);
  expect(errorWords('HTTP 503')).toMatch(/source itself/);
  expect(errorWords('something else')).toBeNull();
});
