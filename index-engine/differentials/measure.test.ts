import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MeasurementRules, measurementRules } from '#index-engine/differentials/definitions';
import {
  constantRatios,
  DifferentialMeasurement,
  type MeasuredDifferential,
  measureDifferentials,
} from '#index-engine/differentials/measure';
import { quote } from '#index-engine/testing/market';
import type { Observation } from '#store/observation';

const day = (date: number) => `2026-07-${String(date).padStart(2, '0')}`;

interface Offer {
  host: string;
  price: string;
  gpus: number | null;
  date?: number;
  hour?: number;
  machine?: string;
  hosting?: string;
  attributes?: Observation['attributes'];
}

/** An offer of a marketplace, as one capture of its book shows it; the price is per GPU. */
function offer(
  { host, price, gpus, date = 1, hour = 0, machine, hosting = 'datacenter', attributes = {} }: Offer,
  facts: Partial<Observation> = {},
): Observation {
  const at = `${day(date)}T${String(hour).padStart(2, '0')}:00:00.000Z`;
  return quote({
    provider: host,
    price,
    gpus,
    source: 'book',
    evidence: 'executable',
    sweep_id: at,
    event_at: at,
    observed_at: at,
    native_id: `${host}/${machine ?? gpus}/${facts.tenor ?? 'OD'}/${facts.hardware_class ?? ''}`,
    attributes: { product: 'instance', hosting, ...(machine === undefined ? {} : { machine }), ...attributes },
    ...facts,
  });
}

/** The same observation with something else about it, under an id of its own. */
function changed({ observation_id: _, ...one }: Observation, facts: Partial<Observation>): Observation {
  return quote({ ...one, ...facts });
}

const pair = (host: string, single: string, lot: string, facts: Partial<Offer> = {}) => [
  offer({ host, price: single, gpus: 1, ...facts }),
  offer({ host, price: lot, gpus: 8, ...facts }),
];

const measured = (observations: readonly Observation[], id = 'lot_size', rules: MeasurementRules = measurementRules) =>
  measureDifferentials(observations, rules).differentials.find(
    (row) => row.definition === id && row.hardware_class === null,
  ) as MeasuredDifferential;

/** Thirty-one hosts whose lots cost about 0.95 of a single GPU, no two alike. */
const market = Array.from({ length: 31 }, (_, index) =>
  pair(`vast/${index}`, '2.0000', ((2 * (9500 + (index - 15) * 10)) / 10_000).toFixed(4)),
).flat();

