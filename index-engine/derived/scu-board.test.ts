import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scuBoard } from '#index-engine/derived/scu-board';
import { point } from '#index-engine/derived/testing';
import { derivedUnits } from '#index-engine/derived/units';
import { rulebookAt } from '#methodology/rulebook';
import { scuRatings } from '#methodology/scu/ratings';

const DATE = '2026-07-28';
const { rulebook: rules } = rulebookAt(new Date(DATE));
const board = (values: Record<string, string | null>) =>
  scuBoard(
    new Map(Object.entries(values).map(([id, value]) => [id, point(`CSI-${id}`, DATE, value)] as const)),
    rules,
    scuRatings(),
    'H100-SXM-80',
  );

describe('the board of units of compute', () => {
  it('ranks each workload by itself, and says how far the classes lie apart', () => {
    const { rows, dispersion } = board({ 'H100-SXM-80': '3.0000', 'B200-SXM-180': '8.0000' });
    // B200 is worth 2.3 of the reference in training and 3.5 in inference: cheaper in the one, dearer in the other.
    const b200 = rows.find((row) => row.class === 'B200-SXM-180');
    expect(b200?.rank).toMatchObject({ training: 2, inference: 1 });
    expect(b200?.differential?.training).toBe((Number(b200!.value) / 3 / Number(b200!.rating.training)).toFixed(6));
    expect(rows.find((row) => row.class === 'H100-SXM-80')?.differential?.combined).toBe('1.000000');
    const { training } = dispersion!;
    const [low, high] = [3, Number(b200?.per_scu.training)];
    expect(training.cheapest).toEqual({ class: 'H100-SXM-80', value: '3.0000' });
    expect(Number(training.range)).toBeCloseTo(high / low, 5);
    // Of two values the deviation is their distance by the square root of 2.
    expect(Number(training.log_standard_deviation)).toBeCloseTo(Math.log(high / low) / Math.SQRT2, 5);
  });

  it('names who has no value, and measures nothing against a reference that has none', () => {
    const { rows, without, dispersion } = board({ 'H100-SXM-80': null, 'A100-SXM-80': '1.0000' });
    expect(without).toEqual([
      { class: 'H100-SXM-80', series: 'CSI-H100-SXM-80', reason: 'suspended: 3 providers, 5 needed' },
    ]);
    expect(rows.map((row) => [row.class, row.differential, row.rating_status])).toEqual([
      ['A100-SXM-80', null, 'provisional'],
    ]);
    expect(dispersion?.combined).toMatchObject({ classes: 1, provisional: 1, log_standard_deviation: null });
    expect(board({}).dispersion).toBeNull();
  });

  it('keeps its ranks and its dispersion when every price is multiplied', () => {
    const price = fc.integer({ min: 1000, max: 100_000 });
    fc.assert(
      fc.property(price, price, price, (a, b, c) => {
        const at = (times: number) =>
          board({
            'H100-SXM-80': `${a * times}`,
            'B200-SXM-180': `${b * times}`,
            'A100-SXM-80': `${c * times}`,
          });
        const [one, other] = [at(1), at(7)];
        expect(other.rows.map((row) => [row.class, row.differential])).toEqual(
          one.rows.map((row) => [row.class, row.differential]),
        );
        const deviation = (of: typeof one) => Number(of.dispersion?.combined.log_standard_deviation);
        expect(deviation(other)).toBeCloseTo(deviation(one), 4);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a price in other units', () => {
  it('comes from the datasheet, and per token from a throughput that somebody states', () => {
    const units = derivedUnits('2.9682', 'H100-SXM-80', 6, '150');
    expect(units).toMatchObject({
      per_petaflop_hour: '3.000000',
      per_gigabyte_hour: '0.037102',
      per_million_tokens: { value: '5.496667', tokens_per_second: '150' },
    });
    expect(derivedUnits('1', 'TRN1-32', 6, null)).toMatchObject({
      per_rated_kilowatt_hour: null,
      per_million_tokens: null,
    });
    expect(() => derivedUnits('1', 'H100', 6, null)).toThrow('there is no hardware class "H100"');
  });
});
