import { canonicalJson } from '#methodology/canonical';
import type { LedgerDatabase } from '#store/ledger/client';
import { recordKey, type SigningKey } from '#store/ledger/keys';
import { appendSignedRecord, signedRecordsOf } from '#store/ledger/log';

const KIND = 'service';
const SUBJECT = 'publication';

/** When this ledger began to be published to live; null before. Strikes from before then are backcasts. */
export async function serviceSince(database: LedgerDatabase): Promise<Date | null> {
  const [began] = await signedRecordsOf(database, KIND, SUBJECT);
  return began ? new Date((JSON.parse(began.canonical) as { since: string }).since) : null;
}

/**
 * Says once, signed and in the log, from when on every strike is to be published: what is missed after that is late.
 * @param since the first instant whose strike the service answers for
 * @returns since when; where it was said before, that stands
 */
export async function beginService(database: LedgerDatabase, key: SigningKey, since: Date, now: Date): Promise<Date> {
  const known = await serviceSince(database);
  if (known) return known;
  await recordKey(database, key, now);
  const canonical = canonicalJson({ format: 'csi-service/1', service: SUBJECT, since: since.toISOString() });
  await appendSignedRecord(database, key, { kind: KIND, subject: SUBJECT, canonical }, now);
  // Two replicas may begin at once: the first one's word stands.
  return (await serviceSince(database)) ?? since;
}
