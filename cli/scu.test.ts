import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { fitScuCommand, showScuCommand } from '#cli/scu';
import { hardwareClasses } from '#methodology/hardware';
import { resultsCsv } from '#methodology/scu/testing/results';

const folder = mkdtempSync(join(tmpdir(), 'csi-scu-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, data: string | Uint8Array) => {
  const path = join(folder, name);
  writeFileSync(path, data);
  return path;
};
const csv = resultsCsv([
  { result: 8000 },
  { result: 24000, hw_id: 'b200-sxm' },
  { result: 7000, scenario: 'server' },
  { result: 20000, hw_id: 'b200-sxm', scenario: 'server' },
]);
const facts = fileURLToPath(new URL('../../shared/data/mlperf.csv.gz', import.meta.url));
const others = fileURLToPath(new URL('../../shared/data/scu_values.csv', import.meta.url));

describe('csi scu show', () => {
  it('lists every class, and says whose results they come from', () => {
    const { text, code } = showScuCommand(undefined);
    for (const { id } of hardwareClasses()) expect(text).toContain(id);
    expect(text).toContain('MLCommons has neither computed nor verified them');
    expect(code ?? 0).toBe(0);
  });

  it('shows how one class came to its rating', () => {
    const { text, json } = showScuCommand('B200-SXM-180');
    expect(text).toMatch(/training +datasheet +measured/);
    expect(text).toContain('closed division');
    expect(json).toMatchObject({ id: 'B200-SXM-180', grade: 'G1', combined: { status: 'rated' } });
    expect(() => showScuCommand('H100')).toThrow('there is no hardware class H100');
  });
});

describe('csi scu fit', () => {
  it('reads packed files, shows the results behind a class, and answers no where the ratings differ', async () => {
    const answer = await fitScuCommand({ mlperf: file('results.csv.gz', gzipSync(csv)), class: 'B200-SXM-180' });
    expect(answer.code).toBe(1);
    expect(answer.text).toContain('the frozen ratings do NOT come out again');
    expect(answer.text).toMatch(/llama2-70b · offline · v5\.1 +3000\.0/);
    expect(answer.text).toContain('training: B200-SXM-180 shares no cell with another class');
    expect(answer.json).toMatchObject({ evidence: { training: [], inference: [{ best_of: 1 }, { best_of: 1 }] } });
  });

  it('writes the file that it computed', async () => {
    const output = join(folder, 'scu.json');
    const { code, json } = await fitScuCommand({ mlperf: file('results.csv', csv), out: output });
    expect(code).toBe(0);
    expect(json).toMatchObject({ ...JSON.parse(readFileSync(output, 'utf8')), frozen: null });
  });

  it('could not run without a file that it can read', async () => {
    await expect(fitScuCommand({ mlperf: join(folder, 'none') })).rejects.toThrow('is no file that can be read');
    const bad = file('bad.csv', resultsCsv([{ result: 'fast' }]));
    await expect(fitScuCommand({ mlperf: bad })).rejects.toThrow('bad.csv: row 1, column result: a decimal number');
    await expect(fitScuCommand({ mlperf: bad, class: 'H100' })).rejects.toThrow('there is no hardware class H100');
  });

  it.skipIf(!existsSync(facts))(
    'computes the frozen ratings again and explains the differences (skipped without the collected results)',
    async () => {
      const answer = await fitScuCommand({ mlperf: facts, compare: others });
      expect(answer.code).toBe(0);
      expect(answer.text).toContain('the frozen ratings come out again, byte for byte');
      expect(answer.text).toContain('58 classes compared, 3 ratings differ by more than 3.0%');
      expect(answer.text).toMatch(/RTX3090-24 +combined .* follows from the two/);
    },
  );
});
