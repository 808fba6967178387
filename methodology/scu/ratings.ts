import { z } from 'zod';
import { canonicalHash, deepFreeze } from '#methodology/canonical';
import { hardwareClasses } from '#methodology/hardware';
import { readReference } from '#methodology/reference';

const decimal = z.string().regex(/^\d+\.\d+$/, 'a decimal string such as "1.0538"');
const count = z.int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** Rated: from two cells or more, and the datasheet. Provisional: from the datasheet alone. */
const status = z.enum(['rated', 'provisional']);

const basisSchema = z.strictObject({
  suite: z.string().min(1),
  division: z.string().min(1),
  /** Results read for the fit, by version. */
  results: z.record(z.string(), count),
  /** Cells that two classes or more share, and the best results in them. */
  cells: count,
  observations: count,
  classes: count,
  /** Standard deviation of what the regression leaves, as a logarithm. */
  residual: decimal,
  /** Root mean square of ln(measured ÷ datasheet) over the rated classes: what the formula alone misses by. */
  formula_error: decimal,
});

const workloadRatingSchema = z.strictObject({
  /** SCU by the datasheet alone. */
  datasheet: decimal,
  /** Throughput relative to the reference as measured; null where no cell is shared. */
  measured: decimal.nullable(),
  /** Of ln(measured). */
  standard_error: decimal.nullable(),
  cells: count,
  /** Weight of the measurement. */
  lambda: decimal,
  /** SCU. */
  rating: decimal,
  /** Of ln(rating). */
  error: decimal,
  status,
});

const ratingSchema = z.strictObject({
  id: z.string().min(1),
  grade: z.string().nullable(),
  training: workloadRatingSchema,
  inference: workloadRatingSchema,
  combined: z.strictObject({ rating: decimal, error: decimal, status }),
});

/** The schema of scu.json. Every hardware class has one rating, in the order of hardware.json. */
export const scuFileSchema = z.strictObject({
  format: z.literal('csi-scu/1'),
  definition_version: z.string().regex(/^\d+\.\d+$/),
  definition_sha256: sha256,
  /** Of the collection of MLPerf results, unpacked. */
  facts_sha256: sha256,
  basis: z.strictObject({ training: basisSchema, inference: basisSchema }),
  ratings: z.array(ratingSchema).superRefine((rows, context) => {
    const expected = hardwareClasses();
    for (let row = 0; row < Math.max(rows.length, expected.length); row += 1) {
      if (rows[row]?.id === expected[row]?.id) continue;
      const message = `ratings must follow hardware.json: ${expected[row]?.id ?? 'no class'} is due here`;
      context.addIssue({ code: 'custom', path: [row], message });
      return;
    }
  }),
});

/** The ratings of all hardware classes with where they came from, as scu.json holds them. */
export type ScuFile = Readonly<z.output<typeof scuFileSchema>>;

/** One class's row in scu.json. */
export type ScuRow = ScuFile['ratings'][number];

/** What a class is rated, in SCU per accelerator. Decimal strings. */
export interface ScuRating {
  training: string;
  inference: string;
  /** For quoting: the geometric mean of both. */
  combined: string;
  /** Provisional where either workload is. */
  status: 'rated' | 'provisional';
  /** Delivery grade, or null below all of them. */
  grade: string | null;
  /** Standard errors of the measured effects, as logarithms; null where nothing was measured. */
  standardErrors: { training: string | null; inference: string | null };
  /** Errors of the ratings, as logarithms. */
  errors: { training: string; inference: string; combined: string };
}

let file: ScuFile | undefined;
let byClass: ReadonlyMap<string, ScuRating> | undefined;

/**
 * The frozen ratings file, whole. It is read when first asked for, so that a file that no longer fits can still be made anew.
 * @throws Error when scu.json does not meet the schema
 */
export function scuFile(): ScuFile {
  file ??= readReference('scu.json', scuFileSchema);
  return file;
}

let hash: string | undefined;

/** SHA-256 of the ratings file in canonical JSON: what a derived value names. */
export function scuSha256(): string {
  hash ??= canonicalHash(scuFile());
  return hash;
}

function viewOf({ grade, training, inference, combined }: ScuRow): ScuRating {
  return {
    training: training.rating,
    inference: inference.rating,
    combined: combined.rating,
    status: combined.status,
    grade,
    standardErrors: { training: training.standard_error, inference: inference.standard_error },
    errors: { training: training.error, inference: inference.error, combined: combined.error },
  };
}

/**
 * The frozen rating of every hardware class, by class id.
 * @throws Error when scu.json does not meet the schema
 */
export function scuRatings(): ReadonlyMap<string, ScuRating> {
  byClass ??= new Map(scuFile().ratings.map((row) => [row.id, deepFreeze(viewOf(row))]));
  return byClass;
}
