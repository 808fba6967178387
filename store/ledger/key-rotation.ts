import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { canonicalJson, sha256 } from '#methodology/canonical';
import { KEY_ROTATION, type KeyRotation } from '#methodology/log-records';
import type { LedgerDatabase } from '#store/ledger/client';
import { newestHead, signHead } from '#store/ledger/heads';
import {
  allKeys,
  expectInForce,
  ledgerKey,
  newSigningPem,
  openSigningKey,
  recordKey,
  signingKeyFile,
  signingKeyOf,
} from '#store/ledger/keys';
import { appendLeaves, holdLog } from '#store/ledger/leaves';
import { addNotice } from '#store/ledger/notices';
import { keys, signedRecords } from '#store/ledger/schema';
import { syncFolder, writeSecret } from '#store/secret-file';

/** Where the new key waits until the ledger knows it. */
const nextKeyFile = (folder: string) => join(folder, 'signing-key.next.pem');

function putInPlace(folder: string): void {
  renameSync(nextKeyFile(folder), signingKeyFile(folder));
  syncFolder(folder);
}

/**
 * Finishes a rotation that was cut short: the new key gets its place where the ledger knows it, and goes where it does not, since then it
 * has signed nothing. A rotation that is under way in another process is waited for.
 */
export async function finishRotation(folder: string, database: LedgerDatabase): Promise<void> {
  const path = nextKeyFile(folder);
  if (!existsSync(path)) return;
  await database.transaction(async (transaction) => {
    await holdLog(transaction);
    if (!existsSync(path)) return;
    const known = await allKeys(transaction);
    if (known.some(({ keyId }) => keyId === keyIdIn(path))) putInPlace(folder);
    else rmSync(path);
  });
}

/** The id of the key in a file; null where a crash left half a file. */
function keyIdIn(path: string): string | null {
  try {
    return signingKeyOf(readFileSync(path, 'utf8'), path).keyId;
  } catch {
    return null;
  }
}

/** What a rotation came to. */
export interface Rotated {
  record: KeyRotation;
  /** Where the log has it. */
  leafIndex: number;
}

/**
 * Puts a new signing key in the place of the one of a data folder. The new key is on the disk before the ledger learns of it; the record,
 * signed by the old key, its leaf, and a head signed by the new one become true together; then the file is replaced. Killed at any instant,
 * the folder has one key that the ledger accepts, at the latest when its store is next opened.
 * @param order who rotates keys at what time, and the reason, which is published
 * @throws Error where the folder has no key, or one that is no longer in force
 */
export async function rotateSigningKey(
  folder: string,
  database: LedgerDatabase,
  order: { now: Date; reason: string },
): Promise<Rotated> {
  if (!existsSync(signingKeyFile(folder)))
    throw new Error(`${folder} has no signing key yet: there is nothing to rotate`);
  const old = openSigningKey(folder);
  await recordKey(database, old, order.now);
  const rotated = await database.transaction(async (transaction) => {
    await holdLog(transaction);
    await expectInForce(transaction, old.keyId);
    // The old key is in force, so that whatever waits here has signed nothing.
    rmSync(nextKeyFile(folder), { force: true });
    const pem = newSigningPem();
    writeSecret(nextKeyFile(folder), pem);
    const next = signingKeyOf(pem, nextKeyFile(folder));
    const at = new Date(Math.max(order.now.getTime(), (await newestHead(transaction))?.at.getTime() ?? 0));
    const record: KeyRotation = {
      format: 'csi-key-rotation/1',
      old_key_id: old.keyId,
      new_key_id: next.keyId,
      new_public_key: next.publicKey,
      at: at.toISOString(),
      reason: order.reason,
    };
    const entry = { kind: KEY_ROTATION, subject: old.keyId, canonical: canonicalJson(record) };
    const signed = { signature: old.sign(entry.canonical), keyId: old.keyId };
    const head = await appendLeaves(transaction, [entry], at);
    await transaction.insert(signedRecords).values({ hash: sha256(entry.canonical), ...entry, at, ...signed });
    // Before the first head the log has its name by its oldest key, and that must be the old one.
    const oldest = (await allKeys(transaction))[0]?.createdAt.getTime() ?? 0;
    const since = new Date(Math.max(at.getTime(), oldest + 1));
    await transaction.insert(keys).values(ledgerKey(next, since));
    await transaction.update(keys).set({ active: false }).where(eq(keys.keyId, old.keyId));
    // Signed by the new key: whoever rotates has it.
    await signHead(transaction, next, head, at);
    const text = `signing key ${old.keyId} gives way to ${next.keyId}: ${order.reason}`;
    await addNotice(transaction, { at, kind: 'key_rotation', subject: next.keyId, text });
    return { record, leafIndex: head.size - 1 };
  });
  await finishRotation(folder, database);
  return rotated;
}
