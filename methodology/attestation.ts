import { z } from 'zod';
import { hardwareClass } from '#methodology/hardware';
import { readReference } from '#methodology/reference';

/** Signature algorithms of attestation tokens that are checked (RFC 7518, RFC 8037). */
export const attestationAlgorithms = ['EdDSA', 'ES256', 'ES384', 'RS256'] as const;

const issuerSchema = z.strictObject({
  /** The token's `iss`. */
  issuer: z.string().min(1),
  /** Public keys, as JSON Web Keys with `kid` and `alg`. */
  keys: z.array(z.looseObject({ kty: z.string(), kid: z.string().min(1), alg: z.enum(attestationAlgorithms) })).min(1),
  /** The claim that names the hardware, and which of our classes each of its values is. */
  model_claim: z.string().min(1),
  models: z.record(
    z.string(),
    z.array(z.string().refine((id) => hardwareClass(id) !== undefined, 'a class id of hardware.json')).min(1),
  ),
});

/** The schema of attestation.json. */
export const attestationSchema = z.strictObject({ why: z.string(), issuers: z.array(issuerSchema) });

/** An issuer of hardware attestation tokens, with its pinned keys. */
export type AttestationIssuer = Readonly<z.output<typeof issuerSchema>>;

const loaded = readReference('attestation.json', attestationSchema);

/** The issuers whose hardware attestation tokens are believed. Frozen. */
export function attestationIssuers(): readonly AttestationIssuer[] {
  return loaded.issuers;
}
