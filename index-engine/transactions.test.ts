import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeFix } from '#index-engine/fix';
import type { FixInputs } from '#index-engine/inputs';
import { context, hoursBefore, inputsOf, panel, quote, rulebookV1 } from '#index-engine/testing/market';
import { resolveTrades } from '#index-engine/trades';
import { canonicalJson } from '#methodology/canonical';
import type { Cancellation } from '#store/clickhouse/cancellations';
import type { Observation } from '#store/observation';

interface PrintFacts {
  id: string;
  seller: string;
  buyer: string;
  price?: string;
  hours?: string;
  ago?: number;
  side?: 'venue' | 'buyer' | 'seller';
  source?: string;
  form?: 'trade' | 'correction';
  correctedAt?: string;
  hardwareClass?: string;
  tenor?: string;
  learned?: number;
}

function print(facts: PrintFacts): Observation {
  const { id, seller, buyer, ago = 1.5, side = 'venue', form = 'trade' } = facts;
  return quote({
    provider: `exchange/${seller}`,
    venue: 'exchange',
    venue_type: 'exchange',
    evidence: 'transaction',
    source: facts.source ?? 'contribution:exchange',
    native_id: `trade/exchange/${side}/${id}`,
    price: facts.price ?? '3',
    gpus: 8,
    event_at: hoursBefore(ago),
    observed_at: hoursBefore(facts.learned ?? ago),
    hardware_class: facts.hardwareClass ?? 'H100-SXM-80',
    tenor: facts.tenor ?? 'OD',
    attributes: { form, side, ...(facts.correctedAt ? { corrected_at: facts.correctedAt } : {}) },
    trade: { id, gpu_hours: facts.hours ?? '40', buyer, seller },
  });
}

/** A market of prints: `count` trades of six sellers and seven buyers, one an hour and more. */
const market = (count = 36, price: (index: number) => string = () => '3', facts: Partial<PrintFacts> = {}) =>
  Array.from({ length: count }, (_, index) =>
    print({
      id: `m${index}`,
      seller: `s${index % 6}`,
      buyer: `b${index % 7}`,
      price: price(index),
      ago: (index % 24) + 0.5,
      ...facts,
    }),
  );
/** Eight sellers in every second hour of the day, so that no cap binds. */
const deep = (hours: string) =>
  Array.from({ length: 96 }, (_, index) =>
    print({
      id: `d${index}`,
      seller: `s${index % 8}`,
      buyer: `b${index % 8}`,
      price: (2.8 + (index % 8) * 0.1).toFixed(1),
      hours,
      ago: 2 * Math.floor(index / 8) + 0.5,
    }),
  );
const cancel = (trade_id: string, source = 'contribution:exchange', ago = 1): Cancellation => ({
  cancellation_id: `c-${source}-${trade_id}`,
  source,
  venue: 'exchange',
  trade_id,
  reason: 'cancelled',
  event_at: hoursBefore(ago),
  observed_at: hoursBefore(ago),
  capture_id: 'capture',
  capture_sha256: '0'.repeat(64),
});
const fixOf = (inputs: FixInputs) => computeFix(inputs, rulebookV1, context);
const withCancels = (observations: Observation[], ...cancellations: Cancellation[]): FixInputs => ({
  ...inputsOf(...observations),
  cancellations,
});
const reasonsOf = (inputs: FixInputs) => fixOf(inputs).record.rejections;

