/** What the API says of the transparency log. */

/** A tree head as it was signed, and what its canonical text says. */
export interface TreeHeadRow {
  size: number;
  root: string;
  at: string;
  key_id: string;
  /** Canonical JSON (RFC 8785) of the `csi-tree-head/1`: what was signed. */
  canonical: string;
  signature: string;
}

/** GET /v1/log/head: nulls before anything was published. */
export interface LogHeadAnswer {
  /** Which log: SHA-256 of the raw public key that it began with. */
  log: string | null;
  /** Leaves there are now; those beyond the head's size wait for the next head. */
  size: number;
  head: TreeHeadRow | null;
}

export interface LogLeafRow {
  index: number;
  kind: string;
  subject: string;
  /** SHA-256 of the record's canonical text. */
  hash: string;
  /** SHA-256 of the byte 0 and the same text. */
  leaf_hash: string;
  at: string;
}

/** GET /v1/log/leaves: half-open [from, to). */
export interface LogLeavesAnswer {
  size: number;
  leaves: LogLeafRow[];
  /** Where the range goes on; null at its end. */
  next: string | null;
}

/** A head inside a proof or a bundle. */
export interface SignedHeadText {
  canonical: string;
  key_id: string;
  signature: string;
}

/** GET /v1/log/proof/inclusion */
export interface InclusionAnswer {
  hash: string;
  leaf_hash: string;
  kind: string;
  subject: string;
  inclusion: { leaf_index: number; tree_size: number; path: string[] };
  root: string;
  /** The signed head of this size; null where none was signed at it. */
  head: SignedHeadText | null;
}

/** GET /v1/log/proof/consistency */
export interface ConsistencyAnswer {
  first_size: number;
  second_size: number;
  path: string[];
  first_root: string;
  second_root: string;
}

/** GET /v1/log/keys: the first key, and each rotation signed by the key before. */
export interface LogKeysAnswer {
  log: string;
  first_public_key: string;
  key_in_force: string;
  rotations: { leaf_index: number; canonical: string; signature: string }[];
}

/** GET /v1/log/gossip */
export interface GossipAnswer {
  format: 'csi-log-gossip/1';
  log: string;
  first_public_key: string;
  rotations: { canonical: string; signature: string }[];
  heads: { canonical: string; signature: string }[];
}
