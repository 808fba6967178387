import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClickHouse } from '#store/clickhouse/client';
import { insertSignals, readSignals, type Signal, signalId } from '#store/clickhouse/signals';
import { insertTokenPrices, readTokenPrices, type TokenPrice, tokenPriceId } from '#store/clickhouse/tokens';

const folder = mkdtempSync(join(tmpdir(), 'csi-tokens-'));
let store: ClickHouse;
beforeAll(async () => {
  store = await ClickHouse.open({ path: join(folder, 'clickhouse') });
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const at = (hour: number) => new Date(Date.UTC(2026, 7, 4, hour)).toISOString();
const day = { from: new Date(at(0)), to: new Date(at(24)), asOf: new Date(at(24)) };

const tokenPrice = (changes: Partial<TokenPrice> = {}): TokenPrice => {
  const { token_price_id: _, ...fact }: TokenPrice = {
    token_price_id: '',
    source: 'openrouter',
    model: 'a/b-20260101',
    variant: 'standard',
    provider: 'fast',
    endpoint: 'e-1',
    kind: 'effective',
    prompt_usd_per_million: '0.0000085',
    completion_usd_per_million: '2163.7010676156583',
    tokens: 389_000_000_001,
    event_at: at(10),
    observed_at: at(10),
    capture_id: 'c-1',
    capture_sha256: 'f'.repeat(64),
    ...changes,
  };
  return { token_price_id: tokenPriceId(fact), ...fact };
};

describe('token prices', () => {
  it('come back as they were, whatever is unstated', async () => {
    const whole = tokenPrice();
    const bare = tokenPrice({
      ...{ model: 'c/d', kind: 'listed', provider: null, endpoint: null, tokens: null },
      completion_usd_per_million: null,
    });
    expect(await insertTokenPrices(store, [whole, bare])).toBe(2);
    expect(await readTokenPrices(store, day)).toEqual([whole, bare]);
    expect(await readTokenPrices(store, { ...day, models: ['c/d'] })).toEqual([bare]);
    expect(await readTokenPrices(store, { ...day, kind: 'effective' })).toEqual([whole]);
  });

  it('read again later add nothing; learned earlier, they are known from then on', async () => {
    const models = ['again'];
    const first = tokenPrice({ model: 'again', observed_at: at(12) });
    const later = { ...first, observed_at: at(13), capture_id: 'c-2' };
    const earlier = { ...first, observed_at: at(11), capture_id: 'c-3' };
    expect(await insertTokenPrices(store, [first])).toBe(1);
    expect(await insertTokenPrices(store, [later])).toBe(0);
    expect(await readTokenPrices(store, { ...day, models })).toEqual([first]);
    expect(await insertTokenPrices(store, [earlier])).toBe(0);
    expect(await readTokenPrices(store, { ...day, models })).toEqual([earlier]);
    // The one that stays when the engine merges is the first-learned, too.
    await store.command('OPTIMIZE TABLE csi.token_prices FINAL');
    expect(await readTokenPrices(store, { ...day, models })).toEqual([earlier]);
  });

  it('are known from the moment they were learned, and not before', async () => {
    const models = ['late'];
    const late = tokenPrice({ model: 'late', observed_at: at(20) });
    await insertTokenPrices(store, [late]);
    expect(await readTokenPrices(store, { ...day, models, asOf: new Date(at(20)) })).toEqual([]);
    expect(await readTokenPrices(store, { ...day, models, asOf: new Date(Date.parse(at(20)) + 1) })).toEqual([late]);
    expect(await readTokenPrices(store, { ...day, models, from: new Date(Date.parse(at(10)) + 1) })).toEqual([]);
    expect(await readTokenPrices(store, { ...day, models, to: new Date(at(10)) })).toEqual([]);
  });

  it('are themselves by what they say', () => {
    const one = tokenPrice();
    expect(tokenPrice({ observed_at: at(11), capture_id: 'x', capture_sha256: 'y' }).token_price_id).toBe(
      one.token_price_id,
    );
    const others: Partial<TokenPrice>[] = [
      { model: 'x' },
      { variant: 'batch' },
      { provider: null },
      { endpoint: 'e-2' },
      { kind: 'listed' },
      { prompt_usd_per_million: '0.0000086' },
      { completion_usd_per_million: null },
      { tokens: 1 },
      { event_at: at(11) },
      { source: 'x' },
    ];
    const ids = others.map((change) => tokenPrice(change).token_price_id);
    expect(new Set([one.token_price_id, ...ids]).size).toBe(others.length + 1);
  });
});

const signal = (changes: Partial<Signal> = {}): Signal => {
  const { signal_id: _, ...fact }: Signal = {
    signal_id: '',
    source: 'aws-spot-advisor',
    native_id: 'us-east-1/p5.48xlarge',
    provider: 'aws',
    label: 'H100 SXM5',
    memory_gb: 80,
    hardware_class: 'H100-SXM-80',
    region: 'us-east-1',
    name: 'savings_percent',
    value: '-62',
    event_at: at(10),
    observed_at: at(10),
    capture_id: 'c-1',
    capture_sha256: 'f'.repeat(64),
    ...changes,
  };
  return { signal_id: signalId(fact), ...fact };
};

describe('signals', () => {
  it('come back as they were, by class and name', async () => {
    const band = signal({ name: 'interruption_band', value: '0' });
    const unknown = signal({ native_id: 'x', hardware_class: null, region: null, memory_gb: null, value: '0.246' });
    expect(await insertSignals(store, [signal(), band, unknown])).toBe(3);
    expect(await insertSignals(store, [signal(), band, unknown])).toBe(0);
    expect(await readSignals(store, day)).toEqual([band, signal(), unknown]);
    expect(await readSignals(store, { ...day, names: ['interruption_band'] })).toEqual([band]);
    expect(await readSignals(store, { ...day, hardwareClasses: ['H100-SXM-80'] })).toEqual([band, signal()]);
    expect(await readSignals(store, { ...day, asOf: new Date(at(10)) })).toEqual([]);
  });

  it('a class concluded anew makes no other fact', () => {
    expect(signal({ hardware_class: null }).signal_id).toBe(signal().signal_id);
    expect(signal({ value: '-61' }).signal_id).not.toBe(signal().signal_id);
  });
});
