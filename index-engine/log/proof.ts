import { type InclusionProof, inclusionPath } from '#methodology/merkle';
import type { LedgerDatabase } from '#store/ledger/client';
import { headCovering, type LedgerHead } from '#store/ledger/heads';
import { leafByHash } from '#store/ledger/log-reads';
import { logTree } from '#store/ledger/log-tree';

/** A tree head as it was signed. */
export interface SignedHead {
  /** Canonical JSON (RFC 8785) of a `csi-tree-head/1`. */
  canonical: string;
  key_id: string;
  /** Ed25519 over the canonical text, base64url. */
  signature: string;
}

/** That a record is in the log: its audit path, and the signed head that it leads to. */
export interface LogProof {
  inclusion: InclusionProof;
  head: SignedHead;
}

/** A head as proofs carry it. */
export const signedHead = ({ canonical, keyId, signature }: LedgerHead): SignedHead => ({
  canonical,
  key_id: keyId,
  signature,
});

/**
 * The proof that a record is in the log, under the first head that covers it: made again at any later time it is the same, byte for byte.
 * @param hash SHA-256 of the record's canonical text
 * @returns null where the log has no such record, or no head covers it yet
 */
export async function logProofOf(database: LedgerDatabase, hash: string): Promise<LogProof | null> {
  const leaf = await leafByHash(database, hash);
  const head = leaf && (await headCovering(database, leaf.index));
  if (!head) return null;
  const tree = await logTree(database, head.size);
  return { inclusion: inclusionPath(head.size, leaf.index, tree.rootOf), head: signedHead(head) };
}
