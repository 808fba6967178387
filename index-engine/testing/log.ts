import type { LogProof } from '#index-engine/log/proof';
import { canonicalJson } from '#methodology/canonical';
import { logIdOf } from '#methodology/log-records';
import { growingTree, inclusionProof, leafHashOf } from '#methodology/merkle';
import type { SigningKey } from '#store/ledger/keys';

/** The proof that a record is in a log with two leaves before it and one behind, whose head a key has signed. */
export function loggedAmongOthers(canonical: string, key: SigningKey, at = '2026-07-28T15:15:00.000Z'): LogProof {
  const leaves = ['before', 'before too', canonical, 'behind'].map(leafHashOf);
  const tree = growingTree();
  for (const leaf of leaves) tree.append(leaf);
  const head = canonicalJson({
    format: 'csi-tree-head/1',
    log: logIdOf(key.publicKey),
    size: tree.size,
    root: tree.root(),
    at,
    key_id: key.keyId,
  });
  return {
    inclusion: inclusionProof(leaves, 2),
    head: { canonical: head, key_id: key.keyId, signature: key.sign(head) },
  };
}
