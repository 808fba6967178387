import { describe, expect, it } from 'vitest';
import { computeFix } from '#index-engine/fix';
import type { FixInputs } from '#index-engine/inputs';
import type { FixRecord } from '#index-engine/record';
import {
  changedRulebook,
  context,
  headline,
  hoursBefore,
  inputsOf,
  panel,
  quote,
  rulebookV1,
} from '#index-engine/testing/market';
import { canonicalHash } from '#methodology/canonical';
import { seriesCatalogue } from '#methodology/series';
import type { Observation } from '#store/observation';

const fixOf = (inputs: FixInputs, previous: FixRecord | null = null) =>
  computeFix(inputs, rulebookV1, {
    ...context,
    previous: previous ? { record: previous, hash: canonicalHash(previous) } : null,
  });
const reasons = (inputs: FixInputs) =>
  Object.fromEntries(fixOf(inputs).inputs.map((one) => [one.candidate.observation.native_id, one.reason]));

describe('level 4', () => {
  it('is the central-third mean of the standing prices', () => {
    const { record } = fixOf(inputsOf(...panel('2', '2.5', '3', '3.5', '4', '5')));
    // Six equal weights: the central third is the two in the middle, 3 and 3.5.
    expect(record).toMatchObject({ value: '3.2500', level: 4, status: 'thin', counts: { providers: 6, included: 6 } });
    expect(record.distribution).toMatchObject({ minimum: '2.000000', maximum: '5.000000', median: '3.000000' });
    expect(record.sentence).toContain('3.2500 USD per GPU-hour at 16:00 London on 2026-07-28');
  });

  it('weighs executable prices twice while they are fresh, and as listed ones after', () => {
    const rest = panel('2', '2.5', '3.5', '4', '5');
    const standing = quote({ provider: 'x', price: '3', evidence: 'executable', event_at: hoursBefore(1), gpus: 8 });
    const { record, inputs } = fixOf(inputsOf(...rest, standing));
    expect(record.value).not.toBeNull();
    const own = inputs.find((one) => one.candidate.observation.provider === 'x');
    expect(own?.candidate.stoodSeconds).toBe(3600);
    // In one partition of four, an hour of its six at twice the weight: 16 × 1 of 16 × 1 + 5 × 8 × 6.
    expect(own?.weight).toBe('0.015625000000');
  });

  it('needs five providers, and says how many there were', () => {
    const { record } = fixOf(inputsOf(...panel('2', '3', '4')));
    expect(record).toMatchObject({ value: null, level: null, status: 'suspended', reason: '3 providers, 5 needed' });
    expect(record.sentence).toContain('suspended: 3 providers, 5 needed');
  });

  const hosts = (price: string) =>
    Array.from({ length: 40 }, (_, index) =>
      quote({
        provider: `vast/${index}`,
        price,
        evidence: 'executable',
        gpus: 64,
        attributes: { hosting: 'datacenter' },
      }),
    );
  it('keeps one venue with many hosts at its cap', () => {
    const { record } = fixOf(inputsOf(...panel('3', '3', '3', '3', '3'), ...hosts('3.1')));
    expect(record.value).toBe('3.0000');
    expect(record.caps).toMatchObject({ venue: { bound: true, relaxed: false, cap: '0.300000' } });
    expect(record.shares.evidence).toEqual({ executable: '0.300000', listed: '0.700000' });
  });

  it('40 new hosts of one venue screen nobody out but themselves', () => {
    const { record } = fixOf(inputsOf(...panel('3', '3', '3', '3', '3', '3'), ...hosts('9')));
    expect(record.value).toBe('3.0000');
    expect(record.rejections).toEqual({ 'cross_section.outlier': 40 });
  });
});

