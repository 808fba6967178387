import { and, asc, desc, eq, gt, gte, isNull, lt, max, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { LedgerDatabase } from '#store/ledger/client';
import { appendLeaves, holdLog, type LedgerTransaction, type LogHead } from '#store/ledger/leaves';
import { fixes, logLeaves, rulebooks } from '#store/ledger/schema';

/** A published fix as the ledger holds it. */
export type LedgerFix = typeof fixes.$inferSelect;

/** Rows in one statement: Postgres takes 65,535 parameters. */
const ROWS_A_STATEMENT = 2000;

/** A revision that came when its strike was final. */
export class FinalAlready extends Error {}

function expectNotFinal({ series, strike, revision, publishedAt }: LedgerFix, finalAt: Date): void {
  if (revision === 0 || publishedAt < finalAt) return;
  throw new FinalAlready(
    `revision ${revision} of ${series} at ${strike.toISOString()} would be published at ${publishedAt.toISOString()}, ` +
      `and the strike is final since ${finalAt.toISOString()}: what is found of it now is annotated beside it, and never a revision`,
  );
}

/**
 * Appends fixes, and a leaf of the log for each, in one transaction: all of them or none. The instants of publication never run backwards,
 * whatever a clock does: a fix is published no earlier than the newest before it.
 * @param beforeCommit runs when nothing but the commit can fail any more, so only for the one who publishes, with the log's new head and
 * when it came to be; where it throws, nothing is published. It must not use the ledger but through the transaction.
 * @param finalAt when the strike of the rows is final, by whoever knows the rules: no revision of it is published from then on
 * @returns the rows as published
 * @throws FinalAlready where a revision comes when its strike is final
 * @throws Error where one is there already, or would fork the chain of its series: see `isTaken`
 */
export async function appendFixes(
  database: LedgerDatabase,
  rows: readonly LedgerFix[],
  beforeCommit: (transaction: LedgerTransaction, head: LogHead, at: Date) => Promise<void> = async () => {},
  finalAt: Date | null = null,
): Promise<LedgerFix[]> {
  if (rows.length === 0) return [];
  return database.transaction(async (transaction) => {
    // Who appends holds the log, so that publications are in one order.
    await holdLog(transaction);
    const newest = (await newestFixAt(transaction))?.getTime() ?? 0;
    const published = rows.map((row) => ({
      ...row,
      publishedAt: new Date(Math.max(row.publishedAt.getTime(), newest)),
    }));
    // By the instant it is published at, and under the log's lock: whoever computed it may have looked at the clock long before.
    if (finalAt !== null) for (const row of published) expectNotFinal(row, finalAt);
    for (let from = 0; from < published.length; from += ROWS_A_STATEMENT) {
      await transaction.insert(fixes).values(published.slice(from, from + ROWS_A_STATEMENT));
    }
    const at = (published[0] as LedgerFix).publishedAt;
    const head = await appendLeaves(
      transaction,
      published.map(({ series, canonical }) => ({ kind: 'fix', subject: series, canonical })),
      at,
    );
    await beforeCommit(transaction, head, at);
    return published;
  });
}

/** When the newest fix was published, by the log; null before the first. */
export async function newestFixAt(database: Pick<LedgerDatabase, 'select'>): Promise<Date | null> {
  const [leaf] = await database
    .select({ at: logLeaves.at })
    .from(logLeaves)
    .where(eq(logLeaves.kind, 'fix'))
    .orderBy(desc(logLeaves.index))
    .limit(1);
  return leaf?.at ?? null;
}

/** Codes of Postgres for a row that is there already, and for two transactions that waited for one another. */
const TAKEN = ['23505', '40P01', '40001'];

/** Whether an append failed because another process published in the meantime. */
export function isTaken(error: unknown): boolean {
  for (let one = error; one instanceof Error; one = one.cause) {
    if (TAKEN.includes((one as Error & { code?: string }).code ?? '')) return true;
  }
  return false;
}

/** The last published fix of each series before an instant, newest revision. Keyed by series. */
export async function lastFixes(database: LedgerDatabase, before?: Date): Promise<Map<string, LedgerFix>> {
  const rows = await database
    .selectDistinctOn([fixes.series])
    .from(fixes)
    .where(before ? lt(fixes.strike, before) : undefined)
    .orderBy(fixes.series, desc(fixes.strike), desc(fixes.revision));
  return new Map(rows.map((row) => [row.series, row]));
}

/** How far the chain of a series reaches: the record that none follows, and the newest strike, which is another's after a restatement. */
export interface ChainHead {
  hash: string;
  newest: Date;
}

/** The head of each series' chain, keyed by series. */
export async function chainHeads(database: LedgerDatabase): Promise<Map<string, ChainHead>> {
  const next = alias(fixes, 'next');
  const newest = database
    .select({ series: fixes.series, strike: max(fixes.strike).as('newest') })
    .from(fixes)
    .groupBy(fixes.series)
    .as('newest');
  const rows = await database
    .select({ series: fixes.series, hash: fixes.hash, newest: newest.strike })
    .from(fixes)
    .innerJoin(newest, eq(newest.series, fixes.series))
    .leftJoin(next, and(eq(next.series, fixes.series), eq(next.previousHash, fixes.hash)))
    .where(isNull(next.hash));
  return new Map(rows.map(({ series, hash, newest: strike }) => [series, { hash, newest: new Date(strike as Date) }]));
}

/** The newest strike that has a fix, of any series; null before the first. */
export async function newestStrike(database: LedgerDatabase): Promise<Date | null> {
  const [row] = await database.select({ strike: max(fixes.strike) }).from(fixes);
  return row?.strike ?? null;
}

/** Every revision published for one strike instant, all series. */
export async function fixesAtStrike(database: LedgerDatabase, strike: Date): Promise<LedgerFix[]> {
  return database.select().from(fixes).where(eq(fixes.strike, strike)).orderBy(fixes.series, fixes.revision);
}

/** Fixes logged after a leaf, in the order of the log, each with its place there: what is published at one instant is told apart by it. */
export async function fixesAfterLeaf(
  database: LedgerDatabase,
  leaf: number,
): Promise<{ leaf: number; fix: LedgerFix }[]> {
  return database
    .select({ leaf: logLeaves.index, fix: fixes })
    .from(logLeaves)
    .innerJoin(fixes, eq(fixes.hash, logLeaves.hash))
    .where(gt(logLeaves.index, leaf))
    .orderBy(asc(logLeaves.index));
}

/** The newest leaf of the log, -1 before the first. */
export async function newestLeaf(database: LedgerDatabase): Promise<number> {
  const [leaf] = await database.select({ index: max(logLeaves.index) }).from(logLeaves);
  return leaf?.index ?? -1;
}

/**
 * All revisions of one fix, oldest first.
 * @param when the local date of its strike, or its strike as an instant: a series struck every hour has many on a date, and by the date
 * alone the last of them is meant
 */
export async function fixRevisions(database: LedgerDatabase, series: string, when: string): Promise<LedgerFix[]> {
  const isMeant = when.includes('T') ? eq(fixes.strike, new Date(when)) : eq(fixes.date, when);
  const rows = await database
    .select()
    .from(fixes)
    .where(and(eq(fixes.series, series), isMeant))
    .orderBy(asc(fixes.strike), asc(fixes.revision));
  const last = rows.at(-1)?.strike.getTime();
  return rows.filter(({ strike }) => strike.getTime() === last);
}

/** One fix by its hash, or null. */
export async function fixByHash(database: LedgerDatabase, hash: string): Promise<LedgerFix | null> {
  const rows = await database.select().from(fixes).where(eq(fixes.hash, hash)).limit(1);
  return rows[0] ?? null;
}

/** The columns of a fix without its text. */
export const historyColumns = {
  series: fixes.series,
  strike: fixes.strike,
  revision: fixes.revision,
  date: fixes.date,
  value: fixes.value,
  level: fixes.level,
  status: fixes.status,
  reason: fixes.reason,
  p25: fixes.p25,
  p75: fixes.p75,
  providers: fixes.providers,
  hash: fixes.hash,
  publishedAt: fixes.publishedAt,
};

/** A row of a series' history: the newest revision of each strike, without the record's text. */
export type HistoryRow = Pick<LedgerFix, keyof typeof historyColumns>;

/** History of a series, half-open in local dates [from, to), oldest first. @param revision which one of each strike */
export async function fixHistory(
  database: LedgerDatabase,
  series: string,
  range: { from?: string | undefined; to?: string | undefined },
  revision: 'newest' | 'first' = 'newest',
): Promise<HistoryRow[]> {
  return database
    .selectDistinctOn([fixes.strike], historyColumns)
    .from(fixes)
    .where(
      and(
        eq(fixes.series, series),
        range.from ? gte(fixes.date, range.from) : undefined,
        range.to ? lt(fixes.date, range.to) : undefined,
      ),
    )
    .orderBy(asc(fixes.strike), revision === 'newest' ? desc(fixes.revision) : asc(fixes.revision));
}

/** The newest `depth` strikes of every series, oldest first within each. */
export async function recentHistory(database: LedgerDatabase, depth: number): Promise<Map<string, HistoryRow[]>> {
  const ranked = database
    .select({
      ...historyColumns,
      rank: sql<number>`dense_rank() over (partition by ${fixes.series} order by ${fixes.strike} desc)`.as('rank'),
      version:
        sql<number>`row_number() over (partition by ${fixes.series}, ${fixes.strike} order by ${fixes.revision} desc)`.as(
          'version',
        ),
    })
    .from(fixes)
    .as('ranked');
  const rows = await database
    .select()
    .from(ranked)
    .where(and(sql`${ranked.rank} <= ${depth}`, eq(ranked.version, 1)))
    .orderBy(ranked.series, ranked.strike);
  const bySeries = new Map<string, HistoryRow[]>();
  for (const row of rows) {
    const list = bySeries.get(row.series);
    if (list) list.push(row);
    else bySeries.set(row.series, [row]);
  }
  return bySeries;
}

/**
 * Records a rulebook as used. A version once used never changes.
 * @throws Error where this version was used with other content
 */
export async function recordRulebook(
  database: LedgerDatabase,
  used: { version: string; sha256: string; content: unknown; at: Date },
): Promise<void> {
  const known = await database.select().from(rulebooks).where(eq(rulebooks.version, used.version)).limit(1);
  if (!known[0]) {
    await database
      .insert(rulebooks)
      .values({ version: used.version, sha256: used.sha256, content: used.content, firstUsedAt: used.at })
      .onConflictDoNothing();
    return recordRulebook(database, used);
  }
  if (known[0].sha256 !== used.sha256) {
    throw new Error(
      `rulebook ${used.version} was used with SHA-256 ${known[0].sha256} and now reads ${used.sha256}: ` +
        'a version never changes once used; write a new version with an effective strike in the future',
    );
  }
}
