import { base64url, CompactSign, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Contributing, openContributing, print } from '#api/testing/contributing';
import { attestationNonce, measurementPayload } from '#ingest/contribute/attest';
import { type AttestationIssuer, attestationAlgorithms, attestationIssuers } from '#methodology/attestation';
import { observationsById } from '#store/clickhouse/observations';
import { addVerifier, revokeVerifier } from '#store/ledger/verifiers';

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;
let here: Contributing;
let token: string;
let measurer: Pair;
const pinned = new Map<string, Pair>();
let trades = 0;

beforeAll(async () => {
  const keys: AttestationIssuer['keys'][number][] = [];
  for (const alg of attestationAlgorithms) {
    const pair = await generateKeyPair(alg, { extractable: true });
    pinned.set(alg, pair);
    keys.push({
      ...(await exportJWK(pair.publicKey)),
      kty: alg === 'EdDSA' ? 'OKP' : alg === 'RS256' ? 'RSA' : 'EC',
      kid: alg,
      alg,
    });
  }
  const issuer = { issuer: 'https://attest.example', keys, model_claim: 'hwmodel', models: { GH100: ['H100-SXM-80'] } };
  here = await openContributing({ issuers: [issuer] });
  token = await here.keyOf('attesting');
  measurer = await generateKeyPair('EdDSA', { extractable: true });
  const { x = '' } = await exportJWK(measurer.publicKey);
  for (const id of ['lab', 'former-lab'])
    await addVerifier(here.store.ledger.database, { id, publicKey: x, at: here.time.now });
  await revokeVerifier(here.store.ledger.database, 'former-lab', here.time.now);
});
afterAll(() => here.close());

const newTrade = () => {
  trades += 1;
  return `T-${trades}`;
};

/** What a print with this attestation is graded, and why. */
async function gradeOf(trade_id: string, attestation: object, facts = {}): Promise<string> {
  const { verdicts } = await here.sendLines(token, [print({ trade_id, attestation, ...facts })]);
  const [verdict] = verdicts;
  if (verdict?.verdict !== 'accepted') throw new Error(JSON.stringify(verdict));
  const { attributes } =
    (await observationsById(here.store.clickhouse, [verdict.observation_id])).get(verdict.observation_id) ?? {};
  return [attributes?.attestation, attributes?.attestation_reason].filter(Boolean).join(': ');
}

const measurement = (jws: string, verifier = 'lab') => ({ type: 'measurement', verifier, jws });
const signMeasurement = (payload: string, key = measurer) =>
  new CompactSign(Buffer.from(payload)).setProtectedHeader({ alg: 'EdDSA' }).sign(key.privateKey);

describe('a measurement', () => {
  it('signed by a registered verifier over this trade and class is grade B, compact or detached', async () => {
    const first = newTrade();
    const jws = await signMeasurement(measurementPayload(first, 'H100-SXM-80'));
    expect(await gradeOf(first, measurement(jws))).toBe('B');
    const second = newTrade();
    const [header, , signature] = (await signMeasurement(measurementPayload(second, 'H100-SXM-80'))).split('.');
    expect(await gradeOf(second, measurement(`${header}..${signature}`))).toBe('B');
    const third = newTrade();
    const more = JSON.stringify({ trade_id: third, hardware_class: 'H100-SXM-80', tflops: 812 });
    expect(await gradeOf(third, measurement(await signMeasurement(more)))).toBe('B');
  });

  it('that does not hold is grade C with the reason, and the print stands', async () => {
    const trade = newTrade();
    const good = await signMeasurement(measurementPayload(trade, 'H100-SXM-80'));
    const stranger = await generateKeyPair('EdDSA');
    const failed = 'C: the signature does not hold: ERR_JWS_SIGNATURE_VERIFICATION_FAILED';
    expect(await gradeOf(newTrade(), measurement(good))).toBe('C: the measurement is of another trade');
    const h200 = { label: 'H200 SXM' };
    expect(await gradeOf(trade, measurement(good), h200)).toBe('C: the measurement is of another hardware class');
    const detached = good.replace(/\..*\./, '..');
    expect(await gradeOf(newTrade(), measurement(detached))).toBe(failed);
    const other = newTrade();
    const foreign = await signMeasurement(measurementPayload(other, 'H100-SXM-80'), stranger);
    expect(await gradeOf(other, measurement(foreign))).toBe(failed);
    expect(await gradeOf(newTrade(), measurement(good, 'nobody'))).toBe('C: the verifier is not registered');
    expect(await gradeOf(newTrade(), measurement(good, 'former-lab'))).toBe('C: the verifier is not registered');
    expect(await gradeOf(newTrade(), measurement('x.y.z'))).toMatch(/^C: /);
    const none = `${base64url.encode('{"alg":"none"}')}.${base64url.encode(measurementPayload('n', 'H100-SXM-80'))}.`;
    expect(await gradeOf('n', measurement(none))).toMatch(/^C: the signature does not hold/);
  });
});

interface TokenFacts {
  trade: string;
  alg?: string;
  issuer?: string;
  model?: string;
  expires?: string;
  kid?: string;
}
const now = () => Math.floor(here.time.now.getTime() / 1000);
const hardware = async ({
  trade,
  alg = 'ES256',
  issuer = 'https://attest.example',
  model = 'GH100',
  expires,
  kid = alg,
}: TokenFacts) => {
  const jwt = await new SignJWT({ eat_nonce: attestationNonce(trade), hwmodel: model })
    .setProtectedHeader({ alg, kid })
    .setIssuer(issuer)
    .setExpirationTime(expires ? new Date(expires) : now() + 3600)
    .sign((pinned.get(alg) as Pair).privateKey);
  return { type: 'hardware', jwt };
};

describe('a hardware attestation', () => {
  it('signed by a pinned issuer over this trade and class is grade A, under every algorithm', async () => {
    for (const alg of attestationAlgorithms) {
      const trade = newTrade();
      expect(await gradeOf(trade, await hardware({ trade, alg })), alg).toBe('A');
    }
  });

  it('that does not hold is grade C with the reason', async () => {
    const graded = async (facts: Partial<TokenFacts>) => {
      const trade = newTrade();
      return gradeOf(trade, await hardware({ trade, ...facts }));
    };
    expect(await graded({ trade: 'another' })).toBe('C: the token is not bound to this trade');
    expect(await graded({ model: 'GB100' })).toBe('C: the token names other hardware');
    expect(await graded({ issuer: 'https://elsewhere.example' })).toBe(
      'C: the signature does not hold: ERR_JWT_CLAIM_VALIDATION_FAILED',
    );
    expect(await graded({ expires: '2026-11-19T00:00:00Z' })).toBe('C: the signature does not hold: ERR_JWT_EXPIRED');
    expect(await graded({ kid: 'unknown' })).toBe('C: no pinned issuer has signed the token');
    expect(await graded({ kid: 'ES384' })).toBe('C: no pinned issuer has signed the token');
  });

  it('is believed from nobody as shipped', () => {
    expect(attestationIssuers()).toEqual([]);
  });
});

describe('a grade', () => {
  it('does not make another fact of a print sent again', async () => {
    const trade = newTrade();
    await gradeOf(trade, measurement(await signMeasurement(measurementPayload(trade, 'H100-SXM-80'))));
    const { verdicts } = await here.sendLines(token, [print({ trade_id: trade })]);
    expect(verdicts[0]?.verdict).toBe('duplicate');
  });
});