describe('level 3, where a rulebook has it', () => {
  const sold = (provider: string, price: string, gpus = 64) =>
    Array.from({ length: 12 }, (_, index) =>
      quote({
        provider,
        native_id: `${provider}/${price}/${gpus}`,
        price,
        evidence: 'executable',
        gpus,
        event_at: hoursBefore(24 - index * 2),
      }),
    );
  it("takes each venue's price to fill the standard market size", () => {
    const inputs = inputsOf(
      ...sold('a', '2'),
      ...sold('b', '3'),
      ...sold('c', '4'),
      ...sold('d', '5'),
      // The cheap 32 GPUs and half of the dearer 64: (32 × 2 + 32 × 4) / 64 = 3.
      ...sold('vast/1', '2', 32),
      ...sold('vast/2', '4', 64),
    );
    const withLevel3 = changedRulebook((rulebook) => {
      (rulebook as unknown as { waterfall: object[] }).waterfall.splice(2, 0, {
        level: 3,
        input: 'fill_price_per_venue',
        evidence_weights: { executable: 1 },
        minimum_providers: 5,
        minimum_venues: 4,
        anchor: null,
      });
    });
    const { record } = computeFix(inputs, withLevel3, context);
    // Five venues of equal weight at 2, 3, 3, 4, 5: the central third is 3 (one third of five is 1.67 to 3.33).
    expect(record).toMatchObject({ level: 3, status: 'thin', reason: null, counts: { venues: 5 } });
    expect(record.value).toBe('3.2000');
  });
});

describe('a constant ratio', () => {
  it('is a rule and no market: it counts in the tenor that it is derived from, and in no other', () => {
    const interruptible = seriesCatalogue(rulebookV1.rulebook).find((one) => one.id === 'CSI-H100-SXM-80.INT');
    const [rule] = rulebookV1.rulebook.screens.constant_ratio.found.filter((one) => one.tenor === 'INT');
    if (!interruptible || !rule) throw new Error('the rulebook has no such series or rule');
    const derived = (tenor: string) => quote({ provider: rule.provider, price: '3', tenor });
    const judged = computeFix(inputsOf(derived('INT')), rulebookV1, { ...context, series: interruptible }).inputs[0];
    expect(judged).toMatchObject({ included: false, reason: 'identity.constant_ratio' });
    expect(judged?.detail).toContain(`${rule.ratio} of its ${rule.base} price on ${rule.lines} of ${rule.of} lines`);
    expect(reasons(inputsOf(derived('OD')))).toEqual({ [rule.provider]: null });
  });
});

describe('levels 5 and 6', () => {
  const before = { ...fixOf(inputsOf(...panel('2', '2.5', '3', '3.5', '4', '5'))).record, date: '2026-07-27' };
  it('moves the fix before by the prices of providers present at both strikes', () => {
    const { record } = fixOf(inputsOf(...panel('2.2', '2.75', '3.3')), before);
    expect(record).toMatchObject({ level: 5, value: '3.5750', status: 'thin' });
    expect(record.reason).toBe('3 providers, 4 needed');
  });

  it('takes trades and quotes for two prices: a fix of trades is carried, and nothing is called a move', () => {
    const traded = { ...before, level: 1 as const };
    const { record } = fixOf(inputsOf(...panel('2.2', '2.75', '3.3')), traded);
    expect(record).toMatchObject({ level: 6, value: before.value });
    expect(record.levels.find(({ level }) => level === 5)).toMatchObject({ passed: false });
    const quoted = fixOf(inputsOf(...panel('2.2', '2.75', '3.3', '3.85', '4.4')), traded).record;
    expect(quoted).toMatchObject({ level: 4, change: { matched_providers: 0, price: null, composition: null } });
  });

  it('level 4 needs four fifths of its providers where it gave the fix before', () => {
    const four = inputsOf(...panel('2.2', '2.75', '3.3', '3.85'));
    expect(fixOf(four, before).record.level).toBe(4);
    expect(fixOf(four).record.level).toBeNull();
    expect(fixOf(four, fixOf(inputsOf(...panel('2.2', '2.75', '3.3')), before).record).record.level).not.toBe(4);
  });

  it('carries it at most three times, then suspends', () => {
    let last = fixOf(inputsOf(...panel('2.2')), before).record;
    expect(last).toMatchObject({ level: 6, value: '3.2500', status: 'carried', carried_strikes: 1 });
    for (const carried of [2, 3]) {
      last = fixOf(inputsOf(...panel('2.2')), { ...last, date: '2026-07-27' }).record;
      expect(last).toMatchObject({ level: 6, carried_strikes: carried });
    }
    expect(fixOf(inputsOf(...panel('2.2')), { ...last, date: '2026-07-27' }).record).toMatchObject({
      status: 'suspended',
    });
  });

  it('does neither where the strike before has no fix', () => {
    const { record } = fixOf(inputsOf(...panel('2.2')), { ...before, date: '2026-07-25' });
    expect(record.status).toBe('suspended');
    expect(record.levels.map((test) => test.reason)).toContain('no fix at the strike before');
  });
});

