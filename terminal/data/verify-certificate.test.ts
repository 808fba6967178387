import { generateKeyPairSync, sign, webcrypto } from 'node:crypto';
import { expect, it } from 'vitest';
import type { KeysAnswer, MonthAnswer, SettlementCertificate, SettlementStamp } from '#api/types';
import { canonicalJson, type Subtle } from './verify';
import { verifyCertificate } from './verify-certificate';

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
const stamps: SettlementStamp[] = [
  {
    date: '2026-07-01',
    strike: '2026-07-01T15:00:00.000Z',
    state: 'locked',
    fix: { id: 'f1', hash: 'h1', level: 4, value: '2.8000' },
    reason: null,
    fill: null,
  },
];
/** The little of a certificate that verification looks at. */
const certificate = {
  format: 'csi-settlement-certificate/1',
  contract: { id: 'CSI-X-BD' },
  contract_sha256: 't1',
  month: '2026-07',
  mean: '14/5',
  calculated_price: '2.80',
  stamps,
} as unknown as SettlementCertificate;

async function month(canonical = canonicalJson(certificate)): Promise<MonthAnswer> {
  const digest = await webcrypto.subtle.digest('SHA-256', new TextEncoder().encode(canonical));
  return {
    sha256: 't1',
    settlement: { contract: 'CSI-X-BD', month: '2026-07', mean: '14/5', price: '2.80', stamps },
    certificate: {
      canonical,
      hash: Buffer.from(digest).toString('hex'),
      signature: sign(null, Buffer.from(canonical), privateKey).toString('base64url'),
      key_id: 'k1',
    },
  } as unknown as MonthAnswer;
}
const record = async (answer: MonthAnswer) => (await verifyCertificate(answer, keys, subtle)).checks[0];

it('verifies a genuine certificate that says what is shown', async () => {
  const { verdict, checks } = await verifyCertificate(await month(), keys, subtle);
  expect([verdict, checks.map((check) => check.verdict)]).toEqual(['passed', ['passed', 'passed', 'passed']]);
});

it('names what is shown otherwise than it was signed', async () => {
  const priced = await month();
  priced.settlement.price = '2.81';
  expect((await record(priced))?.detail).toBe('the month shown differs from what was signed in: price');
  const restated = await month();
  restated.settlement.stamps = [{ ...(stamps[0] as SettlementStamp), state: 'missed' }];
  expect((await record(restated))?.detail).toContain('stamps.0.state');
  const terms = await month();
  terms.sha256 = 't2';
  expect((await record(terms))?.detail).toContain('terms');
});

it('refuses what is signed but is no certificate of this month', async () => {
  for (const [text, detail] of [
    ['{', 'not JSON'],
    [canonicalJson({ format: 'csi-fix/1' }), 'no settlement certificate'],
    [` ${canonicalJson(certificate)}`, 'not canonical'],
    [canonicalJson({ ...certificate, month: '2026-08' }), 'the signed record is CSI-X-BD of 2026-08'],
  ] as const) {
    expect((await record(await month(text)))?.detail).toContain(detail);
  }
});

it('finds a wrong hash and a wrong signature, and passes nothing that it could not check', async () => {
  const wrong = await month();
  if (wrong.certificate) wrong.certificate.canonical = wrong.certificate.canonical.replace('2.80', '2.81');
  const verdicts = (await verifyCertificate(wrong, keys, subtle)).checks.map((check) => check.verdict);
  expect(verdicts).toEqual(['failed', 'failed', 'failed']);
  expect((await verifyCertificate(await month(), null, subtle)).verdict).toBe('unchecked');
  expect((await verifyCertificate(await month(), keys, undefined)).verdict).toBe('unchecked');
});