describe('a differential', () => {
  it('is the median ratio of matched pairs with its interval, and passes its gates', () => {
    expect(measured(market)).toMatchObject({
      pairs: 31,
      providers: 31,
      venues: ['vast'],
      ratio: '0.950000',
      low: '0.944000',
      high: '0.956000',
      half_width: '0.006316',
      coverage: '0.970551',
      shared: [],
      passes: true,
      why_not: [],
    });
  });

  it('is measured for each class too, and says which classes it does not hold for', () => {
    const odd = Array.from({ length: 8 }, (_, index) =>
      pair(`vast/${index}`, '1.0000', (0.7 + index / 100).toFixed(4)).map((one) =>
        changed(one, { hardware_class: 'L40S-48', native_id: `l40s/${one.native_id}` }),
      ),
    ).flat();
    const { differentials } = measureDifferentials([...market, ...odd], measurementRules);
    const rows = differentials.filter(({ definition }) => definition === 'lot_size');
    expect(rows.map((row) => [row.hardware_class, row.pairs, row.passes])).toEqual([
      [null, 39, true],
      ['H100-SXM-80', 31, true],
      ['L40S-48', 8, false],
    ]);
    expect(rows[0]?.contradicted_by).toEqual(['L40S-48']);
  });

  it('counts a price setter and class once, however often they are seen', () => {
    const seen = [1, 2, 3].flatMap((date) =>
      pair('vast/1', '2.00', ['1.80', '1.90', '2.20'][date - 1] ?? '', { date }),
    );
    expect(measured(seen)).toMatchObject({ pairs: 1, ratio: '0.950000', low: null, passes: false });
  });

  it('takes the median of the captures of a day before that of the days', () => {
    const seen = [
      ...[0, 6, 12].flatMap((hour) => pair('vast/1', '2.00', '1.60', { hour })),
      ...pair('vast/1', '2.00', '1.80', { date: 2 }),
      ...pair('vast/1', '2.00', '2.00', { date: 3 }),
    ];
    expect(measured(seen).ratio).toBe('0.900000');
  });

  it('compares only what is alike in everything else', () => {
    const single = offer({ host: 'vast/1', price: '2.00', gpus: 1 });
    const apart: Partial<Observation>[] = [
      { provider: 'vast/2' },
      { hardware_class: 'H200-SXM-141' },
      { sweep_id: 'another capture' },
      { currency: 'EUR' },
      { source: 'another source' },
      { tenor: 'INT' },
      { tenor: null },
      { evidence: 'listed' },
      { evidence: 'transaction' },
      { country: 'DE', region: 'EU' },
      { attributes: { product: 'instance', hosting: 'community' } },
      { attributes: { product: 'serverless', hosting: 'datacenter' } },
      { attributes: { product: 'instance', hosting: 'datacenter', verification: 'verified' } },
    ];
    for (const facts of apart) {
      expect(measured([single, offer({ host: 'vast/1', price: '1.90', gpus: 8 }, facts)]).pairs).toBe(0);
    }
    expect(measured([single, offer({ host: 'vast/1', price: '1.90', gpus: 8 })]).pairs).toBe(1);
  });

  it('needs no exchange rate: both prices are in one currency', () => {
    const euros = pair('vast/1', '2.00', '1.90').map((one) => changed(one, { currency: 'EUR' }));
    expect(measured(euros).ratio).toBe('0.950000');
  });

  it('lets a machine speak once, as its largest slice, and compares slices of one machine apart', () => {
    const slices = [
      offer({ host: 'vast/1', price: '3.00', gpus: 1, machine: 'a' }, { native_id: 'a1' }),
      offer({ host: 'vast/1', price: '2.00', gpus: 8, machine: 'a' }, { native_id: 'a8' }),
      offer({ host: 'vast/1', price: '2.50', gpus: 1, machine: 'b' }, { native_id: 'b1' }),
    ];
    expect(measured(slices).ratio).toBe('0.800000');
    expect(measured(slices, 'slice_1_to_8').ratio).toBe('0.666667');
    expect(measured(slices.slice(0, 2)).pairs).toBe(0);
  });

  it("compares a venue's medians, weighted by GPUs, where no provider is on both sides", () => {
    const community = [1, 2, 3].map((index) =>
      offer({ host: `vast/${index}`, price: `${index}.00`, gpus: 8, hosting: 'community' }),
    );
    const datacenter = offer({ host: 'vast/9', price: '3.00', gpus: 8 });
    expect(measured([...community, datacenter], 'hosting_community_to_datacenter')).toMatchObject({
      pairs: 1,
      providers: 1,
      ratio: '1.500000',
    });
  });

  it("takes a provider's own source before an aggregator's", () => {
    const own = pair('lambda', '2.00', '1.90');
    const repeated = pair('lambda', '2.00', '1.00').map((one) =>
      changed(one, { source: 'aggregate', aggregator: true, native_id: `a/${one.native_id}` }),
    );
    expect(measured([...repeated, ...own])).toMatchObject({ pairs: 1, ratio: '0.950000' });
    expect(measured(repeated)).toMatchObject({ pairs: 1, ratio: '0.500000' });
  });

  it('says which gates it does not pass', () => {
    expect(measured([]).why_not).toEqual([
      '0 independent pairs of 30',
      '0 providers of 3',
      'too few pairs for an interval',
    ]);
    const lists = Array.from({ length: 31 }, (_, index) =>
      pair('lambda', '2.0000', (1.5 + index / 40).toFixed(4)).map((one) =>
        changed(one, { hardware_class: `CLASS-${index}`, native_id: `${index}/${one.native_id}` }),
      ),
    ).flat();
    expect(measured(lists).why_not).toEqual([
      '1 providers of 3',
      'one provider has 1.000000 of the pairs, over 0.5',
      'half-width 0.080000, over 0.02',
    ]);
  });
});

