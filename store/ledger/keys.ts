import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { join } from 'node:path';
import { sha256 } from '#methodology/canonical';
import type { LedgerDatabase } from '#store/ledger/client';
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

/** The id of a raw public key given as base64url. */
export function keyIdOf(publicKey: string): string {
  return sha256(Buffer.from(publicKey, 'base64url')).slice(0, 16);
}

/** Whether a base64url Ed25519 signature over text is by the holder of a base64url raw public key. */
export function signatureHolds(text: string, signature: string, publicKey: string): boolean {
  try {
    const key = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: publicKey } });
    return verify(null, Buffer.from(text, 'utf8'), key, Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
}

/**
 * Reads the signing key of a data folder, making it at first start.
 * @throws Error where the file is readable by others or is not an Ed25519 key
 */
export function openSigningKey(folder: string): SigningKey {
  const path = join(folder, 'signing-key.pem');
  const pem = readSecret(path, () =>
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  );
  const privateKey = createPrivateKey(pem);
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error(`${path} holds no Ed25519 key`);
  const raw = rawPublicKey(privateKey);
  const publicKey = raw.toString('base64url');
  return {
    keyId: keyIdOf(publicKey),
    publicKey,
    sign: (text) => sign(null, Buffer.from(text, 'utf8'), privateKey).toString('base64url'),
  };
}

/** Records a public key in the ledger, so that fixes can name it and readers can fetch it. */
export async function recordKey(database: LedgerDatabase, key: SigningKey, at: Date): Promise<void> {
  await database
    .insert(keys)
    .values({ keyId: key.keyId, algorithm: 'Ed25519', publicKey: key.publicKey, createdAt: at, active: true })
    .onConflictDoNothing();
}

/** All public keys that have signed. */
export async function allKeys(database: LedgerDatabase): Promise<(typeof keys.$inferSelect)[]> {
  return database.select().from(keys).orderBy(keys.createdAt);
}
