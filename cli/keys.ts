import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Answer, type CommonOptions, withStore } from '#cli/context';
import { CannotRun, table } from '#cli/output';
import { allApiKeys, createApiKey, revokeApiKey, type Scope, scopes } from '#store/ledger/api-keys';
import { rotateSigningKey } from '#store/ledger/key-rotation';
import { addVerifier, allVerifiers, revokeVerifier } from '#store/ledger/verifiers';

const NAME = /^[a-z0-9][a-z0-9.-]{0,63}$/;
const RAW_ED25519 = /^[A-Za-z0-9_-]{43}$/;

function expectName(option: string, name: string): string {
  if (NAME.test(name)) return name;
  throw new CannotRun(`${option} must be lower-case letters, digits, dots and hyphens, such as example-exchange`);
}

/** `csi keys create`: a key for a contributor. It is printed once and never again. */
export async function createKeyCommand(
  options: CommonOptions & { contributor: string; venue?: string; scope: string[] },
): Promise<Answer> {
  const contributor = expectName('--contributor', options.contributor);
  const venue = options.venue === undefined ? null : expectName('--venue', options.venue);
  const wrong = options.scope.find((scope) => !scopes.some((known) => known === scope));
  if (wrong !== undefined) throw new CannotRun(`no scope is called ${wrong}: there are ${scopes.join(', ')}`);
  return withStore(options, async (store) => {
    const allowed = options.scope as Scope[];
    const made = await createApiKey(store.ledger.database, { contributor, venue, scopes: allowed, at: new Date() });
    const text = `${made.token}\nkey ${made.key.id} of ${contributor}: keep it, it is not shown again`;
    return { text, json: { token: made.token, ...made.key } };
  });
}

/** `csi keys list`: every key but its secret. */
export async function listKeysCommand(options: CommonOptions): Promise<Answer> {
  return withStore(options, async (store) => {
    const keys = await allApiKeys(store.ledger.database);
    const rows = keys.map((key) => [
      key.id,
      key.contributor,
      key.venue,
      key.scopes.join(' '),
      key.createdAt.toISOString(),
      key.revokedAt?.toISOString() ?? null,
    ]);
    return { text: table(['key', 'contributor', 'venue', 'scope', 'created', 'revoked'], rows), json: keys };
  });
}

/** `csi keys revoke ID`: 1 where there is no such key that is still valid. */
export async function revokeKeyCommand(id: string, options: CommonOptions): Promise<Answer> {
  return withStore(options, async (store) => {
    const revoked = await revokeApiKey(store.ledger.database, id, new Date());
    const text = revoked ? `key ${id} is revoked` : `there is no valid key ${id}`;
    return { text, json: { id, revoked }, code: revoked ? 0 : 1 };
  });
}

/** A raw Ed25519 public key in base64url, as such or in a PEM file. */
function readPublicKey(given: string): string {
  if (RAW_ED25519.test(given)) return given;
  try {
    const key = createPublicKey(readFileSync(given));
    const { x } = key.export({ format: 'jwk' });
    if (key.asymmetricKeyType === 'ed25519' && x) return x;
  } catch {
    // Said below: whatever it is, it is no such key.
  }
  throw new CannotRun('the public key must be 43 base64url characters (raw Ed25519), or a PEM file with such a key');
}

/** `csi keys verifier add ID KEY`: registers who signs measurements of delivered hardware. 1 where the id is taken. */
export async function addVerifierCommand(id: string, given: string, options: CommonOptions): Promise<Answer> {
  expectName('a verifier', id);
  const publicKey = readPublicKey(given);
  return withStore(options, async (store) => {
    const added = await addVerifier(store.ledger.database, { id, publicKey, at: new Date() });
    const text = added ? `verifier ${id} is registered` : `there is a verifier ${id}: a new key needs a new id`;
    return { text, json: { id, publicKey, added }, code: added ? 0 : 1 };
  });
}

/** `csi keys verifier list` */
export async function listVerifiersCommand(options: CommonOptions): Promise<Answer> {
  return withStore(options, async (store) => {
    const known = await allVerifiers(store.ledger.database);
    const rows = known.map((one) => [
      one.id,
      one.publicKey,
      one.createdAt.toISOString(),
      one.revokedAt?.toISOString() ?? null,
    ]);
    return { text: table(['verifier', 'public key', 'created', 'revoked'], rows), json: known };
  });
}

/** `csi keys verifier revoke ID`: 1 where there is no such verifier that is still trusted. */
export async function revokeVerifierCommand(id: string, options: CommonOptions): Promise<Answer> {
  return withStore(options, async (store) => {
    const revoked = await revokeVerifier(store.ledger.database, id, new Date());
    const text = revoked ? `verifier ${id} is revoked` : `there is no trusted verifier ${id}`;
    return { text, json: { id, revoked }, code: revoked ? 0 : 1 };
  });
}

const REASON_MAX = 1000;

/** `csi keys signing rotate --reason TEXT`: a new signing key in the place of the old one. */
export async function rotateSigningKeyCommand(options: CommonOptions & { reason: string }): Promise<Answer> {
  const reason = options.reason.trim();
  if (reason === '' || reason.length > REASON_MAX) {
    throw new CannotRun(`--reason must say why, in 1 to ${REASON_MAX} characters: it is published`);
  }
  return withStore(options, async (store) => {
    const order = { now: new Date(), reason };
    const rotated = await rotateSigningKey(store.folder, store.ledger.database, order).catch((error: Error) => {
      throw new CannotRun(error.message);
    });
    const { old_key_id, new_key_id } = rotated.record;
    const text =
      `the signing key is ${new_key_id} now, vouched for by ${old_key_id} in leaf ${rotated.leafIndex} of the log\n` +
      'back up signing-key.pem anew, and start every process again that publishes from a copy of the old one';
    return { text, json: rotated };
  });
}
