import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { CannotRun, makeWhole, writeOutput } from '#cli/output';

const root = mkdtempSync(join(tmpdir(), 'csi-output-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(root, 'case-'));
});

describe('a file that a command writes', () => {
  it('is what was to be written, over what stood there, with nothing beside it', async () => {
    const file = join(folder, 'out.json');
    await writeOutput(file, 'first');
    await writeOutput(file, 'second');
    expect(readFileSync(file, 'utf8')).toBe('second');
    expect(readdirSync(folder)).toEqual(['out.json']);
  });

  it('stays as it was until the new one is whole, and where making it fails half way', async () => {
    const file = join(folder, 'out.json');
    writeFileSync(file, 'whole');
    const broken = makeWhole(file, async (path) => {
      writeFileSync(path, 'ha');
      expect(readFileSync(file, 'utf8')).toBe('whole');
      throw new Error('no space left');
    });
    await expect(broken).rejects.toThrow('no space left');
    expect(readFileSync(file, 'utf8')).toBe('whole');
    expect(readdirSync(folder)).toEqual(['out.json']);
  });

  it('is written where a link leads, and the link stays one', async () => {
    const [file, link] = [join(folder, 'kept.json'), join(folder, 'link.json')];
    writeFileSync(file, 'old');
    symlinkSync(file, link);
    await writeOutput(link, 'new');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(file, 'utf8')).toBe('new');
  });

  it('is written to as it is where it is no file', async () => {
    const paths: string[] = [];
    await makeWhole('/dev/null', async (path) => {
      paths.push(path);
    });
    expect(paths).toEqual(['/dev/null']);
  });

  it('names the file and why where it cannot be', async () => {
    const missing = join(folder, 'no', 'out.json');
    await expect(writeOutput(missing, 'x')).rejects.toEqual(new CannotRun(`${missing} cannot be written: ENOENT`));
    const directory = join(folder, 'directory');
    mkdirSync(directory);
    await expect(writeOutput(directory, 'x')).rejects.toEqual(new CannotRun(`${directory} cannot be written: EISDIR`));
  });
});
