import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { promisify } from 'node:util';
import { type KeyRotation, keyIdOf, keyRotationSchema, readCanonical } from '#methodology/log-records';

const verifyLater = promisify(verify);

/** The keys of a log, from the first, which must be trusted, through every rotation: each is vouched for by the one before. */
export interface KeyWalk {
  /** Id of the key that signs now. */
  inForce(): string;
  /** Every key so far, oldest first. */
  ids(): string[];
  /** Whether a base64url signature over a text is by a key of the walk. */
  signed(text: string, signature: string, keyId: string): boolean;
  /** The same on another thread. */
  signedLater(text: string, signature: string, keyId: string): Promise<boolean>;
  /** Goes on to the next key. @throws Error where the rotation is none, or not from the key in force */
  rotate(canonical: string): KeyRotation;
}

function keyOf(publicKey: string): KeyObject {
  return createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: publicKey } });
}

/** Whether base64url text is the one spelling of its bytes. */
const isExact = (text: string) => Buffer.from(text, 'base64url').toString('base64url') === text;

/** Starts from a first key. @param firstPublicKey raw, base64url; throws where it is no Ed25519 key */
export function keyWalk(firstPublicKey: string): KeyWalk {
  const known = new Map([[keyIdOf(firstPublicKey), keyOf(firstPublicKey)]]);
  let inForce = keyIdOf(firstPublicKey);
  return {
    inForce: () => inForce,
    ids: () => [...known.keys()],
    signed(text, signature, keyId) {
      const key = known.get(keyId);
      if (!key || !isExact(signature)) return false;
      return verify(null, Buffer.from(text, 'utf8'), key, Buffer.from(signature, 'base64url'));
    },
    async signedLater(text, signature, keyId) {
      const key = known.get(keyId);
      if (!key || !isExact(signature)) return false;
      return verifyLater(null, Buffer.from(text, 'utf8'), key, Buffer.from(signature, 'base64url'));
    },
    rotate(canonical) {
      const rotation = readCanonical(canonical, keyRotationSchema, 'the rotation');
      const { old_key_id, new_key_id, new_public_key } = rotation;
      if (old_key_id !== inForce) throw new Error(`old_key_id says ${old_key_id}, the key in force is ${inForce}`);
      if (!isExact(new_public_key) || keyIdOf(new_public_key) !== new_key_id) {
        throw new Error(`new_key_id says ${new_key_id}, new_public_key is ${keyIdOf(new_public_key)}`);
      }
      if (known.has(new_key_id)) throw new Error(`the key ${new_key_id} was rotated away before`);
      known.set(new_key_id, keyOf(new_public_key));
      inForce = new_key_id;
      return rotation;
    },
  };
}