describe('level 1', () => {
  it('takes a day of prints, and says how many and how much', () => {
    const { record } = fixOf(inputsOf(...market()));
    expect(record).toMatchObject({ level: 1, value: '3.0000', status: 'thin' });
    expect(record.counts).toMatchObject({ prints: 36, gpu_hours: '1440.000000', providers: 6 });
    expect(record.shares).toMatchObject({ evidence: { transaction: '1.000000' }, attestation: { C: '1.000000' } });
    expect(record.sentence).toContain('level 1: 100% transactions');
  });

  it.each([
    ['4 prints', market(4, undefined, { hours: '400' }), '4 prints, 5 needed'],
    [
      'four sellers',
      market(54, undefined, { hours: '60' }).filter((one) => !/s[45]$/.test(one.provider)),
      '4 providers, 5 needed',
    ],
    ['too little volume', market(36, undefined, { hours: '20' }), '720 GPU-h, 1000 needed'],
    ['too few partitions', market(36, undefined, { ago: 2.5 }), '1 partitions, 3 needed'],
  ])('is not reached with %s', (_, prints, reason) => {
    const { record } = fixOf(inputsOf(...prints));
    expect(record.level).not.toBe(1);
    expect(record.levels[0]).toMatchObject({ level: 1, passed: false });
    expect(record.levels[0]?.reason).toContain(reason);
  });

  it('is not reached where one seller has more than nine tenths of the volume', () => {
    const large = market().map((one, index) =>
      index % 6 === 0
        ? print({ id: `l${index}`, seller: 's0', buyer: `b${index % 7}`, hours: '4000', ago: (index % 24) + 0.5 })
        : one,
    );
    expect(fixOf(inputsOf(...large)).record.levels[0]?.reason).toContain('largest provider at most 0.9');
  });

  it('gains nothing by splitting a trade', () => {
    const price = (index: number) => (2.5 + (index % 6) * 0.2).toFixed(2);
    const whole = market(48, price);
    const split = whole.flatMap((one, index) =>
      index === 7
        ? ['a', 'b', 'c', 'd'].map((part) =>
            print({ id: `${part}7`, seller: 's1', buyer: 'b0', price: price(7), hours: '10', ago: 7.5 }),
          )
        : [one],
    );
    expect(fixOf(inputsOf(...split)).record.value).toBe(fixOf(inputsOf(...whole)).record.value);
  });

  it('a pair counts for no more than the standard market size for a day', () => {
    const dear = (hours: string) => print({ id: 'dear', seller: 's0', buyer: 'b6', price: '3.4', hours, ago: 3.5 });
    const base = deep('2000');
    const at = (hours: string) => fixOf(inputsOf(...base, dear(hours))).record.value;
    expect(at('192')).toBe(at('5000'));
    expect(at('20')).not.toBe(at('192'));
  });

  it('and the pair no more over several venues than at one', () => {
    // Each seller at a venue of its own, so that no cap binds.
    const base = deep('2000').map((one) => ({ ...one, venue: one.provider.split('/')[1] as string }));
    const dear = (count: number, hours: string) =>
      Array.from({ length: count }, (_, index) => ({
        ...print({ id: `dear${index}`, seller: 'sx', buyer: 'bx', price: '3.1', hours, ago: 3.5 }),
        venue: `exchange${index}`,
        provider: `exchange${index}/sx`,
      }));
    const weightOf = (prints: Observation[]) =>
      fixOf(inputsOf(...base, ...prints))
        .inputs.filter(({ candidate }) => candidate.observation.native_id.includes('/dear'))
        .reduce((sum, { weight }) => sum + Number(weight), 0);
    expect(weightOf(dear(4, '192'))).toBeCloseTo(weightOf(dear(1, '768')), 9);
    expect(weightOf(dear(1, '768'))).toBeCloseTo(weightOf(dear(1, '192')), 9);
  });

  it('one seller at five venues is one seller', () => {
    const spread = market(48).map((one, index) => ({
      ...one,
      venue: `exchange${index % 6}`,
      provider: `exchange${index % 6}/s`,
      trade: { ...(one.trade as NonNullable<Observation['trade']>), seller: 'mallory' },
    }));
    expect(fixOf(inputsOf(...spread)).record.levels[0]).toMatchObject({ level: 1, passed: false });
    expect(fixOf(inputsOf(...spread)).record.levels[0]?.reason).toContain('1 providers, 5 needed');
  });

  it('a print that one side alone reports weighs half, and whole once the other does', () => {
    const base = deep('400');
    const side = (one: 'buyer' | 'seller') =>
      print({
        id: 'x',
        seller: 's0',
        buyer: 'b6',
        price: '3.4',
        hours: '100',
        ago: 3.5,
        side: one,
        source: `contribution:${one}`,
      });
    const half = fixOf(inputsOf(...base, side('buyer')));
    const both = fixOf(inputsOf(...base, side('buyer'), side('seller')));
    const weight = (fix: typeof half) =>
      Math.max(
        ...fix.inputs.filter((one) => one.candidate.observation.trade?.id === 'x').map((one) => Number(one.weight)),
      );
    expect(weight(both) / weight(half)).toBeGreaterThan(1.9);
    expect(both.record.rejections['duplicate.report']).toBe(1);
  });

  it('counts the prints of its segment, class and tenor alone', () => {
    const others = [
      print({ id: 'other', seller: 's0', buyer: 'b1', price: '9', hardwareClass: 'H200-SXM-141' }),
      print({ id: 'reserved', seller: 's0', buyer: 'b1', price: '9', tenor: 'R12M' }),
      { ...print({ id: 'cloud', seller: 's0', buyer: 'b1', price: '9' }), venue_type: 'hyperscaler' as const },
    ];
    expect(fixOf(inputsOf(...market(), ...others)).record.counts.prints).toBe(36);
  });
});

