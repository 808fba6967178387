import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi } from '#api/app';
import { type RunningServer, startServer } from '#api/server';
import { storelessParts } from '#api/testing/parts';

const folder = mkdtempSync(join(tmpdir(), 'csi-surface-'));
const dist = join(folder, 'dist');
const api = createApi(storelessParts(dist));
let server: RunningServer;

beforeAll(async () => {
  mkdirSync(join(dist, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'classified');
  writeFileSync(join(dist, 'index.html'), '<!doctype html><title>terminal</title>');
  writeFileSync(join(dist, 'assets', 'index-BzNcNKf8.js'), `/* ${'terminal '.repeat(500)} */`);
  writeFileSync(join(dist, 'assets', 'index-BthN1x_D.css'), 'body{}');
  symlinkSync(join(folder, 'secret.txt'), join(dist, 'assets', 'link.txt'));
  server = await startServer(api, 0);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const get = async (path: string, init?: RequestInit) => api.app.request(path, init);
const html = { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } };

/** What the server answers to a request line that no client library would send. */
function raw(target: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(server.port, '127.0.0.1')
      .on('data', (chunk) => {
        text += chunk;
      })
      .on('end', () => resolve(text))
      .on('error', reject);
    socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nConnection: close\r\n\r\n`);
  });
}

describe('the terminal', () => {
  it('serves built assets for ever, and the page for a moment', async () => {
    const script = await get('/assets/index-BzNcNKf8.js');
    expect(script.headers.get('content-type')).toContain('text/javascript');
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const page = await get('/', html);
    expect(await page.text()).toContain('<title>terminal</title>');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const etag = page.headers.get('etag') ?? '';
    expect((await get('/', { headers: { 'if-none-match': etag } })).status).toBe(304);
  });

  it('gives its page under every path of its own, and never in place of a file or of data', async () => {
    for (const path of ['/gp/CSI-H100-SXM-80', '/fix/CSI-H100-SXM-80/2026-07-28', '/src']) {
      expect(await (await get(path, html)).text()).toContain('<title>terminal</title>');
    }
    for (const path of ['/assets/gone.js', '/favicon.ico', '/v1', '/v1/', '/v1/nothing']) {
      const response = await get(path);
      expect([response.status, response.headers.get('content-type')], path).toEqual([404, 'application/problem+json']);
    }
    expect((await get('/v1/nothing', html)).status).toBe(404);
    expect((await get('/gp', { headers: { accept: 'application/json' } })).status).toBe(404);
  });

  it('reads nothing outside its folder', async () => {
    const targets = [
      '/../secret.txt',
      '/assets/../../secret.txt',
      '/assets/..%2f..%2fsecret.txt',
      '/assets/%2e%2e/%2e%2e/secret.txt',
      '/assets/..%5c..%5csecret.txt',
      '/assets/%252e%252e%252fsecret.txt',
      '/assets/link.txt',
      '/assets/index-BzNcNKf8.js%00.txt',
      '//etc/passwd',
      '/assets//etc/passwd',
      '/assets/%E0%A4%A',
      '/assets/',
    ];
    for (const target of targets) {
      const answer = await raw(target);
      expect(answer, target).toMatch(/^HTTP\/1\.1 (200|400|404) /);
      expect(answer, target).not.toMatch(/classified|root:/);
    }
    // A second name for a file would be kept for ever under it.
    expect((await get('/assets/..%2findex.html')).status).toBe(404);
  });

  it('says in one sentence how to build it', async () => {
    const bare = createApi(storelessParts(join(folder, 'nowhere')));
    const response = await bare.app.request('/', html);
    expect([response.status, await response.text()]).toEqual([
      503,
      'The terminal has not been built: run `npm run build` and reload this page.\n',
    ]);
  });
});

describe('headers', () => {
  it('let the terminal run, and nothing else', async () => {
    const policy = (await get('/', html)).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
    for (const path of ['/', '/v1/openapi.json', '/v1/nothing', '/docs', '/healthz', '/assets/index-BzNcNKf8.js']) {
      const { headers } = await get(path);
      expect(headers.get('x-content-type-options'), path).toBe('nosniff');
      expect(headers.get('referrer-policy'), path).toBe('no-referrer');
      expect(headers.get('content-security-policy'), path).toContain("default-src 'none'");
    }
  });

  it('let any origin read, and only read', async () => {
    const read = await get('/v1/nothing', { headers: { origin: 'https://example.com' } });
    expect(read.headers.get('access-control-allow-origin')).toBe('*');
    const headers = { origin: 'https://example.com', 'access-control-request-method': 'GET' };
    const preflight = await get('/v1/indices', { method: 'OPTIONS', headers });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-methods')).toBe('GET,HEAD');
    expect((await get('/', { headers })).headers.get('access-control-allow-origin')).toBeNull();
  });

  it('compress what is text, for whoever can read it', async () => {
    const response = await get('/assets/index-BzNcNKf8.js', { headers: { 'accept-encoding': 'gzip' } });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(response.headers.get('vary')).toContain('Accept-Encoding');
    expect(gunzipSync(Buffer.from(await response.arrayBuffer())).toString()).toContain('terminal');
    expect((await get('/assets/index-BzNcNKf8.js')).headers.get('content-encoding')).toBeNull();
  });
});

describe('what is not there', () => {
  it('is a problem with a type of its own', async () => {
    for (const path of [
      '/v1/indices',
      '/v1/fixes/CSI-H100-SXM-80/2026-07-28/inputs',
      '/healthz',
      '/docs',
      '/v1/openapi.json',
    ]) {
      for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
        const response = await get(path, { method });
        expect([response.status, response.headers.get('allow')], `${method} ${path}`).toEqual([405, 'GET, HEAD']);
        expect(await response.json()).toMatchObject({ type: '/problems/method-not-allowed', status: 405 });
      }
    }
    expect(await (await get('/v1/nothing')).json()).toMatchObject({ type: '/problems/unknown-path', status: 404 });
    expect((await get('/problems/unknown-path')).headers.get('location')).toBe('/docs#problem-unknown-path');
  });
});

interface Document {
  openapi: string;
  paths: Record<string, { get?: { parameters?: { name: string; in: string }[]; responses: Record<string, unknown> } }>;
  components: { schemas: Record<string, { required?: string[] }> };
}

describe('the description', () => {
  it('lists every route, with parameters and answers that resolve', async () => {
    const response = await get('/v1/openapi.json');
    const document = (await response.json()) as Document;
    expect(document.openapi).toBe('3.1.0');
    const served = new Set(
      api.app.routes
        .filter(({ method, path }) => method === 'GET' && /^\/(v1|healthz|readyz)/.test(path) && !path.includes('*'))
        .map(({ path }) => path.replaceAll(/:(\w+)/g, '{$1}')),
    );
    served.delete('/v1/openapi.json');
    expect(Object.keys(document.paths).sort()).toEqual([...served].sort());
    for (const [path, { get: operation }] of Object.entries(document.paths)) {
      const inPath = (operation?.parameters ?? []).filter((one) => one.in === 'path').map((one) => one.name);
      expect(inPath, path).toEqual([...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]));
      expect(Object.keys(operation?.responses ?? {}), path).toContain('200');
    }
    for (const [, name] of JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g)) {
      expect(document.components.schemas).toHaveProperty(name as string);
    }
    expect(document.components.schemas.Problem?.required).toEqual(['type', 'title', 'status', 'detail']);
  });

  it('has a reader that needs nothing from elsewhere', async () => {
    const response = await get('/docs');
    const page = await response.text();
    expect(response.headers.get('content-security-policy')).toMatch(/style-src 'sha256-[^']+'/);
    expect(page).not.toMatch(/<script|https?:\/\/|src=/);
    for (const path of ['/v1/indices', '/v1/fixes/{series}/{date}/evidence', '/v1/stream'])
      expect(page).toContain(path);
    expect(page).toContain('id="problem-unknown-series"');
  });
});

describe('the server', () => {
  it('says in one sentence that a port is taken', async () => {
    await expect(startServer(api, server.port)).rejects.toThrow(
      `port ${server.port} is taken by another program: stop it, or choose another port with --port`,
    );
    await expect(startServer(api, 0, '192.0.2.1')).rejects.toThrow('192.0.2.1 is no address of this machine');
  });

  it('answers over a socket', async () => {
    const response = await fetch(`http://127.0.0.1:${server.port}/healthz`);
    expect(await response.json()).toEqual({ alive: true });
  });
});
