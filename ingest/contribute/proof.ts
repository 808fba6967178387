import { canonicalJson } from '#methodology/canonical';
import { type InclusionProof, inclusionProof, leafHashOf } from '#methodology/merkle';
import { cancellationsById } from '#store/clickhouse/cancellations';
import { observationsById } from '#store/clickhouse/observations';
import { segmentsOf } from '#store/ledger/contributions';
import type { Store } from '#store/store';

/** That an accepted line is in its receipt. `leaf` is the canonical JSON of the fact; `verifyInclusion` checks the rest. */
export interface ContributionProof extends InclusionProof {
  observation_id: string;
  leaf: string;
}

/** The canonical text of a fact that the store holds, or null. */
async function storedLeaf(store: Store, source: string, id: string): Promise<string | null> {
  const fact =
    (await observationsById(store.clickhouse, [id])).get(id) ??
    (await cancellationsById(store.clickhouse, source, [id])).get(id);
  return fact ? canonicalJson(fact) : null;
}

/**
 * The proof that a fact is in a receipt: null where the receipt has no such line among the accepted ones, `waiting` where the fact is
 * still on its way from disk to the store.
 */
export async function proofOf(
  store: Store,
  receiptId: string,
  source: string,
  id: string,
): Promise<ContributionProof | 'waiting' | null> {
  const leaves: Buffer[] = [];
  let index = -1;
  for await (const segment of segmentsOf(store.ledger.database, receiptId)) {
    const accepted = segment.verdicts.filter((one) => one.verdict === 'accepted');
    const place = accepted.findIndex((one) => one.verdict === 'accepted' && one.observation_id === id);
    if (place >= 0 && index < 0) index = leaves.length + place;
    leaves.push(...segment.leaves);
  }
  if (index < 0) return null;
  const leaf = await storedLeaf(store, source, id);
  if (leaf === null || !leafHashOf(leaf).equals(leaves[index] as Buffer)) return 'waiting';
  return { observation_id: id, leaf, ...inclusionProof(leaves, index) };
}
