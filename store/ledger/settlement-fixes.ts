import { and, asc, eq, gt, gte, inArray, lte } from 'drizzle-orm';
import type { LedgerDatabase } from '#store/ledger/client';
import type { LedgerFix } from '#store/ledger/fixes';
import { fixes } from '#store/ledger/schema';

/** Hashes in one statement: Postgres takes 65,535 parameters. */
const HASHES_A_STATEMENT = 10_000;

/** What of a signed record bears on a settlement beside the columns: the value in its own spelling, above all. */
interface SignedFacts {
  value: string | null;
  simulated: boolean;
  methodology: { version: string; sha256: string };
}

/** The columns of a fix that bear on a settlement. */
const settlementColumns = {
  strike: fixes.strike,
  revision: fixes.revision,
  level: fixes.level,
  reason: fixes.reason,
  hash: fixes.hash,
  publishedAt: fixes.publishedAt,
  canonical: fixes.canonical,
};

function withSignedFacts<Row extends { canonical: string }>({ canonical, ...row }: Row) {
  // Read here: the embedded Postgres takes five times as long to look into JSON.
  const { value, simulated, methodology } = JSON.parse(canonical) as SignedFacts;
  return { ...row, value, simulated, methodology };
}

/** What of published fixes bears on a settlement: every revision, in order of strikes, both ends included. */
export async function fixesBetween(database: LedgerDatabase, series: string, from: Date, to: Date) {
  const rows = await database
    .select(settlementColumns)
    .from(fixes)
    .where(and(eq(fixes.series, series), gte(fixes.strike, from), lte(fixes.strike, to)))
    .orderBy(asc(fixes.strike), asc(fixes.revision));
  return rows.map(withSignedFacts);
}

/** The first fix of a series after an instant, as it was first published; empty where there is none yet. */
export async function firstFixAfter(database: LedgerDatabase, series: string, after: Date) {
  const rows = await database
    .select(settlementColumns)
    .from(fixes)
    .where(and(eq(fixes.series, series), gt(fixes.strike, after)))
    .orderBy(asc(fixes.strike), asc(fixes.revision))
    .limit(1);
  return rows.map(withSignedFacts);
}

/** Published fixes by their hashes, in order of strikes; those that are not there are left out. */
export async function fixesByHash(database: LedgerDatabase, hashes: readonly string[]): Promise<LedgerFix[]> {
  const rows: LedgerFix[] = [];
  for (let from = 0; from < hashes.length; from += HASHES_A_STATEMENT) {
    const some = hashes.slice(from, from + HASHES_A_STATEMENT);
    rows.push(...(await database.select().from(fixes).where(inArray(fixes.hash, some))));
  }
  return rows.sort((a, b) => a.strike.getTime() - b.strike.getTime() || a.revision - b.revision);
}