describe('the collar', () => {
  const quotes = panel('2.80', '2.90', '3.00', '3.10', '3.20');
  const at = (price: string) => print({ id: 'far', seller: 's0', buyer: 'b6', price, hours: '20' });

  it('leaves out what lies further than a quarter from what stands, above and below', () => {
    const excluded = (price: string) =>
      fixOf(inputsOf(...market(), ...quotes, at(price))).inputs.find(
        (one) => one.candidate.observation.trade?.id === 'far',
      );
    expect(excluded('3.76')).toMatchObject({ reason: 'trade.collar', included: false });
    expect(excluded('3.76')?.detail).toBe(
      'above 3.0000 USD/GPU-h, what stands in the window, by more than a factor of 1.25',
    );
    expect(excluded('2.39')).toMatchObject({ reason: 'trade.collar' });
    expect(excluded('3.75')).toMatchObject({ reason: null, included: true });
    expect(excluded('2.40')).toMatchObject({ reason: null, included: true });
  });

  it('is not there where too few prices stand', () => {
    expect(reasonsOf(inputsOf(...market(), ...quotes.slice(0, 4), at('3.9')))['trade.collar']).toBeUndefined();
  });

  it('and the sellers among themselves: one far from the others counts for nothing', () => {
    const sellers = Array.from({ length: 48 }, (_, index) =>
      print({ id: `w${index}`, seller: `s${index % 8}`, buyer: `b${index % 7}`, price: '3', ago: (index % 24) + 0.5 }),
    );
    const odd = (price: string) =>
      reasonsOf(inputsOf(...sellers, print({ id: 'far', seller: 'odd', buyer: 'b6', price })));
    // 3.5 ÷ 0.6745 × 1.5% of 3 USD is 0.2335 USD: half of what quotes have.
    expect(odd('3.23')).toEqual({});
    expect(odd('3.24')).toEqual({ 'trade.outlier': 1 });
  });

  it('holds whatever else is told: no print at any price moves the fix beyond the collar', () => {
    const far = fc.integer({ min: 100, max: 1900 }).map((cents) => (cents / 100).toFixed(2));
    fc.assert(
      fc.property(fc.array(far, { minLength: 1, maxLength: 12 }), (prices) => {
        const wash = prices.map((price, index) =>
          print({
            id: `x${index}`,
            seller: `x${index}`,
            buyer: `y${index}`,
            price,
            hours: '500',
            ago: 2 * index + 0.5,
          }),
        );
        const value = Number(fixOf(inputsOf(...market(), ...quotes, ...wash)).record.value);
        expect(value).toBeGreaterThanOrEqual(2.4);
        expect(value).toBeLessThanOrEqual(3.75);
      }),
      { numRuns: 30 },
    );
  });
});

