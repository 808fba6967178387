import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { storeContract } from '#store/clickhouse/testing/contract';

const folder = mkdtempSync(join(tmpdir(), 'csi-embedded-'));
const path = join(folder, 'clickhouse');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the store, embedded', () => {
  storeContract(async () => ({ path }));

  it('a second process is refused in one sentence', () => {
    const script = `import { ClickHouse } from '#store/clickhouse/client';
      await ClickHouse.open({ path: ${JSON.stringify(path)} }).then(() => console.log('OPENED'), (error) => console.log(error.message));
      process.exit(0);`;
    const root = fileURLToPath(new URL('../../', import.meta.url));
    const args = ['--import', 'tsx', '--input-type=module', '-e', script];
    const { stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', timeout: 30_000 });
    expect(stdout.trim().split('\n')).toEqual([
      expect.stringContaining(
        `the observation store in ${path} could not be opened, most often because another process has it: `,
      ),
    ]);
  });
});
