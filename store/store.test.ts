import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { migrations } from '#store/clickhouse/schema';
import { openStore } from '#store/store';

const root = mkdtempSync(join(tmpdir(), 'csi-store-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('openStore', () => {
  const folder = join(root, 'data');
  const lock = join(folder, 'LOCK');

  it('opens both engines in one folder; a second open is refused and disturbs nothing', async () => {
    const store = await openStore(folder, {});
    await expect(openStore(folder, {})).rejects.toThrow(/^the data folder .* is in use by process \d+: [^\n]+$/);
    expect(existsSync(lock)).toBe(true);
    expect(await store.clickhouse.rows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await store.close();
    expect(existsSync(lock)).toBe(false);
  });

  it('a server that does not answer is one sentence, and the folder is free again', async () => {
    const unreachable = 'http://127.0.0.1:9';
    await expect(openStore(folder, { CLICKHOUSE_URL: unreachable })).rejects.toThrow(
      /^the ClickHouse server at 127\.0\.0\.1:9 [^\n]+$/,
    );
    expect(existsSync(lock)).toBe(false);
    await expect(openStore(folder, { DATABASE_URL: 'postgres://x@127.0.0.1:9/x' })).rejects.toThrow(
      /^the Postgres server [^\n]+$/,
    );
    expect(existsSync(lock)).toBe(false);
  });

  it('opens again after that, and after a close', async () => {
    const store = await openStore(folder, {});
    expect(await store.clickhouse.rows('SELECT count() AS n FROM csi.migrations')).toEqual([{ n: migrations.length }]);
    await store.close();
  });
});
