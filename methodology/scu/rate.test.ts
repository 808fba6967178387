import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from '#methodology/canonical';
import { hardwareClass, hardwareClasses } from '#methodology/hardware';
import { parseReference } from '#methodology/reference';
import { compareRatings, parseOtherRatings } from '#methodology/scu/compare';
import { datasheetRating } from '#methodology/scu/datasheet';
import { scuDefinition, workloads } from '#methodology/scu/definition';
import { parseMlperf } from '#methodology/scu/mlperf';
import { measurementWeight, rateHardware, scuFileText, shrink } from '#methodology/scu/rate';
import { scuFile, scuFileSchema, scuRatings } from '#methodology/scu/ratings';
import { resultsCsv } from '#methodology/scu/testing/results';

const definition = scuDefinition();
const facts = new URL('../../../shared/data/mlperf.csv.gz', import.meta.url);
const others = new URL('../../../shared/data/scu_values.csv', import.meta.url);
const frozenText = readFileSync(new URL('../scu.json', import.meta.url), 'utf8');

describe('shrinkage', () => {
  it('gives the datasheet where little is measured, and comes ever nearer to the measurement', () => {
    expect([0, 1].map((cells) => measurementWeight(definition, cells))).toEqual([0, 0]);
    expect(measurementWeight(definition, 2)).toBeCloseTo(1 / 3, 12);
    expect(measurementWeight(definition, 4)).toBe(0.5);
    expect(measurementWeight(definition, 1e9)).toBeCloseTo(1, 6);
    expect(shrink(0.5, 8, 0)).toBe(0.5);
    expect(shrink(0.5, 8, 1)).toBe(8);
    expect(shrink(0.5, 8, 0.5)).toBeCloseTo(2, 12);
  });

  it('never leaves the span of datasheet and measurement, and never turns back as cells are added', () => {
    const rating = fc.double({ min: 0.01, max: 20, noNaN: true });
    fc.assert(
      fc.property(rating, rating, fc.integer({ min: 0, max: 200 }), (datasheet, measured, cells) => {
        const [less, more] = [cells, cells + 1].map((n) =>
          shrink(datasheet, measured, measurementWeight(definition, n)),
        );
        expect(Math.abs(Math.log(more! / measured))).toBeLessThanOrEqual(Math.abs(Math.log(less! / measured)) + 1e-12);
        expect(less).toBeGreaterThanOrEqual(Math.min(datasheet, measured) * (1 - 1e-12));
        expect(less).toBeLessThanOrEqual(Math.max(datasheet, measured) * (1 + 1e-12));
      }),
    );
  });
});

/** H100 and B200 in three cells, A100 in one, and a chip pair that nothing joins to H100. */
const invented = resultsCsv([
  ...['v4.1', 'v5.0', 'v5.1'].flatMap((round, at) => [
    { round, result: 8000 },
    { round, result: 24000 + 1000 * at, hw_id: 'b200-sxm' },
  ]),
  { round: 'v5.1', result: 2000, hw_id: 'a100-sxm-80' },
  { round: 'v6.0', result: 5000, hw_id: 'mi300x' },
  { round: 'v6.0', result: 6000, hw_id: 'mi325x' },
]);

describe('rating', () => {
  const { file, inference } = rateHardware(definition, parseMlperf(invented), sha256(invented));
  const row = (id: string) => file.ratings.find((one) => one.id === id)!;

  it('weighs what is measured in two cells or more', () => {
    const { datasheet, measured, cells, lambda, rating, status } = row('B200-SXM-180').inference;
    expect({ cells, lambda, status }).toEqual({ cells: 3, lambda: '0.4286', status: 'rated' });
    expect(Number(measured)).toBeCloseTo((3 * 3.125 * 3.25) ** (1 / 3), 3);
    expect(Number(rating)).toBeCloseTo(Number(datasheet) ** (4 / 7) * Number(measured) ** (3 / 7), 3);
  });

  it('takes the datasheet alone from one cell, and says what was measured all the same', () => {
    const { datasheet, measured, cells, lambda, rating, status } = row('A100-SXM-80').inference;
    expect({ cells, lambda, status }).toEqual({ cells: 1, lambda: '0.0000', status: 'provisional' });
    expect(measured).not.toBeNull();
    expect(rating).toBe(datasheet);
  });

  it('gives no measured effect to what is not joined to the reference', () => {
    expect(inference.fit.unconnected).toEqual(['MI300X-192', 'MI325X-256']);
    expect(row('MI300X-192').inference).toMatchObject({ measured: null, cells: 0, status: 'provisional' });
  });

  it('is provisional as a whole where one workload is', () => {
    expect(row('B200-SXM-180').combined.status).toBe('provisional');
    expect(row('B200-SXM-180').training).toMatchObject({ measured: null, standard_error: null });
  });
});

