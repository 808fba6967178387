import { z } from 'zod';
import { divideHalfEven, formatDecimal, parseRatio } from '#methodology/decimal';
import { hardwareClass } from '#methodology/hardware';
import { readReference } from '#methodology/reference';
import { meetsGrade } from '#methodology/scu/datasheet';
import { scuDefinition, workloads } from '#methodology/scu/definition';
import { scuRatings } from '#methodology/scu/ratings';

const count = z.int().positive();
const classId = z.string().refine((id) => hardwareClass(id) !== undefined, 'a class id of hardware.json');

const basketSchema = z.strictObject({
  id: z.string().regex(/^CSI-BASKET-[A-Z]+$/),
  version: count,
  workload: z.enum(workloads),
  title: z.string().min(1),
  effective_from: z.iso.date(),
  /** When a later version took its place; null while in force. */
  replaced_on: z.iso.date().nullable(),
  /** By what the value is multiplied so that it goes on from the version before; "1" for the first. */
  link: z.string().regex(/^\d+(\.\d+)?$/),
  constituents: z.array(z.strictObject({ class: classId, gpus: count })).min(1),
});

/** The schema of baskets.json. A class stands once in a basket, and every one of them meets the grade. */
export const basketsSchema = z
  .strictObject({
    why: z.string().min(1),
    grade: z.string(),
    /** Work of each class in a basket, in SCU of its workload, from which its quantity follows. */
    scu_per_constituent: count,
    review: z.strictObject({ months: count, parallel_days: count, why: z.string().min(1) }),
    baskets: z.array(basketSchema),
  })
  .superRefine((file, context) => {
    file.baskets.forEach(({ constituents }, row) => {
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

/**
 * What a basket costs in USD per SCU-hour of its workload: what its GPUs cost for an hour, divided by the work they do, times the link.
 * Exact until it is rounded once, half to even.
 * @param valuesUsd USD per GPU-hour, by class
 * @returns the value, or the classes for which there is no price
 */
export function basketValue(
  { constituents, workload, link }: Basket,
  valuesUsd: ReadonlyMap<string, string>,
  decimals: number,
): { value: string } | { missing: string[] } {
  const missing = constituents.flatMap((one) => (valuesUsd.has(one.class) ? [] : [one.class]));
  if (missing.length > 0) return { missing };
  const total = (textOf: (id: string) => string) =>
    constituents.reduce(
      (sum, one) => {
        const each = parseRatio(textOf(one.class));
        return {
          numerator: sum.numerator * each.denominator + BigInt(one.gpus) * each.numerator * sum.denominator,
          denominator: sum.denominator * each.denominator,
        };
      },
      { numerator: 0n, denominator: 1n },
    );
  const cost = total((id) => valuesUsd.get(id)!);
  const work = total((id) => scuRatings().get(id)![workload]);
  const factor = parseRatio(link);
  const value = divideHalfEven(
    cost.numerator * work.denominator * factor.numerator * 10n ** BigInt(decimals),
    cost.denominator * work.numerator * factor.denominator,
  );
  return { value: formatDecimal(value, decimals) };
}
