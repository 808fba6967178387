import { describe, expect, it } from 'vitest';
import { type Aliases, aliases, aliasesSchema } from '#methodology/aliases';
import { hardwareClasses } from '#methodology/hardware';
import { parseReference } from '#methodology/reference';

const load = (change: Partial<Aliases>) => parseReference('aliases.json', { ...aliases(), ...change }, aliasesSchema);

describe('aliases', () => {
  it('name every class and accept its own memory', () => {
    const named = new Set(aliases().aliases.flatMap((entry) => entry.classes));
    for (const { id, memory_gb } of hardwareClasses()) {
      expect(named.has(id), id).toBe(true);
      const range = aliases().accepted_memory_gb.ranges[id]!;
      expect(memory_gb >= range.min && memory_gb <= range.max, id).toBe(true);
    }
  });

  it.each([
    ['H100-SXM-80', 81_559],
    ['H200-SXM-141', 143_771],
    ['B200-SXM-180', 183_359],
    ['B300-SXM-288', 275_040],
    ['A100-SXM-40', 39_936],
    ['A100-PCIE-40', 40_960],
    ['A10G-24', 23_028],
    ['L40S-48', 46_068],
    ['T4-16', 15_360],
  ])('%s accepts the %d MiB its driver reports, however a parser turns them into GB', (id, mib) => {
    const { min, max } = aliases().accepted_memory_gb.ranges[id]!;
    for (const gb of [mib / 1_024, mib / 1_000, (mib * 2 ** 20) / 1e9])
      expect(gb >= min && gb <= max, `${gb}`).toBe(true);
  });

  it('refuse a label in two places', () => {
    const twice = [...aliases().ambiguous, { labels: ['l40s'], between: ['L40S-48'], reason: 'a test' }];
    expect(() => load({ ambiguous: twice })).toThrow(/aliases\.json: field ambiguous, row 9.*"l40s" is there twice/);
  });

  it('refuse a class that is not ours', () => {
    expect(() => load({ aliases: [{ labels: ['h999'], classes: ['H999-1'] }] })).toThrow(
      /a class id of hardware\.json/,
    );
  });

  it('refuse a label that could never be met', () => {
    const withVendor = [...aliases().aliases, { labels: ['nvidia h999'], classes: ['L4-24'] }];
    expect(() => load({ aliases: withVendor })).toThrow(/holds a word that is dropped/);
    const notNormalised = [...aliases().aliases, { labels: ['H100-SXM'], classes: ['L4-24'] }];
    expect(() => load({ aliases: notNormalised })).toThrow(/a normalised label/);
  });

  it('refuse a class without accepted memory', () => {
    const { 'L4-24': _dropped, ...ranges } = aliases().accepted_memory_gb.ranges;
    expect(() => load({ accepted_memory_gb: { why: 'a test', ranges } })).toThrow(/field L4-24: no range/);
  });

  it('refuse memory that is deliberately unknown and yet that of a class, or of no label', () => {
    const memory = (label: string, min: number, max: number) => ({
      deliberately_unknown_memory: [{ labels: [label], gb: { min, max }, reason: 'a test' }],
    });
    expect(() => load(memory('rtx 4090', 45, 52))).not.toThrow();
    expect(() => load(memory('rtx 4090', 20, 23))).toThrow(/"rtx 4090" with this memory is RTX4090-24/);
    expect(() => load(memory('h100', 90, 95))).toThrow(/"h100" with this memory is H100-NVL-94/);
    expect(() => load(memory('gtx 1080', 45, 52))).toThrow(/"gtx 1080" is the label of no class/);
  });
});
