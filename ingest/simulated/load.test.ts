import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { finishInterrupted } from '#ingest/collect';
import { loadPast } from '#ingest/simulated/load';
import { readMark, writeMark } from '#ingest/simulated/mark';
import { simulateMarket } from '#ingest/simulated/market';
import { simulatedSources } from '#ingest/simulated/sources';
import { observeMarket, sweepAt, sweepTimes } from '#ingest/simulated/sweeps';
import { DAY_MS } from '#ingest/simulated/time';
import { temporaryFolder } from '#ingest/testing/archive';
import { insertCaptures } from '#store/clickhouse/captures';
import { openStore, type Store } from '#store/store';

const folder = temporaryFolder('simulated-load');
const market = simulateMarket({ seed: 21 });
// Over the end of a month, where the store cuts.
const START = new Date('2026-08-29T07:30:00.000Z');
const days = (count: number) => new Date(START.getTime() + count * DAY_MS);
let store: Store;

beforeAll(async () => {
  store = await openStore(join(folder.path, 'data'), {});
});
afterAll(async () => {
  await store.close();
  folder.dispose();
});

const stored = async () =>
  (await store.clickhouse.rows<{ id: string }>('SELECT DISTINCT observation_id AS id FROM csi.observations'))
    .map(({ id }) => id)
    .sort();
const meant = (until: Date) =>
  observeMarket(market, START, until)
    .observations.map((one) => one.observation_id)
    .sort();

it('stores what the market says, in pieces, each look once', async () => {
  const progress: string[] = [];
  const first = await loadPast(store.clickhouse, market, START, days(1.3), (done, of) =>
    progress.push(`${done}/${of}`),
  );
  expect(progress).toEqual(['1/2', '2/2']);
  expect(await stored()).toEqual(meant(days(1.3)));
  const second = await loadPast(store.clickhouse, market, START, days(2.1));
  expect(await stored()).toEqual(meant(days(2.1)));
  expect(first.observations + second.observations).toBe((await stored()).length);
  const none = await loadPast(store.clickhouse, market, START, days(2.1));
  expect([none.captures, none.observations]).toEqual([0, 0]);
});

it('goes on after a crash that left captures unread', async () => {
  const sources = simulatedSources();
  const sweeps = sources.flatMap((source, position) =>
    sweepTimes(source, position, days(2.1), days(3)).map((at) => sweepAt(market, source, at)),
  );
  await insertCaptures(
    store.clickhouse,
    sweeps.flatMap(({ captures }) => captures),
  );
  expect(await finishInterrupted(store, sources)).toBeGreaterThan(500);
  await loadPast(store.clickhouse, market, START, days(4));
  expect(await stored()).toEqual(meant(days(4)));
});

it('marks a folder for good, and knows no folder that is not', () => {
  const marked = join(folder.path, 'marked');
  expect(readMark(marked)).toBeNull();
  writeMark(marked, { seed: 7 });
  expect(readMark(marked)).toEqual({ seed: 7 });
});
