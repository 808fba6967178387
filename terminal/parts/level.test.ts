import { expect, it } from 'vitest';
import { levelWords, markOf, markText, suspendedWords } from './level';

it('draws a level by fill: transactions solid, executable half, listed hollow, carried dashed, suspended struck', () => {
  expect(([1, 2, 3, 4, 5, 6] as const).map((level) => markOf(level))).toEqual([
    'solid',
    'solid',
    'half',
    'hollow',
    'dashed',
    'dashed',
  ]);
  expect(markOf(null)).toBe('struck');
  expect(markOf(3, 'suspended')).toBe('struck');
});

it('has a text for every mark, and never calls a quote a trade', () => {
  expect(markText(3)).toBe('level 3, executable offers');
  expect(markText(null)).toBe('suspended, no value');
  for (const level of [3, 4, 5, 6] as const) expect(levelWords(level)).not.toMatch(/trade|transaction|print/);
});

it('says suspended once', () => {
  expect(suspendedWords('3 providers, 5 needed')).toBe('suspended: 3 providers, 5 needed');
  expect(suspendedWords('suspended: 3 providers, 5 needed')).toBe('suspended: 3 providers, 5 needed');
  expect(suspendedWords(null)).toBe('suspended: no reason was published');
});
