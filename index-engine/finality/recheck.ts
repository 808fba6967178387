import { computeStrike, previousOf, type Schedule, windowOf } from '#index-engine/compute-strike';
import { ledgerTime } from '#index-engine/finality/clock';
import { type Correction, correctionsAt, type Finding, recordFinding } from '#index-engine/finality/findings';
import { finalityOf, reasonToRestate } from '#index-engine/finality/rules';
import type { ComputedFix } from '#index-engine/fix';
import { publish } from '#index-engine/publish';
import type { FixRecord } from '#index-engine/record';
import { type LoadedRulebook, readRulebook, rulebooks } from '#methodology/rulebook';
import type { Strike } from '#methodology/strike';
import { readInputs } from '#store/clickhouse/observations';
import type { LedgerDatabase } from '#store/ledger/client';
import { chainHeads, FinalAlready, fixesAtStrike, isTaken, type LedgerFix, lastFixes } from '#store/ledger/fixes';
import { usedRulebook } from '#store/ledger/governance';
import type { SigningKey } from '#store/ledger/keys';
import type { Store } from '#store/store';

/** A fix restated, and why. */
export interface Restatement {
  row: LedgerFix;
  /** What it stands beside. */
  instead: LedgerFix;
  reason: string;
}

/** What came of looking at the fixes of a strike again. */
export interface RecheckReport {
  /** Fixes that come out as published, or so near to it that nothing is said. */
  unchanged: number;
  restated: Restatement[];
  /** Of fixes that are final: they stay as they are, and this is said beside them. */
  findings: Finding[];
}

interface Looked {
  computed: ComputedFix;
  published: LedgerFix;
  /** Null where nothing new was found since the last correction. */
  reason: string | null;
}

/** As in `publishStrike`: another process that looks at the same strike is done by then. */
const MOST_ATTEMPTS = 5;

/**
 * Computes the fixes of a strike again from the facts known now that are dated before it: prints told late, corrections, cancellations.
 * What has to be stated otherwise is restated while it is provisional, as a new revision beside the old one; once it is final it never
 * changes, and the finding is annotated and kept in the corrected series.
 * @param clock what was learned before it counts, and it decides what is final; where the ledger is ahead of it, the newest publication does
 */
export async function recheckStrike(
  store: Store,
  key: SigningKey,
  struck: { strike: Strike; schedules: readonly Schedule[] },
  clock: Date,
): Promise<RecheckReport> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await lookAgain(store, key, struck, clock);
    } catch (error) {
      // What became final while it was computed is found final the next time.
      const again = isTaken(error) || error instanceof FinalAlready;
      if (!again || attempt === MOST_ATTEMPTS) throw error;
    }
  }
}

async function lookAgain(
  store: Store,
  key: SigningKey,
  { strike, schedules }: { strike: Strike; schedules: readonly Schedule[] },
  clock: Date,
): Promise<RecheckReport> {
  const { database } = store.ledger;
  // Here, and not with whoever calls: a clock that stepped back must not make a fix provisional that others settled on.
  const { now } = await ledgerTime(database, clock);
  const newest = new Map((await fixesAtStrike(database, strike.instant)).map((row) => [row.series, row]));
  const report: RecheckReport = { unchanged: 0, restated: [], findings: [] };
  if (newest.size === 0) return report;
  const previous = new Map([...(await lastFixes(database, strike.instant))].map(([id, row]) => [id, previousOf(row)]));
  const heads = await chainHeads(database);
  const context = new Map(
    [...newest].map(([series, { revision, hash }]) => {
      const restates = { revision: revision + 1, hash, knownAt: now };
      return [series, { head: heads.get(series)?.hash ?? hash, restates }];
    }),
  );
  for (const [loaded, rows] of await byRulebook(database, [...newest.values()])) {
    const inputs = await readInputs(store.clickhouse, { ...windowOf(strike, loaded), knownAt: now });
    const isFinal = finalityOf(strike.instant, now, loaded.rulebook) === 'final';
    const corrections = isFinal ? await correctionsAt(database, strike.instant) : new Map<string, Correction>();
    const changed: Looked[] = [];
    for (const computed of computeStrike(inputs, loaded, strike, previous, schedules, context)) {
      const published = rows.get(computed.record.series);
      if (!published) continue;
      const correction = corrections.get(published.series);
      const stated = correction ?? (JSON.parse(published.canonical) as FixRecord);
      const reason = reasonToRestate(stated, computed.record, loaded.rulebook);
      if (reason === null && !correction) report.unchanged += 1;
      else changed.push({ computed, published, reason });
    }
    if (isFinal) {
      for (const one of changed) {
        const finding = await recordFinding(database, key, one, now);
        if (finding) report.findings.push(finding);
        else report.unchanged += 1;
      }
    } else {
      const fixes = changed.map(({ computed }) => computed);
      for (const [index, row] of (await publish(store, key, loaded, fixes, now)).entries()) {
        const { published, reason } = changed[index] as Looked;
        report.restated.push({ row, instead: published, reason: reason ?? '' });
      }
    }
  }
  return report;
}

/** Fixes by the rulebook they name: a fix is looked at again under the rules it was made by, be they shipped still or not. */
async function byRulebook(
  database: LedgerDatabase,
  rows: readonly LedgerFix[],
): Promise<[LoadedRulebook, Map<string, LedgerFix>][]> {
  const found = new Map<string, [LoadedRulebook, Map<string, LedgerFix>]>();
  for (const row of rows) {
    const { version, sha256 } = (JSON.parse(row.canonical) as FixRecord).methodology;
    const held = found.get(sha256) ?? [await rulebookOf(database, version, sha256), new Map()];
    held[1].set(row.series, row);
    found.set(sha256, held);
  }
  return [...found.values()];
}

async function rulebookOf(database: LedgerDatabase, version: string, hash: string): Promise<LoadedRulebook> {
  const shipped = rulebooks().find(({ sha256 }) => sha256 === hash);
  if (shipped) return shipped;
  const kept = await usedRulebook(database, version);
  if (kept?.sha256 !== hash) throw new Error(`rulebook ${version} (${hash}) is neither shipped nor in the ledger`);
  return readRulebook(kept.content, `${version} of the ledger`);
}