describe('level 2', () => {
  const threeDays = (price: (day: number) => string) =>
    [0, 1, 2].flatMap((day) =>
      market(12).map((_, index) =>
        print({
          id: `d${day}-${index}`,
          seller: `s${index % 6}`,
          buyer: `b${index % 7}`,
          price: price(day),
          hours: '30',
          ago: day * 24 + 2 * index + 0.5,
        }),
      ),
    );

  it('takes three days of prints where one is not enough, newer ones for more', () => {
    const { record } = fixOf(inputsOf(...threeDays((day) => ['3.00', '3.10', '3.20'][day] as string)));
    expect(record.level).toBe(2);
    expect(record.levels[0]?.passed).toBe(false);
    // Each pair at (4 × 3.00 + 2 × 3.10 + 3.20) ÷ 7.
    expect(record.value).toBe('3.0571');
  });

  it('looks back no further than its hours', () => {
    const old = print({ id: 'old', seller: 's0', buyer: 'b1', price: '9', ago: 72.5 });
    const prints = threeDays(() => '3.00');
    expect(fixOf(inputsOf(...prints, old)).record.counts.prints).toBe(fixOf(inputsOf(...prints)).record.counts.prints);
  });
});

describe('screen 9', () => {
  const with36 = (...prints: Observation[]) => reasonsOf(inputsOf(...market(), ...prints));

  it('one owner on both sides', () => {
    expect(with36(print({ id: 'own', seller: 'x', buyer: 'x' }))).toMatchObject({ 'trade.same_owner': 1 });
  });

  it('two who sell to each other about the same volume', () => {
    const ring = (back: string) => [
      print({ id: 'p1', seller: 'x', buyer: 'y', hours: '100' }),
      print({ id: 'p2', seller: 'y', buyer: 'x', hours: back }),
    ];
    expect(with36(...ring('92'))).toMatchObject({ 'trade.ping_pong': 2 });
    expect(with36(...ring('60'))['trade.ping_pong']).toBeUndefined();
  });

  it('a closed cycle of three or four, however each leg is split, and no longer chain', () => {
    const cycle = (parties: string[], closes = true) =>
      parties.flatMap((seller, index) => {
        const buyer = parties[(index + 1) % parties.length] as string;
        if (!closes && index === parties.length - 1) return [];
        return ['a', 'b'].map((part) => print({ id: `${part}${seller}`, seller, buyer, hours: '50' }));
      });
    expect(with36(...cycle(['x', 'y', 'z']))).toMatchObject({ 'trade.closed_cycle': 6 });
    expect(with36(...cycle(['x', 'y', 'z', 'w']))).toMatchObject({ 'trade.closed_cycle': 8 });
    expect(with36(...cycle(['x', 'y', 'z'], false))['trade.closed_cycle']).toBeUndefined();
  });

  it('a circle of any size and shape in which each bought about what it sold', () => {
    const legs = (...of: [string, string, string][]) =>
      of.map(([seller, buyer, hours]) => print({ id: `${seller}${buyer}`, seller, buyer, hours }));
    const eight = legs(['x', 'y', '800'], ['y', 'x', '400'], ['y', 'z', '400'], ['z', 'x', '400']);
    expect(with36(...eight)).toMatchObject({ 'trade.closed_cycle': 4 });
    const five = ['v', 'w', 'x', 'y', 'z'];
    const ring = five.map((seller, index): [string, string, string] => [
      seller,
      five[(index + 1) % 5] as string,
      '100',
    ]);
    expect(with36(...legs(...ring))).toMatchObject({ 'trade.closed_cycle': 5 });
    // One of them keeps what it bought: it paid for it.
    const kept = legs(['x', 'y', '800'], ['y', 'x', '300'], ['y', 'z', '100'], ['z', 'x', '100']);
    expect(with36(...kept)['trade.closed_cycle']).toBeUndefined();
  });

  it('a trade that who reported it took back, and only from then on', () => {
    const inputs = (one: Cancellation) => reasonsOf(withCancels(market(), one));
    expect(inputs(cancel('m3'))).toMatchObject({ 'trade.cancelled': 1 });
    expect(inputs(cancel('m3', 'contribution:stranger'))['trade.cancelled']).toBeUndefined();
    expect(inputs(cancel('m3', 'contribution:exchange', -1))['trade.cancelled']).toBeUndefined();
  });
});

