import { z } from 'zod';
import { strikesOf } from '#index-engine/compute-strike';
import { dueAt } from '#index-engine/finality/rules';
import type { SimulationReport } from '#index-engine/simulate';
import { canonicalHash, canonicalJson } from '#methodology/canonical';
import { type LoadedRulebook, rulebookAt } from '#methodology/rulebook';
import type { LedgerDatabase } from '#store/ledger/client';
import { usedRulebook } from '#store/ledger/governance';
import { recordKey, type SigningKey } from '#store/ledger/keys';
import { appendSignedRecord, signedRecordsOf } from '#store/ledger/log';
import { addNoticeOnce } from '#store/ledger/notices';

const RULEBOOK = 'rulebook';
const PARALLEL_RUN = 'parallel_run';

/** A rulebook by its version and the SHA-256 of its canonical JSON. */
export interface NamedRulebook {
  version: string;
  sha256: string;
}

/** What the change log says of a version: that it is to come, or that it is in use. */
export interface RulebookChange extends NamedRulebook {
  format: 'csi-rulebook-change/1';
  event: 'announced' | 'used';
  title: string;
  effective_from: string;
  /** Where it is in use: the first strike that was computed under it. */
  first_strike: string | null;
  /** What changes and why, where somebody said so. */
  summary: string | null;
  /** When it was announced. Replicas that take a version into use say one thing, so that says no time of its own. */
  at: string | null;
}

/** Two rulebooks run side by side over a range of dates, and how often they part. */
export interface ParallelRun {
  format: 'csi-parallel-run/1';
  from: string;
  to: string;
  /** Those of the range on which a fix had a value under either rulebook. */
  dates: number;
  current: NamedRulebook;
  changed: NamedRulebook;
  strikes: number;
  fixes: number;
  same: number;
  differing: number;
  /** Months of contracts that the fixes bear on, and how many of them would settle otherwise. */
  settlements: number;
  settlements_differing: number;
  /** SHA-256 of the canonical JSON of every difference between fixes: who runs it again can compare. */
  differences_sha256: string;
  at: string;
}

/** A record with the hash under which it is in the log. */
export type Logged<Content> = Content & { hash: string };

async function recordsOf<Content>(
  database: LedgerDatabase,
  kind: string,
  subject?: string,
): Promise<Logged<Content>[]> {
  const rows = await signedRecordsOf(database, kind, subject);
  return rows.map(({ canonical, hash }) => ({ ...(JSON.parse(canonical) as Content), hash }));
}

/** The change log: every version announced or used, oldest first. */
export const rulebookChanges = (database: LedgerDatabase, version?: string) =>
  recordsOf<RulebookChange>(database, RULEBOOK, version);

/** Every parallel run that was recorded, oldest first; of one version if asked. */
export const parallelRuns = (database: LedgerDatabase, version?: string) =>
  recordsOf<ParallelRun>(database, PARALLEL_RUN, version);

/** A parallel run that would prove nothing: one sentence for whoever asked. */
export class RunRefused extends Error {}

/**
 * Refuses a range of dates over which nothing can have run side by side yet.
 * @throws RunRefused where it is reversed, or a strike of it is not due to be published
 */
export function expectPastRange({ from, to }: { from: string; to: string }, now: Date): void {
  if (from > to) throw new RunRefused(`--from ${from} lies after --to ${to}`);
  const loaded = rulebookAt(new Date(`${to}T12:00:00Z`));
  const last = strikesOf(to, loaded).at(-1)?.strike.instant;
  if (!last || dueAt(last, loaded.rulebook) <= now) return;
  throw new RunRefused(
    `a parallel run is over dates that are past, and the last strike of ${to} is published at ` +
      `${dueAt(last, loaded.rulebook).toISOString()}: record it over dates before that`,
  );
}

/**
 * Signs and logs the result of a parallel run.
 * @returns its hash
 * @throws RunRefused where it proves nothing: its range is reversed or not wholly past, or no fix of it has a value
 */
export async function recordParallelRun(
  database: LedgerDatabase,
  key: SigningKey,
  { from, to, dates, current, changed, strikes, fixes, same, differing, settlements }: SimulationReport,
  now: Date,
): Promise<string> {
  expectPastRange({ from, to }, now);
  if (dates === 0) {
    throw new RunRefused(
      `no fix has a value from ${from} to ${to} under either rulebook: a parallel run is over dates with recorded prices`,
    );
  }
  const run: ParallelRun = {
    format: 'csi-parallel-run/1',
    ...{ from, to, dates, current, changed, strikes, fixes, same },
    differing: differing.length,
    settlements: settlements.settlements,
    settlements_differing: settlements.differing.length,
    differences_sha256: canonicalHash(differing),
    at: now.toISOString(),
  };
  await recordKey(database, key, now);
  const entry = { kind: PARALLEL_RUN, subject: changed.version, canonical: canonicalJson(run) };
  return (await appendSignedRecord(database, key, entry, now)).hash;
}

