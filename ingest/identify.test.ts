import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { identify, makeIdentify } from '#ingest/identify';
import { type Aliases, aliases } from '#methodology/aliases';

const rules = aliases();
/** The class, or why there is none. */
const answer = (source: string, label: string, memoryGb: number | null = null) => {
  const result = identify({ source, label, memoryGb });
  return result.hardwareClass ?? result.why;
};

describe('identify: what venues write', () => {
  it.each([
    ['vast', 'H100 SXM', 81.559, 'H100-SXM-80'],
    ['vast', 'H100 PCIE', 79.65, 'H100-PCIE-80'],
    ['vast', 'H100 NVL', 95.83, 'H100-NVL-94'],
    ['vast', 'H200', 143.771, 'H200-SXM-141'],
    ['vast', 'H200 NVL', 140.4, 'H200-NVL-141'],
    ['vast', 'B200', 183.359, 'B200-SXM-180'],
    ['vast', 'B300', 275.04, 'B300-SXM-288'],
    ['vast', 'A100 SXM4', 39.936, 'A100-SXM-40'],
    ['vast', 'A100 SXM4', 80, 'A100-SXM-80'],
    ['vast', 'A100 PCIE', 40.96, 'A100-PCIE-40'],
    ['vast', 'A10g', 23.028, 'A10G-24'],
    ['vast', 'RTX 6000Ada', 49.14, 'RTX6000ADA-48'],
    ['vast', 'RTX PRO 6000 S', 97.887, 'RTXPRO6000-SERVER-96'],
    ['runpod', 'NVIDIA A100-SXM4-80GB', 80, 'A100-SXM-80'],
    ['runpod', 'NVIDIA A100 80GB PCIe', 80, 'A100-PCIE-80'],
    ['runpod', 'NVIDIA H100 80GB HBM3', 80, 'H100-SXM-80'],
    ['runpod', 'NVIDIA H200', 141, 'H200-SXM-141'],
    ['runpod', 'NVIDIA H200 NVL', 143, 'H200-NVL-141'],
    ['runpod', 'NVIDIA B300 SXM6 AC', 288, 'B300-SXM-288'],
    ['runpod', 'AMD Instinct MI300X OAM', 192, 'MI300X-192'],
    ['runpod', 'NVIDIA RTX PRO 6000 Blackwell Server Edition', 96, 'RTXPRO6000-SERVER-96'],
    ['runpod', 'Tesla V100-SXM2-16GB', 16, 'V100-SXM-16'],
    ['gpurentalprices', 'h200', 141, 'H200-SXM-141'],
    ['gpurentalprices', 'b200', 192, 'B200-SXM-180'],
    ['gpurentalprices', 'b300', 262, 'B300-SXM-288'],
    ['gpurentalprices', 'gb300', 288, 'GB300-NVL72-279'],
    ['gpurentalprices', 'a100-sxm-80', 80, 'A100-SXM-80'],
    ['salad', 'RTX 4090 (24 GB)', null, 'RTX4090-24'],
    ['hyperstack', 'H100-80G-PCIe', null, 'H100-PCIE-80'],
    ['voltagepark', 'h100-sxm5-80gb', null, 'H100-SXM-80'],
    ['lambda', 'NVIDIA A100 SXM4', 40, 'A100-SXM-40'],
    ['nebius', 'NVIDIA HGX B200', null, 'B200-SXM-180'],
    ['coreweave', 'NVIDIA GB200 NVL72', null, 'GB200-NVL72-186'],
    ['vultr', 'AMD_MI355X', 288, 'MI355X-288'],
    ['aws', 'A100', 40.96, 'A100-SXM-40'],
    ['azure', 'H100', 94, 'H100-NVL-94'],
    ['akash', 't4 PCIe', null, 'T4-16'],
  ])('%s "%s" with %s GB is %s', (source, label, memoryGb, expected) => {
    expect(answer(source, label, memoryGb)).toBe(expected);
  });
});

