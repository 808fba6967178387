import { expect, it } from 'vitest';
import { suggestClasses } from '#ingest/suggest';

it('suggests the nearest classes, nearest first, and nothing for nonsense', () => {
  expect(suggestClasses('H100 SXM6')[0]).toBe('H100-SXM-80');
  expect(suggestClasses('rtx4090 ti')).toContain('RTX4090-24');
  expect(suggestClasses('quantum flux capacitor 9000')).toEqual([]);
});
