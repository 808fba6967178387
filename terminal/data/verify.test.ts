import { generateKeyPairSync, sign, webcrypto } from 'node:crypto';
import canonicalize from 'canonicalize';
import { expect, it } from 'vitest';
import type { FixRecord, KeysAnswer, PublishedFix } from '#api/types';
import { canonicalJson, differences, type Subtle, verifyFix } from './verify';

const asked = { series: 'CSI-H100-SXM-80', date: '2026-07-28' };
const subtle = webcrypto.subtle as unknown as Subtle;
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const keys: KeysAnswer = {
  keys: [
    {
      key_id: 'k1',
      algorithm: 'Ed25519',
      public_key: publicKey.export({ type: 'spki', format: 'der' }).subarray(12).toString('base64url'),
      created_at: '',
      active: true,
    },
  ],
};

async function publish(fix: FixRecord, canonical = canonicalJson(fix)): Promise<PublishedFix> {
  const digest = await webcrypto.subtle.digest('SHA-256', new TextEncoder().encode(canonical));
  return {
    fix,
    canonical,
    hash: Buffer.from(digest).toString('hex'),
    signature: sign(null, Buffer.from(canonical), privateKey).toString('base64url'),
    key_id: 'k1',
    published_at: '',
    time_zone_database: '2025b',
    finality: 'final',
  };
}
/** The little of a record that verification looks at; the sentence has letters outside ASCII on purpose. */
const record = {
  format: 'csi-fix/1',
  ...asked,
  value: '2.2134',
  sentence: 'Zürich − “fix”',
  shares: { top: '0.2' },
} as unknown as FixRecord;
const verdicts = async (...args: Parameters<typeof verifyFix>) => {
  const { verdict, checks } = await verifyFix(...args);
  return [verdict, ...checks.map((check) => check.verdict)];
};

it('verifies a genuine fix', async () => {
  expect(await verdicts(await publish(record), asked, keys, subtle)).toEqual(['passed', 'passed', 'passed', 'passed']);
});

it('shows the signed record and says so loudly where the answer differs', async () => {
  const published = { ...(await publish(record)), fix: { ...record, value: '9.99' } };
  const result = await verifyFix(published, asked, keys, subtle);
  expect(result.verdict).toBe('failed');
  expect(result.record?.value).toBe('2.2134');
  expect(result.checks[0]?.detail).toContain('value');
});

it('fails a changed text, a changed hash, a changed signature', async () => {
  const published = await publish(record);
  const changed = { ...published, canonical: published.canonical.replace('2.2134', '2.2135') };
  expect(await verdicts(changed, asked, keys, subtle)).toEqual(['failed', 'failed', 'failed', 'failed']);
  expect(await verdicts({ ...published, hash: '0'.repeat(64) }, asked, keys, subtle)).toEqual([
    'failed',
    'passed',
    'failed',
    'passed',
  ]);
  const signature = Buffer.alloc(64, 1).toString('base64url');
  expect(await verdicts({ ...published, signature }, asked, keys, subtle)).toEqual([
    'failed',
    'passed',
    'passed',
    'failed',
  ]);
  expect(await verdicts({ ...published, signature: 'AA' }, asked, keys, subtle)).toEqual([
    'failed',
    'passed',
    'passed',
    'failed',
  ]);
});

it('fails a genuine fix of another date, and a text that is not canonical', async () => {
  const other = await publish({ ...record, date: '2026-07-27' });
  expect(await verdicts(other, asked, keys, subtle)).toEqual(['failed', 'failed', 'passed', 'passed']);
  const twice = await publish(record, canonicalJson(record).replace('"value"', '"value":"1","value"'));
  expect(await verdicts(twice, asked, keys, subtle)).toEqual(['failed', 'failed', 'passed', 'passed']);
});

it('fails an unknown key, and calls unchecked what it could not check', async () => {
  const published = await publish(record);
  expect(await verdicts({ ...published, key_id: 'k2' }, asked, keys, subtle)).toEqual([
    'failed',
    'passed',
    'passed',
    'failed',
  ]);
  expect(await verdicts(published, asked, null, subtle)).toEqual(['unchecked', 'passed', 'passed', 'unchecked']);
  expect(await verdicts(published, asked, keys, undefined)).toEqual(['unchecked', 'passed', 'unchecked', 'unchecked']);
});

it('calls unchecked, not verified, what a browser without Ed25519 cannot check', async () => {
  const without: Subtle = {
    digest: subtle.digest.bind(subtle),
    verify: subtle.verify.bind(subtle),
    importKey: () => Promise.reject(Object.assign(new Error('Unrecognized name'), { name: 'NotSupportedError' })),
  };
  expect(await verdicts(await publish(record), asked, keys, without)).toEqual([
    'unchecked',
    'passed',
    'passed',
    'unchecked',
  ]);
});

it('survives a signed text that is no record', async () => {
  for (const text of ['{', 'null', '[]', '{"format":"other"}']) {
    const result = await verifyFix(await publish(record, text), asked, keys, subtle);
    expect([result.verdict, result.record]).toEqual(['failed', null]);
  }
});

it('writes canonical JSON as the server does', () => {
  const value = { b: [1, 0.1, 1e21, null, true], a: { é: 'ü\u2028"\\', '\u{1F600}': '\n', z: {} }, A: '' };
  expect(canonicalJson(value)).toBe(canonicalize(value));
});

it('names where two records differ', () => {
  expect(differences({ a: { b: 1, c: 2 }, d: [1, 2] }, { a: { b: 1, c: 3 }, d: [1] })).toEqual(['a.c', 'd.1']);
  expect(differences({ a: 1 }, { a: 1 })).toEqual([]);
});