describe('identify: traps', () => {
  it.each([
    ['A1 is not inside A10', 'any', 'A1', null, 'unknown_label'],
    ['A10 is not inside A100', 'any', 'A10', 24, 'A10-24'],
    ['A10 and A10G are two parts', 'any', 'A10G', 24, 'A10G-24'],
    ['H20 is not inside H200', 'any', 'H20', 96, 'H20-SXM-96'],
    ['an H20 with the memory of an H200 is neither', 'any', 'H20', 141, 'memory_mismatch'],
    ['B200 is not inside GB200', 'any', 'GB200', 186, 'GB200-NVL72-186'],
    ['H200 is not inside GH200', 'any', 'GH200', 96, 'GH200-96'],
    ['L4 is not inside L40', 'any', 'L40', 48, 'L40-48'],
    ['L40 is not inside L40S', 'any', 'L40S', 48, 'L40S-48'],
    ['a 40 GB A100 called 80', 'gpurentalprices', 'a100-sxm-80', 40, 'memory_mismatch'],
    ['a label and a field that disagree', 'runpod', 'NVIDIA A100-SXM4-80GB', 40, 'memory_mismatch'],
    ['A100 SXM without memory', 'vast', 'A100 SXM4', null, 'ambiguous'],
    ['A100 alone', 'gpurentalprices', 'a100', 80, 'ambiguous'],
    ['H100 alone', 'gpurentalprices', 'h100', 80, 'ambiguous'],
    ['H200 alone where the venue draws no line', 'any', 'H200', 141, 'ambiguous'],
    ['RTX 6000 alone', 'any', 'RTX 6000', null, 'ambiguous'],
    ['RTX 6000 Turing', 'vast', 'Q RTX 6000', 24.576, 'out_of_scope'],
    ['RTX 6000 Turing in full', 'lambda', 'NVIDIA Quadro RTX 6000', 24, 'out_of_scope'],
    ['RTX 6000 Ada', 'runpod', 'NVIDIA RTX 6000 Ada Generation', 48, 'RTX6000ADA-48'],
    ['RTX A6000 is Ampere', 'runpod', 'NVIDIA RTX A6000', 48, 'RTXA6000-48'],
    ['PRO 6000 without an edition', 'gpurentalprices', 'rtx-pro-6000', 96, 'ambiguous'],
    ['PRO 6000 workstation', 'vast', 'RTX PRO 6000 WS', 97.887, 'out_of_scope'],
    ['S means server at Vast only', 'any', 'RTX PRO 6000 S', 97.887, 'unknown_label'],
    ['a 4090 rebuilt with 48 GB', 'vast', 'RTX 4090', 49.14, 'memory_mismatch'],
    ['a 3090 rebuilt with 48 GB', 'vast', 'RTX 3090', 49.152, 'memory_mismatch'],
    ['a 4090D', 'vast', 'RTX 4090D', 24.564, 'out_of_scope'],
    ['a 3090 Ti', 'gpurentalprices', 'rtx-3090-ti', 24, 'out_of_scope'],
    ['a P100 with 12 GB', 'vast', 'Tesla P100', 12.288, 'memory_mismatch'],
    ['a P100 without its form', 'vast', 'Tesla P100', 16.384, 'ambiguous'],
    ['a V100 on PCIe with 16 GB', 'runpod', 'Tesla V100-PCIE-16GB', 16, 'memory_mismatch'],
    ['a V100 on PCIe, memory unstated', 'any', 'V100 PCIe', null, 'ambiguous'],
    ['a slice by name', 'runpod', 'NVIDIA RTX PRO 6000 Blackwell Server Edition MIG 1g.24gb', 24, 'out_of_scope'],
    ['a slice by profile', 'any', 'NVIDIA H100 SXM5 1g.10gb', null, 'unknown_label'],
    ['a slice by memory', 'gpurentalprices', 'a40', 16, 'memory_mismatch'],
    ['half an H100 NVL', 'vast', 'H100 NVL', 65.247, 'memory_mismatch'],
    ['one die of an MI250X', 'any', 'MI250X', 64, 'memory_mismatch'],
    ['a laptop part', 'any', 'RTX 4090 Laptop GPU', 16, 'out_of_scope'],
    ['an A800 is not an A100', 'vast', 'A800 PCIE', 81.92, 'out_of_scope'],
    ['a mining card with the memory of an A100', 'vast', 'CMP 170HX', 40.96, 'out_of_scope'],
    ['GH200 by its driver name', 'any', 'NVIDIA GH200 480GB', 95.6, 'GH200-96'],
    ['GH200 by its driver name alone', 'any', 'NVIDIA GH200 480GB', null, 'ambiguous'],
    ['no label', 'any', '', 80, 'unknown_label'],
    ['vendor words alone', 'any', 'NVIDIA Tesla', 80, 'unknown_label'],
    ['a memory of zero', 'any', 'H100 SXM', 0, 'memory_mismatch'],
    ['a memory that is no number', 'any', 'H100 SXM', Number.NaN, 'memory_mismatch'],
    ['a placeholder', 'runpod', 'unknown', 0, 'out_of_scope'],
    ['a name of an object member', 'any', 'constructor', null, 'unknown_label'],
    ['an endless label', 'any', 'h100 sxm '.repeat(100_000), 80, 'unknown_label'],
  ])('%s', (_trap, source, label, memoryGb, expected) => {
    expect(answer(source, label, memoryGb)).toBe(expected);
  });

  it('says why in words', () => {
    expect(identify({ source: 'vast', label: 'RTX 4090', memoryGb: 49.14 })).toEqual({
      hardwareClass: null,
      why: 'memory_mismatch',
      detail: '49.14 GB is not RTX4090-24: a card rebuilt by others with 48 GB',
      deliberate: true,
    });
    expect(identify({ source: 'vast', label: 'RTX 4090', memoryGb: 36 })).toEqual({
      hardwareClass: null,
      why: 'memory_mismatch',
      detail: '36 GB is not RTX4090-24',
    });
  });

  it.each([
    ['out of scope', 'any', 'GTX 1080', 8, true],
    ['a refused word', 'any', 'RTX 4090 Laptop GPU', 16, true],
    ['ambiguous by name', 'any', 'H100', 80, true],
    ['ambiguous by memory', 'any', 'A100 SXM4', null, true],
    ['memory that must be stated', 'any', 'H20', null, true],
    ['memory somebody looked into', 'any', 'V100 PCIe', 16, true],
    ['memory somebody looked into, under another name of the part', 'any', 'NVIDIA V100-PCIE-16GB', 16, true],
    ['memory nobody has met', 'any', 'V100 PCIe', 24, undefined],
    ['a label nobody has met', 'any', 'H900', 80, undefined],
    ['a word of another venue', 'vast', 'H100T', null, undefined],
    ['a word of this venue', 'oci', 'H100T', null, true],
  ])('tells whether somebody wrote down why: %s', (_what, source, label, memoryGb, deliberate) => {
    const identity = identify({ source, label, memoryGb });
    expect(identity.hardwareClass === null && identity.deliberate).toBe(deliberate);
  });
});

