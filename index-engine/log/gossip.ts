import { type Gossip, gossipSchema } from '#index-engine/log/copy';
import { type KeyWalk, keyWalk } from '#index-engine/log/key-walk';
import { canonicalJson } from '#methodology/canonical';
import { logIdOf, readCanonical, type TreeHead, treeHeadSchema } from '#methodology/log-records';

/** A gossip file as text: canonical JSON and one line feed. */
export const gossipText = (gossip: Gossip): string => `${canonicalJson(gossip)}\n`;

/** A gossip file that holds in itself. */
export interface CheckedGossip {
  log: string;
  /** Its heads, smallest first. */
  heads: TreeHead[];
  keys: string[];
}

/**
 * Reads a gossip file and checks it: its keys from the first through every rotation, and each head's signature.
 * @throws Error saying what does not hold, and where
 */
export function readGossip(text: string): CheckedGossip {
  const gossip = readCanonical(text.replace(/\n$/, ''), gossipSchema, 'the gossip file');
  const { log, first_public_key, rotations, heads } = gossip;
  if (logIdOf(first_public_key) !== log) {
    throw new Error(`the gossip file: log says ${log}, first_public_key is that of ${logIdOf(first_public_key)}`);
  }
  const walk = walkOf(first_public_key, rotations);
  const records = heads.map(({ canonical, signature }, index) => {
    const place = `the gossip file: heads[${index}]`;
    const head = readCanonical(canonical, treeHeadSchema, place);
    if (head.log !== log) throw new Error(`${place} is of the log ${head.log}`);
    if (!walk.signed(canonical, signature, head.key_id)) {
      throw new Error(`${place}: its signature does not hold under key ${head.key_id}`);
    }
    return head;
  });
  return { log, heads: records.sort((a, b) => a.size - b.size), keys: walk.ids() };
}

function walkOf(firstPublicKey: string, rotations: Gossip['rotations']): KeyWalk {
  const walk = keyWalk(firstPublicKey);
  rotations.forEach(({ canonical, signature }, index) => {
    const place = `the gossip file: rotations[${index}]`;
    if (!walk.signed(canonical, signature, walk.inForce())) {
      throw new Error(`${place}: its signature does not hold under key ${walk.inForce()}`);
    }
    try {
      walk.rotate(canonical);
    } catch (error) {
      throw new Error(`${place}: ${error instanceof Error ? error.message : error}`);
    }
  });
  return walk;
}
