import { logProofOf } from '#index-engine/log/proof';
import type { FixRecord } from '#index-engine/record';
import {
  CERTIFICATE_KIND,
  certificateOf,
  certificateSubject,
  certificateText,
  type SettlementCertificate,
} from '#index-engine/settlement/certificate';
import { certificateBundleText } from '#index-engine/settlement/certificate-bundle';
import { isOverdue } from '#index-engine/settlement/placed';
import { readSettlement } from '#index-engine/settlement/read';
import type { Settlement } from '#index-engine/settlement/settle';
import type { Contract } from '#methodology/contracts';
import type { LedgerDatabase } from '#store/ledger/client';
import { allKeys, recordKey, type SigningKey } from '#store/ledger/keys';
import { appendSignedRecord, type SignedRecord, signedRecordsOf } from '#store/ledger/log';
import { firstFixAfter, fixesByHash } from '#store/ledger/settlement-fixes';

/** A certificate that cannot be issued: one sentence for whoever asked. */
export class NotIssued extends Error {}

/** The certificates that no other replaces, oldest first. */
function standing(issued: readonly SignedRecord[]): SignedRecord[] {
  const replaced = new Set(issued.map((record) => certificateFrom(record).previous));
  return issued.filter(({ hash }) => !replaced.has(hash));
}

/** The certificate of a month that stands, or null: of all that were issued the one that no other replaces. */
export async function newestCertificate(
  database: LedgerDatabase,
  contract: string,
  month: string,
): Promise<SignedRecord | null> {
  const issued = await signedRecordsOf(database, CERTIFICATE_KIND, certificateSubject(contract, month));
  return standing(issued).at(-1) ?? null;
}

/** Every certificate of a contract that stands, oldest first. */
export async function standingCertificates(database: LedgerDatabase, contract: string): Promise<SignedRecord[]> {
  const issued = await signedRecordsOf(database, CERTIFICATE_KIND);
  return standing(issued.filter(({ subject }) => subject.startsWith(`${contract}/`)));
}

/** The record of a certificate as it was signed. */
export function certificateFrom(record: Pick<SignedRecord, 'canonical'>): SettlementCertificate {
  return JSON.parse(record.canonical) as SettlementCertificate;
}

/** Refuses a month that was over when its series began: of fixes that could not be there is nothing to certify. */
async function expectBegun(database: LedgerDatabase, terms: Contract, { month, stamps }: Settlement): Promise<void> {
  const [first] = await firstFixAfter(database, terms.series, new Date(0));
  const last = stamps.at(-1)?.strike;
  if (!first || last === undefined || first.strike <= new Date(last)) return;
  throw new NotIssued(
    `${terms.id} has no certificate of ${month}: the last strike of that month is at ${last}, and the first fix of ${terms.series} ` +
      `is of ${first.strike.toISOString()}; there is one for months in which the series has fixes`,
  );
}

/**
 * Issues the certificate of a month: signs it and puts it into the log. Issued again it is the same record, byte for byte.
 * @param replace whether one that says otherwise may be replaced by a new one, which names it
 * @throws NotIssued while a fix may still change, for a month before the first fix of the series, or where another certificate says otherwise and may not be replaced
 * @throws MonthRefused where the contract has no such month
 */
export async function issueCertificate(
  database: LedgerDatabase,
  key: SigningKey,
  terms: Contract,
  month: string,
  { now, replace }: { now: Date; replace: boolean },
): Promise<SignedRecord> {
  const settlement = await readSettlement(database, terms, month, now);
  await expectBegun(database, terms, settlement);
  const { final, final_at, counts, stamps } = settlement;
  if (!final) {
    const left = `${counts.provisional + counts.open} of ${counts.scheduled} fixes`;
    const late = stamps.find(isOverdue);
    const until = late ? `; ${late.strike} was ${late.reason}` : `, until ${final_at}`;
    throw new NotIssued(`${terms.id} of ${month} cannot be certified yet: ${left} may still change${until}`);
  }
  const subject = certificateSubject(terms.id, month);
  const known = await newestCertificate(database, terms.id, month);
  if (known) {
    const same = certificateText(certificateOf(terms, settlement, certificateFrom(known).previous));
    if (same === known.canonical) return known;
    if (!replace) {
      throw new NotIssued(
        `${subject} has the certificate ${known.hash.slice(0, 16)}… of ${known.at.toISOString()}, and its terms or fixes say otherwise now: look at both, and replace it with --replace`,
      );
    }
  }
  const canonical = certificateText(certificateOf(terms, settlement, known?.hash ?? null));
  await recordKey(database, key, now);
  return appendSignedRecord(database, key, { kind: CERTIFICATE_KIND, subject, canonical }, now);
}

/**
 * The bundle of a certificate, as text.
 * @throws Error where a fix that it names, or its place in the log, is not in this ledger
 */
export async function buildCertificateBundle(database: LedgerDatabase, record: SignedRecord): Promise<string> {
  const log = await logProofOf(database, record.hash);
  if (!log) throw new Error(`${record.subject} is not in the log of this ledger under any signed head`);
  const certificate = certificateFrom(record);
  const hashes = new Set(
    certificate.stamps.flatMap(({ fix, fill }) => [
      ...(fix ? [fix.hash] : []),
      ...(fill?.from ?? []).map((one) => one.hash),
    ]),
  );
  const rows = await fixesByHash(database, [...hashes]);
  if (rows.length !== hashes.size) {
    throw new Error(`${record.subject} names ${hashes.size} fixes, of which this ledger has ${rows.length}`);
  }
  const published = new Map((await allKeys(database)).map((key) => [key.keyId, key.publicKey]));
  const publicKey = (id: string): string => {
    const found = published.get(id);
    if (found === undefined) throw new Error(`the public key ${id} is not in this ledger`);
    return found;
  };
  const signers = new Set([...rows.map(({ keyId }) => keyId), log.head.key_id]);
  return certificateBundleText({
    format: 'csi-certificate-bundle/1',
    certificate,
    proof: {
      algorithm: 'Ed25519',
      hash: record.hash,
      key_id: record.keyId,
      public_key: publicKey(record.keyId),
      signature: record.signature,
    },
    fixes: rows.map(({ canonical, keyId, signature }) => ({
      fix: JSON.parse(canonical) as FixRecord,
      key_id: keyId,
      signature,
    })),
    keys: [...signers].sort().map((id) => ({ key_id: id, public_key: publicKey(id) })),
    log,
  });
}
