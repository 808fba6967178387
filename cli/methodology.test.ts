import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { differentialsCommand } from '#cli/methodology';
import type { FrozenDifferentials } from '#index-engine/differentials/freeze';

const root = fileURLToPath(new URL('..', import.meta.url));
const archive = fileURLToPath(new URL('../../shared/data/recorded', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'csi-methodology-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command of ours in a process of its own: an embedded folder belongs to one process. */
async function run(...args: string[]): Promise<{ code: number | null; out: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'cli.ts', ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, out };
}

describe('csi methodology differentials', () => {
  it('could not run without a range', async () => {
    const measure = (from: string, to: string) => differentialsCommand({ data: folder, from, to });
    await expect(measure('July', '2026-08-02')).rejects.toThrow('--from must be a date such as 2026-07-28, got July');
    await expect(measure('2026-08-02', '2026-07-05')).rejects.toThrow('--from 2026-08-02 lies after --to 2026-07-05');
  });

  it.skipIf(!existsSync(join(archive, 'manifest.jsonl')))(
    'measures the recorded weeks, freezes them, and finds the rules (skipped without the recorded archive)',
    async () => {
      const data = ['--data', join(folder, 'data')];
      const file = join(folder, 'differentials.json');
      const range = ['--from', '2026-07-05', '--to', '2026-08-02'];
      expect((await run('methodology', 'differentials', ...range, ...data)).code).toBe(1);
      await run('import', archive, ...data);
      const { code, out } = await run('methodology', 'differentials', ...range, ...data, '-o', file);
      expect(code).toBe(0);
      expect(out).toContain('none passes its gates: off-grade observations are excluded, not adjusted');
      const frozen = JSON.parse(readFileSync(file, 'utf8')) as FrozenDifferentials;
      expect(frozen).toMatchObject({ format: 'csi-differentials/1', measured: { until: '2026-08-03T00:00:00.000Z' } });
      const row = (id: string) =>
        frozen.differentials.find((one) => one.definition === id && one.hardware_class === null);
      // One machine's price is that of its GPUs, however many one takes: the venue sells lots by a rule.
      for (const gpus of [2, 4, 8]) {
        expect(row(`slice_1_to_${gpus}`)).toMatchObject({ pairs: 1, ratio: '1.000000', shared: [{ rule: true }] });
      }
      expect(row('hosting_community_to_datacenter')).toMatchObject({ providers: 2, venues: ['runpod', 'vast'] });
      expect(frozen.differentials.filter(({ passes }) => passes)).toEqual([]);
      expect(frozen.constant_ratios.map(({ venue, tenor, ratio }) => `${venue} ${tenor} ${ratio}`)).toEqual([
        'runpod INT 1.000000',
        'runpod R3M 1.000000',
        'runpod R6M 1.000000',
      ]);
    },
  );
});