describe('a headline', () => {
  const of = (observations: Observation[], previous: FixRecord | null = null, series = headline) =>
    computeFix(inputsOf(...observations), rulebookV1, {
      ...context,
      series,
      previous: previous && { record: { ...previous, date: '2026-07-27' }, hash: canonicalHash(previous) },
    }).record;
  const neoclouds = panel('2', '2.5', '3', '3.5', '4');
  const marketplace = quote({ provider: 'vast/1', price: '3' });

  it('begins with prices of marketplaces and neoclouds both, and says which are wanting', () => {
    expect(of(neoclouds)).toMatchObject({
      status: 'suspended',
      reason: '5 providers, 5 needed; begins once there are marketplace prices',
    });
    const hosts = ['2', '2.5', '3', '3.5', '4'].map((price, at) => quote({ provider: `vast/${at}`, price }));
    expect(of(hosts).reason).toContain('begins once there are neocloud prices');
    expect(of([...neoclouds, marketplace])).toMatchObject({ level: 4, value: '3.0000' });
  });

  it('goes on without one of them, until it has been without a value', () => {
    const begun = of([...neoclouds, marketplace]);
    expect(of(neoclouds, begun)).toMatchObject({ level: 4, value: '3.0000' });
    const suspended = { ...begun, value: null, level: null, status: 'suspended' as const };
    expect(of(neoclouds, suspended).value).toBeNull();
  });

  it('takes none that is left out for one that is there', () => {
    const small = quote({ provider: 'vast/1', price: '3', gpus: 1 });
    expect(of([...neoclouds, small])).toMatchObject({ value: null, rejections: { 'grade.lot_size': 1 } });
  });

  it('is not the series of neoclouds, which begins with them', () => {
    const alone = seriesCatalogue(rulebookV1.rulebook).find((one) => one.id === 'CSI-H100-SXM-80.NC');
    expect(of(neoclouds, null, alone)).toMatchObject({ level: 4, value: '3.0000' });
  });
});

