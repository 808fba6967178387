import { canonicalHash } from '#methodology/canonical';
import { decimalOfNumber, formatDecimal, parseDecimal } from '#methodology/decimal';
import { type HardwareClass, hardwareClasses } from '#methodology/hardware';
import { datasheetRating, deliveryGrade } from '#methodology/scu/datasheet';
import type { ScuDefinition, Workload } from '#methodology/scu/definition';
import { type CellResult, cellResults, type MlperfResult } from '#methodology/scu/mlperf';
import type { ScuFile, ScuRow } from '#methodology/scu/ratings';
import { type CpdFit, countryProductDummy } from '#methodology/scu/regression';

/** A number as a decimal string with exactly `decimals` decimals, half to even. */
function decimalText(value: number, decimals: number): string {
  const text = decimalOfNumber(value);
  if (text === null) throw new RangeError(`not a number: ${value}`);
  return formatDecimal(parseDecimal(text, decimals), decimals);
}

/** The weight of a measurement from `cells` cells: λ = n / (n + constant), 0 below the minimum. */
export function measurementWeight({ shrinkage }: ScuDefinition, cells: number): number {
  return cells < shrinkage.minimum_cells ? 0 : cells / (cells + shrinkage.constant);
}

/** The rating in SCU: ln rating = (1 − λ) ln datasheet + λ ln measured. */
export function shrink(datasheet: number, measured: number, weight: number): number {
  return datasheet ** (1 - weight) * measured ** weight;
}

/** The measurement of one workload: the regression, and the results it was run on. */
export interface WorkloadFit {
  fit: CpdFit;
  results: readonly CellResult[];
}

function fitWorkload(results: readonly MlperfResult[], definition: ScuDefinition, workload: Workload): WorkloadFit {
  const best = cellResults(results, definition, workload);
  const observations = best.map(({ hardwareClass, cell, value }) => ({ item: hardwareClass, cell, value }));
  return { fit: countryProductDummy(observations, definition.reference.class), results: best };
}

/** Root mean square of ln(measured ÷ datasheet) over the classes that are rated from measurements, without the reference. */
function formulaError(definition: ScuDefinition, { fit }: WorkloadFit, workload: Workload): number {
  const misses = hardwareClasses().flatMap((row) => {
    const effect = fit.effects.get(row.id);
    const counts = effect && row.id !== definition.reference.class && measurementWeight(definition, effect.cells) > 0;
    return counts ? [effect.effect - Math.log(datasheetRating(definition, row, workload))] : [];
  });
  return misses.length === 0 ? 0 : Math.sqrt(misses.reduce((sum, miss) => sum + miss ** 2, 0) / misses.length);
}

/**
 * One class's rating for one workload. It is computed from the decimals that are published beside it, so that whoever holds the frozen file
 * can do the last step again without the results it came from.
 */
function rateWorkload(
  definition: ScuDefinition,
  row: HardwareClass,
  workload: Workload,
  fit: CpdFit,
  missing: number,
): ScuRow[Workload] {
  const decimals = (value: number) => decimalText(value, definition.decimals);
  const effect = fit.effects.get(row.id);
  const cells = effect?.cells ?? 0;
  const weight = measurementWeight(definition, cells);
  const datasheet = decimals(datasheetRating(definition, row, workload));
  const measured = effect ? decimals(Math.exp(effect.effect)) : null;
  const rating = measured === null ? Number(datasheet) : shrink(Number(datasheet), Number(measured), weight);
  // Datasheet and measurement err independently; the reference is what the others are relative to, and has no error.
  const error =
    row.id === definition.reference.class
      ? 0
      : Math.hypot((1 - weight) * missing, weight * (effect?.standardError ?? 0));
  return {
    datasheet,
    measured,
    standard_error: effect && effect.standardError !== null ? decimals(effect.standardError) : null,
    cells,
    lambda: decimals(weight),
    rating: decimals(rating),
    error: decimals(error),
    status: weight > 0 ? 'rated' : 'provisional',
  };
}

function combine(
  { decimals }: ScuDefinition,
  training: ScuRow['training'],
  inference: ScuRow['inference'],
): ScuRow['combined'] {
  return {
    rating: decimalText(Math.sqrt(Number(training.rating) * Number(inference.rating)), decimals),
    // How far both err together is not known: half the sum is the largest it can be.
    error: decimalText((Number(training.error) + Number(inference.error)) / 2, decimals),
    status: training.status === 'rated' && inference.status === 'rated' ? 'rated' : 'provisional',
  };
}

function basisOf(definition: ScuDefinition, workload: Workload, { fit, results }: WorkloadFit, missing: number) {
  const { suite, division } = definition.workloads[workload].measured;
  const used = results.filter(({ hardwareClass, cell }) => fit.effects.has(hardwareClass) && fit.cellEffects.has(cell));
  const byVersion: Record<string, number> = {};
  for (const { best, results: count } of used) byVersion[best.round] = (byVersion[best.round] ?? 0) + count;
  return {
    suite,
    division,
    results: Object.fromEntries(Object.entries(byVersion).sort(([a], [b]) => (a < b ? -1 : 1))),
    cells: fit.cellEffects.size,
    observations: fit.observations,
    classes: fit.effects.size,
    residual: decimalText(fit.residualDeviation ?? 0, definition.decimals),
    formula_error: decimalText(missing, definition.decimals),
  };
}

/** The ratings of every class, and the measurements behind them. */
export interface ScuFit {
  file: ScuFile;
  training: WorkloadFit;
  inference: WorkloadFit;
}

/**
 * Rates every hardware class: the datasheet formula, and the regression on MLPerf results where there are enough.
 * @param factsSha256 of the collection of results, unpacked
 */
export function rateHardware(definition: ScuDefinition, results: readonly MlperfResult[], factsSha256: string): ScuFit {
  const training = fitWorkload(results, definition, 'training');
  const inference = fitWorkload(results, definition, 'inference');
  const missing = {
    training: formulaError(definition, training, 'training'),
    inference: formulaError(definition, inference, 'inference'),
  };
  const file: ScuFile = {
    format: 'csi-scu/1',
    definition_version: definition.version,
    definition_sha256: canonicalHash(definition),
    facts_sha256: factsSha256,
    basis: {
      training: basisOf(definition, 'training', training, missing.training),
      inference: basisOf(definition, 'inference', inference, missing.inference),
    },
    ratings: hardwareClasses().map((row) => {
      const rated = {
        training: rateWorkload(definition, row, 'training', training.fit, missing.training),
        inference: rateWorkload(definition, row, 'inference', inference.fit, missing.inference),
      };
      return {
        id: row.id,
        grade: deliveryGrade(definition, row),
        ...rated,
        combined: combine(definition, rated.training, rated.inference),
      };
    }),
  };
  return { file, training, inference };
}

/** The bytes of scu.json for these ratings. */
export function scuFileText(file: ScuFile): string {
  return `${JSON.stringify(file, null, 2)}\n`;
}
