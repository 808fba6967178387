import type { FixRecord, KeysAnswer, PublishedFix } from '#api/types';

/** `unchecked` is not a pass: it is a check this browser could not make. */
export type Verdict = 'passed' | 'failed' | 'unchecked';

export interface Check {
  name: 'record' | 'hash' | 'signature';
  verdict: Verdict;
  detail: string;
}

export interface Verification {
  verdict: Verdict;
  checks: Check[];
  /** The record that was signed, read from the canonical text; null where that text is not a record. */
  record: FixRecord | null;
}

/** The little of WebCrypto this needs; a test hands in Node's. */
export type Subtle = Pick<SubtleCrypto, 'digest' | 'importKey' | 'verify'>;

export interface Asked {
  series: string;
  /** A local date, or a strike. */
  date: string;
}

/** Canonical JSON (RFC 8785) of plain data: members in code-unit order, numbers and strings as ECMAScript writes them. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value);
}

/** Where two records differ, as paths such as "shares.top_provider"; at most `limit`. */
export function differences(signed: unknown, shown: unknown, limit = 5, path = ''): string[] {
  if (canonicalJson(signed ?? null) === canonicalJson(shown ?? null)) return [];
  const both = [signed, shown];
  if (both.some((side) => side === null || typeof side !== 'object')) return [path || 'the whole record'];
  const names = new Set(both.flatMap((side) => Object.keys(side as object)));
  const found: string[] = [];
  for (const name of names) {
    if (found.length >= limit) break;
    const [a, b] = both.map((side) => (side as Record<string, unknown>)[name]);
    found.push(...differences(a, b, limit - found.length, path ? `${path}.${name}` : name));
  }
  return found;
}

