import { z } from 'zod';
import { readReference } from '#methodology/reference';
import { isCountry } from '#methodology/regions';

const cloudSchema = z.enum(['aws', 'azure', 'gcp', 'oci']);
const instanceName = z.string().regex(/^[A-Za-z0-9_.-]+$/);

const instanceSchema = z.strictObject({
  cloud: cloudSchema,
  /** The exact name; one that is not here is not known, however alike. */
  instance: instanceName,
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

/** Instance types that are known to be none of the table's: a part of an accelerator, or facts nobody is sure of. */
const unknownSchema = z.strictObject({
  cloud: cloudSchema,
  instances: z.array(instanceName).min(1),
  reason: z.string().min(1),
});

const regionsSchema = z.strictObject({
  cloud: cloudSchema,
  countries: z.record(z.string(), z.string().refine(isCountry, 'an ISO 3166-1 alpha-2 code')),
});

/** Refuses a file in which one instance stands twice, be it that it is known once and unknown once. */
export const instancesSchema = z
  .strictObject({
    instances: z.array(instanceSchema),
    deliberately_unknown: z.array(unknownSchema),
    regions: z.array(regionsSchema),
  })
  .superRefine((file, context) => {
    const seen = new Set<string>();
    const add = (cloud: string, name: string, path: PropertyKey[]) => {
      const key = `${cloud}/${name}`;
      if (seen.has(key)) context.addIssue({ code: 'custom', path, message: `"${key}" is there twice` });
      seen.add(key);
    };
    file.instances.forEach(({ cloud, instance: name }, row) => {
      add(cloud, name, ['instances', row, 'instance']);
    });
    file.deliberately_unknown.forEach(({ cloud, instances: names }, row) => {
      for (const name of names) add(cloud, name, ['deliberately_unknown', row, 'instances']);
    });
  });

export type Instance = Readonly<z.output<typeof instanceSchema>>;

const loaded = readReference('instances.json', instancesSchema);
const byName = new Map(loaded.instances.map((row) => [`${row.cloud}/${row.instance}`, row]));
const unknownByName = new Map(
  loaded.deliberately_unknown.flatMap(({ cloud, instances: names, reason }) =>
    names.map((name) => [`${cloud}/${name}`, reason] as const),
  ),
);
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

/** Instance types that are deliberately not in the table, by cloud and reason. Frozen. */
export function deliberatelyUnknownInstances(): typeof loaded.deliberately_unknown {
  return loaded.deliberately_unknown;
}

/** Why an instance type is deliberately not in the table, or null where nobody has looked at it yet. */
export function whyUnknownInstance(cloud: Instance['cloud'], name: string): string | null {
  return unknownByName.get(`${cloud}/${name}`) ?? null;
}

/** Whether this is a cloud whose instance types the table lists. */
export function isTabledCloud(cloud: string): cloud is Instance['cloud'] {
  return cloudSchema.safeParse(cloud).success;
}

/** The country in which a region of a cloud lies, or null where it is not in the table. */
export function countryOfRegion(cloud: Instance['cloud'], region: string): string | null {
  return countryByRegion.get(`${cloud}/${region}`) ?? null;
}