describe('screens', () => {
  const rest = panel('2.9', '3', '3', '3.1', '3.1', '3.2', '3.3');
  it('leave out what is off grade, with the reason', () => {
    const found = reasons(
      inputsOf(
        ...rest,
        quote({ provider: 'a', price: '3', tenor: null }),
        quote({ provider: 'b', price: '3', gpus: 1 }),
        quote({ provider: 'c', price: '3', attributes: { hosting: 'community' } }),
        quote({ provider: 'd', price: '3', attributes: { product: 'serverless' } }),
        quote({ provider: 'e', price: '900' }),
        quote({ provider: 'f', price: '3', event_at: hoursBefore(52) }),
        quote({ provider: 'g', price: '3', currency: 'EUR' }),
        quote({ provider: 'h', price: '6.4' }),
      ),
    );
    expect(found).toMatchObject({
      p0: null,
      a: 'identity.tenor_unknown',
      b: 'grade.lot_size',
      c: 'grade.hosting',
      d: 'grade.product',
      e: 'plausibility.band',
      f: 'stale',
      g: 'normalise.no_rate',
      h: 'cross_section.outlier',
    });
  });

  it('other segments and tenors are no input at all', () => {
    const found = reasons(
      inputsOf(
        ...rest,
        quote({ provider: 'aws', price: '12', venue_type: 'hyperscaler' }),
        quote({ provider: 'spot', price: '1', tenor: 'INT' }),
      ),
    );
    expect(Object.keys(found)).toEqual(['p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6']);
  });

  it('a print is never taken for a standing price', () => {
    const print = quote({ provider: 'x', price: '9', evidence: 'transaction', event_at: hoursBefore(3) });
    expect(Object.keys(reasons(inputsOf(...rest, print)))).not.toContain('x');
  });

  it('four quotes at 3.00 and one at 39 do not publish a price nobody asked', () => {
    const { record } = fixOf(inputsOf(...panel('3', '3', '3', '3', '39')));
    expect(record.value).toBe('3.0000');
    const seven = fixOf(inputsOf(...panel('3', '3', '3', '3', '3', '3', '39'))).record;
    expect(seven.rejections).toEqual({ 'cross_section.outlier': 1 });
  });

  describe('screen 8 has hysteresis', () => {
    const sixAnd = (price: string) => inputsOf(...panel('3', '3', '3', '3', '3', '3', price));
    const dayBefore = (record: FixRecord): FixRecord => ({ ...record, date: '2026-07-27' });
    const before = dayBefore(fixOf(sixAnd('3.4')).record);
    const gone = { ...before, providers: before.providers.filter(({ provider }) => provider !== 'p6') };

    it.each([
      // 7 ÷ 0.6745 × 1.5% of 3 USD is 0.4670 USD, and ÷ 0.8 for who was there before 0.5837.
      ['3.46', gone, {}],
      ['3.47', gone, { 'cross_section.outlier': 1 }],
      ['3.58', before, {}],
      ['3.59', before, { 'cross_section.outlier': 1 }],
      // What the sellers of trades asked says nothing of who quotes.
      ['3.47', { ...before, level: 2 as const }, { 'cross_section.outlier': 1 }],
    ])('at its reach: %s USD', (price, previous, rejections) => {
      expect(fixOf(sixAnd(price), previous).record.rejections).toEqual(rejections);
    });

    it('and at its count of venues', () => {
      const six = inputsOf(...panel('3', '3', '3', '3', '3'), quote({ provider: 'new', price: '9' }));
      expect(fixOf(six).record.rejections).toEqual({});
      expect(fixOf(six, gone).record.rejections).toEqual({ 'cross_section.outlier': 1 });
      const few = { ...gone, counts: { ...gone.counts, venues: 6 } };
      expect(fixOf(six, few).record.rejections).toEqual({});
    });
  });

  it('count a machine once, as its largest slice', () => {
    const slice = (native_id: string, gpus: number) =>
      quote({
        provider: 'vast/1',
        native_id,
        gpus,
        price: '3',
        attributes: { machine: 'vast/7', hosting: 'datacenter' },
      });
    const found = reasons(inputsOf(...rest, slice('two', 2), slice('eight', 8), slice('four', 4)));
    expect(found).toMatchObject({ eight: null, two: 'duplicate.slice', four: 'duplicate.slice' });
  });

  it("an aggregator's row gives way while its origin's own stands", () => {
    const row = quote({
      provider: 'p0',
      native_id: 'aggregated',
      source: 'aggregator',
      price: '2.9',
      aggregator: true,
    });
    expect(reasons(inputsOf(...rest, row)).aggregated).toBe('duplicate.origin');
    const late = [quote({ provider: 'p0', price: '2.9', event_at: hoursBefore(12) }), ...rest.slice(1), row];
    const { inputs } = fixOf(inputsOf(...late));
    const shares = Object.fromEntries(inputs.map((one) => [one.candidate.observation.native_id, Number(one.weight)]));
    expect(shares.aggregated).toBeCloseTo(shares.p0 as number, 9);
  });

  it("and not to an off-grade row of the origin's; of two aggregators one speaks for it", () => {
    const told = (source: string, price: string) =>
      quote({ provider: 'p0', native_id: source, source, price, aggregator: true });
    const offGrade = quote({ provider: 'p0', native_id: 'one', price: '3', gpus: 1 });
    const found = reasons(inputsOf(...rest.slice(1), offGrade, told('a', '2.9'), told('b', '2.8')));
    expect(found).toMatchObject({ one: 'grade.lot_size', a: null, b: 'duplicate.origin' });
  });

  it('a provider with two sources of its own speaks once: by the stronger evidence, else by the first name', () => {
    const page = quote({ provider: 'p0', native_id: 'page', source: 'p0-page', price: '2.9' });
    const first = quote({ provider: 'p0', native_id: 'first', source: 'p0', price: '3' });
    expect(reasons(inputsOf(...rest.slice(1), page, first))).toMatchObject({ page: 'duplicate.origin', first: null });
    const live = { ...page, evidence: 'executable' as const, event_at: hoursBefore(1), observed_at: hoursBefore(1) };
    const shares = fixOf(inputsOf(...rest.slice(1), live, first)).inputs;
    // The offer stood for the last hour only: the list price counts until then.
    const weight = (id: string) => Number(shares.find((one) => one.candidate.observation.native_id === id)?.weight);
    expect(weight('page')).toBeGreaterThan(0);
    expect(weight('first')).toBeGreaterThan(weight('page'));
    const offGrade = quote({ provider: 'p0', native_id: 'one', source: 'p0', price: '3', gpus: 1 });
    expect(reasons(inputsOf(...rest.slice(1), page, offGrade))).toMatchObject({ page: null, one: 'grade.lot_size' });
  });

  it('off the grade in one respect, a measured differential of its venue brings it there; in two, or elsewhere, nothing does', () => {
    const loaded = changedRulebook((rulebook) => {
      Object.assign((rulebook as unknown as { differentials: object }).differentials, {
        used: [
          {
            ...{ definition: 'lot', ratio: '0.950000', low: '0.94', high: '0.96', pairs: 40, providers: 12 },
            ...{ off: { gpus: [1] }, hardware_class: null, tenor: 'OD', venues: ['vast'] },
          },
        ],
      });
    });
    const one = (native_id: string, facts = {}) =>
      quote({ provider: `vast/${native_id}`, native_id, gpus: 1, price: '3.333333', ...facts });
    const { inputs } = computeFix(
      inputsOf(
        ...rest,
        one('adjusted'),
        one('community', { attributes: { hosting: 'community' } }),
        one('elsewhere', { provider: 'other/host' }),
      ),
      loaded,
      context,
    );
    const found = (id: string) => inputs.find(({ candidate }) => candidate.observation.native_id === id);
    // 3.333333 × 0.95 = 3.16666635, rounded once.
    expect(found('adjusted')).toMatchObject({ reason: null, candidate: { micro: 3_166_666 } });
    expect(found('community')?.reason).toBe('grade.hosting');
    expect(found('elsewhere')?.reason).toBe('grade.lot_size');
  });

  it('a price that jumps from its own history is left out from the 11th observation on', () => {
    const line = (count: number, last: string) =>
      Array.from({ length: count }, (_, index) =>
        quote({ provider: 'x', price: index === count - 1 ? last : '3', event_at: hoursBefore((count - index) * 1) }),
      );
    const rejected = (count: number, last: string) =>
      fixOf(inputsOf(...rest, ...line(count, last))).record.rejections['history.jump'] ?? 0;
    expect(rejected(11, '3.28')).toBe(1);
    expect(rejected(10, '3.28')).toBe(0);
    // Within 3 × 3% of the mean.
    expect(rejected(11, '3.26')).toBe(0);
  });
});

