import { z } from 'zod';
import { canonicalHash } from '#methodology/canonical';
import { parseRatio } from '#methodology/decimal';
import { hardwareClass } from '#methodology/hardware';
import { readReference } from '#methodology/reference';
import { meetsGrade } from '#methodology/scu/datasheet';
import { scuDefinition, workloads } from '#methodology/scu/definition';

const count = z.int().positive();
const classId = z.string().refine((id) => hardwareClass(id) !== undefined, 'a class id of hardware.json');

const basketSchema = z.strictObject({
  id: z.string().regex(/^CSI-BASKET-[A-Z]+$/),
  version: count,
  workload: z.enum(workloads),
  title: z.string().min(1),
  /** Local date of the first strike at which it may be the index. */
  effective_from: z.iso.date(),
  constituents: z
    .array(
      z.strictObject({
        class: classId,
        gpus: count,
        /** SCU of one GPU in the basket's workload when this version was made. */
        scu: z.string().regex(/^\d+\.\d{4}$/, 'a rating with four decimals, such as "1.0534"'),
      }),
    )
    .min(1),
});

/**
 * The schema of baskets.json. A class stands once in a basket, and every one of them meets the grade; versions of one basket follow each
 * other in number and in time.
 */
export const basketsSchema = z
  .strictObject({
    why: z.string().min(1),
    grade: z.string(),
    /** Work of each class in a basket, in SCU of its workload, from which its quantity follows. */
    scu_per_constituent: count,
    review: z.strictObject({
      months: count,
      /** How long the composition before is published beside the one that replaced it. */
      parallel_days: count,
      why: z.string().min(1),
    }),
    baskets: z.array(basketSchema),
  })
  .superRefine((file, context) => {
    file.baskets.forEach(({ id, version, workload, effective_from, constituents }, row) => {
      const before = file.baskets.slice(0, row).findLast((one) => one.id === id);
      const follows = before
        ? version === before.version + 1 && effective_from > before.effective_from && workload === before.workload
        : version === 1;
      if (!follows) {
        const message = before
          ? `${id} must go on with version ${before.version + 1} after ${before.effective_from}, for ${before.workload}`
          : `${id} must begin with version 1`;
        context.addIssue({ code: 'custom', path: ['baskets', row, 'version'], message });
      }
      const seen = new Set<string>();
      constituents.forEach(({ class: id }, at) => {
        const path = ['baskets', row, 'constituents', at, 'class'];
        const known = hardwareClass(id);
        if (seen.has(id)) context.addIssue({ code: 'custom', path, message: `${id} is there twice` });
        if (known && !meetsGrade(scuDefinition(), known, file.grade)) {
          context.addIssue({ code: 'custom', path, message: `${id} does not meet ${file.grade}` });
        }
        seen.add(id);
      });
    });
  });

export type Baskets = Readonly<z.output<typeof basketsSchema>>;
export type Basket = Baskets['baskets'][number];

const loaded: Baskets = readReference('baskets.json', basketsSchema);

/** The workload baskets: named classes in fixed quantities, with the rules of their review. Frozen. */
export function baskets(): Baskets {
  return loaded;
}

/** SHA-256 of the baskets and the rules of their review, in canonical JSON. */
export const basketsSha256: string = canonicalHash(loaded);

const hashes = new Map(loaded.baskets.map((basket) => [basket, canonicalHash(basket)]));

/** SHA-256 of one version of a basket in canonical JSON: what a value of it names, whatever versions follow. */
export const basketSha256 = (basket: Basket): string => hashes.get(basket) ?? canonicalHash(basket);

/**
 * What a basket costs in USD per SCU-hour of its workload, before any link: what its GPUs cost for an hour, divided by the work they do.
 * Exact.
 * @param valuesUsd USD per GPU-hour, by class
 * @returns the exact quotient, or the classes for which there is no price
 */
export function basketPrice(
  { constituents }: Pick<Basket, 'constituents'>,
  valuesUsd: ReadonlyMap<string, string>,
): { numerator: bigint; denominator: bigint } | { missing: string[] } {
  const missing = constituents.flatMap((one) => (valuesUsd.has(one.class) ? [] : [one.class]));
  if (missing.length > 0) return { missing };
  const total = (textOf: (one: Basket['constituents'][number]) => string) =>
    constituents.reduce(
      (sum, one) => {
        const each = parseRatio(textOf(one));
        return {
          numerator: sum.numerator * each.denominator + BigInt(one.gpus) * each.numerator * sum.denominator,
          denominator: sum.denominator * each.denominator,
        };
      },
      { numerator: 0n, denominator: 1n },
    );
  const cost = total((one) => valuesUsd.get(one.class)!);
  const work = total(({ scu }) => scu);
  return { numerator: cost.numerator * work.denominator, denominator: cost.denominator * work.numerator };
}