describe('a ratio that pairs share', () => {
  const alike = (count: number, lot: string) =>
    Array.from({ length: count }, (_, index) => pair(`vast/alike-${index}`, '2.0000', lot)).flat();

  it('is one pair where a venue prices by it', () => {
    expect(measured(alike(40, '2.0000'))).toMatchObject({
      pairs: 1,
      providers: 1,
      ratio: '1.000000',
      shared: [{ venue: 'vast', ratio: '1.000000', pairs: 40, of: 40, rule: true }],
      passes: false,
    });
    // The few of that venue that do not follow it are no sample of anything.
    expect(measured([...alike(40, '2.0000'), ...pair('vast/2', '2.0000', '1.0000')]).pairs).toBe(1);
  });

  it('makes no interval narrow by itself', () => {
    const wide = Array.from({ length: 30 }, (_, index) =>
      pair(`vast/wide-${index}`, '2.0000', (1.4 + index / 25).toFixed(4)),
    ).flat();
    const row = measured([...alike(30, '2.0000'), ...wide]);
    expect(row).toMatchObject({ pairs: 60, ratio: '1.000000', half_width: '0.000000', passes: false });
    expect(row.independent.pairs).toBe(30);
    expect(row.why_not).toEqual(['half-width 0.111111 without what shares a ratio, over 0.02']);
  });

  it('must not contradict the others', () => {
    const row = measured([...market, ...alike(40, '2.0000')]);
    expect(row).toMatchObject({ ratio: '1.000000', passes: false });
    expect(row.why_not).toEqual(['what shares a ratio lies outside the interval of the others']);
  });
});

describe('constant ratios between tenors', () => {
  /** 54 offers, spot at half the on-demand price as two decimals can say it. */
  const spot = (ratio: number) =>
    Array.from({ length: 54 }, (_, index) => {
      const price = 0.31 + index * 0.17;
      const facts = { host: 'metal', gpus: 8, attributes: { instance: `type-${index}` } };
      return [
        offer({ ...facts, price: price.toFixed(2) }, { native_id: `${index}/OD` }),
        offer({ ...facts, price: (price * ratio).toFixed(2) }, { native_id: `${index}/INT`, tenor: 'INT' }),
      ];
    }).flat();

  it('are rules, found through the rounding of quoted decimals', () => {
    expect(constantRatios(spot(0.5), measurementRules)).toEqual([
      {
        ...{ venue: 'metal', source: 'book', tenor: 'INT', of: 'OD', hosting: 'datacenter', ratio: '0.500000' },
        ...{ lines: 54, matched: 54 },
      },
    ]);
  });

  it('are not seen where prices move on their own', () => {
    const moving = spot(0.5).map((one, index) =>
      one.tenor === 'INT' ? changed(one, { price: (Number(one.price) * (1 + (index % 7) / 10)).toFixed(2) }) : one,
    );
    expect(constantRatios(moving, measurementRules)).toEqual([]);
    expect(constantRatios(spot(0.5).slice(0, 8), measurementRules)).toEqual([]);
  });

  it('are found against each kind of hosting where the source states none', () => {
    const bids = spot(0.5).map((one) =>
      one.tenor === 'INT'
        ? changed(one, { attributes: { product: 'instance', instance: String(one.attributes.instance) } })
        : one,
    );
    const dearer = spot(0.5).flatMap((one, index) =>
      one.tenor === 'OD'
        ? [
            changed(one, {
              price: (Number(one.price) * (2 + (index % 7) / 10)).toFixed(2),
              native_id: `community/${one.native_id}`,
              attributes: { ...one.attributes, hosting: 'community' },
            }),
          ]
        : [],
    );
    expect(constantRatios([...bids, ...dearer], measurementRules)).toMatchObject([
      { hosting: 'datacenter', ratio: '0.500000', lines: 54 },
    ]);
  });
});