/**
 * Announces a version that is to come: signed, logged, and a notice.
 * @throws Error where its effective strike is not in the future, or its version was announced or used with other content
 */
export async function announceRulebook(
  database: LedgerDatabase,
  key: SigningKey,
  loaded: LoadedRulebook,
  summary: string,
  now: Date,
): Promise<string> {
  const { version, title, effective_from } = loaded.rulebook;
  if (Date.parse(effective_from) <= now.getTime())
    throw new Error(`version ${version} takes effect at ${effective_from}, which is not in the future`);
  const known = await rulebookChanges(database, version);
  const other = known.find(({ sha256 }) => sha256 !== loaded.sha256);
  if (other)
    throw new Error(
      `version ${version} was ${other.event} with SHA-256 ${other.sha256}: give the change a version of its own`,
    );
  const said = known.find(({ event }) => event === 'announced');
  if (said) return said.hash;
  const change: RulebookChange = {
    format: 'csi-rulebook-change/1',
    event: 'announced',
    ...{ version, sha256: loaded.sha256, title, effective_from, first_strike: null, summary, at: now.toISOString() },
  };
  await recordKey(database, key, now);
  const { hash } = await appendSignedRecord(database, key, entryOf(change), now);
  const text = `Methodology version ${version} is announced, in force from ${effective_from} on: ${summary}`;
  await addNoticeOnce(database, { at: now, kind: 'methodology_change', subject: version, text });
  return hash;
}

const entryOf = (change: RulebookChange) => ({
  kind: RULEBOOK,
  subject: change.version,
  canonical: canonicalJson(change),
});

/**
 * Lets a version be used: says so in the change log the first time. The first version of a ledger needs nothing; any other must have been
 * announced, as it is, before it takes effect, and have run beside the one before it, over as many dates as that one asks.
 * @param firstStrike the strike that is about to be computed
 * @throws Error where the announcement or the parallel run is missing, saying how to make it
 */
export async function takeIntoUse(
  database: LedgerDatabase,
  key: SigningKey,
  loaded: LoadedRulebook,
  firstStrike: string,
  now: Date,
): Promise<void> {
  const { version, title, effective_from } = loaded.rulebook;
  const changes = await rulebookChanges(database);
  const used = changes.filter(({ event }) => event === 'used');
  if (used.some((one) => one.version === version)) return;
  const before = used.filter((one) => one.effective_from < effective_from).at(-1);
  if (before) {
    expectAnnounced(changes, loaded);
    await expectParallelRun(database, before, loaded);
  }
  const change: RulebookChange = {
    format: 'csi-rulebook-change/1',
    event: 'used',
    ...{ version, sha256: loaded.sha256, title, effective_from, first_strike: firstStrike, summary: null, at: null },
  };
  await appendSignedRecord(database, key, entryOf(change), now);
  if (!before) return;
  const text = `Methodology version ${version} is in force from the strike at ${firstStrike} on; before it, version ${before.version}`;
  await addNoticeOnce(database, { at: now, kind: 'methodology_change', subject: version, text });
}

/** Users of the index must have been able to read of a version before it is in force (IOSCO principle 12). */
function expectAnnounced(changes: readonly RulebookChange[], { rulebook, sha256 }: LoadedRulebook): void {
  const { version, effective_from } = rulebook;
  const inTime = changes.some(
    (one) =>
      one.event === 'announced' &&
      one.version === version &&
      one.sha256 === sha256 &&
      one.at !== null &&
      Date.parse(one.at) < Date.parse(effective_from),
  );
  if (inTime) return;
  throw new Error(
    `rulebook ${version} (SHA-256 ${sha256}) was not announced before it takes effect at ${effective_from}: nothing is published under it; ` +
      'give the change an effective strike in the future and announce it with `csi methodology announce --file FILE --summary TEXT`',
  );
}

const asking = z.object({ governance: z.object({ parallel_run_days: z.int().positive() }) });

async function expectParallelRun(
  database: LedgerDatabase,
  before: NamedRulebook,
  loaded: LoadedRulebook,
): Promise<void> {
  const { version } = loaded.rulebook;
  // What the version in use asks of its successor: the new one could ask nothing.
  const content = (await usedRulebook(database, before.version))?.content;
  const days = asking.parse(content).governance.parallel_run_days;
  const runs = (await parallelRuns(database, version)).filter(
    ({ current, changed }) => current.sha256 === before.sha256 && changed.sha256 === loaded.sha256,
  );
  if (runs.some(({ dates }) => dates >= days)) return;
  const longest = Math.max(0, ...runs.map(({ dates }) => dates));
  throw new Error(
    `rulebook ${version} has not run beside ${before.version} over ${days} dates (${longest} so far): nothing is published under it until ` +
      '`csi methodology simulate --with FILE --from DATE --to DATE --record` has put the result into the log',
  );
}
