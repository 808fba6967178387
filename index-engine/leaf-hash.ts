import { canonicalJson } from '#methodology/canonical';
import { leafHashOf } from '#methodology/merkle';

const known = new WeakMap<object, Buffer>();

/** The hash of an object as a leaf: of its canonical JSON (RFC 6962, section 2.1). Remembered, so the object must not change after. */
export function leafHash(leaf: object): Buffer {
  let digest = known.get(leaf);
  if (!digest) {
    digest = leafHashOf(canonicalJson(leaf));
    known.set(leaf, digest);
  }
  return digest;
}
