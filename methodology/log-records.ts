import { z } from 'zod';
import { canonicalJson, sha256 } from '#methodology/canonical';

/** What the transparency log itself signs: tree heads, and which key follows upon which. */

const hex64 = z.string().regex(/^[0-9a-f]{64}$/);
const keyId = z.string().regex(/^[0-9a-f]{16}$/);
const publicKey = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

export const treeHeadSchema = z.strictObject({
  format: z.literal('csi-tree-head/1'),
  /** Which log: SHA-256 of the raw public key that it began with. */
  log: hex64,
  size: z.int().positive(),
  /** Over all leaves (RFC 6962, section 2.1). */
  root: hex64,
  at: z.iso.datetime(),
  key_id: keyId,
});

/** A tree head: from now on the operator cannot have had another log of this size. */
export type TreeHead = z.infer<typeof treeHeadSchema>;

export const keyRotationSchema = z.strictObject({
  format: z.literal('csi-key-rotation/1'),
  old_key_id: keyId,
  new_key_id: keyId,
  new_public_key: publicKey,
  at: z.iso.datetime(),
  reason: z.string().min(1).max(1000),
});

/** That a key gives way to another, signed by the one that goes. It is the last that the old key signs. */
export type KeyRotation = z.infer<typeof keyRotationSchema>;

/** The kind of a rotation's leaf. */
export const KEY_ROTATION = 'key_rotation';

/** The id of the log that began with a raw public key, given as base64url. */
export function logIdOf(firstPublicKey: string): string {
  return sha256(Buffer.from(firstPublicKey, 'base64url'));
}

/** The id of a raw public key given as base64url: the first 16 hexadecimal digits of its SHA-256. */
export function keyIdOf(key: string): string {
  return logIdOf(key).slice(0, 16);
}

/**
 * Reads a record from its canonical text.
 * @throws Error saying why the text is no such record
 */
export function readCanonical<Schema extends z.ZodType>(text: string, schema: Schema, what: string): z.infer<Schema> {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new Error(`${what} is not JSON: ${error instanceof Error ? error.message : error}`);
  }
  const parsed = schema.safeParse(data);
  if (!parsed.success) throw new Error(`${what}: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`);
  if (canonicalJson(data) !== text) throw new Error(`${what} is not canonical JSON (RFC 8785)`);
  return parsed.data;
}