describe('the frozen ratings', () => {
  it('are one for each class, with the reference at 1', () => {
    expect([...scuRatings().keys()]).toEqual(hardwareClasses().map(({ id }) => id));
    expect(scuRatings().get('H100-SXM-80')).toEqual({
      training: '1.0000',
      inference: '1.0000',
      combined: '1.0000',
      status: 'rated',
      grade: 'G1',
      standardErrors: { training: '0.0000', inference: '0.0000' },
      errors: { training: '0.0000', inference: '0.0000', combined: '0.0000' },
    });
    expect(Object.isFrozen(scuFile().ratings[0]?.training)).toBe(true);
  });

  it.each([
    ['GB300-NVL72-279', 2.84, 4.7, 3.66],
    ['B200-SXM-180', 2.26, 3.53, 2.82],
    ['MI355X-288', 2.15, 3.81, 2.86],
    ['H200-SXM-141', 1.05, 1.23, 1.14],
    ['MI300X-192', 0.99, 1.16, 1.07],
    ['A100-SXM-80', 0.3, 0.33, 0.31],
    ['L40S-48', 0.27, 0.27, 0.27],
  ])('of %s are what section 9 says they come to: %s, %s, %s', (id, training, inference, combined) => {
    const rating = scuRatings().get(id);
    expect(Math.abs(Number(rating?.training) - training)).toBeLessThan(0.01);
    expect(Math.abs(Number(rating?.inference) - inference)).toBeLessThan(0.01);
    expect(Math.abs(Number(rating?.combined) - combined)).toBeLessThan(0.01);
  });

  it('follow from the decimals that stand beside them', () => {
    for (const row of scuFile().ratings) {
      for (const workload of workloads) {
        const { datasheet, measured, cells, lambda, rating, status } = row[workload];
        const weight = measurementWeight(definition, cells);
        const again = measured === null ? Number(datasheet) : shrink(Number(datasheet), Number(measured), weight);
        expect(Math.abs(again - Number(rating)), row.id).toBeLessThanOrEqual(0.5e-4 + 1e-12);
        expect(Math.abs(weight - Number(lambda)), row.id).toBeLessThanOrEqual(0.5e-4 + 1e-12);
        expect(status, row.id).toBe(cells < definition.shrinkage.minimum_cells ? 'provisional' : 'rated');
        expect(measured === null, row.id).toBe(cells === 0);
      }
      const combined = Math.sqrt(Number(row.training.rating) * Number(row.inference.rating));
      expect(Math.abs(combined - Number(row.combined.rating)), row.id).toBeLessThanOrEqual(0.5e-4 + 1e-12);
    }
  });

  it('must be there for every class, in the order of the classes', () => {
    const file = scuFile();
    const without = { ...file, ratings: file.ratings.filter(({ id }) => id !== 'H100-SXM-80') };
    expect(() => parseReference('scu.json', without, scuFileSchema)).toThrow(
      'scu.json: field ratings, row 6 (H100-PCIE-80): ratings must follow hardware.json: H100-SXM-80 is due here',
    );
  });

  it.skipIf(!existsSync(facts))(
    'come out again from the collected results, byte for byte (skipped without the collected results)',
    () => {
      const text = gunzipSync(readFileSync(facts)).toString('utf8');
      const { file } = rateHardware(definition, parseMlperf(text), sha256(text));
      expect(scuFileText(file)).toBe(frozenText);
    },
  );

  it.skipIf(!existsSync(others))(
    'differ from an independent computation in one class by more than 3% (skipped without it)',
    () => {
      const comparison = compareRatings(definition, scuFile(), parseOtherRatings(readFileSync(others, 'utf8')), 0.03);
      expect(comparison.missing).toEqual([]);
      expect(comparison.largestOther).toBeLessThan(0.005);
      expect(comparison.differences.map(({ id, rating }) => [id, rating])).toEqual([
        ['RTX3090-24', 'training'],
        ['RTX3090-24', 'inference'],
        ['RTX3090-24', 'combined'],
      ]);
      expect(comparison.differences[0]?.why).toMatch(/FP16 accumulation \(142 TFLOP\/s\)/);
    },
  );
});

describe('a comparison', () => {
  const header = 'id,SCU_T,SCU_I,meas_LLM_train,meas_LLM_inf,rated_T,rated_T_cells,rated_I,rated_I_cells,rated_SCU';
  const frozen = (id: string) => scuFile().ratings.find((one) => one.id === id)!;

  it('says which part of a rating differs', () => {
    const { training, inference, combined } = frozen('H200-SXM-141');
    const line = `h200-sxm,${training.datasheet},2.0000,2.0000,${inference.measured},1.5000,3,1.9000,${inference.cells},${combined.rating}`;
    const { differences, compared, missing } = compareRatings(
      definition,
      scuFile(),
      parseOtherRatings(`${header}\n${line}`),
      0.03,
    );
    expect(differences.map(({ rating, why }) => [rating, why])).toEqual([
      ['training', `cells: ${training.cells}, theirs 3; measured: ${training.measured}, theirs 2`],
      ['inference', 'datasheet: other facts or another formula'],
    ]);
    expect(compared).toBe(1);
    expect(missing).toHaveLength(hardwareClasses().length - 1);
  });

  it('recognises the other 16-bit rate, and refuses a row that is none', () => {
    const row = hardwareClass('RTX3090-24')!;
    const other = { ...row, bf16_tflops: row.fp16_tflops };
    const [t, i] = workloads.map((workload) => datasheetRating(definition, other, workload).toFixed(4));
    const [difference] = compareRatings(
      definition,
      scuFile(),
      parseOtherRatings(`${header}\nrtx3090,${t},${i},,,${t},0,${i},0,0.1272`),
      0.03,
    ).differences;
    expect(difference?.why).toContain('ours the one with FP32 accumulation (71)');
    expect(() => parseOtherRatings(`${header}\nrtx3090,x,${i},,,${t},0,${i},0,0.1272`)).toThrow('row 1, column SCU_T');
  });
});