describe('standing', () => {
  const rest = panel('3', '3', '3', '3', '3');
  const sweep = (hours: number, complete: boolean, covers: string[] = []) => ({
    source: 'test',
    sweep_id: `at-${hours}`,
    observed_at: hoursBefore(hours),
    complete,
    covers,
  });
  const stood = (inputs: FixInputs) =>
    fixOf(inputs).inputs.find((one) => one.candidate.observation.provider === 'x')?.candidate.stoodSeconds;
  const offer = quote({ provider: 'x', price: '3', source: 'test' });

  it('ends when a later complete sweep lacks the line, and only then', () => {
    expect(stood({ ...inputsOf(...rest, offer), sweeps: [sweep(10, true)] })).toBe(14 * 3600);
    expect(stood({ ...inputsOf(...rest, offer), sweeps: [sweep(10, false)] })).toBe(24 * 3600);
    expect(stood({ ...inputsOf(...rest, offer), sweeps: [sweep(10, true, ['p0'])] })).toBe(24 * 3600);
    expect(stood({ ...inputsOf(...rest, offer), sweeps: [sweep(10, true, ['x'])] })).toBe(14 * 3600);
  });

  it('ends when the line is seen again at another price', () => {
    const again = quote({ provider: 'x', price: '3.01', event_at: hoursBefore(6) });
    const { inputs } = fixOf(inputsOf(...rest, offer, again));
    const seconds = inputs
      .filter((one) => one.candidate.observation.provider === 'x')
      .map((one) => one.candidate.stoodSeconds);
    expect(seconds).toEqual([18 * 3600, 6 * 3600]);
  });

  it('uses a rate dated on or before the strike, never a later one', () => {
    const rate = (date: string, usd_per_unit: string): FixInputs['rates'][number] => ({
      date,
      currency: 'EUR',
      usd_per_unit,
      source: 'ecb',
      observed_at: hoursBefore(20),
      capture_id: 'c',
    });
    const euro: Observation = quote({ provider: 'e', price: '2', currency: 'EUR' });
    const rates = [rate('2026-07-27', '1.5'), rate('2026-07-29', '9')];
    const { inputs } = fixOf({ ...inputsOf(...rest, euro), rates });
    expect(inputs.find((one) => one.candidate.observation.provider === 'e')?.candidate.micro).toBe(3_000_000);
  });
});

