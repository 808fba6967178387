import { z } from 'zod';
import { canonicalHash } from '#methodology/canonical';
import { readReference } from '#methodology/reference';

const count = z.int().positive();
const why = z.string().min(1);

/**
 * What a source shows: counts of a venue by class; every machine, and how much of it is free; of machines what is free; pools of what is
 * free.
 */
const shows = z.enum(['counts', 'machines', 'free_machines', 'free_pools']);
export type Shows = z.output<typeof shows>;

/** The schema of capacity.json. A source is read or not, and said once. */
export const capacitySchema = z
  .strictObject({
    format: z.literal('csi-capacity/1'),
    version: z.string().regex(/^\d+\.\d+$/),
    title: z.string().min(1),
    why,
    staleness_hours: count,
    staleness_why: why,
    look_hours: count,
    look_why: why,
    stranded_days: count,
    stranded_why: why,
    /** Of several sources of one venue the first that is fresh counts. */
    sources: z.array(z.strictObject({ source: z.string().min(1), venue: z.string().min(1), shows, why })).min(1),
    not_read: z.array(z.strictObject({ source: z.string().min(1), why })),
    rounding: z.strictObject({ share_decimals: z.int().min(2).max(9), mode: z.literal('half_even') }),
  })
  .superRefine((file, context) => {
    const seen = new Set<string>();
    for (const part of ['sources', 'not_read'] as const) {
      file[part].forEach(({ source }, row) => {
        if (seen.has(source))
          context.addIssue({ code: 'custom', path: [part, row], message: `${source} is there twice` });
        seen.add(source);
      });
    }
  });

/** The rules of capacity, as frozen data. */
export type CapacityRules = Readonly<z.output<typeof capacitySchema>>;

const loaded: CapacityRules = readReference('capacity.json', capacitySchema);
const sha256 = canonicalHash(loaded);

/** The rules in force, with the SHA-256 of their canonical JSON. */
export function capacityRules(): { rules: CapacityRules; sha256: string } {
  return { rules: loaded, sha256 };
}
