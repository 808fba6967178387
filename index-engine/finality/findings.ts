import { relativeChange } from '#index-engine/finality/rules';
import type { ComputedFix } from '#index-engine/fix';
import type { FixRecord, FixStatus, Level } from '#index-engine/record';
import { canonicalJson } from '#methodology/canonical';
import type { LedgerDatabase } from '#store/ledger/client';
import type { LedgerFix } from '#store/ledger/fixes';
import { recordKey, type SigningKey } from '#store/ledger/keys';
import { appendSignedRecord, newestSignedRecord, signedRecordsOf } from '#store/ledger/log';

/** What a fix would have been, found after it was final. The fix stays as it is; this is its place in the corrected series. */
export interface Correction {
  format: 'csi-correction/1';
  series: string;
  strike: string;
  date: string;
  /** The final fix that it stands beside. */
  fix_hash: string;
  published: { value: string | null; level: Level | null; status: FixStatus };
  value: string | null;
  level: Level | null;
  status: FixStatus;
  /** Of the value, as a fraction of the published one; null where either has none. */
  change: string | null;
  reason: string;
  /** Facts learned before this instant count. */
  known_at: string;
  methodology: FixRecord['methodology'];
  engine: string;
  inputs: FixRecord['inputs'];
}

/** A correction that was signed, and the annotation of the fix that names it. */
export interface Finding {
  correction: Correction;
  /** Hash of the signed correction. */
  hash: string;
  annotation: string;
}

/** The kinds of signed record that findings are, and what they are about: the fix of a series at a strike. */
export const CORRECTION = 'correction';
export const ANNOTATION = 'annotation';
export const fixSubject = (series: string, strike: Date): string => `${series}@${strike.toISOString()}`;

/** The newest correction of each series at a strike. */
export async function correctionsAt(database: LedgerDatabase, strike: Date): Promise<Map<string, Correction>> {
  const rows = (await signedRecordsOf(database, CORRECTION)).filter(({ subject }) =>
    subject.endsWith(`@${strike.toISOString()}`),
  );
  return new Map(rows.map(({ canonical }) => JSON.parse(canonical) as Correction).map((one) => [one.series, one]));
}

/** The newest correction of each strike of a series, by the instant of the strike. */
export async function correctionsOf(database: LedgerDatabase, series: string): Promise<Map<string, Correction>> {
  const rows = (await signedRecordsOf(database, CORRECTION)).filter(({ subject }) => subject.startsWith(`${series}@`));
  return new Map(rows.map(({ canonical }) => JSON.parse(canonical) as Correction).map((one) => [one.strike, one]));
}

/**
 * Signs what was found of a final fix: its correction, and an annotation of the fix that names it.
 * @param found `reason` is null where nothing was found since the last correction: then only what a crash left out is said
 * @returns null where nothing new was said
 */
export async function recordFinding(
  database: LedgerDatabase,
  key: SigningKey,
  { computed: { record }, published, reason }: { computed: ComputedFix; published: LedgerFix; reason: string | null },
  now: Date,
): Promise<Finding | null> {
  const subject = fixSubject(published.series, published.strike);
  const known = await newestSignedRecord(database, CORRECTION, subject);
  const fix = JSON.parse(published.canonical) as FixRecord;
  if (reason === null && !known) return null;
  const correction: Correction =
    reason === null && known
      ? (JSON.parse(known.canonical) as Correction)
      : {
          format: 'csi-correction/1',
          series: fix.series,
          strike: fix.strike,
          date: fix.date,
          fix_hash: published.hash,
          published: { value: fix.value, level: fix.level, status: fix.status },
          value: record.value,
          level: record.level,
          status: record.status,
          change: relativeChange(fix.value, record.value),
          reason: reason ?? '',
          known_at: now.toISOString(),
          methodology: record.methodology,
          engine: record.engine,
          inputs: record.inputs,
        };
  await recordKey(database, key, now);
  const entry = { kind: CORRECTION, subject, canonical: canonicalJson(correction) };
  const { hash } = await appendSignedRecord(database, key, entry, now);
  // After the correction, and from it alone: a crash in between is made good by looking again.
  const annotated = await newestSignedRecord(database, ANNOTATION, subject);
  const text = canonicalJson({
    format: 'csi-annotation/1',
    about: 'correction',
    series: correction.series,
    strike: correction.strike,
    fix_hash: correction.fix_hash,
    correction_hash: hash,
    text: `final as it was published; ${correction.reason}`,
    at: correction.known_at,
  });
  if (annotated?.canonical === text) return null;
  const annotation = await appendSignedRecord(database, key, { kind: ANNOTATION, subject, canonical: text }, now);
  return { correction, hash, annotation: annotation.hash };
}
