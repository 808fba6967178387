import type { FixContext } from '#index-engine/inputs';
import type { FixRecord } from '#index-engine/record';

/** Hash of the fix before its strike that a record was computed against; null for the first of its series. */
export function againstOf({ computed_against, previous_hash }: Pick<FixRecord, 'computed_against' | 'previous_hash'>) {
  return computed_against === undefined ? previous_hash : computed_against;
}

/**
 * What a record says of the context it was computed in: what it was computed against, its place in the chain, and what it restates.
 * @param before the fix that `againstOf` names
 */
export function statedContext(
  record: FixRecord,
  before: FixRecord | null,
): Pick<FixContext, 'previous' | 'head' | 'restates'> {
  const { previous_hash, revision, restates } = record;
  const against = againstOf(record);
  return {
    previous: before === null || against === null ? null : { record: before, hash: against },
    ...(previous_hash !== null && previous_hash !== against ? { head: previous_hash } : {}),
    ...(restates ? { restates: { revision, hash: restates.hash, knownAt: new Date(restates.known_at) } } : {}),
  };
}
