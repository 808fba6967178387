import type { Context } from 'hono';
import { ProblemError } from '#api/problem';

/** Counts the requests of each key. */
export type RateLimit = (c: Context, key: string) => void;

const KEYS_MAX = 10_000;

/**
 * A bucket for each key: it starts with `burst` requests and gets `perSecond` back. Says how many are left in `RateLimit` headers.
 * @throws ProblemError 429 from the returned function where a key has none left
 */
export function makeRateLimit(rate: { burst: number; perSecond: number }, clock: () => Date): RateLimit {
  const buckets = new Map<string, { left: number; at: number }>();
  return (c, key) => {
    const now = clock().getTime();
    const bucket = buckets.get(key) ?? { left: rate.burst, at: now };
    const left = Math.min(rate.burst, bucket.left + (Math.max(0, now - bucket.at) / 1000) * rate.perSecond);
    const wait = Math.max(1, Math.ceil((1 - left) / rate.perSecond));
    const headers = {
      'RateLimit-Limit': String(rate.burst),
      'RateLimit-Remaining': String(Math.max(0, Math.floor(left - 1))),
      'RateLimit-Reset': String(Math.ceil((rate.burst - left + 1) / rate.perSecond)),
    };
    if (left < 1) {
      const detail = `this key may make ${rate.burst} requests at once and ${rate.perSecond} more each second`;
      throw new ProblemError(
        'too-many-requests',
        detail,
        {},
        { ...headers, 'Retry-After': String(wait), Connection: 'close' },
      );
    }
    if (buckets.size >= KEYS_MAX) buckets.clear();
    buckets.set(key, { left: left - 1, at: now });
    for (const [name, value] of Object.entries(headers)) c.header(name, value);
  };
}
