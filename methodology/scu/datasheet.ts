import type { HardwareClass } from '#methodology/hardware';
import type { Leg, ScuDefinition, Workload } from '#methodology/scu/definition';

/**
 * The dense 16-bit rate in TFLOP/s with FP32 accumulation. BF16 comes first because it always accumulates so; some datasheets print FP16
 * with FP16 accumulation, at twice the rate.
 * @throws Error when the class has no 16-bit rate: it cannot be rated
 */
export function sixteenBitTflops(row: HardwareClass): number {
  const rate = row.bf16_tflops ?? row.fp16_tflops;
  if (rate === null) throw new Error(`${row.id} has no 16-bit rate, and cannot be rated without one`);
  return rate;
}

/**
 * What the formula sees of a class, in the units of `Leg`. A rung the hardware lacks runs at the rate of the one above it, and whatever has
 * no scale-up link still talks over its host's PCIe.
 */
export function legsOf(row: HardwareClass): Record<Leg, number> {
  const p16 = sixteenBitTflops(row);
  const p8 = row.fp8_tflops ?? p16;
  return {
    p16,
    p8,
    p4: row.fp4_tflops ?? p8,
    interconnect: Math.max(row.scaleup_gb_per_s, row.pcie_gb_per_s ?? 0),
    bandwidth: row.memory_bandwidth_gb_per_s,
    capacity: row.memory_gb,
  };
}

/** A class's rating by its datasheet alone, in SCU of a workload: each leg relative to the unit, to the power of its exponent. */
export function datasheetRating(definition: ScuDefinition, row: HardwareClass, workload: Workload): number {
  const own = legsOf(row);
  const entries = Object.entries(definition.workloads[workload].exponents) as [Leg, string][];
  return entries.reduce(
    (rating, [leg, exponent]) => rating * (own[leg] / Number(definition.unit[leg])) ** Number(exponent),
    1,
  );
}

type Grade = ScuDefinition['grades'][number];

function passes(grade: Grade, row: HardwareClass): boolean {
  return (
    row.scaleup_domain_gpus >= grade.minimum_domain &&
    row.memory_gb >= grade.minimum_memory_gb &&
    (!grade.requires_hbm || (row.memory_type?.startsWith('HBM') ?? false)) &&
    row.memory_bandwidth_gb_per_s >= grade.minimum_bandwidth_gb_per_s
  );
}

/** The delivery grade of a class: the first in the definition's order whose test it passes, or null. */
export function deliveryGrade(definition: ScuDefinition, row: HardwareClass): string | null {
  return definition.grades.find((grade) => passes(grade, row))?.id ?? null;
}

/**
 * Whether a class may be delivered where a grade is asked for: a better grade meets a lesser one.
 * @throws RangeError when the definition has no such grade
 */
export function meetsGrade(definition: ScuDefinition, row: HardwareClass, id: string): boolean {
  const grade = definition.grades.find((one) => one.id === id);
  if (!grade) throw new RangeError(`there is no grade ${id}`);
  return passes(grade, row);
}