/** Every label of the rules with the source it is scoped to. */
const listed = rules.aliases.flatMap((entry) =>
  entry.labels.map((label) => ({ source: entry.source ?? 'any', label, entry })),
);
const listedText = new Set(
  [...rules.aliases, ...rules.ambiguous, ...rules.deliberately_unknown].flatMap((entry) => entry.labels),
);
const classMemoryGb = new Map(
  Object.entries(rules.accepted_memory_gb.ranges).map(([id, range]) => [id, (range.min + range.max) / 2]),
);

/** An independent reading of "exact": the classes an alias names by this very text, with or without its sizes. */
function classesNamedBy(text: string): string[] {
  const words = text.split(/[^a-z0-9]+/).filter((word) => word !== '' && !rules.vendor_words.includes(word));
  const whole = words.join(' ');
  const withoutSizes = `${whole} `.replace(/(?<= |^)(\d+ ?(gb|gib)|\d+gi|\d\d\d?g) /g, '').trim();
  return rules.aliases
    .filter(({ labels }) => labels.includes(whole) || labels.includes(withoutSizes))
    .flatMap(({ classes }) => classes);
}

/** Every label with what it may come to at its source. */
const meanings = new Map<string, { source: string; label: string; classes: readonly string[] }>();
for (const { source, label, entry } of listed)
  meanings.set(`${source}/${label}`, { source, label, classes: entry.classes });
