import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { type HardwareClass, hardwareClasses } from '#methodology/hardware';
import { datasheetRating } from '#methodology/scu/datasheet';
import { type ScuDefinition, type Workload, workloads } from '#methodology/scu/definition';
import type { ScuFile, ScuRow } from '#methodology/scu/ratings';

const rating = z
  .string()
  .regex(/^\d+(\.\d+)?$/, 'a decimal number')
  .transform(Number);
const cells = z.string().regex(/^\d+$/, 'a count').transform(Number);

/** One class in another's computation: the columns that are compared, of those there may be. */
const otherSchema = z.object({
  id: z.string().min(1),
  SCU_T: rating,
  SCU_I: rating,
  meas_LLM_train: z.union([z.literal('').transform(() => null), rating]),
  meas_LLM_inf: z.union([z.literal('').transform(() => null), rating]),
  rated_T: rating,
  rated_T_cells: cells,
  rated_I: rating,
  rated_I_cells: cells,
  rated_SCU: rating,
});
type Other = z.output<typeof otherSchema>;

/**
 * Reads another's ratings: CSV with a header line, one row a class under its datasheet id.
 * @throws Error naming the row and the column of the first thing wrong
 */
export function parseOtherRatings(text: string): Other[] {
  const rows: unknown[] = parse(text, { columns: true, bom: true, skip_empty_lines: true });
  return rows.map((row, at) => {
    const read = otherSchema.safeParse(row);
    if (read.success) return read.data;
    const issue = read.error.issues[0];
    throw new Error(`row ${at + 1}, column ${issue?.path.join('.')}: ${issue?.message}`);
  });
}

/** One rating that differs, with what of it does. */
export interface Difference {
  id: string;
  rating: Workload | 'combined';
  ours: string;
  theirs: number;
  /** Ours ÷ theirs − 1. */
  ratio: number;
  why: string;
}

/** Differences below this are rounding: both sides print four decimals. */
const ROUNDING = 0.002;
const differs = (ours: number, theirs: number) => Math.abs(ours / theirs - 1) > ROUNDING;

function partsOf(other: Other, workload: Workload) {
  return workload === 'training'
    ? { datasheet: other.SCU_T, measured: other.meas_LLM_train, cells: other.rated_T_cells, rating: other.rated_T }
    : { datasheet: other.SCU_I, measured: other.meas_LLM_inf, cells: other.rated_I_cells, rating: other.rated_I };
}

/** What of a datasheet rating differs: where the larger of two 16-bit rates gives the other's value, that is said. */
function datasheetReason(definition: ScuDefinition, row: HardwareClass, workload: Workload, theirs: number): string {
  const { bf16_tflops: bf16, fp16_tflops: fp16 } = row;
  if (bf16 !== null && fp16 !== null && fp16 > bf16) {
    const withFp16 = datasheetRating(definition, { ...row, bf16_tflops: fp16 }, workload);
    if (!differs(withFp16, theirs)) {
      return (
        `datasheet: theirs takes the FP16 rate with FP16 accumulation (${fp16} TFLOP/s), ours the one with FP32 accumulation ` +
        `(${bf16}), as the unit is defined`
      );
    }
  }
  return 'datasheet: other facts or another formula';
}

function reason(definition: ScuDefinition, row: HardwareClass, own: ScuRow, other: Other, workload: Workload): string {
  const ours = own[workload];
  const theirs = partsOf(other, workload);
  const reasons: string[] = [];
  if (differs(Number(ours.datasheet), theirs.datasheet)) {
    reasons.push(datasheetReason(definition, row, workload, theirs.datasheet));
  }
  if (ours.cells !== theirs.cells) reasons.push(`cells: ${ours.cells}, theirs ${theirs.cells}`);
  if (ours.measured !== null && theirs.measured !== null && differs(Number(ours.measured), theirs.measured)) {
    reasons.push(`measured: ${ours.measured}, theirs ${theirs.measured}`);
  }
  return reasons.join('; ') || 'none of the parts differs: the weighting does';
}

/** What two sets of ratings have in common, and where they part. */
export interface Comparison {
  compared: number;
  /** Ratings compared (three a class) whose difference exceeds the threshold, in the order of hardware.json. */
  differences: Difference[];
  /** The largest of the other differences, as a share. */
  largestOther: number;
  /** Classes of ours that the other does not rate. */
  missing: string[];
}

/**
 * Compares ratings with another's, and takes apart every difference above a threshold.
 * @param threshold as a share: 0.03 for 3%
 */
export function compareRatings(
  definition: ScuDefinition,
  file: ScuFile,
  others: readonly Other[],
  threshold: number,
): Comparison {
  const byDatasheet = new Map(others.map((other) => [other.id, other]));
  const differences: Difference[] = [];
  const missing: string[] = [];
  let largestOther = 0;
  hardwareClasses().forEach((row, at) => {
    const own = file.ratings[at]!;
    const other = byDatasheet.get(row.datasheet_id);
    if (!other) {
      missing.push(row.id);
      return;
    }
    const pairs = [
      ...workloads.map((workload) => ({
        rating: workload,
        ours: own[workload].rating,
        theirs: partsOf(other, workload).rating,
        why: () => reason(definition, row, own, other, workload),
      })),
      {
        rating: 'combined' as const,
        ours: own.combined.rating,
        theirs: other.rated_SCU,
        why: () => 'follows from the two',
      },
    ];
    for (const { rating: name, ours, theirs, why } of pairs) {
      const ratio = Number(ours) / theirs - 1;
      if (Math.abs(ratio) > threshold) differences.push({ id: row.id, rating: name, ours, theirs, ratio, why: why() });
      else largestOther = Math.max(largestOther, Math.abs(ratio));
    }
  });
  return { compared: hardwareClasses().length - missing.length, differences, largestOther, missing };
}
