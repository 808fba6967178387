import { z } from 'zod';
import { readReference } from '#methodology/reference';
import { isCountry } from '#methodology/regions';

const cloudSchema = z.enum(['aws', 'azure', 'gcp']);

const instanceSchema = z.strictObject({
  cloud: cloudSchema,
  /** The exact name; one that is not here is not known, however alike. */
  instance: z.string().regex(/^[A-Za-z0-9_.-]+$/),
  /** The accelerator as identification understands it, with its form factor. */
  label: z.string().min(1),
  memory_gb: z.number().positive(),
  gpus: z.int().positive(),
  source: z.string().min(1),
  /** Of the whole instance, where its price is put together from parts. */
  vcpus: z.int().positive().optional(),
  ram_gib: z.number().positive().optional(),
  local_ssd_gib: z.number().nonnegative().optional(),
});

const regionsSchema = z.strictObject({
  cloud: cloudSchema,
  countries: z.record(z.string(), z.string().refine(isCountry, 'an ISO 3166-1 alpha-2 code')),
});

/** Refuses a file in which one instance stands twice. */
export const instancesSchema = z
  .strictObject({ instances: z.array(instanceSchema), regions: z.array(regionsSchema) })
  .superRefine((file, context) => {
    const seen = new Set<string>();
    file.instances.forEach(({ cloud, instance: name }, index) => {
      const key = `${cloud}/${name}`;
      if (seen.has(key))
        context.addIssue({
          code: 'custom',
          path: ['instances', index, 'instance'],
          message: `"${key}" is there twice`,
        });
      seen.add(key);
    });
  });

export type Instance = Readonly<z.output<typeof instanceSchema>>;

const loaded = readReference('instances.json', instancesSchema);
const byName = new Map(loaded.instances.map((row) => [`${row.cloud}/${row.instance}`, row]));
const countryByRegion = new Map(
  loaded.regions.flatMap(({ cloud, countries }) =>
    Object.entries(countries).map(([region, country]) => [`${cloud}/${region}`, country] as const),
  ),
);

/** Every instance type with its accelerators, in the order of the file. Frozen. */
export function instances(): readonly Instance[] {
  return loaded.instances;
}

/** What an instance type of a cloud holds, or undefined. Exact: "p5.48xlarge" says nothing about "p5.49xlarge". */
export function instance(cloud: Instance['cloud'], name: string): Instance | undefined {
  return byName.get(`${cloud}/${name}`);
}

/** The country in which a region of a cloud lies, or null where it is not in the table. */
export function countryOfRegion(cloud: Instance['cloud'], region: string): string | null {
  return countryByRegion.get(`${cloud}/${region}`) ?? null;
}
