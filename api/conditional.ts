import type { Context } from 'hono';

/** How long an answer may be kept: lists a minute, a single final fix an hour, since a restatement may still come. */
export const cacheFor = { list: 'public, max-age=60', finalFix: 'public, max-age=3600' } as const;

/**
 * Sets the validator and the cache rule of an answer, and says whether the client's copy is still the answer (RFC 9110, section 13).
 * The tag is weak: JSON compressed or not is the same answer. It comes from the ledger's state, never from the body, so that a 304
 * costs no body.
 */
export function isCurrent(c: Context, tag: string, cacheControl: string): boolean {
  const etag = `W/"${tag}"`;
  c.header('ETag', etag);
  c.header('Cache-Control', cacheControl);
  const held = c.req.header('If-None-Match');
  if (held === undefined) return false;
  // Section 8.8.3.2: If-None-Match compares weakly, so W/"x" and "x" match.
  return held.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === `"${tag}"`);
}
