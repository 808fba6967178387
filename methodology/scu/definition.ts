import { z } from 'zod';
import { hardwareClass } from '#methodology/hardware';
import { readReference } from '#methodology/reference';

/** What a class is rated for. */
export const workloads = ['training', 'inference'] as const;
export type Workload = (typeof workloads)[number];

/**
 * What the formula looks at: dense TFLOP/s at 16, 8 and 4 bits, GB/s of the scale-up link (both directions), GB/s of memory, GB of memory.
 */
export const legs = ['p16', 'p8', 'p4', 'interconnect', 'bandwidth', 'capacity'] as const;
export type Leg = (typeof legs)[number];

const decimal = z.string().regex(/^\d+(\.\d+)?$/, 'a decimal string such as "0.25"');
const word = z.string().min(1);
const why = z.string().min(1);
const count = z.int().positive();

const workloadSchema = z.strictObject({
  exponents: z.partialRecord(z.enum(legs), decimal),
  /** Which MLPerf results measure this workload. */
  measured: z.strictObject({
    suite: z.enum(workloads),
    division: word,
    /** After the suffixes are dropped. */
    tasks: z.array(word).min(1),
    task_suffixes_dropped: z.array(word),
    scenarios: z.array(word).min(1),
    /** What the result column holds: minutes for one run, or work a second. */
    result: z.enum(['minutes', 'rate']),
    /** Whether a cell holds only systems with the same number of accelerators. */
    within_accelerator_count: z.boolean(),
    why,
  }),
  why,
});

const gradeSchema = z.strictObject({
  id: z.string().regex(/^G\d$/),
  /** Accelerators in one scale-up domain. */
  minimum_domain: count,
  minimum_memory_gb: count,
  requires_hbm: z.boolean(),
  minimum_bandwidth_gb_per_s: z.int().nonnegative(),
  why,
});

/** The schema of scu-definition.json. Exponents must sum to 1: a chip twice as good in every leg is rated twice as high. */
export const scuDefinitionSchema = z
  .strictObject({
    format: z.literal('csi-scu-definition/1'),
    version: z.string().regex(/^\d+\.\d+$/),
    /** Decimals of ratings, effects, errors and λ. */
    decimals: count,
    unit: z.strictObject({
      p16: decimal,
      p8: decimal,
      p4: decimal,
      interconnect: decimal,
      bandwidth: decimal,
      capacity: decimal,
      why,
    }),
    reference: z.strictObject({
      class: z.string().refine((id) => hardwareClass(id) !== undefined, 'a class id of hardware.json'),
      why,
    }),
    workloads: z.strictObject({ training: workloadSchema, inference: workloadSchema }),
    best_result: z.strictObject({ why }),
    combined: z.strictObject({ why }),
    shrinkage: z.strictObject({ constant: count, minimum_cells: count, why }),
    /** The first whose test passes is a class's grade. */
    grades: z.array(gradeSchema).min(1),
    citation: word,
  })
  .superRefine((file, context) => {
    for (const workload of workloads) {
      const sum = Object.values(file.workloads[workload].exponents).reduce((total, one) => total + Number(one), 0);
      if (Math.abs(sum - 1) > Number.EPSILON * legs.length) {
        context.addIssue({
          code: 'custom',
          path: ['workloads', workload, 'exponents'],
          message: `must sum to 1, not ${sum}`,
        });
      }
    }
  });

/** What a Standard Compute Unit is and how a class is rated in it: every number of it, as frozen data. */
export type ScuDefinition = Readonly<z.output<typeof scuDefinitionSchema>>;

const loaded: ScuDefinition = readReference('scu-definition.json', scuDefinitionSchema);

/** The definition of the Standard Compute Unit. Frozen. */
export function scuDefinition(): ScuDefinition {
  return loaded;
}
