import { z } from 'zod';
import { readReference } from '#methodology/reference';

const rate = z.number().nonnegative().nullable();
const size = z.number().positive();
const count = z.int().positive();

const hardwareClassSchema = z.strictObject({
  /** FAMILY-FORM-MEMORY, as it stands in series ids. */
  id: z.string().regex(/^[A-Z0-9]+(-[A-Z0-9]+)*$/, 'an id such as "H100-SXM-80"'),
  /** The variant's id in the MLPerf and datasheet collections. */
  datasheet_id: z.string().regex(/^[a-z0-9-]+$/),
  aka: z.string().min(1),
  vendor: z.enum(['NVIDIA', 'AMD', 'Google', 'AWS', 'Intel']),
  family: z.string().min(1),
  variant: z.string().min(1),
  /** Null while only announced. */
  launched: z.iso.date().nullable(),
  // Peak rates: dense, FP32-accumulate where the datasheet separates it, at rated power. Null: no such rung.
  fp4_tflops: rate,
  fp8_tflops: rate,
  int8_tops: rate,
  bf16_tflops: rate,
  fp16_tflops: rate,
  tf32_tflops: rate,
  fp32_tflops: rate,
  fp64_tflops: rate,
  /** Usable memory as the datasheet prints it; the id carries the size under which it is sold. */
  memory_gb: size,
  memory_type: z.string().nullable(),
  memory_bandwidth_gb_per_s: size,
  scaleup_link: z.string().nullable(),
  /** Both directions together, per accelerator. */
  scaleup_gb_per_s: z.number().nonnegative(),
  scaleup_domain_gpus: count,
  /** Both directions together. */
  pcie_gb_per_s: size.nullable(),
  tdp_w: size.nullable(),
  sources: z.array(z.string().min(1)).min(1),
  confidence: z.enum(['high', 'medium', 'low']),
  note: z.string().nullable(),
});

/** Refuses a file in which two rows share an id: the second would silently shadow the first. */
export const hardwareSchema = z.array(hardwareClassSchema).superRefine((rows, context) => {
  const seen = new Set<string>();
  rows.forEach((row, index) => {
    for (const key of ['id', 'datasheet_id'] as const) {
      if (seen.has(row[key]))
        context.addIssue({ code: 'custom', path: [index, key], message: `${row[key]} is there twice` });
      seen.add(row[key]);
    }
  });
});

export type HardwareClass = Readonly<z.output<typeof hardwareClassSchema>>;

const classes: readonly HardwareClass[] = readReference('hardware.json', hardwareSchema);
const byId = new Map(classes.map((row) => [row.id, row]));

/** Every hardware class, in the order of the file. Frozen. */
export function hardwareClasses(): readonly HardwareClass[] {
  return classes;
}

/** The hardware class with this id ("H100-SXM-80"), or undefined. Ids are exact: case counts. */
export function hardwareClass(id: string): HardwareClass | undefined {
  return byId.get(id);
}
