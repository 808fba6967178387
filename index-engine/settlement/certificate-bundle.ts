import type { LogProof } from '#index-engine/log/proof';
import type { FixRecord } from '#index-engine/record';
import type { SettlementCertificate } from '#index-engine/settlement/certificate';
import { canonicalJson } from '#methodology/canonical';

/** A certificate with all that it takes to check it and to compute it again, with no database and no network. */
export interface CertificateBundle {
  format: 'csi-certificate-bundle/1';
  certificate: SettlementCertificate;
  proof: { algorithm: 'Ed25519'; hash: string; key_id: string; public_key: string; signature: string };
  /** Every fix that the certificate names, in order of strikes. */
  fixes: { fix: FixRecord; key_id: string; signature: string }[];
  /** The keys that signed the fixes and the tree head. */
  keys: { key_id: string; public_key: string }[];
  /** That the certificate is in the log. */
  log: LogProof;
}

/** A bundle as a file: canonical JSON and one line feed, so that there is one file for one certificate. */
export function certificateBundleText(bundle: CertificateBundle): string {
  return `${canonicalJson(bundle)}\n`;
}
