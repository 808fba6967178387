import type { MiddlewareHandler } from 'hono';

/** What the built terminal needs, and nothing else: its own scripts, styles, fonts and answers. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Data is not a page: should a browser show it as one, it may load nothing. */
const dataPolicy = "default-src 'none'; frame-ancestors 'none'";

/** Headers for every answer. A route that needs another policy sets its own. */
export const securityHeaders: MiddlewareHandler = async (c, next) => {
  await next();
  const { headers, status } = c.res;
  // A 304 has no type of its own, and a browser lays its headers over the page it kept: that page keeps its own policy.
  if (status !== 304 && !headers.has('Content-Security-Policy')) {
    const isPage = headers.get('Content-Type')?.startsWith('text/html') ?? false;
    headers.set('Content-Security-Policy', isPage ? pagePolicy : dataPolicy);
  }
  headers.set('X-Content-Type-Options', 'nosniff');
  headers.set('Referrer-Policy', 'no-referrer');
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
};
