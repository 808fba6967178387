import type { ApiParts } from '#api/context';
import type { Store } from '#store/store';

/** Parts of an API whose stores are never asked: for the routes that read none. */
export function storelessParts(terminalFolder: string): ApiParts {
  const refuse = () => {
    throw new Error('this test has no stores');
  };
  const refusing = new Proxy({}, { get: refuse });
  return {
    store: { folder: '', clickhouse: refusing, ledger: { database: refusing } } as Store,
    clock: () => new Date('2026-07-29T10:00:00.000Z'),
    sources: [],
    nextRuns: () => new Map(),
    simulated: true,
    terminalFolder,
  };
}
