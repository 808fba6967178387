import { z } from '@hono/zod-openapi';
import type {
  ConsistencyAnswer,
  GossipAnswer,
  InclusionAnswer,
  LogHeadAnswer,
  LogKeysAnswer,
  LogLeavesAnswer,
} from '#api/types';

const hex64 = z.string().regex(/^[0-9a-f]{64}$/);
const size = z.int().nonnegative();
const path = z.array(hex64).openapi({ description: 'Hashes of subtrees from the bottom up, lower-case hexadecimal.' });
const canonical = z.string().openapi({ description: 'Canonical JSON (RFC 8785): what was hashed and signed.' });
const signature = z.string().openapi({ description: 'Ed25519 over the canonical text, base64url.' });
const log = hex64.openapi({ description: 'Which log: SHA-256 of the raw public key that it began with.' });

export const logHeadAnswer = z
  .object({
    log: log.nullable(),
    size: size.openapi({ description: 'Leaves there are now; those beyond the head wait for the next one.' }),
    head: z.object({ size, root: hex64, at: z.iso.datetime(), key_id: z.string(), canonical, signature }).nullable(),
  })
  .openapi('LogHead') satisfies z.ZodType<LogHeadAnswer>;

export const logLeavesAnswer = z
  .object({
    size,
    leaves: z.array(
      z.object({
        index: size,
        kind: z.string(),
        subject: z.string(),
        hash: hex64.openapi({ description: "SHA-256 of the record's canonical text." }),
        leaf_hash: hex64.openapi({ description: 'SHA-256 of the byte 0 and the same text (RFC 6962, section 2.1).' }),
        at: z.iso.datetime(),
      }),
    ),
    next: z.string().nullable().openapi({ description: 'Where the range goes on; null at its end.' }),
  })
  .openapi('LogLeaves') satisfies z.ZodType<LogLeavesAnswer>;

export const inclusionAnswer = z
  .object({
    hash: hex64,
    leaf_hash: hex64,
    kind: z.string(),
    subject: z.string(),
    inclusion: z.object({ leaf_index: size, tree_size: size, path }),
    root: hex64,
    head: z.object({ canonical, key_id: z.string(), signature }).nullable(),
  })
  .openapi('InclusionProof') satisfies z.ZodType<InclusionAnswer>;

export const consistencyAnswer = z
  .object({ first_size: size, second_size: size, path, first_root: hex64, second_root: hex64 })
  .openapi('ConsistencyProof') satisfies z.ZodType<ConsistencyAnswer>;

const firstKey = z.string().openapi({ description: 'Raw Ed25519 key that the log began with, base64url.' });

export const logKeysAnswer = z
  .object({
    log,
    first_public_key: firstKey,
    key_in_force: z.string(),
    rotations: z.array(z.object({ leaf_index: size, canonical, signature })),
  })
  .openapi('LogKeys') satisfies z.ZodType<LogKeysAnswer>;

const signed = z.object({ canonical, signature });

export const gossipAnswer = z
  .object({
    format: z.literal('csi-log-gossip/1'),
    log,
    first_public_key: firstKey,
    rotations: z.array(signed),
    heads: z.array(signed),
  })
  .openapi('Gossip', {
    description: 'Keep it, publish it elsewhere, and hold a later copy of the log to it: `csi log verify --against`.',
  }) satisfies z.ZodType<GossipAnswer>;
