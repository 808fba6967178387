import { describe, expect, it } from 'vitest';
import { scuDefinition, type Workload } from '#methodology/scu/definition';
import { cellResults, parseMlperf } from '#methodology/scu/mlperf';
import { resultsCsv } from '#methodology/scu/testing/results';

const read = (workload: Workload, rows: Parameters<typeof resultsCsv>[0]) =>
  cellResults(parseMlperf(resultsCsv(rows)), scuDefinition(), workload);

describe('MLPerf results', () => {
  it('become the best per accelerator of each class in each cell, both accuracy targets together', () => {
    const cells = read('inference', [
      { result: 8000, count: 8, benchmark: 'llama2-70b-99' },
      { result: 2200, count: 2, benchmark: 'llama2-70b-99.9', source: 'the best' },
      { result: 900, count: 1 },
      { hw_id: 'h200-sxm', result: 12000 },
      { result: 1, scenario: 'server' },
    ]);
    expect(cells.map(({ hardwareClass, cell, results }) => [hardwareClass, cell, results])).toEqual([
      ['H100-SXM-80', 'llama2-70b · offline · v5.1', 3],
      ['H200-SXM-141', 'llama2-70b · offline · v5.1', 1],
      ['H100-SXM-80', 'llama2-70b · server · v5.1', 1],
    ]);
    expect(cells[0]?.value).toBeCloseTo(Math.log(1100), 12);
    expect(cells[0]?.best.source).toBe('the best');
  });

  it('do not depend on their order, not even where two are equally good', () => {
    const rows = [
      { result: 800, count: 8, source: 'b' },
      { result: 100, count: 1, source: 'a' },
      { hw_id: 'b200-sxm', result: 9, source: 'c' },
    ].map((row) => ({ ...row, submitter: 'one', system: 'one' }));
    expect(read('inference', rows)).toEqual(read('inference', rows.toReversed()));
    expect(read('inference', rows)[1]?.best.source).toBe('a');
  });

  it('are left out where they measure something else, or are of no class of ours', () => {
    expect(
      read('inference', [
        { hw_id: '' },
        { hw_id: 'unheard-of' },
        { benchmark: 'resnet50' },
        { benchmark: 'llama2-70b-99.99' },
        { scenario: 'interactive' },
        { division: 'open' },
        { suite: 'training' },
      ]),
    ).toEqual([]);
  });

  it('of training are runs an hour and accelerator, in cells of one cluster size', () => {
    const run = { suite: 'training', benchmark: 'gpt3', scenario: 'time-to-train', units: 'minutes (mean)' };
    const cells = read('training', [
      { ...run, count: 512, result: 60 },
      { ...run, count: 512, result: 30, hw_id: 'b200-sxm' },
      { ...run, count: 1024, result: 40 },
    ]);
    expect(cells.map(({ hardwareClass, cell }) => [hardwareClass, cell])).toEqual([
      ['H100-SXM-80', 'gpt3 · time-to-train · v5.1 · 1024 accelerators'],
      ['B200-SXM-180', 'gpt3 · time-to-train · v5.1 · 512 accelerators'],
      ['H100-SXM-80', 'gpt3 · time-to-train · v5.1 · 512 accelerators'],
    ]);
    expect(cells[2]?.value).toBeCloseTo(Math.log(1 / 512), 12);
    expect(() => read('training', [{ ...run, units: 'hours' }])).toThrow('in hours, not in minutes');
  });

  it('are refused where a cell mixes units, or a row is not one', () => {
    expect(() => read('inference', [{}, { units: 'Queries/s' }])).toThrow(
      'the cell llama2-70b · offline · v5.1 mixes Tokens/s with Queries/s',
    );
    expect(() => parseMlperf(resultsCsv([{}, { result: 0 }]))).toThrow('row 2, column result: above 0');
    expect(() => parseMlperf(resultsCsv([{ count: '0' }]))).toThrow('row 1, column count: a count');
    expect(() => parseMlperf('suite\ninference')).toThrow('row 1, column round');
  });
});
