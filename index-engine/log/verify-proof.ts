import { z } from 'zod';
import type { LogProof } from '#index-engine/log/proof';
import { readCanonical, type TreeHead, treeHeadSchema } from '#methodology/log-records';
import { leafHashOf, verifyInclusion } from '#methodology/merkle';
import { signatureHolds } from '#store/ledger/keys';

const hex64 = z.string().regex(/^[0-9a-f]{64}$/);
/** A tree of 2^53 leaves is no higher. */
const PATH_MAX = 53;

export const logProofSchema = z.strictObject({
  inclusion: z.strictObject({
    leaf_index: z.int().nonnegative(),
    tree_size: z.int().positive(),
    path: z.array(hex64).max(PATH_MAX),
  }),
  head: z.strictObject({ canonical: z.string(), key_id: z.string(), signature: z.string() }),
}) satisfies z.ZodType<LogProof>;

/** What checking a proof came to: the head that the record is under, or what does not hold. */
export type ProofVerdict = { head: TreeHead; problem: null } | { head: null; problem: string };

const failed = (problem: string): ProofVerdict => ({ head: null, problem });

/**
 * Checks that a record is in the log: the head's text and signature, and the way from the record to its root.
 * @param canonical the record's canonical text
 * @param publicKeyOf the raw public key of a key id, base64url
 */
export function checkLogProof(
  canonical: string,
  { inclusion, head }: LogProof,
  publicKeyOf: (keyId: string) => string | undefined,
): ProofVerdict {
  let record: TreeHead;
  try {
    record = readCanonical(head.canonical, treeHeadSchema, 'log.head.canonical');
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
  if (record.key_id !== head.key_id) {
    return failed(`log.head.key_id says ${head.key_id}, the head names ${record.key_id}`);
  }
  const publicKey = publicKeyOf(head.key_id);
  if (publicKey === undefined) return failed(`log.head is signed by ${head.key_id}, which is none of the keys here`);
  if (!signatureHolds(head.canonical, head.signature, publicKey)) {
    return failed(`log.head.signature does not hold for log.head.canonical under key ${head.key_id}`);
  }
  if (record.size !== inclusion.tree_size) {
    return failed(`log.inclusion.tree_size says ${inclusion.tree_size}, the head has ${record.size} leaves`);
  }
  if (!verifyInclusion(canonical, inclusion, record.root)) {
    const leaf = leafHashOf(canonical).toString('hex');
    return failed(
      `log.inclusion does not lead from the record (leaf hash ${leaf}) at ${inclusion.leaf_index} to the root ${record.root}`,
    );
  }
  return { head: record, problem: null };
}
