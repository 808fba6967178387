import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';

/** A Postgres server for tests, with an empty database in it. */
export interface TestPostgres {
  url: string;
  /** Breaks every connection, as a restart does. */
  breakConnections(): Promise<void>;
  close(): Promise<void>;
}

/** Where Debian puts the programs of each version, newest first. */
function binaries(): string | null {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return null;
  const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(root, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb'))) ?? null;
}

/** Whether `startPostgres` can: a server is named, or its programs are here. */
export const hasPostgres = Boolean(process.env.DATABASE_URL_TEST) || binaries() !== null;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

/** Runs statements on a server, waiting until it answers. */
async function onServer(url: string, statements: readonly string[]): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const client = new Client({ connectionString: url });
    try {
      await client.connect();
      for (const statement of statements) await client.query(statement);
      return;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      if (!['ECONNREFUSED', '57P03', 'ECONNRESET'].includes(code) || attempt >= 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    } finally {
      await client.end().catch(() => {});
    }
  }
}

/** Starts a server in a temporary folder. It refuses to run as root: then it runs as nobody. */
async function startServer(bin: string): Promise<{ url: string; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'csi-postgres-'));
  const nobody = 65_534;
  const as = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
  if ('uid' in as) chownSync(folder, nobody, nobody);
  const data = join(folder, 'data');
  const made = spawnSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', '-E', 'UTF8'],
    {
      ...as,
      encoding: 'utf8',
      cwd: folder,
    },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  const port = await freePort();
  const settings = ['-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${folder}`, '-c', 'fsync=off'];
  const server = spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...settings], {
    ...as,
    cwd: folder,
    stdio: 'ignore',
  });
  const ended = new Promise<void>((resolve) => server.on('close', () => resolve()));
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    stop: async () => {
      server.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** An empty database on the server of `DATABASE_URL_TEST`, or on one started for the tests. */
export async function startPostgres(): Promise<TestPostgres> {
  const named = process.env.DATABASE_URL_TEST;
  const bin = binaries();
  if (!named && !bin) throw new Error('no Postgres here');
  const server = named ? { url: named, stop: async () => {} } : await startServer(bin ?? '');
  const name = `csi_test_${randomUUID().replaceAll('-', '')}`;
  await onServer(server.url, [`CREATE DATABASE ${name}`]);
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  const breakConnections = () =>
    onServer(server.url, [`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`]);
  return {
    url: url.href,
    breakConnections,
    close: async () => {
      await onServer(server.url, [`DROP DATABASE ${name} WITH (FORCE)`]);
      await server.stop();
    },
  };
}
