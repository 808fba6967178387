import { againstOf, statedContext } from '#index-engine/chain';
import { strikeAt } from '#index-engine/compute-strike';
import { type ComputedFix, computeFix } from '#index-engine/fix';
import type { FixInputs } from '#index-engine/inputs';
import { leafHash } from '#index-engine/leaf-hash';
import { type LogProof, logProofOf } from '#index-engine/log/proof';
import type { FixRecord } from '#index-engine/record';
import { canonicalJson } from '#methodology/canonical';
import { type Rulebook, rulebooks } from '#methodology/rulebook';
import { type FixSeries, seriesCatalogue } from '#methodology/series';
import { readEvidence } from '#store/clickhouse/evidence';
import { fixByHash, fixRevisions, type LedgerFix } from '#store/ledger/fixes';
import { allKeys } from '#store/ledger/keys';
import type { Store } from '#store/store';

/** Everything needed to compute a fix again and check its proof, with no database and no network. */
export interface EvidenceBundle {
  format: 'csi-evidence/2';
  fix: FixRecord;
  proof: { algorithm: 'Ed25519'; hash: string; key_id: string; public_key: string; signature: string };
  rulebook: Rulebook;
  series: FixSeries;
  previous: FixRecord | null;
  /** `leaves` are the Merkle leaf hashes of observations, sweeps, rates, withdrawals and cancellations, in this order, so that an altered row can be named. */
  inputs: FixInputs & { leaves: string[] };
  /** That the fix is in the transparency log: under the head that was signed when it was published. */
  log: LogProof;
}

/** A bundle as a file: canonical JSON and one line feed, so that there is one file for one fix. */
export function bundleText(bundle: EvidenceBundle): string {
  return `${canonicalJson(bundle)}\n`;
}

/** Puts together the bundle of a published fix. */
export function assembleBundle(
  computed: ComputedFix,
  row: LedgerFix,
  publicKey: string,
  rulebook: Rulebook,
  series: FixSeries,
  previous: FixRecord | null,
  log: LogProof,
): EvidenceBundle {
  const { observations, sweeps, rates, withdrawals, cancellations } = computed.evidence;
  const { id, hardwareClass, name, segment, prints, tenor, region, cadence, evidence } = series;
  const { minimumProviders, beginsWithEverySegment } = series;
  return {
    format: 'csi-evidence/2',
    fix: computed.record,
    proof: { algorithm: 'Ed25519', hash: row.hash, key_id: row.keyId, public_key: publicKey, signature: row.signature },
    rulebook,
    series: {
      ...{ id, hardwareClass, name, segment, prints, tenor, region, cadence, evidence },
      ...{ minimumProviders, beginsWithEverySegment },
    },
    previous,
    inputs: {
      observations,
      sweeps,
      rates,
      withdrawals,
      cancellations,
      leaves: [...observations, ...sweeps, ...rates, ...withdrawals, ...cancellations].map((leaf) =>
        leafHash(leaf).toString('hex'),
      ),
    },
    log,
  };
}

/**
 * The evidence bundle of the newest revision of a fix, as text; null where there is no such fix.
 * @throws Error where the stored inputs no longer give the published bytes, or the fix is in no signed log
 */
export async function buildEvidence(store: Store, series: string, date: string): Promise<string | null> {
  const { database } = store.ledger;
  const row = (await fixRevisions(database, series, date)).at(-1);
  if (!row) return null;
  const fix = JSON.parse(row.canonical) as FixRecord;
  const loaded = rulebooks().find((one) => one.sha256 === fix.methodology.sha256);
  if (!loaded)
    throw new Error(`rulebook ${fix.methodology.version} (${fix.methodology.sha256}) is not shipped with this version`);
  const definition = seriesCatalogue(loaded.rulebook).find((one) => one.id === series);
  const key = (await allKeys(database)).find((one) => one.keyId === row.keyId);
  if (!definition || !key) throw new Error(`the definition or the key of ${series} is missing`);
  const against = againstOf(fix);
  const before = against === null ? null : await fixByHash(database, against);
  const strike = strikeAt(definition, row.strike, loaded);
  if (!strike) throw new Error(`${series} is not struck at ${row.strike.toISOString()}`);
  const inputs = await readEvidence(store.clickhouse, { series, strike: row.strike, revision: row.revision });
  if (!inputs) throw new Error(`the inputs of ${series} of ${date} are not in this store`);
  const record = before ? (JSON.parse(before.canonical) as FixRecord) : null;
  const computed = computeFix(inputs, loaded, { series: definition, strike, ...statedContext(fix, record) });
  if (canonicalJson(computed.record) !== row.canonical) {
    throw new Error(
      `${series} of ${date} does not come out of the stored inputs as it was published: facts dated before its strike were loaded since`,
    );
  }
  const log = await logProofOf(database, row.hash);
  if (!log)
    throw new Error(`${series} of ${date} was published before this ledger kept a log: there is no proof of it`);
  return bundleText(assembleBundle(computed, row, key.publicKey, loaded.rulebook, definition, record, log));
}
