import { describe, expect, it } from 'vitest';
import { computeFix } from '#index-engine/fix';
import type { FixContext, FixInputs } from '#index-engine/inputs';
import { context, hoursBefore, inputsOf, panel, quote, rulebookV1 } from '#index-engine/testing/market';
import { canonicalJson } from '#methodology/canonical';
import type { Observation } from '#store/observation';

const hoursAfter = (hours: number) => hoursBefore(-hours);
const restating = (hours: number): FixContext => ({
  ...context,
  head: 'a'.repeat(64),
  restates: { revision: 1, hash: 'b'.repeat(64), knownAt: new Date(hoursAfter(hours)) },
});
const fix = (inputs: FixInputs, of: FixContext = context) => computeFix(inputs, rulebookV1, of);
const standing = panel('1.9', '1.95', '2', '2', '2.05', '2.1');

/** A trade of the exchange, made some hours before the strike and told some hours after it. */
function print(
  id: string,
  ago: number,
  toldAfter: number,
  facts: { form?: 'trade' | 'correction'; price?: string } = {},
): Observation {
  const { form = 'trade', price = '2' } = facts;
  return quote({
    provider: `exchange/s${id}`,
    venue: 'exchange',
    venue_type: 'exchange',
    evidence: 'transaction',
    source: 'contribution:exchange',
    native_id: `trade/exchange/venue/${id}`,
    price,
    gpus: 8,
    event_at: hoursBefore(ago),
    observed_at: hoursAfter(toldAfter),
    attributes: { form, side: 'venue' },
    trade: { id, gpu_hours: '40', buyer: `b${id}`, seller: `s${id}` },
  });
}

const considered = ({ evidence }: ReturnType<typeof fix>) =>
  evidence.observations.map(({ observation_id }) => observation_id);

describe('a fix that is looked at again', () => {
  it('takes in what was told after its strike and dated before it, and the fix itself never does', () => {
    const late = print('1', 3, 2);
    const quoted = quote({ provider: 'late', price: '1.5', event_at: hoursBefore(20), observed_at: hoursAfter(2) });
    const inputs = inputsOf(...standing, late, quoted);
    for (const one of [late, quoted]) {
      expect(considered(fix(inputs))).not.toContain(one.observation_id);
      expect(considered(fix(inputs, restating(3)))).toContain(one.observation_id);
      // Not what was learned at the very instant.
      expect(considered(fix(inputs, restating(2)))).not.toContain(one.observation_id);
    }
    expect(canonicalJson(fix(inputs).record)).toBe(canonicalJson(fix(inputsOf(...standing)).record));
  });

  it('never takes in what is dated at or after its strike, however early it is known', () => {
    const future = [
      print('2', 0, -5),
      print('3', -1, -5),
      quote({ provider: 'soon', price: '1', event_at: hoursAfter(0) }),
    ];
    const looked = considered(fix(inputsOf(...standing, ...future), restating(20)));
    for (const { observation_id } of future) expect(looked).not.toContain(observation_id);
  });

  it('takes in a correction and a cancellation told later', () => {
    const told = print('4', 3, -3);
    const corrected = print('4', 3, 2, { form: 'correction', price: '2.5' });
    const inputs = inputsOf(...standing, told, corrected);
    const fates = (result: ReturnType<typeof fix>, { observation_id }: Observation) =>
      result.inputs.find(({ candidate }) => candidate.observation.observation_id === observation_id)?.reason;
    expect(fates(fix(inputs), corrected)).toBeUndefined();
    expect(fates(fix(inputs, restating(3)), told)).toBe('trade.corrected');
    const cancelled: FixInputs = {
      ...inputsOf(...standing, told),
      cancellations: [
        {
          cancellation_id: 'c',
          source: 'contribution:exchange',
          venue: 'exchange',
          trade_id: '4',
          reason: 'refunded',
          event_at: hoursAfter(1),
          observed_at: hoursAfter(2),
          capture_id: 'capture',
          capture_sha256: 'c'.repeat(64),
        },
      ],
    };
    expect(fates(fix(cancelled), told)).not.toMatch(/cancel/);
    expect(fates(fix(cancelled, restating(3)), told)).toMatch(/cancel/);
    expect(fix(cancelled).evidence.cancellations).toEqual([]);
    expect(fix(cancelled, restating(3)).evidence.cancellations).toHaveLength(1);
  });

  it('takes the rate that was learned later and dated before, and none dated later', () => {
    const rate = (date: string, usd_per_unit: string) => ({
      date,
      currency: 'EUR',
      usd_per_unit,
      source: 'ecb',
      observed_at: hoursAfter(1),
      capture_id: 'capture',
    });
    const inputs: FixInputs = {
      ...inputsOf(...standing, quote({ provider: 'euro', price: '2', currency: 'EUR' })),
      rates: [rate('2026-07-27', '1.1'), rate('2026-07-29', '1.3')],
    };
    expect(fix(inputs).evidence.rates).toEqual([]);
    expect(fix(inputs, restating(3)).evidence.rates.map(({ date }) => date)).toEqual(['2026-07-27']);
  });

  it('says what it restates and what it was computed against; a fix at the head of its chain says neither', () => {
    const { record } = fix(inputsOf(...standing), restating(3));
    expect(record).toMatchObject({
      revision: 1,
      publication: 'restated',
      restates: { hash: 'b'.repeat(64), known_at: hoursAfter(3) },
      previous_hash: 'a'.repeat(64),
      computed_against: null,
    });
    const initial = fix(inputsOf(...standing)).record;
    expect(initial).toMatchObject({ revision: 0, publication: 'initial', previous_hash: null });
    expect(initial).not.toHaveProperty('restates');
    expect(initial).not.toHaveProperty('computed_against');
  });
});
