import type { ApiContext } from '#api/context';
import { latestOf, publishedValue } from '#api/latest';
import { makeShared } from '#api/shared';
import type { IndicesAnswer, LatestFix } from '#api/types';
import type { Level } from '#index-engine/record';
import { type HistoryRow, recentHistory } from '#store/ledger/fixes';
import { type LedgerState, ledgerState, valueBefore } from '#store/ledger/state';
import type { Store } from '#store/store';

/** Strikes in a sparkline. */
const SPARKLINE_STRIKES = 30;

/** The newest strikes of every series, as the ledger has them. */
interface Newest {
  version: string;
  series: ReadonlyMap<string, { rows: HistoryRow[]; before: string | null }>;
}

/** What the newest strikes of a series come to. */
export interface Recent {
  latest: LatestFix;
  sparkline: IndicesAnswer['indices'][number]['sparkline'];
}

/** The newest strikes of every series at one state of the ledger. */
export interface RecentAnswer {
  /** Tells this answer from any other: the ledger's state, and how many newest fixes are still provisional. */
  tag: string;
  series: ReadonlyMap<string, Recent>;
}

const versionOf = ({ fixes, publishedAt }: LedgerState) => `${fixes}-${publishedAt?.getTime().toString(36) ?? '0'}`;

/** The value of the last fix before the newest that had one; asked of the ledger only where the newest strikes do not show it. */
async function beforeNewest(store: Store, rows: readonly HistoryRow[]): Promise<string | null> {
  const newest = rows.at(-1);
  if (!newest || newest.value === null) return null;
  const before = rows.slice(0, -1).findLast((row) => row.value !== null);
  if (before || rows.length < SPARKLINE_STRIKES) return before?.value ?? null;
  return valueBefore(store.ledger.database, newest.series, newest.strike);
}

async function readNewest(store: Store, version: string): Promise<Newest> {
  const series = new Map<string, { rows: HistoryRow[]; before: string | null }>();
  for (const [id, rows] of await recentHistory(store.ledger.database, SPARKLINE_STRIKES)) {
    series.set(id, { rows, before: await beforeNewest(store, rows) });
  }
  return { version, series };
}

function recentOf({ rows, before }: { rows: HistoryRow[]; before: string | null }, now: Date): Recent | null {
  const newest = rows.at(-1);
  if (!newest) return null;
  return {
    latest: latestOf(newest, before, now),
    sparkline: {
      date: rows.map((row) => row.date),
      value: rows.map((row) => publishedValue(row.value, row.strike)),
      level: rows.map((row) => row.level as Level | null),
    },
  };
}

/**
 * A reader of the newest strikes of every series that has been published. The ledger's state is asked each time, and everything else
 * only where that has changed.
 */
export function makeRecentReader({ store, clock }: Pick<ApiContext, 'store' | 'clock'>): () => Promise<RecentAnswer> {
  const shared = makeShared<Newest>();
  let held: Newest | null = null;
  return async () => {
    // The state first: should a fix be published in between, the next request sees another state and reads again.
    const version = versionOf(await ledgerState(store.ledger.database));
    if (held?.version !== version) held = await shared(version, () => readNewest(store, version));
    const now = clock();
    const series = new Map<string, Recent>();
    for (const [id, rows] of held.series) {
      const recent = recentOf(rows, now);
      if (recent) series.set(id, recent);
    }
    const provisional = [...series.values()].filter(({ latest }) => latest.finality === 'provisional').length;
    return { tag: `${version}-${provisional}`, series };
  };
}