for (const { labels } of rules.ambiguous)
  for (const label of labels) meanings.set(`any/${label}`, { source: 'any', label, classes: [] });
for (const { labels, source = 'any' } of rules.deliberately_unknown)
  for (const label of labels) meanings.set(`${source}/${label}`, { source, label, classes: [] });

/** Pairs of general labels of which one stands inside the other, and which mean different parts. */
const nested = [...meanings.values()]
  .filter(({ source }) => source === 'any')
  .flatMap((inner) =>
    [...meanings.values()]
      .filter(
        (outer) =>
          outer.source === 'any' &&
          outer.label !== inner.label &&
          outer.label.replaceAll(' ', '').includes(inner.label.replaceAll(' ', '')) &&
          !outer.classes.some((id) => inner.classes.includes(id)),
      )
      .map((outer) => ({ inner, outer })),
  );
const gb = fc.double({ min: 0.5, max: 600, noNaN: true });
const sizes = fc.oneof(gb, fc.constantFrom(...classMemoryGb.values()), fc.constant(null));

describe('identify: no class swallows the label of another', () => {
  it('of labels that stand inside each other, whatever the memory', () => {
    const pairs = new Set(nested.map(({ inner, outer }) => `${inner.label} in ${outer.label}`));
    for (const trap of ['a10 in a10g', 'h20 in h200 sxm', 'b200 in gb200', 'l4 in l40', 'l40 in l40s', 'h200 in gh200'])
      expect([...pairs], trap).toContain(trap);
    for (const trap of ['a10 in a100 sxm4', 'mi250 in mi250x', 't4 in t4g', 'rtx 4090 in rtx 4090d', 'b300 in gb300'])
      expect([...pairs], trap).toContain(trap);
    expect(pairs.size).toBeGreaterThan(60);
    fc.assert(
      fc.property(fc.constantFrom(...nested), sizes, ({ inner, outer }, memoryGb) => {
        for (const { source, label, classes } of [inner, outer]) {
          const { hardwareClass } = identify({ source, label, memoryGb });
          expect([null, ...classes], `${label} with ${memoryGb} GB`).toContain(hardwareClass);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('and every label, with the memory of every class, is its own class or none', () => {
    for (const { source, label, classes } of meanings.values()) {
      for (const [id, memoryGb] of classMemoryGb) {
        const { hardwareClass } = identify({ source, label, memoryGb });
        const own = classes.filter((one) => {
          const { min, max } = rules.accepted_memory_gb.ranges[one]!;
          return memoryGb >= min && memoryGb <= max;
        });
        expect(hardwareClass, `${source}/${label} with the memory of ${id}`).toBe(own.length === 1 ? own[0] : null);
      }
    }
  });

  it('A100: 40 and 80 GB are told apart wherever the memory stands, and by nothing else', () => {
    const range = (id: string) => rules.accepted_memory_gb.ranges[id]!;
    const inside = (id: string, size: number) => size >= range(id).min && size <= range(id).max;
    const forms = fc.constantFrom(['SXM4', 'SXM'] as const, ['SXM', 'SXM'] as const, ['PCIe', 'PCIE'] as const);
    const written = (name: string, size: number) =>
      fc.constantFrom(`${name}-${size}GB`, `${name} ${size} GB`, `${name} (${size}GiB)`, `NVIDIA ${name}_${size}Gi`);
    fc.assert(
      fc.property(
        forms.chain(([form, family]) =>
          fc
            .integer({ min: 1, max: 200 })
            .chain((size) => written(`A100-${form}`, size).map((label) => ({ label, size, family }))),
        ),
        fc.option(fc.integer({ min: 1, max: 200 })),
        ({ label, size, family }, field) => {
          const all = field === null ? [size] : [size, field];
          const fitting = [`A100-${family}-40`, `A100-${family}-80`].filter((id) =>
            all.every((one) => inside(id, one)),
          );
          const { hardwareClass } = identify({ source: 'any', label, memoryGb: field });
          expect(hardwareClass, `${label} ${field}`).toBe(fitting[0] ?? null);
        },
      ),
      { numRuns: 3000 },
    );
    for (const label of ['A100 SXM4', 'A100-PCIe', 'A100']) expect(answer('any', label), label).toBe('ambiguous');
  });

  it('a class is given only with memory it accepts', () => {
    fc.assert(
      fc.property(fc.constantFrom(...meanings.values()), gb, ({ source, label }, memoryGb) => {
        const { hardwareClass } = identify({ source, label, memoryGb });
        if (hardwareClass === null) return;
        const { min, max } = rules.accepted_memory_gb.ranges[hardwareClass]!;
        expect(memoryGb >= min && memoryGb <= max, `${label} with ${memoryGb} GB as ${hardwareClass}`).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('the words of one venue mean nothing at another', () => {
    const scoped = listed.filter(({ source }) => source !== 'any');
    const sources = [...new Set(scoped.map(({ source }) => source))];
    for (const { source, label } of scoped)
      for (const other of [...sources, 'any'].filter((one) => one !== source)) {
        const general = meanings.get(`${other}/${label}`) ?? meanings.get(`any/${label}`);
        const { hardwareClass } = identify({ source: other, label, memoryGb: null });
        expect([null, ...(general?.classes ?? [])], `${source}'s "${label}" at ${other}`).toContain(hardwareClass);
      }
  });
});

describe('identify: properties', () => {
  it('gives each alias its own class and no other', () => {
    for (const { source, label, entry } of listed)
      for (const id of entry.classes) expect(answer(source, label, classMemoryGb.get(id)), label).toBe(id);
  });

  it('never mistakes one size of a family for another', () => {
    const { ranges } = rules.accepted_memory_gb;
    for (const { labels, classes } of rules.aliases)
      for (const id of classes)
        for (const other of classes)
          if (id < other)
            expect(
              ranges[id]!.max < ranges[other]!.min || ranges[other]!.max < ranges[id]!.min,
              `${labels[0]}: ${id} and ${other} accept the same memory`,
            ).toBe(true);
  });

  it('never moves a label with one character more or less to a class that no alias names by that very text', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...listed),
        fc.nat(),
        fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz0123456789', ''),
        ({ source, label, entry }, at, character) => {
          const place = at % label.length;
          const changed = label.slice(0, place) + character + label.slice(character ? place : place + 1);
          const memoryGb = classMemoryGb.get(entry.classes[0]!)!;
          const { hardwareClass } = identify({ source, label: changed, memoryGb });
          expect([null, ...classesNamedBy(changed)], `${label} → ${changed}`).toContain(hardwareClass);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('never moves a label with one token more or less to a class that no alias names by that very text', () => {
    const tokens = [...new Set([...listedText].flatMap((label) => label.split(' ')))];
    fc.assert(
      fc.property(
        fc.constantFrom(...listed),
        fc.nat(),
        fc.option(fc.constantFrom(...tokens)),
        ({ source, label, entry }, at, extra) => {
          const words = label.split(' ');
          if (extra === null) words.splice(at % words.length, 1);
          else words.splice(at % (words.length + 1), 0, extra);
          const changed = words.join(' ');
          const memoryGb = classMemoryGb.get(entry.classes[0]!)!;
          const { hardwareClass } = identify({ source, label: changed, memoryGb });
          expect([null, ...classesNamedBy(changed)], `${label} → ${changed}`).toContain(hardwareClass);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('never gives a label among other words a class that no alias names by that very text', () => {
    const letters = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzABXS0123456789');
    const word = fc.oneof(
      fc.string({ unit: letters, minLength: 1, maxLength: 6 }),
      fc.constantFrom('SXM', 'PCIe', 'NVL', 'Ti', 'Ada', 'Pro', 'Max-Q', 'Blackwell', 'Server', 'RTX', 'x8', '80GB'),
    );
    const words = fc.array(word, { maxLength: 3 });
    const separator = fc.constantFrom(' ', '-', '_', '/', ' (', '.', ', ');
    fc.assert(
      fc.property(
        fc.constantFrom(...listed),
        words,
        words,
        separator,
        sizes,
        ({ source, label }, before, after, between, memoryGb) => {
          const written = [...before, ...label.split(' '), ...after].join(between);
          const { hardwareClass } = identify({ source, label: written, memoryGb });
          expect([null, ...classesNamedBy(written.toLowerCase())], `${label} → ${written}`).toContain(hardwareClass);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it('gives no class where the size in a label and the stated memory are of different variants', () => {
    const plain = listed.filter(({ label }) => !/\d+ ?gb/.test(label));
    const ids = [...classMemoryGb.keys()];
    fc.assert(
      fc.property(
        fc.constantFrom(...plain),
        fc.constantFrom(...ids),
        fc.constantFrom(...ids),
        ({ source, label }, one, other) => {
          const size = Math.round(classMemoryGb.get(one)!);
          const memoryGb = classMemoryGb.get(other)!;
          const { hardwareClass } = identify({ source, label: `${label} ${size}GB`, memoryGb });
          if (hardwareClass === null) return;
          const { min, max } = rules.accepted_memory_gb.ranges[hardwareClass]!;
          for (const stated of [size, memoryGb])
            expect(stated >= min && stated <= max, `${label} ${size}GB with ${memoryGb} GB`).toBe(true);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it('reads a label the same in any case, with any separators and with vendor words', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...listed),
        fc.constantFrom(' ', '-', '_', ' / ', '.'),
        fc.constantFrom('', 'NVIDIA ', 'nvidia_', 'AMD Instinct '),
        ({ source, label, entry }, separator, vendor) => {
          const memoryGb = classMemoryGb.get(entry.classes[0]!)!;
          const written = `${vendor}${label.toUpperCase().replaceAll(' ', separator)}`;
          expect(answer(source, written, memoryGb)).toBe(answer(source, label, memoryGb));
        },
      ),
    );
  });

  it('answers the same whatever the order of the rules', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...rules.aliases], { minLength: rules.aliases.length }),
        fc.shuffledSubarray([...rules.ambiguous], { minLength: rules.ambiguous.length }),
        (shuffledAliases, shuffledAmbiguous) => {
          const shuffled: Aliases = { ...rules, aliases: shuffledAliases, ambiguous: shuffledAmbiguous };
          const other = makeIdentify(shuffled);
          for (const label of listedText)
            for (const source of ['any', 'vast', 'gpurentalprices', 'aws'])
              expect(other({ source, label, memoryGb: 80 })).toEqual(identify({ source, label, memoryGb: 80 }));
        },
      ),
      { numRuns: 10 },
    );
  });

  it('never throws, whatever the label', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.option(fc.double()), (label, memoryGb) => {
        expect(identify({ source: 'any', label, memoryGb })).toHaveProperty('hardwareClass');
      }),
    );
  });
});
