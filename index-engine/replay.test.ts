import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const archive = fileURLToPath(new URL('../../shared/data/recorded', import.meta.url));
const present = existsSync(join(archive, 'manifest.jsonl'));
if (!present) console.warn('the recorded archive is not here (../shared/data/recorded): the replay tests are skipped');

/** Starts a command of ours in a process of its own: an embedded folder belongs to one process. */
function start(...args: string[]): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', 'cli.ts', ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function run(...args: string[]): Promise<{ code: number | null; out: string }> {
  const child = start(...args);
  let out = '';
  child.stdout?.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    out += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, out };
}

/** Every fix of a folder: its identity and its exact bytes. */
async function fixesOf(folder: string): Promise<string[]> {
  const ledger = await PGlite.create({ dataDir: join(folder, 'ledger') });
  const { rows } = await ledger.query<{ canonical: string; signature: string }>(
    'select canonical, signature from fixes order by series, strike, revision',
  );
  await ledger.close();
  return rows.map((row) => row.canonical);
}

describe.skipIf(!present)('replay of the recorded weeks', () => {
  const folder = mkdtempSync(join(tmpdir(), 'csi-replay-'));
  const straight = join(folder, 'straight');
  const broken = join(folder, 'broken');
  const reversed = join(folder, 'archive');
  const range = ['--from', '2026-07-17', '--to', '2026-08-02'];
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeAll(async () => {
    mkdirSync(reversed);
    cpSync(archive, reversed, { recursive: true });
    const manifest = readFileSync(join(archive, 'manifest.jsonl'), 'utf8').trim().split('\n').reverse().join('\n');
    rmSync(join(reversed, 'manifest.jsonl'), { force: true });
    writeFileSync(join(reversed, 'manifest.jsonl'), manifest);
    await run('import', archive, '--data', straight);
  }, 120_000);

  it('publishes the four great classes at every strike from 21 July, and invents nothing', async () => {
    const { code, out } = await run('replay', ...range, '--data', straight, '--json');
    expect(code, out).toBe(0);
    const records = (await fixesOf(straight)).map((text) => JSON.parse(text));
    for (const series of ['CSI-H100-SXM-80', 'CSI-H200-SXM-141', 'CSI-B200-SXM-180', 'CSI-A100-SXM-80']) {
      const values = records.filter((one) => one.series === series && one.date >= '2026-07-21').map((one) => one.value);
      expect(values.length).toBe(13);
      expect(values).not.toContain(null);
    }
    const suspended = records.filter((one) => one.status === 'suspended');
    expect(suspended.length).toBeGreaterThan(100);
    for (const one of suspended)
      expect(one).toMatchObject({ value: null, reason: expect.stringMatching(/\d+ providers?, [1345] needed/) });
    // A level says what stands behind it: level 4 of a headline has its five providers, or four once it gave the fix before.
    for (const one of records) {
      const needed = one.series.includes('.HS') ? 1 : /\.(US|EU|APAC|R\d+M)$/.test(one.series) ? 3 : 4;
      if (one.level === 4) expect(one.counts.providers, one.series).toBeGreaterThanOrEqual(needed);
    }
  }, 120_000);

  it('gives the same bytes again, loaded in another order and killed in the middle', async () => {
    await run('import', reversed, '--data', broken);
    for (const delay of [2500, 3200, 3900]) {
      const child = start('replay', ...range, '--data', broken);
      setTimeout(() => child.kill('SIGKILL'), delay);
      await new Promise((resolve) => child.on('close', resolve));
    }
    const last = await run('replay', ...range, '--data', broken, '--json');
    expect(last.code, last.out).toBe(0);
    const fixes = await fixesOf(broken);
    expect(fixes.length).toBeGreaterThan(300);
    expect(fixes).toEqual(await fixesOf(straight));
  }, 180_000);

  it('finds everything unchanged the second time, and refuses to put an earlier strike into a chain', async () => {
    const again = JSON.parse((await run('replay', ...range, '--data', straight, '--json')).out);
    expect(again).toMatchObject({ published: 0, differing: [], refused: [] });
    expect(again.unchanged).toBe((await fixesOf(straight)).length);
    const earlier = await run('replay', '--from', '2026-07-10', '--to', '2026-07-10', '--data', straight);
    expect(earlier.code).toBe(1);
    expect(earlier.out).toContain('an earlier fix cannot be put into it');
  }, 120_000);
});
