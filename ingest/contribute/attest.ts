import { createHash } from 'node:crypto';
import { compactVerify, decodeProtectedHeader, importJWK, type JWK, jwtVerify } from 'jose';
import type { Line } from '#ingest/contribute/line';
import { identify } from '#ingest/identify';
import { type AttestationIssuer, attestationAlgorithms } from '#methodology/attestation';
import { canonicalJson } from '#methodology/canonical';

/**
 * How well it is known that the hardware sold was delivered: A attested by the hardware itself, B measured by a registered verifier,
 * C claimed only, or attested in a way that did not hold, with the reason.
 */
export type Grade = { grade: 'A' | 'B' } | { grade: 'C'; reason: string | null };

/** Nothing was attested. */
export const ungraded: Grade = Object.freeze({ grade: 'C', reason: null });

/** Grades the attestation of a print. */
export type GradeAttestation = (line: Line) => Promise<Grade>;

/** Whom to believe. */
export interface Trusted {
  /** Raw Ed25519 public keys of the registered verifiers, base64url, by id. */
  verifiers: ReadonlyMap<string, string>;
  issuers: readonly AttestationIssuer[];
  /** The instant at which tokens must be valid. */
  at: Date;
}

const CLOCK_TOLERANCE_SECONDS = 300;

const refused = (reason: string): Grade => ({ grade: 'C', reason });

/** What a print is called in an attestation: bound to one trade, no attestation serves a second one. */
export const attestationNonce = (tradeId: string) => createHash('sha256').update(tradeId, 'utf8').digest('hex');

/** The payload of a detached measurement signature: canonical JSON of the trade and the class. */
export const measurementPayload = (tradeId: string, hardwareClass: string) =>
  canonicalJson({ hardware_class: hardwareClass, trade_id: tradeId });

function classOf(line: Line, source: string): string | null {
  if (line.hardware_class !== undefined) return line.hardware_class;
  const memoryGb = line.memory_gb === undefined ? null : Number(line.memory_gb);
  return identify({ source, label: line.label ?? '', memoryGb }).hardwareClass;
}

/** Whether a measurement is signed by its verifier and says this trade and this class. */
async function checkMeasurement(jws: string, publicKey: string, tradeId: string, hardwareClass: string) {
  const [header = '', payload = '', signature = ''] = jws.split('.');
  const expected = Buffer.from(measurementPayload(tradeId, hardwareClass), 'utf8').toString('base64url');
  const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: publicKey }, 'EdDSA');
  // RFC 7515, appendix F: a detached signature leaves the payload out, and the reader puts it back.
  const whole = `${header}.${payload === '' ? expected : payload}.${signature}`;
  const verified = await compactVerify(whole, key, { algorithms: ['EdDSA'] });
  const stated = JSON.parse(Buffer.from(verified.payload).toString('utf8')) as Record<string, unknown>;
  if (stated.trade_id !== tradeId) throw new Error('the measurement is of another trade');
  if (stated.hardware_class !== hardwareClass) throw new Error('the measurement is of another hardware class');
}

/** Whether a token is signed by a pinned key of its issuer, valid now, bound to this trade, and names this class. */
async function checkHardware(jwt: string, trusted: Trusted, tradeId: string, hardwareClass: string) {
  const { kid, alg } = decodeProtectedHeader(jwt);
  for (const issuer of trusted.issuers) {
    const pinned = issuer.keys.find((key) => key.kid === kid && key.alg === alg);
    if (!pinned) continue;
    const { payload } = await jwtVerify(jwt, await importJWK(pinned as JWK, pinned.alg), {
      issuer: issuer.issuer,
      algorithms: [...attestationAlgorithms],
      currentDate: trusted.at,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      requiredClaims: ['exp'],
    });
    const nonce = attestationNonce(tradeId);
    const nonces = [payload.eat_nonce, payload.nonce].flat();
    if (!nonces.includes(nonce)) throw new Error('the token is not bound to this trade');
    const model = payload[issuer.model_claim];
    const classes = typeof model === 'string' && Object.hasOwn(issuer.models, model) ? issuer.models[model] : [];
    if (!classes?.includes(hardwareClass)) throw new Error('the token names other hardware');
    return;
  }
  throw new Error('no pinned issuer has signed the token');
}

/** What did not hold, in our words or the library's code: never a part of the token. */
function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'the measurement is not JSON';
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === 'string') return `the signature does not hold: ${code}`;
  return error instanceof Error ? error.message : 'it could not be checked';
}

/** Makes the function that grades attestations under what is trusted now. A bad attestation refuses no print: it is worth nothing. */
export function makeGrading(trusted: Trusted, source: string): GradeAttestation {
  return async (line) => {
    const { attestation, trade_id: tradeId } = line;
    if (!attestation || tradeId === undefined) return ungraded;
    const hardwareClass = classOf(line, source);
    if (hardwareClass === null) return refused('the hardware is not identified');
    try {
      if (attestation.type === 'hardware') {
        await checkHardware(attestation.jwt, trusted, tradeId, hardwareClass);
        return { grade: 'A' };
      }
      const publicKey = trusted.verifiers.get(attestation.verifier);
      if (publicKey === undefined) return refused('the verifier is not registered');
      await checkMeasurement(attestation.jws, publicKey, tradeId, hardwareClass);
      return { grade: 'B' };
    } catch (error) {
      return refused(reasonOf(error));
    }
  };
}
