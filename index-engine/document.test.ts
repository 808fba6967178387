import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exampleInputs, methodologyDocument } from '#index-engine/document';
import { computeFix, ENGINE } from '#index-engine/fix';
import { canonicalHash } from '#methodology/canonical';
import { contractHash, contracts } from '#methodology/contracts';
import { rulebooks } from '#methodology/rulebook';

interface Lock {
  rulebooks: Record<string, string>;
  calculations: Record<string, string>;
  contracts: Record<string, string>;
  references: Record<string, string>;
}
const lock = JSON.parse(readFileSync(new URL('../methodology/lock.json', import.meta.url), 'utf8')) as Lock;

describe('the methodology', () => {
  it('has the document that its rulebook and engine give: if not, run `npm run document`', () => {
    const newest = rulebooks().at(-1);
    if (!newest) throw new Error('no rulebook');
    const written = readFileSync(new URL('../methodology/METHODOLOGY.md', import.meta.url), 'utf8');
    expect(written).toBe(methodologyDocument(newest));
  });

  it('has a worked example that the engine computes to the number worked by hand', () => {
    const loaded = rulebooks()[0];
    if (!loaded) throw new Error('no rulebook');
    const { inputs, context } = exampleInputs(loaded);
    const { record } = computeFix(inputs, loaded, context);
    // (0.0667 × 2.40 + 0.15 × 2.60 + 0.1167 × 2.80) / 0.3333 = 2.63
    expect(record.value).toBe('2.6300');
  });

  it('is locked: a version never changes once published, write a new one with a future effective strike', () => {
    for (const { rulebook, sha256 } of rulebooks())
      expect(lock.rulebooks[rulebook.version], rulebook.version).toBe(sha256);
  });

  it('is locked: the same inputs give the same bytes under one engine name, change ENGINE when the calculation changes', () => {
    for (const loaded of rulebooks()) {
      const { inputs, context } = exampleInputs(loaded);
      const { record } = computeFix(inputs, loaded, context);
      expect(lock.calculations[`${ENGINE} ${loaded.rulebook.version}`]).toBe(canonicalHash(record));
    }
  });

  it('is locked: the terms of a contract never change, other terms are another contract', () => {
    expect(Object.fromEntries(contracts().map((one) => [one.id, contractHash(one)]))).toEqual(lock.contracts);
  });

  it.each(['baskets', 'capacity', 'scu', 'scu-definition', 'tokens'])(
    'is locked: %s.json is what its answers say they were made by; a change of it is one on purpose',
    (name) => {
      const content = JSON.parse(readFileSync(new URL(`../methodology/${name}.json`, import.meta.url), 'utf8'));
      expect(lock.references[name]).toBe(canonicalHash(content));
    },
  );
});
