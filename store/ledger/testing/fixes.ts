import { sha256 } from '#methodology/canonical';
import type { LedgerFix } from '#store/ledger/fixes';

/** A fix of a series on the nth day of July 2026, as the ledger takes it. Its hash is that of its content. */
export function fix(series: string, day: number, changes: Partial<LedgerFix> = {}): LedgerFix {
  const date = `2026-07-${String(day).padStart(2, '0')}`;
  const row = {
    series,
    strike: new Date(`${date}T15:00:00.123Z`),
    revision: 0,
    date,
    value: '2.390001',
    level: 1,
    status: 'published',
    reason: null,
    p25: '2.100000',
    p75: null,
    providers: 7,
    previousHash: null,
    signature: 'signature',
    keyId: 'key-1',
    // One for all: the ledger lets no publication be dated before the newest, and tests append in any order.
    publishedAt: new Date('2026-07-31T15:05:00.456Z'),
    timeZoneDatabase: '2026a',
    ...changes,
  };
  const canonical = JSON.stringify(row);
  return { ...row, canonical, hash: sha256(canonical), ...changes };
}

/** A chain of fixes of one series: each names the hash of the one before. */
export function chain(series: string, days: readonly number[], changes: Partial<LedgerFix> = {}): LedgerFix[] {
  const rows: LedgerFix[] = [];
  for (const day of days) rows.push(fix(series, day, { previousHash: rows.at(-1)?.hash ?? null, ...changes }));
  return rows;
}
