import { type Timeliness, timelinessOf } from '#index-engine/finality/rules';
import { serviceSince } from '#index-engine/finality/service';
import { type ParallelRun, parallelRuns, type RulebookChange, rulebookChanges } from '#index-engine/governance/changes';
import { entriesOf, type RegisterEntry } from '#index-engine/governance/registers';
import type { FixRecord } from '#index-engine/record';
import { sha256 } from '#methodology/canonical';
import { divideHalfEven, formatDecimal, parseDecimal } from '#methodology/decimal';
import { rulebookAt } from '#methodology/rulebook';
import { datesBetween } from '#methodology/strike';
import { allKeys, signatureHolds } from '#store/ledger/keys';
import { fixesOfDate, logBetween, noticesBetween, recordsBetween } from '#store/ledger/period';
import type { Store } from '#store/store';

/** A source and the terms under which it is used. */
export interface SourceTerms {
  id: string;
  status: string;
  url: string;
}

/** What is stored of a period, counted: what an evidence pack rests on. Shares are decimal strings between 0 and 1. */
export interface PackFacts {
  period: string;
  /** Local dates, both included. */
  from: string;
  to: string;
  series: number;
  /** First revisions, and among them by waterfall level; "none" is suspended. */
  fixes: number;
  byLevel: Record<string, number>;
  byStatus: Record<string, number>;
  byTimeliness: Record<Timeliness, number>;
  /** Mean share of each kind of evidence over the fixes estimated at their strike, levels 1 to 4; and the providers they had. */
  evidence: Record<string, string>;
  prints: number;
  providers: { least: number; most: number };
  reasons: Record<string, number>;
  restated: string[];
  /** Hashes of records that do not hash or are not signed as they say. */
  broken: string[];
  engines: string[];
  rulebooks: Record<string, { sha256: string; fixes: number }>;
  changes: RulebookChange[];
  parallelRuns: ParallelRun[];
  conflicts: RegisterEntry[];
  complaints: RegisterEntry[];
  notices: { id: number; at: string; kind: string; subject: string; text: string }[];
  /** Signed records of the period by kind: their hashes. */
  records: Record<string, string[]>;
  log: {
    first: number | null;
    last: number | null;
    leaves: number;
    size: number;
    root: string | null;
    head_at: string | null;
  };
  captures: { count: number; bytes: number };
  observations: number;
  quarantined: number;
  sources: SourceTerms[];
  simulated: boolean;
}

const SHARE_DECIMALS = 6;
const add = (counts: Record<string, number>, name: string, by = 1) => {
  counts[name] = (counts[name] ?? 0) + by;
};

/**
 * Counts what is stored of a calendar month.
 * @param period such as "2026-07"
 * @param sources with the terms under which each is used
 */
export async function packFacts(store: Store, period: string, sources: readonly SourceTerms[]): Promise<PackFacts> {
  const { database } = store.ledger;
  const from = `${period}-01`;
  const [year = 0, month = 0] = period.split('-').map(Number);
  const end = new Date(Date.UTC(year, month, 1));
  const to = new Date(end.getTime() - 86_400_000).toISOString().slice(0, 10);
  const begin = new Date(`${from}T00:00:00.000Z`);
  const facts = await countFixes(store, from, to);
  const log = await logBetween(database, begin, end);
  const records: Record<string, string[]> = {};
  for (const { kind, hash } of await recordsBetween(database, begin, end))
    records[kind] = [...(records[kind] ?? []), hash];
  const count = async (sql: string) => {
    const [row] = await store.clickhouse.rows<{ n: number; bytes?: number }>(sql, {
      from: begin.toISOString().replace('T', ' ').replace('Z', ''),
      to: end.toISOString().replace('T', ' ').replace('Z', ''),
    });
    return { n: Number(row?.n ?? 0), bytes: Number(row?.bytes ?? 0) };
  };
  const within = (column: string) =>
    `${column} >= {from:DateTime64(3, 'UTC')} AND ${column} < {to:DateTime64(3, 'UTC')}`;
  const captures = await count(
    `SELECT uniqExact(capture_id) AS n, sum(bytes) AS bytes FROM csi.captures WHERE ${within('fetched_at')}`,
  );
  const observed = await count(
    `SELECT uniqExact(observation_id) AS n FROM csi.observations WHERE ${within('observed_at')}`,
  );
  const quarantined = await count(
    `SELECT uniqExact(quarantine_id) AS n FROM csi.quarantine WHERE ${within('observed_at')}`,
  );
  return {
    period,
    from,
    to,
    ...facts,
    changes: await rulebookChanges(database),
    parallelRuns: await parallelRuns(database),
    conflicts: await entriesOf(database, 'conflict'),
    complaints: await entriesOf(database, 'complaint'),
    notices: (await noticesBetween(database, begin, end)).map((one) => ({ ...one, at: one.at.toISOString() })),
    records,
    log: {
      first: log.first?.index ?? null,
      last: log.last?.index ?? null,
      leaves: log.leaves,
      size: log.head?.size ?? 0,
      root: log.head?.root ?? null,
      head_at: log.head?.at.toISOString() ?? null,
    },
    captures: { count: captures.n, bytes: captures.bytes },
    observations: observed.n,
    quarantined: quarantined.n,
    sources: [...sources],
  };
}

