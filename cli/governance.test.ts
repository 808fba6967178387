import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { announceCommand } from '#cli/governance';
import { CannotRun } from '#cli/output';

const folder = mkdtempSync(join(tmpdir(), 'csi-governance-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('announces no file that is not JSON, and nothing without a summary', async () => {
  const file = join(folder, 'rulebook.json');
  writeFileSync(file, '{');
  const announce = (summary: string) => announceCommand({ data: join(folder, 'data'), file, summary });
  await expect(announce('what changes')).rejects.toThrow(`${file} is not JSON: `);
  await expect(announce('what changes')).rejects.toThrow(CannotRun);
  await expect(announce(' ')).rejects.toThrow('--summary must say what changes');
});