describe('a trade', () => {
  it('is what its last correction says, and another class sees it go', () => {
    const first = print({ id: 'x', seller: 's0', buyer: 'b1', price: '3.3' });
    const correction = print({
      id: 'x',
      seller: 's0',
      buyer: 'b1',
      price: '3.1',
      form: 'correction',
      correctedAt: hoursBefore(1),
      learned: 0.9,
    });
    const moved = print({
      id: 'x',
      seller: 's0',
      buyer: 'b1',
      price: '3.1',
      form: 'correction',
      correctedAt: hoursBefore(0.5),
      learned: 0.4,
      hardwareClass: 'H200-SXM-141',
    });
    const [resolved] = resolveTrades([first, correction], []);
    expect(resolved?.report.price).toBe('3.1');
    const { record } = fixOf(inputsOf(...market(), first, correction));
    expect(record.rejections['trade.corrected']).toBe(1);
    expect(record.counts.prints).toBe(37);
    expect(fixOf(inputsOf(...market(), first, correction, moved)).record.counts.prints).toBe(36);
  });

  it('on which the two sides differ is worth half', () => {
    const side = (one: 'buyer' | 'seller', price: string) =>
      print({ id: 'x', seller: 's0', buyer: 'b1', price, side: one, source: `contribution:${one}` });
    const matched = (...told: Observation[]) => resolveTrades(told, [])[0]?.matched;
    expect(matched(side('buyer', '3'), side('seller', '3'))).toBe(true);
    expect(matched(side('buyer', '3'), side('seller', '3.1'))).toBe(false);
    expect(matched(side('buyer', '3'), { ...side('seller', '3'), source: 'contribution:buyer' })).toBe(false);
    expect(matched(side('buyer', '3'))).toBe(false);
  });
});

describe('whatever the prints', () => {
  const facts = fc.record({
    seller: fc.constantFrom('s0', 's1', 's2', 's3', 's4', 's5', 'x', 'y'),
    buyer: fc.constantFrom('b0', 'b1', 'b2', 'x', 'y'),
    price: fc.integer({ min: 200, max: 500 }).map((cents) => (cents / 100).toFixed(2)),
    hours: fc.integer({ min: 1, max: 500 }).map(String),
    ago: fc.integer({ min: 0, max: 80 }).map((hours) => hours + 0.5),
    side: fc.constantFrom('venue' as const, 'buyer' as const, 'seller' as const),
  });

  it('the same bytes in any order, a value among the prices that count, and nothing learned later bears on it', () => {
    let estimated = 0;
    fc.assert(
      fc.property(fc.array(facts, { minLength: 30, maxLength: 90 }), fc.infiniteStream(fc.nat()), (list, order) => {
        const prints = list.map((one, index) => print({ ...one, id: `p${index}` }));
        const { record, inputs } = fixOf(inputsOf(...prints));
        const shuffled = prints
          .map((one) => ({ one, key: order.next().value as number }))
          .sort((a, b) => a.key - b.key);
        expect(canonicalJson(fixOf(inputsOf(...shuffled.map(({ one }) => one))).record)).toBe(canonicalJson(record));
        const later = withCancels(
          [...prints, print({ id: 'later', seller: 's0', buyer: 'b0', price: '9', learned: -1 })],
          cancel('p0', 'contribution:exchange', -1),
        );
        expect(canonicalJson(fixOf(later).record)).toBe(canonicalJson(record));
        if (record.level !== 1 && record.level !== 2) return;
        estimated += 1;
        const counting = inputs.filter((one) => one.included).map((one) => Number(one.candidate.micro) / 1e6);
        expect(Number(record.value)).toBeGreaterThanOrEqual(Math.min(...counting) - 0.0001);
        expect(Number(record.value)).toBeLessThanOrEqual(Math.max(...counting) + 0.0001);
      }),
      { numRuns: 150 },
    );
    expect(estimated).toBeGreaterThan(20);
  });
});

it('a fix of made-up evidence says so, in its record and its sentence', () => {
  const made = market().map((one) => ({ ...one, attributes: { ...one.attributes, simulated: true } }));
  expect(fixOf(inputsOf(...made)).record).toMatchObject({ simulated: true, level: 1 });
  expect(fixOf(inputsOf(...made)).record.sentence).toMatch(/^SIMULATED /);
  expect(fixOf(inputsOf(...market())).record.simulated).toBe(false);
});