type FixFacts = Pick<
  PackFacts,
  | 'series'
  | 'fixes'
  | 'byLevel'
  | 'byStatus'
  | 'byTimeliness'
  | 'evidence'
  | 'prints'
  | 'providers'
  | 'reasons'
  | 'restated'
  | 'broken'
  | 'engines'
  | 'rulebooks'
  | 'simulated'
>;

/** Counts the fixes of a range of local dates, and checks the hash and the signature of each. */
async function countFixes(store: Store, from: string, to: string): Promise<FixFacts> {
  const { database } = store.ledger;
  const keys = new Map((await allKeys(database)).map(({ keyId, publicKey }) => [keyId, publicKey]));
  const since = await serviceSince(database);
  const series = new Set<string>();
  const engines = new Set<string>();
  const sums: Record<string, bigint> = {};
  let estimated = 0;
  const facts: FixFacts = {
    series: 0,
    fixes: 0,
    byLevel: {},
    byStatus: {},
    byTimeliness: { on_time: 0, late: 0, backcast: 0 },
    evidence: {},
    prints: 0,
    providers: { least: 0, most: 0 },
    reasons: {},
    restated: [],
    broken: [],
    engines: [],
    rulebooks: {},
    simulated: false,
  };
  for (const date of datesBetween(from, to)) {
    for (const row of await fixesOfDate(database, date)) {
      const { canonical, hash, signature, keyId, revision } = row;
      if (sha256(canonical) !== hash || !signatureHolds(canonical, signature, keys.get(keyId) ?? ''))
        facts.broken.push(hash);
      const fix = JSON.parse(canonical) as FixRecord;
      const { version, sha256: rules } = fix.methodology;
      facts.simulated ||= fix.simulated;
      facts.rulebooks[version] = { sha256: rules, fixes: (facts.rulebooks[version]?.fixes ?? 0) + 1 };
      series.add(fix.series);
      engines.add(fix.engine);
      if (revision > 0) {
        facts.restated.push(hash);
        continue;
      }
      facts.fixes += 1;
      add(facts.byLevel, fix.level === null ? 'none' : String(fix.level));
      add(facts.byStatus, fix.status);
      add(facts.byTimeliness, timelinessOf(row.strike, row.publishedAt, since, rulebookAt(row.strike).rulebook));
      facts.prints += fix.counts.prints;
      if (fix.value === null) {
        add(facts.reasons, fix.reason ?? 'no reason stated');
        continue;
      }
      // A value that was moved or carried does not rest on the prices of its own strike.
      if (fix.level === null || fix.level > 4) continue;
      const { providers } = fix.counts;
      facts.providers.least = estimated === 0 ? providers : Math.min(facts.providers.least, providers);
      facts.providers.most = Math.max(facts.providers.most, providers);
      estimated += 1;
      for (const [kind, share] of Object.entries(fix.shares.evidence))
        sums[kind] = (sums[kind] ?? 0n) + parseDecimal(share ?? '0', SHARE_DECIMALS);
    }
  }
  for (const [kind, sum] of Object.entries(sums))
    facts.evidence[kind] = formatDecimal(divideHalfEven(sum, BigInt(estimated)), SHARE_DECIMALS);
  return { ...facts, series: series.size, engines: [...engines].sort() };
}
