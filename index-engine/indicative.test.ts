import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { computeFix } from '#index-engine/fix';
import { startIndicative } from '#index-engine/indicate';
import { indicativeValues } from '#index-engine/indicative';
import type { FixRecord } from '#index-engine/record';
import { context, hoursBefore, inputsOf, panel, quote, rulebookV1 } from '#index-engine/testing/market';
import { latestIndicative } from '#store/clickhouse/indicative';
import { insertObservations } from '#store/clickhouse/observations';
import { openStore, type Store } from '#store/store';

const at = context.strike.instant;
// A headline begins with marketplaces and neoclouds both.
const prices = [
  quote({ provider: 'p0', price: '2.80', venue_type: 'marketplace' }),
  ...panel('0', '2.90', '3.00', '3.10', '3.20').slice(1),
];
const headline = (observations: Parameters<typeof inputsOf>) =>
  indicativeValues(inputsOf(...observations), rulebookV1, at).find((one) => one.series === 'CSI-H100-SXM-80');

let folder: string;
let store: Store;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'csi-indicative-'));
  store = await openStore(folder, {});
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

it('is the estimator over the last hour alone', () => {
  expect(headline(prices)).toEqual({
    series: 'CSI-H100-SXM-80',
    at: at.toISOString(),
    value: '3.0000',
    level: 4,
    providers: 5,
  });
  // What moved within the hour moves it as far as it stood.
  const repriced = (price: string, event_at: string) =>
    prices.map(({ provider, venue_type }) => quote({ provider, venue_type, price, event_at }));
  const moved = repriced('3.50', hoursBefore(0.5));
  expect(headline([...prices, ...moved])?.value).toBe('3.2500');
  const long = repriced('3.50', hoursBefore(2));
  expect(headline([...prices, ...long])?.value).toBe('3.5000');
});

it('is anchored to the last fix, unless that is of another day', () => {
  const wide = panel('2.80', '2.90', '2.95', '3.00', '3.05', '3.10', '3.20', '3.30');
  const before = computeFix(inputsOf(...wide), rulebookV1, context).record;
  const late = new Date(at.getTime() + 4 * 3_600_000);
  const dear = quote({ provider: 'p9', price: '3.60', event_at: hoursBefore(-1) });
  const fresh = wide.map((one) => quote({ provider: one.provider, price: one.price, event_at: hoursBefore(-1) }));
  const valueAt = (fixes: Map<string, FixRecord>) =>
    indicativeValues(inputsOf(...fresh, dear), rulebookV1, late, fixes).find((one) => one.series === before.series)
      ?.value;
  expect(valueAt(new Map([[before.series, before]]))).toBe(before.value);
  expect(valueAt(new Map())).not.toBe(before.value);
  const old = { ...before, strike: hoursBefore(48) };
  expect(valueAt(new Map([[before.series, old]]))).toBe(valueAt(new Map()));
});

it('needs as many providers as the next fix would: fewer where level 4 gave the last', () => {
  const last = computeFix(inputsOf(...prices), rulebookV1, context).record;
  const four = inputsOf(...prices.slice(1).map((one) => ({ ...one, observed_at: one.event_at })));
  const of = (fixes: Map<string, FixRecord>) =>
    indicativeValues(four, rulebookV1, at, fixes).find((one) => one.series === last.series)?.providers;
  expect(of(new Map([[last.series, last]]))).toBe(4);
  expect(of(new Map([[last.series, { ...last, level: 1 as const }]]))).toBeUndefined();
  expect(of(new Map())).toBeUndefined();
});

it('has no value where too few stand, and takes none from prints or from before', () => {
  expect(headline(prices.slice(1))).toBeUndefined();
  const old = prices.map((one) => quote({ provider: one.provider, price: '3', event_at: hoursBefore(30) }));
  expect(headline(old)).toBeUndefined();
});

it('is computed each minute once, kept, and takes in what was learned since', async () => {
  let now = new Date(at.getTime() + 12_000);
  const seen: unknown[] = [];
  const schedule = startIndicative(
    store,
    () => now,
    (values) => seen.push(values),
  );
  await insertObservations(store.clickhouse, prices);
  expect(await schedule.once()).toContainEqual(expect.objectContaining({ series: 'CSI-H100-SXM-80', value: '3.0000' }));
  expect(await schedule.once()).toEqual([]);
  const later = prices.map((one) =>
    quote({
      provider: one.provider,
      venue_type: one.venue_type,
      price: '3.60',
      event_at: new Date(at.getTime() + 20_000).toISOString(),
    }),
  );
  await insertObservations(store.clickhouse, later);
  now = new Date(at.getTime() + 3_600_000 + 60_000);
  const [value] = (await schedule.once()).filter((one) => one.series === 'CSI-H100-SXM-80');
  expect(value).toMatchObject({ value: '3.6000', at: new Date(at.getTime() + 3_660_000).toISOString() });
  await schedule.stop();
  const kept = await latestIndicative(store.clickhouse, at);
  expect(kept.find((one) => one.series === 'CSI-H100-SXM-80')).toMatchObject({ value: '3.6', level: 4, providers: 5 });
});
