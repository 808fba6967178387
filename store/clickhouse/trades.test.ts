import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Contributing, openContributing, print } from '#api/testing/contributing';
import { readTrades, type TradeRow } from '#store/clickhouse/trades';

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
const trade = async (id: string, asOf = new Date('2026-11-21T00:00:00Z')): Promise<TradeRow | undefined> => {
  const range = { from: new Date('2026-11-20T00:00:00Z'), to: new Date('2026-11-21T00:00:00Z'), asOf };
  return (await readTrades(here.store.clickhouse, range)).find((one) => one.trade_id === id);
};
const cancel = (trade_id: string) => ({
  form: 'cancel',
  trade_id,
  venue: 'example-exchange',
  event_at: '2026-11-20T11:00:00Z',
});

describe('a trade', () => {
  it('that one side reports counts half, that both report whole', async () => {
    await send('b', print({ trade_id: 'm1', side: 'buyer' }));
    expect(await trade('m1')).toMatchObject({
      sides: ['buyer'],
      matched: false,
      weight: '0.5',
      cancelled: false,
      corrected: false,
    });
    await send('s', print({ trade_id: 'm1', side: 'seller' }));
    expect(await trade('m1')).toMatchObject({
      sides: ['buyer', 'seller'],
      matched: true,
      disputed: false,
      weight: '1',
      source: 'contribution:seller-house',
      price: '2.41',
      gpu_hours: '192',
      hardware_class: 'H100-SXM-80',
      attestation: 'C',
    });
  });

  it('that its venue reports counts whole', async () => {
    await send('v', print({ trade_id: 'm2', side: 'venue' }));
    expect(await trade('m2')).toMatchObject({ sides: ['venue'], matched: true, weight: '1' });
  });

  it('of which one contributor tells both sides counts half', async () => {
    await send('b', print({ trade_id: 'm3', side: 'buyer' }));
    await send('b', print({ trade_id: 'm3', side: 'seller' }));
    expect(await trade('m3')).toMatchObject({ matched: false, disputed: false, weight: '0.5' });
  });

  it('on which the sides differ is disputed until one corrects itself', async () => {
    await send('b', print({ trade_id: 'm4', side: 'buyer' }));
    await send('s', print({ trade_id: 'm4', side: 'seller', price: '2.51' }));
    expect(await trade('m4')).toMatchObject({ matched: false, disputed: true, weight: '0.5' });
    await send('s', print({ form: 'correction', trade_id: 'm4', side: 'seller' }));
    expect(await trade('m4')).toMatchObject({ matched: true, disputed: false, corrected: true, weight: '1' });
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
    expect(await trade('m6')).toMatchObject({ cancelled: true, weight: '0' });
    expect(await trade('m6', before)).toMatchObject({ cancelled: false, weight: '0.5' });
  });

  it('may be cancelled before it is known', async () => {
    await send('b', cancel('m7'));
    await send('b', print({ trade_id: 'm7' }));
    expect(await trade('m7')).toMatchObject({ cancelled: true });
  });
});
