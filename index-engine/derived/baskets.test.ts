import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BasketStrike, basketHistory } from '#index-engine/derived/baskets';
import { point } from '#index-engine/derived/testing';
import { parseDecimal } from '#methodology/decimal';
import { type Basket, baskets } from '#methodology/scu/baskets';
import { addDays } from '#methodology/strike';

const training = baskets().baskets.find(({ workload }) => workload === 'training')!;
const CLASSES = training.constituents.map((one) => one.class);
const rounding = () => ({ value: 4, share: 6 });

/** A strike with these values, by class; null is a suspended fix, a class left out has none. */
function strikeAt(date: string, values: Record<string, string | null>): BasketStrike {
  const fixes = new Map(Object.entries(values).map(([id, value]) => [id, point(`CSI-${id}`, date, value)] as const));
  return { date, strike: `${date}T15:00:00.000Z`, fixes };
}
const of = (a: string | null, b: string | null, c: string | null) => ({
  [CLASSES[0] as string]: a,
  [CLASSES[1] as string]: b,
  [CLASSES[2] as string]: c,
});
/** The second version: other quantities, from the third day on. */
const second: Basket = {
  ...training,
  version: 2,
  effective_from: '2026-07-03',
  constituents: [
    { class: CLASSES[0] as string, gpus: 10, scu: '1.0000' },
    { class: 'GB200-NVL72-186', gpus: 400, scu: '2.4800' },
  ],
};
const withGb200 = (date: string, gb200: string | null) =>
  strikeAt(date, { ...of('3.0000', '4.0000', '6.5000'), 'GB200-NVL72-186': gb200 });

describe('a basket at a strike', () => {
  it('names each fix it was computed from, with its part of the cost', () => {
    const { fixes } = basketHistory([training], [strikeAt('2026-07-28', of('3.0000', '4.0000', '6.5000'))], rounding);
    const [fix] = fixes;
    expect(fix).toMatchObject({ basket: 'CSI-BASKET-T', role: 'index', version: 1, status: 'normal', reason: null });
    expect(fix?.constituents.map((one) => one.hash)).toEqual(
      CLASSES.map((id, index) => point(`CSI-${id}`, '2026-07-28', ['3.0000', '4.0000', '6.5000'][index]!).hash),
    );
    const shares = fix!.constituents.map((one) => parseDecimal(one.share!, 6)).reduce((sum, one) => sum + one, 0n);
    expect(Number(shares - 1_000_000n)).toBeCloseTo(0, -1);
  });

  it('has no value where a constituent has none, says which and why, and drops none', () => {
    const gone = of('3.0000', null, '6.5000');
    delete gone[CLASSES[2] as string];
    const [fix] = basketHistory([training], [strikeAt('2026-07-28', gone)], rounding).fixes;
    expect(fix).toMatchObject({
      value: null,
      status: 'unavailable',
      reason: `${CLASSES[1]}: suspended: 3 providers, 5 needed; ${CLASSES[2]}: no fix on 2026-07-28`,
    });
    expect(fix?.constituents).toHaveLength(3);
    expect(fix?.constituents.every((one) => one.share === null)).toBe(true);
  });

  it('is as sound as its weakest constituent', () => {
    const strike = strikeAt('2026-07-28', of('3', '4', '6'));
    const withStatus = (...statuses: ('normal' | 'thin' | 'carried')[]): BasketStrike => ({
      ...strike,
      fixes: new Map(
        CLASSES.map((id, index) => [id, point(`CSI-${id}`, '2026-07-28', '3', { status: statuses[index]! })] as const),
      ),
    });
    const status = (one: BasketStrike) => basketHistory([training], [one], rounding).fixes[0]?.status;
    expect(status(withStatus('normal', 'thin', 'normal'))).toBe('thin');
    expect(status(withStatus('thin', 'normal', 'carried'))).toBe('carried');
  });

  it('changes its hash with any fix it names', () => {
    const hash = (value: string) =>
      basketHistory([training], [strikeAt('2026-07-28', of(value, '4', '6'))], rounding).fixes[0]?.hash;
    expect(hash('3.0000')).not.toBe(hash('3.0001'));
    expect(hash('3.0000')).toBe(hash('3.0000'));
  });

  it('does not begin before its first version does', () => {
    expect(basketHistory([training], [strikeAt('2026-06-30', of('3', '4', '6'))], rounding).fixes).toEqual([]);
  });
});