/** Bytes of a base64url text; throws where it is none. */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  if (!/^[A-Za-z0-9_-]*={0,2}$/.test(text)) throw new Error('not base64url');
  const binary = atob(text.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** A public key as raw 32 bytes, whether published as base64url, hex or a DER/PEM SubjectPublicKeyInfo. */
export function rawPublicKey(text: string): Uint8Array<ArrayBuffer> {
  const body = text.replace(/-----[^-]+-----|\s/g, '');
  const bytes = /^[0-9a-f]{64}$/i.test(body)
    ? Uint8Array.from(body.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
    : fromBase64Url(body.replaceAll('+', '-').replaceAll('/', '_'));
  if (bytes.length === 32) return bytes;
  // SubjectPublicKeyInfo of Ed25519 (RFC 8410): a fixed head of 12 bytes, then the key.
  if (bytes.length === 44) return bytes.slice(12);
  throw new Error(`${bytes.length} bytes, 32 needed`);
}

function toHex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** What every signed record comes with. */
export type Signed = Pick<PublishedFix, 'hash' | 'signature' | 'key_id'>;

function checkRecord(published: PublishedFix, asked: Asked): { record: FixRecord | null; check: Check } {
  const failed = (detail: string, record: FixRecord | null = null) => ({
    record,
    check: { name: 'record' as const, verdict: 'failed' as const, detail },
  });
  let record: FixRecord;
  try {
    record = JSON.parse(published.canonical) as FixRecord;
  } catch (cause) {
    return failed(`the signed text is not JSON: ${words(cause)}`);
  }
  if (record === null || typeof record !== 'object' || record.format !== 'csi-fix/1') {
    return failed('the signed text is not a fix of format csi-fix/1');
  }
  // A member named twice would parse to one of the two and hide the other; canonical text has no second way to be written.
  if (canonicalJson(record) !== published.canonical)
    return failed('the signed text is not canonical JSON (RFC 8785)', record);
  if (record.series !== asked.series || (record.date !== asked.date && record.strike !== asked.date)) {
    return failed(
      `asked for ${asked.series} of ${asked.date}, the signed record is ${record.series} of ${record.date}`,
      record,
    );
  }
  const differing = differences(record, published.fix);
  if (differing.length > 0)
    return failed(`the answer differs from what was signed in: ${differing.join(', ')}`, record);
  return { record, check: { name: 'record', verdict: 'passed', detail: 'what is shown is read from the signed text' } };
}

/** Whether SHA-256 over the signed bytes is the published hash. */
export async function checkHash(
  published: Pick<Signed, 'hash'>,
  bytes: Uint8Array<ArrayBuffer>,
  subtle: Subtle,
): Promise<Check> {
  const name = 'hash';
  const computed = toHex(await subtle.digest('SHA-256', bytes));
  const claimed = published.hash.replace(/^sha256:/i, '').toLowerCase();
  if (computed === claimed)
    return { name, verdict: 'passed', detail: 'SHA-256 computed here equals the published hash' };
  return { name, verdict: 'failed', detail: `SHA-256 computed here is ${computed}, published is ${published.hash}` };
}

/** Whether the Ed25519 signature over the signed bytes holds under the key that the server publishes. */
export async function checkSignature(
  published: Signed,
  bytes: Uint8Array<ArrayBuffer>,
  keys: KeysAnswer | null,
  subtle: Subtle,
): Promise<Check> {
  const name = 'signature';
  if (!keys)
    return { name, verdict: 'unchecked', detail: 'could not be checked here: the public keys could not be read' };
  const key = keys.keys.find((candidate) => candidate.key_id === published.key_id);
  if (!key) return { name, verdict: 'failed', detail: `the server publishes no key ${published.key_id}` };
  let publicKey: CryptoKey;
  try {
    publicKey = await subtle.importKey('raw', rawPublicKey(key.public_key), 'Ed25519', false, ['verify']);
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'NotSupportedError') {
      return { name, verdict: 'unchecked', detail: 'could not be checked here: this browser has no Ed25519' };
    }
    return {
      name,
      verdict: 'failed',
      detail: `the published key ${key.key_id} is not an Ed25519 key: ${words(cause)}`,
    };
  }
  try {
    const signature = fromBase64Url(published.signature);
    if (signature.length !== 64)
      return { name, verdict: 'failed', detail: `the signature has ${signature.length} bytes, 64 needed` };
    const good = await subtle.verify('Ed25519', publicKey, signature, bytes);
    return good
      ? { name, verdict: 'passed', detail: `Ed25519 signature by key ${key.key_id} verified here` }
      : {
          name,
          verdict: 'failed',
          detail: `the Ed25519 signature does not match the signed text under key ${key.key_id}`,
        };
  } catch (cause) {
    return { name, verdict: 'failed', detail: `the signature could not be read: ${words(cause)}` };
  }
}

/** Checks a published fix in this browser: that the record is the signed one and the one asked for, its hash, its signature. */
export async function verifyFix(
  published: PublishedFix,
  asked: Asked,
  keys: KeysAnswer | null,
  subtle: Subtle | undefined,
): Promise<Verification> {
  const { record, check } = checkRecord(published, asked);
  const checks = [check];
  if (!subtle) {
    checks.push(...unsafeOrigin());
  } else {
    const bytes = new TextEncoder().encode(published.canonical) as Uint8Array<ArrayBuffer>;
    checks.push(await checkHash(published, bytes, subtle), await checkSignature(published, bytes, keys, subtle));
  }
  return { verdict: worst(checks), checks, record };
}

/** The checks that cannot be made where the browser offers no WebCrypto. */
export function unsafeOrigin(): Check[] {
  const detail =
    'could not be checked here: the page is not on a secure origin (https or localhost), so the browser offers no WebCrypto';
  return [
    { name: 'hash', verdict: 'unchecked', detail },
    { name: 'signature', verdict: 'unchecked', detail },
  ];
}

/** The verdict over all checks: one failure fails it, one check not made leaves it unchecked. */
export function worst(checks: readonly { verdict: Verdict }[]): Verdict {
  if (checks.some((check) => check.verdict === 'failed')) return 'failed';
  return checks.some((check) => check.verdict === 'unchecked') ? 'unchecked' : 'passed';
}

function words(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
