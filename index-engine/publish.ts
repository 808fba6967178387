import { finalAt } from '#index-engine/finality/rules';
import type { ComputedFix } from '#index-engine/fix';
import { takeIntoUse } from '#index-engine/governance/changes';
import { canonicalJson, sha256 } from '#methodology/canonical';
import { formatDecimal } from '#methodology/decimal';
import type { LoadedRulebook } from '#methodology/rulebook';
import { timeZoneDatabase } from '#methodology/strike';
import { evidenceRow } from '#store/clickhouse/evidence';
import { appendFixes, type LedgerFix, recordRulebook } from '#store/ledger/fixes';
import { signHead } from '#store/ledger/heads';
import { recordKey, type SigningKey } from '#store/ledger/keys';
import type { Store } from '#store/store';

/** A record's canonical bytes, their hash, and the operator's signature over them. */
export function seal(computed: ComputedFix, key: SigningKey, publishedAt: Date): LedgerFix {
  const { record } = computed;
  const canonical = canonicalJson(record);
  return {
    series: record.series,
    strike: new Date(record.strike),
    revision: record.revision,
    date: record.date,
    value: record.value,
    level: record.level,
    status: record.status,
    reason: record.reason,
    p25: record.distribution?.p25 ?? null,
    p75: record.distribution?.p75 ?? null,
    providers: record.counts.providers,
    canonical,
    hash: sha256(canonical),
    previousHash: record.previous_hash,
    signature: key.sign(canonical),
    keyId: key.keyId,
    publishedAt,
    timeZoneDatabase,
  };
}

function inputRows({ record, inputs }: ComputedFix): object[] {
  return inputs.map(({ candidate, weight, included, reason, detail }, position) => ({
    series: record.series,
    strike: record.strike,
    revision: record.revision,
    position,
    observation_id: candidate.observation.observation_id,
    normalised_price: candidate.micro === null ? null : formatDecimal(BigInt(candidate.micro), 6),
    weight,
    stood_seconds: candidate.stoodSeconds,
    included,
    reason: reason ?? '',
    detail: detail ?? '',
  }));
}

function historyRow(row: LedgerFix): object {
  return {
    series: row.series,
    strike: row.strike.toISOString(),
    revision: row.revision,
    date: row.date,
    value: row.value,
    level: row.level ?? 0,
    status: row.status,
    reason: row.reason ?? '',
    p25: row.p25,
    p75: row.p75,
    providers: row.providers,
    hash: row.hash,
    published_at: row.publishedAt.toISOString(),
  };
}

/**
 * Publishes the fixes of one strike. The ledger's transaction makes them public, all or none, together with their leaves in the log and its
 * signed head; the trace is stored inside it, by the one
 * process whose fixes they are, just before the commit, and the history for queries follows. A crash in between leaves nothing public, or
 * only history to be written again.
 * @returns the rows as published
 * @throws FinalAlready where a restatement comes when its strike is final
 * @throws Error where another process published first (`isTaken`), the key has been rotated away, the rulebook has not run in parallel as
 * it must, or a store fails: then nothing was
 * published
 */
export async function publish(
  store: Store,
  key: SigningKey,
  loaded: LoadedRulebook,
  computed: readonly ComputedFix[],
  publishedAt: Date,
): Promise<LedgerFix[]> {
  if (computed.length === 0) return [];
  const { database } = store.ledger;
  await recordKey(database, key, publishedAt);
  const { strike } = (computed[0] as ComputedFix).record;
  await takeIntoUse(database, key, loaded, strike, publishedAt);
  await recordRulebook(database, {
    version: loaded.rulebook.version,
    sha256: loaded.sha256,
    content: loaded.rulebook,
    at: publishedAt,
  });
  const rows = computed.map((one) => seal(one, key, publishedAt));
  const evidence = computed.map(({ record: { series, strike, revision }, evidence }) =>
    evidenceRow({ series, strike: new Date(strike), revision }, evidence),
  );
  const published = await appendFixes(
    database,
    rows,
    async (transaction, head, at) => {
      await signHead(transaction, key, head, at);
      await store.clickhouse.insert('csi.fix_inputs', computed.flatMap(inputRows));
      await store.clickhouse.insert('csi.fix_evidence', evidence);
    },
    finalAt(new Date(strike), loaded.rulebook),
  );
  await store.clickhouse.insert('csi.fixes', published.map(historyRow));
  return published;
}

/** Writes history rows of fixes that the ledger has: what a crash after the ledger's commit left out. Writing one twice is one row. */
export async function repairHistory(store: Store, rows: readonly LedgerFix[]): Promise<void> {
  await store.clickhouse.insert('csi.fixes', rows.map(historyRow));
}
