import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Where each folder may import from (architecture: imports point one way). Beside its own. */
const arrows: Record<string, readonly string[]> = {
  methodology: [],
  store: ['methodology'],
  ingest: ['store', 'methodology'],
  'index-engine': ['store', 'methodology'],
  api: ['index-engine', 'ingest', 'store', 'methodology'],
  terminal: [],
};

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.tsx'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file.split('/').length > 1 && (file.split('/')[0] as string) in arrows);

interface Import {
  file: string;
  folder: string;
  target: string;
  typeOnly: boolean;
}

/** Every import of one of our own files, with the folder it points to. */
function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const found: Import[] = [];
  for (const match of text.matchAll(
    /(?:^|\n)\s*(import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'|import\(\s*'([^']+)'\s*\)/g,
  )) {
    const specifier = match[3] ?? match[4] ?? '';
    const own = specifier.startsWith('#')
      ? specifier.slice(1)
      : specifier.startsWith('.')
        ? normalize(join(dirname(file), specifier))
        : null;
    if (own) found.push({ file, folder: file.split('/')[0] as string, target: own, typeOnly: match[2] !== undefined });
  }
  return found;
}

const imports = files.flatMap(importsOf);

describe('the house', () => {
  it('has imports to look at in every folder', () => {
    for (const folder of Object.keys(arrows))
      expect(
        imports.some((one) => one.folder === folder),
        folder,
      ).toBe(true);
  });

  it('imports point one way', () => {
    const wrong = imports.filter(({ folder, target, typeOnly, file }) => {
      const to = target.split('/')[0] as string;
      if (to === folder || (arrows[folder] as readonly string[]).includes(to)) return false;
      if (folder === 'terminal') return !(target === 'api/types' && typeOnly);
      return !file.endsWith('.test.ts');
    });
    expect(wrong).toEqual([]);
  });

  it('index-engine never imports ingest, not even in a test', () => {
    expect(imports.filter((one) => one.folder === 'index-engine' && one.target.startsWith('ingest'))).toEqual([]);
  });

  it('pure code does no I/O and reads no clock', () => {
    const pure = files.filter(
      (file) =>
        !file.endsWith('.test.ts') &&
        /^(index-engine\/(screens\/|book|caps|central-mean|derived\/|tokens\/(?!read)|capacity\/(?!read)|estimate|fix|inputs|merkle|normalise|partition|rational|sentence|settlement\/(certificate|period-average|placed|price|schedule|sentence|settle|terms-in-words|verify-certificate)|standing|statistics|waterfall)|ingest\/(sources\/|admit|read|shape|identify))/.test(
          file,
        ),
    );
    expect(pure.length).toBeGreaterThan(20);
    for (const file of pure) {
      const text = readFileSync(file, 'utf8');
      expect(text, file).not.toMatch(
        /node:(fs|net|http|https|child_process)|Date\.now\(|new Date\(\)|Math\.random|\bfetch\(|process\.env/,
      );
    }
  });
});
