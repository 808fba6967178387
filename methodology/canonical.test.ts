import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '#methodology/canonical';

describe('canonical JSON', () => {
  it('is the text that the library writes, whatever the value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        expect(canonicalJson(value)).toBe(canonicalize(value));
      }),
      { numRuns: 3000 },
    );
    for (const value of [
      -0,
      1e21,
      1e-7,
      0.1 + 0.2,
      '\u2028\u0000"\\',
      { 10: 1, 9: 2, a: 3 },
      { b: [], a: {} },
      new Date(0),
      '😀',
    ]) {
      expect(canonicalJson(value)).toBe(canonicalize(value));
    }
    expect(canonicalJson({ b: 1, a: undefined })).toBe('{"b":1}');
    expect(canonicalJson(Object.assign(Object.create(null), { b: 1, a: 2 }))).toBe('{"a":2,"b":1}');
  });

  it('refuses what JSON cannot carry', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    for (const value of [
      Number.NaN,
      { a: Number.POSITIVE_INFINITY },
      ['\ud800'],
      { '\udc00': 1 },
      circle,
      1n,
      undefined,
    ]) {
      expect(() => canonicalJson(value)).toThrow();
    }
  });

  it('nests deeper than any record', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 500; level += 1) deep = { a: [deep] };
    expect(canonicalJson(deep)).toBe(JSON.stringify(deep));
  });
});
