import { createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readSecret } from '#store/secret-file';

/** Turns an identity into its blinded form: the same party gives the same 32 hexadecimal digits, and nobody without the key can tell who. */
export type Blind = (identity: string) => string;

const KEY_BYTES = 32;
const MEMO_ENTRIES_MAX = 10_000;

/** One spelling of an identity: two sides of a trade write the same party with other capitals and spaces. */
const plainIdentity = (identity: string) => identity.normalize('NFKC').trim().replaceAll(/\s+/g, ' ').toLowerCase();

/** Blinds with a key: HMAC-SHA256, the first 128 bits (RFC 2104, section 5). The answers it remembers never leave the process. */
export function makeBlind(key: Uint8Array): Blind {
  const memo = new Map<string, string>();
  return (identity) => {
    const known = memo.get(identity);
    if (known !== undefined) return known;
    const blinded = createHmac('sha256', key).update(plainIdentity(identity), 'utf8').digest('hex').slice(0, 32);
    if (memo.size >= MEMO_ENTRIES_MAX) memo.clear();
    memo.set(identity, blinded);
    return blinded;
  };
}

/**
 * Reads the operator's blinding key of a data folder, making it at first use. It lies beside the signing key and never leaves its file.
 * @throws Error where the file is readable by others or holds no key
 */
export function openBlindingKey(folder: string): Blind {
  const path = join(folder, 'blinding-key');
  const text = readSecret(path, () => `${randomBytes(KEY_BYTES).toString('base64url')}\n`);
  const key = Buffer.from(text.trim(), 'base64url');
  if (key.byteLength !== KEY_BYTES) throw new Error(`${path} holds no blinding key`);
  return makeBlind(key);
}
