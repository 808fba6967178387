import type { KeysAnswer, MonthAnswer, SettlementCertificate } from '#api/types';
import {
  type Check,
  canonicalJson,
  checkHash,
  checkSignature,
  differences,
  type Subtle,
  unsafeOrigin,
  worst,
} from './verify';

/** What checking a certificate in this browser came to. */
export interface CertificateVerification {
  verdict: ReturnType<typeof worst>;
  checks: Check[];
}

/** The signed text is a certificate of the contract and month asked for, and says what is shown of the month. */
function checkRecord({ certificate, settlement, sha256 }: MonthAnswer): Check {
  const failed = (detail: string): Check => ({ name: 'record', verdict: 'failed', detail });
  let signed: SettlementCertificate;
  try {
    signed = JSON.parse(certificate?.canonical ?? '') as SettlementCertificate;
  } catch {
    return failed('the signed text is not JSON');
  }
  if (signed?.format !== 'csi-settlement-certificate/1') return failed('the signed text is no settlement certificate');
  if (canonicalJson(signed) !== certificate?.canonical)
    return failed('the signed text is not canonical JSON (RFC 8785)');
  const { contract, month } = settlement;
  if (signed.contract.id !== contract || signed.month !== month) {
    return failed(`asked for ${contract} of ${month}, the signed record is ${signed.contract.id} of ${signed.month}`);
  }
  const differing = differences(
    { terms: signed.contract_sha256, price: signed.calculated_price, mean: signed.mean, stamps: signed.stamps },
    { terms: sha256, price: settlement.price, mean: settlement.mean, stamps: settlement.stamps },
  );
  if (differing.length > 0) return failed(`the month shown differs from what was signed in: ${differing.join(', ')}`);
  return { name: 'record', verdict: 'passed', detail: 'terms, fixes, fills, mean and price shown are the signed ones' };
}

/** Checks the certificate of a month in this browser: that it says what is shown, its hash, its signature. */
export async function verifyCertificate(
  answer: MonthAnswer,
  keys: KeysAnswer | null,
  subtle: Subtle | undefined,
): Promise<CertificateVerification> {
  const { certificate } = answer;
  if (!certificate) return { verdict: 'unchecked', checks: [] };
  const checks = [checkRecord(answer)];
  if (!subtle) checks.push(...unsafeOrigin());
  else {
    const bytes = new TextEncoder().encode(certificate.canonical) as Uint8Array<ArrayBuffer>;
    checks.push(await checkHash(certificate, bytes, subtle), await checkSignature(certificate, bytes, keys, subtle));
  }
  return { verdict: worst(checks), checks };
}
