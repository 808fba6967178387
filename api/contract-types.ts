/** The shapes of answers about contracts. Prices are decimal strings in USD per GPU-hour, exact ratios "p/q". */

import type { Outcome } from '#index-engine/settlement/certificate';
import type { Settlement } from '#index-engine/settlement/settle';
import type { TermInWords } from '#index-engine/settlement/terms-in-words';
import type { Contract } from '#methodology/contracts';

export type { Outcome, SettlementCertificate } from '#index-engine/settlement/certificate';
export type { StampState } from '#index-engine/settlement/placed';
export type { Assumed, FillSource, Settlement, SettlementStamp } from '#index-engine/settlement/settle';
export type { TermInWords } from '#index-engine/settlement/terms-in-words';
export type { Band, Contract } from '#methodology/contracts';

/** A settlement without its fixes. */
export type SettlementSummary = Omit<Settlement, 'stamps' | 'holidays' | 'methodology'>;

/** What of a certificate there is to know without reading it. */
export interface CertificateSummary {
  month: string;
  outcome: Outcome;
  settlement_price: string | null;
  hash: string;
  issued_at: string;
  /** SHA-256 of the certificate that it replaces. */
  previous: string | null;
}

/** A certificate with its proof. */
export interface PublishedCertificate extends CertificateSummary {
  /** Canonical JSON text: SHA-256 over its UTF-8 bytes is `hash`, and the Ed25519 signature is over the same bytes. */
  canonical: string;
  /** base64url, 64 bytes. */
  signature: string;
  key_id: string;
}

/** What the calculation agent determined where the rules give no price. */
export interface PublishedDetermination {
  price: string;
  by: string;
  reasons: string;
  at: string;
  hash: string;
}

/** GET /v1/contracts */
export interface ContractsAnswer {
  contracts: (Pick<
    Contract,
    'id' | 'title' | 'form' | 'hardware_class' | 'series' | 'tick' | 'currency' | 'quantity'
  > & {
    /** The month of the newest fix of its series; null where it has none. */
    latest: SettlementSummary | null;
  })[];
}

/** GET /v1/contracts/{id} */
export interface ContractAnswer {
  terms: Contract;
  terms_in_words: TermInWords[];
  /** SHA-256 of the terms, as certificates name them. */
  sha256: string;
  /** Months with fixes of its series, newest first. */
  months: string[];
  /** The certificates that stand, newest month first. */
  certificates: CertificateSummary[];
}

/** GET /v1/contracts/{id}/{month} */
export interface MonthAnswer {
  terms: Contract;
  sha256: string;
  settlement: Settlement;
  /** Where it stands, and what the rules make of its coverage, in words. */
  sentence: string;
  band_sentence: string;
  /** The certificate that stands; null where none has been issued. */
  certificate: PublishedCertificate | null;
  /** For that certificate; null where its rules give a price, and until one is determined. */
  determination: PublishedDetermination | null;
}
