import { z } from 'zod';
import { compareRationals } from '#index-engine/rational';
import { certificateSubject } from '#index-engine/settlement/certificate';
import { certificateFrom, newestCertificate } from '#index-engine/settlement/issue';
import { priceOf } from '#index-engine/settlement/price';
import { canonicalJson } from '#methodology/canonical';
import type { Contract } from '#methodology/contracts';
import { parseRatio } from '#methodology/decimal';
import type { LedgerDatabase } from '#store/ledger/client';
import { recordKey, type SigningKey } from '#store/ledger/keys';
import { appendSignedRecord, type SignedRecord, signedRecordsOf } from '#store/ledger/log';

/** The kind of a determination's leaf. */
export const DETERMINATION_KIND = 'determination';

const TEXT_MAX = 4000;
const text = z.string().trim().min(1).max(TEXT_MAX);

const determinationSchema = z.strictObject({
  format: z.literal('csi-determination/1'),
  contract: z.string(),
  month: z.string(),
  /** Hash of the certificate that has no settlement price. */
  certificate: z.string(),
  /** USD per GPU-hour, a whole number of the contract's ticks. */
  price: z.string().regex(/^\d{1,6}(\.\d{1,6})?$/, 'a decimal such as "3.17"'),
  by: text,
  reasons: text,
  /** Hash of the determination that it replaces. */
  previous: z.string().nullable(),
  at: z.iso.datetime(),
});

/** What a month settles at where its rules give no price: determined by the calculation agent, with reasons; signed, logged and public. */
export type Determination = z.infer<typeof determinationSchema>;

/** A month that cannot be determined, or a price that cannot be one: one sentence for whoever asked. */
export class NotDetermined extends Error {}

/** The record of a determination as it was signed. */
export const determinationFrom = ({ canonical }: Pick<SignedRecord, 'canonical'>): Determination =>
  determinationSchema.parse(JSON.parse(canonical));

/** The determination of a month that stands, or null: the newest for the certificate that stands. One for a certificate since replaced is none. */
export async function newestDetermination(
  database: LedgerDatabase,
  contract: string,
  month: string,
): Promise<SignedRecord | null> {
  const certificate = await newestCertificate(database, contract, month);
  const made = await signedRecordsOf(database, DETERMINATION_KIND, certificateSubject(contract, month));
  return made.findLast((record) => determinationFrom(record).certificate === certificate?.hash) ?? null;
}

/**
 * Determines the price of a month whose certificate has none. Signed and logged; another one later names the one that it replaces.
 * @throws NotDetermined where there is no certificate or it has a price, the price is no positive whole number of ticks, or a text is missing
 */
export async function determine(
  database: LedgerDatabase,
  key: SigningKey,
  terms: Contract,
  month: string,
  said: { price: string; by: string; reasons: string },
  now: Date,
): Promise<SignedRecord> {
  const subject = certificateSubject(terms.id, month);
  const certificate = await newestCertificate(database, terms.id, month);
  if (!certificate)
    throw new NotDetermined(`${subject} has no certificate: issue it first, it says what the rules give`);
  const { settlement_price } = certificateFrom(certificate);
  if (settlement_price !== null)
    throw new NotDetermined(`${subject} settles by its rules at ${settlement_price}: there is nothing to determine`);
  const before = await newestDetermination(database, terms.id, month);
  const parsed = determinationSchema.safeParse({
    format: 'csi-determination/1',
    contract: terms.id,
    month,
    certificate: certificate.hash,
    ...said,
    previous: before?.hash ?? null,
    at: now.toISOString(),
  });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new NotDetermined(`${issue?.path.join('.')}: ${issue?.message}; a text has 1 to ${TEXT_MAX} characters`);
  }
  const exact = parseRatio(parsed.data.price);
  const price = priceOf(exact, terms);
  if (exact.numerator === 0n || compareRationals(parseRatio(price), exact) !== 0)
    throw new NotDetermined(
      `${said.price} is no price of ${terms.id}: it has whole ticks of ${terms.tick}, such as ${price}`,
    );
  const canonical = canonicalJson({ ...parsed.data, price });
  await recordKey(database, key, now);
  return appendSignedRecord(database, key, { kind: DETERMINATION_KIND, subject, canonical }, now);
}
