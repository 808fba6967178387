import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ownFolder } from '#store/folder';
import { type OtherProcess, startProcess } from '#store/testing/process';

const root = mkdtempSync(join(tmpdir(), 'csi-folder-'));
const others: OtherProcess[] = [];
let folders = 0;
const fresh = () => join(root, String(folders++));
const other = (path: string) => {
  const one = startProcess('./take-folder.ts', path);
  others.push(one);
  return one;
};
const took = async (one: OtherProcess) => {
  await one.line(0);
  one.tell();
  return one.line(1);
};

afterAll(async () => {
  await Promise.all(others.map((one) => one.kill()));
  rmSync(root, { recursive: true, force: true });
});

describe('ownFolder', () => {
  it('takes a folder, making it, and leaves nothing behind', () => {
    const path = join(fresh(), 'deep', 'er');
    const owned = ownFolder(path);
    expect(readdirSync(path)).toEqual(['LOCK']);
    owned.release();
    expect(readdirSync(path)).toEqual([]);
    ownFolder(path).release();
  });

  it('refuses a second open in one clear sentence', () => {
    const path = fresh();
    const owned = ownFolder(path);
    expect(() => ownFolder(path)).toThrow(
      new RegExp(
        `^the data folder ${path} is in use by process ${process.pid}: stop it, ask its API instead, or name another folder with --data$`,
      ),
    );
    expect(readdirSync(path)).toEqual(['LOCK']);
    owned.release();
  });

  it('refuses while another process has it, and takes over when that was killed outright', async () => {
    const path = fresh();
    const owner = other(path);
    expect(await took(owner)).toBe('taken');
    expect(() => ownFolder(path)).toThrow(`in use by process ${owner.pid}`);
    await owner.kill();
    expect(existsSync(join(path, 'LOCK'))).toBe(true);
    ownFolder(path).release();
  });

  it.each([
    ['of a process that is gone', JSON.stringify({ pid: 4_194_304, started: '1' })],
    ['of a recycled process number', JSON.stringify({ pid: process.pid, started: '1' })],
    ['cut short', '{"pid":'],
    ['empty', ''],
    ['of another shape', '{"owner":"me"}'],
  ])('takes over a lock %s', (_name, lock) => {
    const path = fresh();
    ownFolder(path).release();
    writeFileSync(join(path, 'LOCK'), lock);
    // The recycled number is told by its start, which only Linux shows.
    if (process.platform !== 'linux' && lock.includes(String(process.pid))) return;
    const owned = ownFolder(path);
    expect(JSON.parse(readFileSync(join(path, 'LOCK'), 'utf8'))).toMatchObject({ pid: process.pid });
    expect(readdirSync(path)).toEqual(['LOCK']);
    owned.release();
  });

  it('of many that find the lock of a dead process at once, one takes it', async () => {
    const path = fresh();
    ownFolder(path).release();
    writeFileSync(join(path, 'LOCK'), JSON.stringify({ pid: 4_194_304, started: '1' }));
    const contenders = Array.from({ length: 5 }, () => other(path));
    await Promise.all(contenders.map((one) => one.line(0)));
    for (const one of contenders) one.tell();
    const answers = await Promise.all(contenders.map((one) => one.line(1)));
    expect(answers.filter((answer) => answer === 'taken').length).toBe(1);
    for (const answer of answers.filter((one) => one !== 'taken'))
      expect(answer).toMatch(/^the data folder .* (in use|being taken) by/);
    expect(readdirSync(path)).toEqual(['LOCK']);
  });
});
