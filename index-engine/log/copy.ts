import { z } from 'zod';

/**
 * A copy of the log as a file: one canonical JSON value (RFC 8785) a line. First the header; then the leaves in their order, each signed head
 * behind the last leaf that it covers.
 */

const hex64 = z.string().regex(/^[0-9a-f]{64}$/);
/** Base64url has spare bits at its end: only the one spelling of the bytes is taken. */
const base64url = z
  .string()
  .regex(/^[A-Za-z0-9_-]+$/)
  .refine((text) => Buffer.from(text, 'base64url').toString('base64url') === text, 'base64url in its one spelling');
const index = z.int().nonnegative();

/** No record of ours comes near it. */
export const LINE_BYTES_MAX = 64 * 2 ** 20;

export const copyHeader = z.strictObject({
  format: z.literal('csi-log/1'),
  log: hex64,
  /** Raw Ed25519 key that the log began with. Every later one is in a rotation. */
  first_public_key: base64url,
  size: index,
});

export const copyLine = z.union([
  z.strictObject({ head: z.string(), signature: base64url }),
  z.strictObject({ index, canonical: z.string(), hash: hex64, key_id: z.string(), signature: base64url }),
  /** A receipt: signature and key id are in its text. */
  z.strictObject({ index, canonical: z.string(), hash: hex64 }),
  /** A receipt whose text is its contributor's: what it hashes to is all that the log needs. */
  z.strictObject({ index, leaf_hash: hex64 }),
]);

export type CopyHeader = z.infer<typeof copyHeader>;
export type CopyLine = z.infer<typeof copyLine>;

const signed = z.strictObject({ canonical: z.string(), signature: base64url });

/** What others keep of the log, to hold the operator to it: which log, its keys, and its newest signed heads. */
export const gossipSchema = z.strictObject({
  format: z.literal('csi-log-gossip/1'),
  log: hex64,
  first_public_key: base64url,
  /** Every rotation, oldest first. */
  rotations: z.array(signed).max(1_000),
  /** The newest heads, oldest first. */
  heads: z.array(signed).max(1_000),
});

export type Gossip = z.infer<typeof gossipSchema>;
