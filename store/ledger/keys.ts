import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { keyIdOf } from '#methodology/log-records';
import type { LedgerDatabase } from '#store/ledger/client';
import { holdLog, type LedgerTransaction } from '#store/ledger/leaves';
import { keys } from '#store/ledger/schema';
import { readSecret } from '#store/secret-file';

/** The operator's signing key. The private half stays in its file, readable by its owner only. */
export interface SigningKey {
  /** First 16 hexadecimal digits of the SHA-256 of the raw public key. */
  keyId: string;
  /** Raw 32-byte public key, base64url. */
  publicKey: string;
  /** Ed25519 signature over UTF-8 text, base64url. */
  sign(text: string): string;
}

function rawPublicKey(key: KeyObject): Buffer {
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  if (!x) throw new Error('not an Ed25519 key');
  return Buffer.from(x, 'base64url');
}

/** Whether a base64url Ed25519 signature over text is by the holder of a base64url raw public key. */
export function signatureHolds(text: string, signature: string, publicKey: string): boolean {
  try {
    // Base64url has spare bits at its end: only the one spelling of the bytes is taken.
    const bytes = Buffer.from(signature, 'base64url');
    if (bytes.toString('base64url') !== signature) return false;
    if (Buffer.from(publicKey, 'base64url').toString('base64url') !== publicKey) return false;
    const key = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: publicKey } });
    return verify(null, Buffer.from(text, 'utf8'), key, bytes);
  } catch {
    return false;
  }
}

/** The file of the signing key in a data folder. */
export const signingKeyFile = (folder: string) => join(folder, 'signing-key.pem');

/** A new private key as PEM. */
export const newSigningPem = () =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** The key in a PEM text. @throws Error where it holds no Ed25519 key */
export function signingKeyOf(pem: string, path: string): SigningKey {
  const privateKey = createPrivateKey(pem);
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error(`${path} holds no Ed25519 key`);
  const publicKey = rawPublicKey(privateKey).toString('base64url');
  return {
    keyId: keyIdOf(publicKey),
    publicKey,
    sign: (text) => sign(null, Buffer.from(text, 'utf8'), privateKey).toString('base64url'),
  };
}

/**
 * Reads the signing key of a data folder, making it at first start.
 * @throws Error where the file is readable by others or is not an Ed25519 key
 */
export function openSigningKey(folder: string): SigningKey {
  const path = signingKeyFile(folder);
  return signingKeyOf(readSecret(path, newSigningPem), path);
}

/** A public key that has signed, or may. */
export type LedgerKey = typeof keys.$inferSelect;

async function keyById(database: Pick<LedgerDatabase, 'select'>, id: string): Promise<LedgerKey | null> {
  const [known] = await database.select().from(keys).where(eq(keys.keyId, id));
  return known ?? null;
}

/**
 * Records the first public key of a ledger, so that fixes can name it and readers can fetch it. Every later one comes by rotation: whoever
 * trusts the first can tell which followed.
 * @throws Error where the ledger is signed by another key
 */
export async function recordKey(database: LedgerDatabase, key: SigningKey, at: Date): Promise<void> {
  if (await keyById(database, key.keyId)) return;
  await database.transaction(async (transaction) => {
    // Of two processes that begin at once with a key each, one is first.
    await holdLog(transaction);
    const known = await allKeys(transaction);
    if (known.some(({ keyId }) => keyId === key.keyId)) return;
    const inForce = known.findLast(({ active }) => active) ?? known.at(-1);
    if (inForce) {
      throw new Error(
        `this ledger is signed by the key ${inForce.keyId}, and the key file of this data folder holds ${key.keyId}, which no rotation has introduced: ` +
          'put the right signing-key.pem into the folder, from its backup or from the machine that has it',
      );
    }
    await transaction.insert(keys).values(ledgerKey(key, at));
  });
}

/** A key as the ledger holds it. */
export const ledgerKey = ({ keyId, publicKey }: Pick<SigningKey, 'keyId' | 'publicKey'>, at: Date): LedgerKey => ({
  keyId,
  algorithm: 'Ed25519',
  publicKey,
  createdAt: at,
  active: true,
});

/** A key that does not sign for this ledger, or no longer: one sentence for whoever started with it. */
export class KeyNotInForce extends Error {}

/**
 * Nothing is signed with a key that has been rotated away. For a transaction that holds the log: a rotation waits for it.
 * @throws KeyNotInForce saying which key is in force
 */
export async function expectInForce(transaction: LedgerTransaction, id: string): Promise<void> {
  const key = await keyById(transaction, id);
  if (key?.active) return;
  if (!key) throw new KeyNotInForce(`the ledger does not know the key ${id}`);
  const now = (await allKeys(transaction)).findLast(({ active }) => active);
  throw new KeyNotInForce(
    `the signing key ${id} has been rotated away, the key in force is ${now?.keyId}: nothing was signed; ` +
      'put the new signing-key.pem into the data folder of this process and start it again',
  );
}

/** All public keys that have signed, oldest first. */
export async function allKeys(database: Pick<LedgerDatabase, 'select'>): Promise<LedgerKey[]> {
  return database.select().from(keys).orderBy(keys.createdAt);
}
