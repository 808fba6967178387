import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { CannotRun } from '#cli/output';
import { simulateCommand } from '#cli/simulate';

const folder = mkdtempSync(join(tmpdir(), 'csi-simulate-command-'));
const rulebook = fileURLToPath(new URL('../methodology/rulebooks/v1.json', import.meta.url));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('refuses dates that are none, a reversed range, and a parallel run of the future', async () => {
  const simulate = (from: string, to: string) =>
    simulateCommand({ data: join(folder, 'data'), with: rulebook, from, to, record: true });
  await expect(simulate('2026-07-99', '2026-08-02')).rejects.toThrow(
    new CannotRun('--from must be a date such as 2026-07-28, got 2026-07-99'),
  );
  await expect(simulate('2026-08-02', '2026-07-05')).rejects.toThrow(
    new CannotRun('--from 2026-08-02 lies after --to 2026-07-05'),
  );
  await expect(simulate('2026-07-05', '2099-01-15')).rejects.toThrow(
    new CannotRun(
      'a parallel run is over dates that are past, and the last strike of 2099-01-15 is published at 2099-01-15T23:15:00.000Z: ' +
        'record it over dates before that',
    ),
  );
});
