import { describe, expect, it } from 'vitest';
import { divideHalfEven, formatDecimal } from '#methodology/decimal';
import { parseReference } from '#methodology/reference';
import { rulebookAt } from '#methodology/rulebook';
import { type Basket, basketPrice, baskets, basketsSchema } from '#methodology/scu/baskets';
import { scuFile } from '#methodology/scu/ratings';

const [training, inference] = baskets().baskets as [Basket, Basket];
const prices = new Map([
  ['H100-SXM-80', '3.0000'],
  ['H200-SXM-141', '4.0000'],
  ['B200-SXM-180', '6.5000'],
]);

const rounded = (basket: Basket) => {
  const price = basketPrice(basket, prices);
  if ('missing' in price) throw new Error('a price is missing');
  return formatDecimal(divideHalfEven(price.numerator * 10_000n, price.denominator), 4);
};

describe('workload baskets', () => {
  it('hold classes of the grade that are rated in both workloads, in whole GPUs of equal work', () => {
    for (const { constituents } of baskets().baskets) {
      for (const { class: id, gpus, scu } of constituents) {
        const row = scuFile().ratings.find((one) => one.id === id);
        expect(row?.combined.status, id).toBe('rated');
        expect(gpus, id).toBe(Math.round(baskets().scu_per_constituent / Number(scu)));
      }
    }
    expect(Object.isFrozen(training.constituents)).toBe(true);
  });

  it('hold the ratings in force when they were made, under the rulebook of their first day', () => {
    for (const { constituents, workload, effective_from } of baskets().baskets) {
      const { ratings } = rulebookAt(new Date(effective_from)).rulebook.standard_compute_unit;
      for (const { class: id, scu } of constituents) expect([id, scu]).toEqual([id, ratings[id]?.[workload]]);
    }
  });

  it('cost what their GPUs cost, divided by the work they do', () => {
    const cost = 1000 * 3 + 949 * 4 + 442 * 6.5;
    const rating = (id: string) => Number(training.constituents.find((one) => one.class === id)?.scu);
    const work = 1000 + 949 * rating('H200-SXM-141') + 442 * rating('B200-SXM-180');
    expect(rounded(training)).toBe((cost / work).toFixed(4));
    expect(rounded(inference)).not.toBe(rounded(training));
  });

  it('have no value where a constituent has none: nothing takes its place', () => {
    const thin = new Map([...prices].filter(([id]) => id !== 'H200-SXM-141'));
    expect(basketPrice(training, thin)).toEqual({ missing: ['H200-SXM-141'] });
  });

  it('refuse a class twice, and a class below the grade', () => {
    const withClasses = (...ids: string[]) => ({
      ...baskets(),
      baskets: [{ ...training, constituents: ids.map((id) => ({ class: id, gpus: 1, scu: '1.0000' })) }],
    });
    const read = (data: unknown) => parseReference('baskets.json', data, basketsSchema);
    expect(() => read(withClasses('H100-SXM-80', 'H100-SXM-80'))).toThrow('H100-SXM-80 is there twice');
    expect(() => read(withClasses('A100-SXM-80'))).toThrow('A100-SXM-80 does not meet G1');
    expect(read(withClasses('GB200-NVL72-186')).baskets).toHaveLength(1);
  });

  it('go on in number and in time', () => {
    const read = (...rows: Partial<Basket>[]) =>
      parseReference(
        'baskets.json',
        { ...baskets(), baskets: rows.map((row) => ({ ...training, ...row })) },
        basketsSchema,
      );
    const next = { version: 2, effective_from: '2027-01-01' };
    expect(read({}, next).baskets).toHaveLength(2);
    expect(() => read({ version: 2 })).toThrow('must begin with version 1');
    const wrong: Partial<Basket>[] = [
      { ...next, version: 3 },
      { ...next, effective_from: '2026-07-01' },
      { ...next, workload: 'inference' },
    ];
    for (const row of wrong) expect(() => read({}, row)).toThrow('must go on with version 2 after 2026-07-01');
  });
});
