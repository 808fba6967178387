import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('.', import.meta.url));
const theme = readFileSync(`${root}theme.css`, 'utf8');

function colours(name: 'dark' | 'light'): Map<string, string> {
  const block = new RegExp(`data-theme="${name}"\\] \\{([^}]*)\\}`).exec(theme)?.[1] ?? '';
  return new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((match) => [match[1] ?? '', match[2] ?? '']));
}

/** Relative luminance, WCAG 2.2. */
function luminance(hex: string): number {
  const channel = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

const TEXTS = ['text-1', 'text-2', 'text-3', 'accent', 'up', 'down', 'ok', 'warn', 'bad', 'mark'];
const GROUNDS = ['ground', 'ground-raised', 'ground-row', 'ground-selected'];

describe.each(['dark', 'light'] as const)('the %s theme', (name) => {
  const palette = colours(name);
  const at = (key: string) => palette.get(key) ?? '';

  it('sets every text off every ground by 4.5:1', () => {
    const poor = TEXTS.flatMap((text) =>
      GROUNDS.filter((ground) => !(contrast(at(text), at(ground)) >= 4.5)).map(
        (ground) => `${text} on ${ground}: ${contrast(at(text), at(ground)).toFixed(2)}`,
      ),
    );
    expect(poor).toEqual([]);
  });

  it('keeps a flashing row and an alarm readable', () => {
    for (const [text, ground] of [
      ['text-1', 'flash-up'],
      ['text-1', 'flash-down'],
      ['text-1', 'flash-flat'],
      ['bad', 'bad-ground'],
    ] as const) {
      expect(contrast(at(text), at(ground))).toBeGreaterThanOrEqual(4.5);
    }
  });
});

it('names the same colours in both themes', () => {
  expect([...colours('light').keys()]).toEqual([...colours('dark').keys()]);
});

it('is the only place with a colour in it', () => {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (file) => /\.(css|tsx?)$/.test(file) && !/^dist|\.test\.ts$|^theme\.css$/.test(file),
  );
  const raw = files.filter((file) =>
    /#[0-9a-f]{3,8}\b(?!-)|\b(?:rgb|hsl|oklch|lab)a?\(/i.test(
      readFileSync(`${root}${file}`, 'utf8').replace(/(['"])#[\w/*-]+\1|href="#[^"]*"|'#api\/types'/g, ''),
    ),
  );
  expect(files.length).toBeGreaterThan(20);
  expect(raw).toEqual([]);
});