describe('a review', () => {
  const days = ['2026-07-01', '2026-07-02', '2026-07-03', '2026-07-04', '2026-07-05'];

  it('is linked at the first strike at which both compositions have a value, and both go on', () => {
    const strikes = days.map((date, index) => withGb200(date, index < 3 ? null : '9.0000'));
    const { links, fixes } = basketHistory([training, second], strikes, rounding);
    expect(links[1]).toMatchObject({ version: 2, effective_from: '2026-07-03', linked_at: '2026-07-04T15:00:00.000Z' });
    expect(fixes.map(({ date, version, role }) => [date, version, role])).toEqual([
      ['2026-07-01', 1, 'index'],
      ['2026-07-02', 1, 'index'],
      ['2026-07-03', 1, 'index'],
      ['2026-07-04', 2, 'index'],
      ['2026-07-04', 1, 'parallel'],
      ['2026-07-05', 2, 'index'],
      ['2026-07-05', 1, 'parallel'],
    ]);
  });

  it('ends the parallel publication after the days that the rules say', () => {
    const last = addDays('2026-07-03', baskets().review.parallel_days);
    const strikes = ['2026-07-03', addDays(last, -1), last].map((date) => withGb200(date, '9.0000'));
    const { links, fixes } = basketHistory([training, second], strikes, rounding);
    expect(links[0]?.parallel_until).toBe(last);
    expect(fixes.map(({ role }) => role)).toEqual(['index', 'parallel', 'index', 'parallel', 'index']);
  });

  it('never links a version that has not been linked to the one before', () => {
    const third: Basket = { ...second, version: 3, effective_from: '2026-07-04' };
    const strikes = days.map((date) => withGb200(date, null));
    const { links, fixes } = basketHistory([training, second, third], strikes, rounding);
    expect(links.map((one) => one.linked_at)).toEqual([null, null, null]);
    expect(links.map((one) => one.link !== null)).toEqual([true, false, false]);
    expect(fixes.every(({ version }) => version === 1)).toBe(true);
  });

  const price = fc.integer({ min: 1, max: 200_000 }).map((units) => (units / 10_000).toFixed(4));
  const gpus = fc.integer({ min: 1, max: 2000 });

  it('makes no step: at the link both compositions have one value', () => {
    fc.assert(
      fc.property(fc.tuple(price, price, price, price), gpus, gpus, ([a, b, c, d], first, next) => {
        const version: Basket = {
          ...second,
          constituents: [
            { class: CLASSES[0] as string, gpus: first, scu: '1.0000' },
            { class: 'GB200-NVL72-186', gpus: next, scu: '2.4800' },
          ],
        };
        const strike = strikeAt('2026-07-03', { ...of(a, b, c), 'GB200-NVL72-186': d });
        const { fixes } = basketHistory([training, version], [strike], () => ({ value: 12, share: 6 }));
        expect(fixes.map(({ role }) => role)).toEqual(['index', 'parallel']);
        expect(fixes[0]?.value).toBe(fixes[1]?.value);
      }),
    );
  });

  it('moves by the prices alone: every price times the same factor is the index times that factor', () => {
    fc.assert(
      fc.property(fc.tuple(price, price, price, price), fc.integer({ min: 2, max: 9 }), ([a, b, c, d], factor) => {
        const by = (text: string, times: number) => (Number(text) * times).toFixed(4);
        const strikes = (times: number) => [
          strikeAt('2026-07-03', { ...of(a, b, c), 'GB200-NVL72-186': d }),
          strikeAt('2026-07-04', {
            ...of(by(a, times), by(b, times), by(c, times)),
            'GB200-NVL72-186': by(d, times),
          }),
        ];
        const indexOn = (times: number) =>
          basketHistory([training, second], strikes(times), () => ({ value: 9, share: 6 }))
            .fixes.filter(({ role, date }) => role === 'index' && date === '2026-07-04')
            .map(({ value }) => parseDecimal(value!, 9))[0]!;
        const off = indexOn(factor) - indexOn(1) * BigInt(factor);
        // Each side is rounded once.
        expect(off < 0n ? -off : off).toBeLessThanOrEqual(BigInt(factor));
      }),
    );
  });
});
