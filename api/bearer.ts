import type { Context } from 'hono';
import { ProblemError } from '#api/problem';
import { type ApiKey, keyOfToken, type Scope } from '#store/ledger/api-keys';
import type { Store } from '#store/store';

const BEARER = /^Bearer +(\S+) *$/i;
const expected = 'Authorization: Bearer csi_…, a key made with csi keys create';

/**
 * The key a request comes with.
 * @throws ProblemError 401 where it has none that is valid, 403 where its scope does not cover the route
 */
export async function authenticate(c: Context, store: Store, scope: Scope): Promise<ApiKey> {
  const token = BEARER.exec(c.req.header('Authorization') ?? '')?.[1];
  const key = token === undefined ? null : await keyOfToken(store.ledger.database, token);
  if (!key) {
    const detail = token === undefined ? 'the request has no key' : 'the key is unknown or revoked';
    // RFC 6750, section 3: a 401 says which scheme is asked for.
    throw new ProblemError('unauthorised', detail, { expected }, { 'WWW-Authenticate': 'Bearer', Connection: 'close' });
  }
  if (!key.scopes.includes(scope)) {
    const hint = { expected: `a key with the scope ${scope}` };
    throw new ProblemError('not-allowed', `the scope of this key is ${key.scopes.join(', ') || 'empty'}`, hint, {
      'WWW-Authenticate': `Bearer error="insufficient_scope", scope="${scope}"`,
      Connection: 'close',
    });
  }
  return key;
}
