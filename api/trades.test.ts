import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Contributing, openContributing, print } from '#api/testing/contributing';
import { type ResolvedTrade, resolveTrades } from '#index-engine/trades';
import { readInputs } from '#store/clickhouse/observations';

let here: Contributing;
const tokens: Record<string, string> = {};
beforeAll(async () => {
  here = await openContributing();
  tokens.b = await here.keyOf('buyer-house');
  tokens.s = await here.keyOf('seller-house');
  tokens.v = await here.keyOf('example-exchange', 'example-exchange');
});
afterAll(() => here.close());

const send = async (who: string, line: object) => {
  // Each a moment later than the one before: what was learned when is what is asked for.
  here.time.now = new Date(here.time.now.getTime() + 1000);
  const { verdicts } = await here.sendLines(tokens[who] ?? '', [line]);
  expect(verdicts[0]?.verdict).toBe('accepted');
};
const trade = async (id: string, asOf = new Date('2026-11-21T00:00:00Z')) => {
  const from = new Date('2026-11-20T00:00:00Z');
  const since = new Date('2026-11-01T00:00:00Z');
  const inputs = await readInputs(here.store.clickhouse, { strike: asOf, from, since, history: 20 });
  const facts = inputs.observations.filter((one) => one.trade?.id === id);
  const [found] = resolveTrades(facts, inputs.cancellations);
  return found && found.report.event_at >= from.toISOString() ? wordsOf(found) : undefined;
};
const wordsOf = ({ report, others, matched, cancelled }: ResolvedTrade) => ({
  source: report.source,
  price: report.price,
  gpu_hours: report.trade?.gpu_hours,
  hardware_class: report.hardware_class,
  attestation: report.attributes.attestation,
  reports: 1 + others.filter((one) => !one.superseded).length,
  corrected: report.attributes.form === 'correction' || others.some((one) => one.superseded),
  matched,
  cancelled,
});
const cancel = (trade_id: string) => ({
  form: 'cancel',
  trade_id,
  venue: 'example-exchange',
  event_at: '2026-11-20T11:00:00Z',
});

describe('a trade', () => {
  it('that one side reports counts half, that both report is whole', async () => {
    await send('b', print({ trade_id: 'm1', side: 'buyer' }));
    expect(await trade('m1')).toMatchObject({
      reports: 1,
      matched: false,
      cancelled: false,
      corrected: false,
    });
    await send('s', print({ trade_id: 'm1', side: 'seller' }));
    expect(await trade('m1')).toMatchObject({
      reports: 2,
      matched: true,
      source: 'contribution:seller-house',
      price: '2.41',
      gpu_hours: '192',
      hardware_class: 'H100-SXM-80',
      attestation: 'C',
    });
  });

  it('that its venue reports counts whole', async () => {
    await send('v', print({ trade_id: 'm2', side: 'venue' }));
    expect(await trade('m2')).toMatchObject({ reports: 1, matched: true });
  });

  it('of which one contributor tells both sides counts half', async () => {
    await send('b', print({ trade_id: 'm3', side: 'buyer' }));
    await send('b', print({ trade_id: 'm3', side: 'seller' }));
    expect(await trade('m3')).toMatchObject({ matched: false });
  });

  it('on which the sides differ is disputed until one corrects itself', async () => {
    await send('b', print({ trade_id: 'm4', side: 'buyer' }));
    await send('s', print({ trade_id: 'm4', side: 'seller', price: '2.51' }));
    expect(await trade('m4')).toMatchObject({ matched: false });
    await send('s', print({ form: 'correction', trade_id: 'm4', side: 'seller' }));
    expect(await trade('m4')).toMatchObject({ matched: true, corrected: true });
  });

  it('is what its last correction says, wherever it moves it', async () => {
    await send('b', print({ trade_id: 'm5' }));
    const correction = (price: string, facts = {}) => print({ form: 'correction', trade_id: 'm5', price, ...facts });
    await send('b', correction('2.60', { corrected_at: '2026-11-20T11:10:00Z' }));
    const before = new Date(here.time.now.getTime() + 1);
    await send('b', correction('2.41', { corrected_at: '2026-11-20T11:20:00Z' }));
    await send('b', correction('2.60', { corrected_at: '2026-11-20T11:30:00Z' }));
    expect(await trade('m5')).toMatchObject({ price: '2.6', corrected: true });
    expect(await trade('m5', before)).toMatchObject({ price: '2.6', corrected: true });
    await send('b', correction('2.60', { event_at: '2026-11-19T10:00:00Z', corrected_at: '2026-11-20T11:40:00Z' }));
    expect(await trade('m5')).toBeUndefined();
    expect(await trade('m5', before)).toBeDefined();
  });

  it('that is cancelled counts nothing, and counted until then', async () => {
    await send('b', print({ trade_id: 'm6' }));
    const before = new Date(here.time.now.getTime() + 1);
    await send('s', cancel('m6'));
    expect(await trade('m6')).toMatchObject({ cancelled: false });
    await send('b', cancel('m6'));
    expect(await trade('m6')).toMatchObject({ cancelled: true });
    expect(await trade('m6', before)).toMatchObject({ cancelled: false });
  });

  it('may be cancelled before it is known', async () => {
    await send('b', cancel('m7'));
    await send('b', print({ trade_id: 'm7' }));
    expect(await trade('m7')).toMatchObject({ cancelled: true });
  });
});