describe('change points', () => {
  const rest = panel('3', '3', '3', '3', '3');
  const point = quote({
    provider: 'x',
    price: '3',
    event_at: hoursBefore(24 * 200),
    attributes: { change_point: true },
  });
  const look = (hours: number, covers = ['x']) => ({
    source: 'test',
    sweep_id: `look-${hours}`,
    observed_at: hoursBefore(hours),
    complete: true,
    covers,
  });
  const stood = (more: Partial<FixInputs>, observation = point) =>
    fixOf({ ...inputsOf(...rest, observation), ...more }).inputs.find(
      (one) => one.candidate.observation.provider === 'x',
    )?.candidate.stoodSeconds;

  it('hold from look to look, however old they are; unchanged is not the same as not looked at', () => {
    expect(stood({ sweeps: [look(30), look(4)] })).toBe(24 * 3600);
    // A look 40 h before the strike holds for 26 h: 10 h of the window.
    expect(stood({ sweeps: [look(40)] })).toBe(10 * 3600);
    expect(stood({ sweeps: [look(30, ['other'])] })).toBeUndefined();
    expect(stood({})).toBeUndefined();
  });

  it('an administered one is itself for six hours after each look, and a listed one until the next', () => {
    const spot = { ...point, evidence: 'administered' as const };
    const { inputs } = fixOf({ ...inputsOf(...rest, spot), sweeps: [look(24), look(12)] });
    const held = inputs.find((one) => one.candidate.observation.provider === 'x')?.candidate;
    const seconds = (spans: readonly { from: number; to: number }[]) =>
      spans.reduce((sum, one) => sum + one.to - one.from, 0);
    expect(seconds(held?.counts.own ?? [])).toBe(12 * 3600);
    expect(seconds(held?.counts.asListed ?? [])).toBe(12 * 3600);
  });

  it('have as much history as the screens look back on before the one that stands, and what is older changes nothing', () => {
    const pointBefore = (days: number, price: string) =>
      quote({ provider: 'x', price, event_at: hoursBefore(24 * (200 + days)), attributes: { change_point: true } });
    const near = Array.from({ length: 12 }, (_, index) => pointBefore(index + 1, '2'));
    const far = Array.from({ length: 12 }, (_, index) => pointBefore(index + 31, '3'));
    const sweeps = [look(30), look(4)];
    const all = computeFix({ ...inputsOf(...rest, point, ...near, ...far), sweeps }, rulebookV1, context);
    expect(all.evidence.observations.filter(({ provider }) => provider === 'x')).toHaveLength(13);
    expect(all.record.rejections).toEqual({ 'history.jump': 1 });
    const without = computeFix({ ...inputsOf(...rest, point, ...near), sweeps }, rulebookV1, context);
    expect(canonicalHash(all.record)).toBe(canonicalHash(without.record));
  });

  it("end at the next of their line, or where the source's own word withdraws them", () => {
    const sweeps = [look(30), look(20), look(10)];
    expect(stood({ sweeps, withdrawals: [{ source: 'test', native_id: 'x', at: hoursBefore(10) }] })).toBe(14 * 3600);
    const next = quote({ provider: 'x', price: '3.1', event_at: hoursBefore(6), attributes: { change_point: true } });
    const { inputs } = fixOf({ ...inputsOf(...rest, point, next), sweeps });
    const seconds = inputs
      .filter((one) => one.candidate.observation.provider === 'x')
      .map((one) => one.candidate.stoodSeconds);
    expect(seconds).toEqual([18 * 3600, 6 * 3600]);
  });
});
