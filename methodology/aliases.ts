import { z } from 'zod';
import { hardwareClass, hardwareClasses } from '#methodology/hardware';
import { readReference } from '#methodology/reference';

const classId = z.string().refine((id) => hardwareClass(id) !== undefined, 'a class id of hardware.json');
/** Normalised: lower-case tokens, one space between, no vendor word. */
const label = z.string().regex(/^[a-z0-9]+( [a-z0-9]+)*$/, 'a normalised label such as "h100 sxm5"');
const labels = z.array(label).min(1);
const sourceId = z.string().regex(/^[a-z0-9-]+$/);
const range = z
  .strictObject({ min: z.number().positive(), max: z.number().positive() })
  .refine((gb) => gb.min < gb.max, 'min must be below max');

const aliasSchema = z.strictObject({
  labels,
  /** One class, or variants of a family that only the stated memory tells apart. */
  classes: z.array(classId).min(1),
  /** Set where only this source uses the word so; it then overrides the general meaning. */
  source: sourceId.optional(),
  /** Set where a variant that is no class of ours carries the same label with other memory. */
  requires_memory: z.literal(true).optional(),
  why: z.string().optional(),
});

const reason = z.string().min(1);
const ambiguousSchema = z.strictObject({ labels, between: z.array(classId).min(1), reason });
/** `source` as in an alias: only that source uses the word so. */
const outOfScopeSchema = z.strictObject({ labels, source: sourceId.optional(), reason });
/** Memory in GB that a known label comes with and that is none of its classes': still refused, but looked at. */
const otherMemorySchema = z.strictObject({ labels, gb: range, reason });

/**
 * The schema of aliases.json. Beyond its shape: every class has a range of accepted memory, every class can be named,
 * no label stands in two places for one source, no label holds a word that is dropped or refused before look-up, and memory that is
 * deliberately unknown is that of no class its label names.
 */
export const aliasesSchema = z
  .strictObject({
    vendor_words: z.array(label).min(1),
    accepted_memory_gb: z.strictObject({ why: z.string(), ranges: z.record(classId, range) }),
    aliases: z.array(aliasSchema),
    ambiguous: z.array(ambiguousSchema),
    deliberately_unknown: z.array(outOfScopeSchema),
    deliberately_unknown_words: z.array(z.strictObject({ word: label, reason })),
    deliberately_unknown_memory: z.array(otherMemorySchema),
  })
  .superRefine((file, context) => {
    const report = (path: PropertyKey[], message: string) => context.addIssue({ code: 'custom', path, message });
    const named = new Set(file.aliases.flatMap((entry) => entry.classes));
    for (const { id, memory_gb } of hardwareClasses()) {
      const accepted = file.accepted_memory_gb.ranges[id];
      if (!accepted) report(['accepted_memory_gb', 'ranges', id], 'no range of accepted memory');
      else if (memory_gb < accepted.min || memory_gb > accepted.max)
        report(['accepted_memory_gb', 'ranges', id], `does not accept the class's own ${memory_gb} GB`);
      if (!named.has(id)) report(['aliases'], `no alias names ${id}`);
    }
    const swallowed = new Set([...file.vendor_words, ...file.deliberately_unknown_words.map((entry) => entry.word)]);
    const seen = new Set<string>();
    for (const list of ['aliases', 'ambiguous', 'deliberately_unknown'] as const) {
      file[list].forEach((entry, row) => {
        const scope = 'source' in entry ? (entry.source ?? '') : '';
        for (const text of entry.labels) {
          const key = `${scope}/${text}`;
          if (seen.has(key)) report([list, row, 'labels'], `"${text}" is there twice`);
          seen.add(key);
          if (text.split(' ').some((token) => swallowed.has(token)))
            report([list, row, 'labels'], `"${text}" holds a word that is dropped or refused before look-up`);
        }
      });
    }
    const classesOf = new Map<string, string[]>();
    for (const { labels: texts, classes } of file.aliases) {
      for (const text of texts) classesOf.set(text, [...(classesOf.get(text) ?? []), ...classes]);
    }
    for (const { labels: texts, between } of file.ambiguous) {
      for (const text of texts) classesOf.set(text, [...(classesOf.get(text) ?? []), ...between]);
    }
    file.deliberately_unknown_memory.forEach(({ labels: texts, gb }, row) => {
      for (const text of texts) {
        const classes = classesOf.get(text);
        if (!classes) report(['deliberately_unknown_memory', row, 'labels'], `"${text}" is the label of no class`);
        for (const id of classes ?? []) {
          const accepted = file.accepted_memory_gb.ranges[id];
          if (accepted && gb.min <= accepted.max && gb.max >= accepted.min)
            report(['deliberately_unknown_memory', row, 'gb'], `"${text}" with this memory is ${id}`);
        }
      }
    });
  });

export type Aliases = Readonly<z.output<typeof aliasesSchema>>;

const loaded: Aliases = readReference('aliases.json', aliasesSchema);

/** What labels mean: aliases, ambiguous labels, labels out of scope, and the memory each class accepts, in GB. Frozen. */
export function aliases(): Aliases {
  return loaded;
}
