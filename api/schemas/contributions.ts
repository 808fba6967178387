import { z } from '@hono/zod-openapi';

const instant = z.iso.datetime();
const hash = z.string().regex(/^[0-9a-f]{64}$/);

export const receipt = z
  .object({
    format: z.literal('csi-receipt/1'),
    receipt_id: z.string(),
    contributor: z.string(),
    received_at: instant,
    lines: z.int(),
    accepted: z.int(),
    duplicate: z.int(),
    quarantined: z.int(),
    body_sha256: hash,
    merkle_root: hash.openapi({
      description: 'Over the canonical JSON (RFC 8785) of the accepted facts in order (RFC 6962, section 2.1).',
    }),
    key_id: z.string().openapi({ description: 'The key that signed it: see /v1/keys.' }),
    signature: z
      .string()
      .openapi({ description: 'Ed25519 over the canonical JSON of everything but the signature, base64url.' }),
  })
  .openapi('ContributionReceipt');

const verdict = z
  .object({
    line: z
      .int()
      .openapi({ description: 'Which record of the body, from 1. Blank lines and the CSV header do not count.' }),
    verdict: z.enum(['accepted', 'duplicate', 'quarantined']),
    observation_id: z.string().exactOptional(),
    reason: z.string().exactOptional(),
    detail: z.string().exactOptional(),
  })
  .openapi('ContributionVerdict');

export const contributionAnswer = z.object({ verdicts: z.array(verdict), receipt }).openapi('ContributionAnswer');

export const receiptsAnswer = z.object({ receipts: z.array(receipt) }).openapi('ReceiptsAnswer');

export const proofAnswer = z
  .object({
    receipt_id: z.string(),
    merkle_root: hash,
    observation_id: z.string(),
    leaf: z.string().openapi({ description: 'Canonical JSON of the fact: the text that was hashed.' }),
    leaf_index: z.int(),
    tree_size: z.int(),
    path: z.array(hash),
  })
  .openapi('ContributionProof');