describe('the measurement', () => {
  const line = fc.record({
    host: fc.constantFrom('vast/1', 'vast/2', 'vast/3', 'lium/1', 'lium/2', 'lambda', 'crusoe'),
    cents: fc.integer({ min: 8, max: 24 }),
    gpus: fc.constantFrom(null, 1, 1, 2, 4, 8),
    date: fc.integer({ min: 1, max: 4 }),
    hour: fc.constantFrom(0, 6),
    machine: fc.constantFrom('a', 'b', undefined),
    hosting: fc.constantFrom('community', 'datacenter'),
    tenor: fc.constantFrom('OD', 'OD', 'INT'),
    native: fc.nat(3),
  });
  type Line = typeof line extends fc.Arbitrary<infer T> ? T : never;
  const observe = (one: Line, factor = 1): Observation =>
    offer(
      {
        ...{ host: one.host, gpus: one.gpus, date: one.date, hour: one.hour, hosting: one.hosting },
        price: ((one.cents * factor) / 4).toFixed(2),
        ...(one.machine === undefined ? {} : { machine: one.machine }),
      },
      { tenor: one.tenor, native_id: `${one.native}` },
    );
  const lines = fc.array(line, { maxLength: 60 });
  /** Without shared ratios, whose tolerance hangs on how many decimals a price has. */
  const loose: MeasurementRules = {
    ...measurementRules,
    constant_ratio: { ...measurementRules.constant_ratio, minimum_lines: 1000 },
  };

  it('is the same in any order of the observations', () => {
    fc.assert(
      fc.property(
        lines.chain((some) =>
          fc.tuple(fc.constant(some), fc.shuffledSubarray([...some, ...some], { minLength: 2 * some.length })),
        ),
        ([some, shuffled]) => {
          const expected = measureDifferentials(
            some.map((one) => observe(one)),
            measurementRules,
          );
          expect(
            measureDifferentials(
              shuffled.map((one) => observe(one)),
              measurementRules,
            ),
          ).toEqual(expected);
        },
      ),
    );
  });

  it('is the same whether the days come at once or one by one, in any order', () => {
    fc.assert(
      fc.property(lines, fc.shuffledSubarray([1, 2, 3, 4], { minLength: 4 }), (some, dates) => {
        const oneByOne = new DifferentialMeasurement(measurementRules);
        for (const date of dates) oneByOne.add(some.filter((one) => one.date === date).map((one) => observe(one)));
        expect(oneByOne.result()).toEqual(
          measureDifferentials(
            some.map((one) => observe(one)),
            measurementRules,
          ),
        );
      }),
    );
  });

  it('does not hang on the scale of the prices', () => {
    fc.assert(
      fc.property(lines, fc.integer({ min: 2, max: 40 }), (some, factor) => {
        expect(
          measureDifferentials(
            some.map((one) => observe(one, factor)),
            loose,
          ),
        ).toEqual(
          measureDifferentials(
            some.map((one) => observe(one)),
            loose,
          ),
        );
      }),
    );
  });

  it('holds the ratio in its interval, and the interval among the pairs', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 50, max: 150 }), { minLength: 6, maxLength: 60 }), (percents) => {
        const row = measured(
          percents.flatMap((percent, index) => pair(`vast/${index}`, '1.00', (percent / 100).toFixed(2))),
          'lot_size',
          loose,
        );
        const sorted = percents.map((percent) => percent / 100).sort((a, b) => a - b);
        expect(row.pairs).toBe(percents.length);
        expect(Number(row.low)).toBeLessThanOrEqual(Number(row.ratio));
        expect(Number(row.high)).toBeGreaterThanOrEqual(Number(row.ratio));
        expect(sorted).toContain(Number(row.low));
        expect(sorted).toContain(Number(row.high));
        expect(Number(row.coverage)).toBeGreaterThanOrEqual(0.95);
      }),
    );
  });
});
