import { readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { type Context, Hono } from 'hono';
import { getMimeType } from 'hono/utils/mime';
import { isCurrent } from '#api/conditional';

// The names of built assets carry a hash of their content, so a name never means other bytes.
const IMMUTABLE = 'public, max-age=31536000, immutable';

const NOT_BUILT = 'The terminal has not been built: run `npm run build` and reload this page.\n';

interface File {
  bytes: Uint8Array<ArrayBuffer>;
  tag: string;
}

/** A file inside the folder, or null where there is none. Nothing outside is ever read, by whatever name or link. */
async function readInside(folder: string, path: string): Promise<File | null> {
  // A NUL ends a name for the system; a backslash separates names on some; a step up would give a file a second name.
  if (/[\0\\]|(^|\/)\.\.(\/|$)/.test(path)) return null;
  try {
    const root = await realpath(folder);
    const file = await realpath(join(root, path));
    if (!file.startsWith(root + sep)) return null;
    const facts = await stat(file);
    if (!facts.isFile()) return null;
    const tag = `${facts.size.toString(36)}-${Math.floor(facts.mtimeMs).toString(36)}`;
    return { bytes: new Uint8Array(await readFile(file)), tag };
  } catch {
    return null;
  }
}

/** A request's path, decoded once; null where it cannot be. */
function decodedPath(c: Context): string | null {
  try {
    return decodeURIComponent(new URL(c.req.url).pathname);
  } catch {
    return null;
  }
}

/** Whether whoever asks can show a page at this path: a name with an ending is a file that is not there. */
function wantsPage(c: Context, path: string): boolean {
  const accept = c.req.header('Accept') ?? '*/*';
  const isFile = /\.[a-z0-9]+$/i.test(path);
  return accept.includes('text/html') || (accept.includes('*/*') && !isFile);
}

/** The built terminal: its files, and its page under every path that is nobody else's. */
export function terminalRoutes(folder: string): Hono {
  const routes = new Hono();

  const serve = async (c: Context, path: string, cacheControl: string) => {
    const file = await readInside(folder, path);
    if (!file) return null;
    if (isCurrent(c, file.tag, cacheControl)) return c.body(null, 304);
    return c.body(file.bytes, 200, { 'Content-Type': getMimeType(path) ?? 'application/octet-stream' });
  };

  routes.get('/assets/*', async (c) => {
    const path = decodedPath(c);
    return (path && (await serve(c, path, IMMUTABLE))) || c.notFound();
  });

  routes.get('*', async (c) => {
    const path = decodedPath(c);
    if (path === null || /^\/v1(\/|$)/.test(path)) return c.notFound();
    const file = path === '/' ? null : await serve(c, path, 'no-cache');
    if (file) return file;
    if (!wantsPage(c, path)) return c.notFound();
    return (await serve(c, '/index.html', 'no-cache')) ?? c.text(NOT_BUILT, 503, { 'Cache-Control': 'no-store' });
  });

  return routes;
}
