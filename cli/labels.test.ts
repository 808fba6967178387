import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { labelText, reportLabels } from '#cli/labels';
import { catalogue } from '#ingest/catalogue';
import { readSweep } from '#ingest/read';
import type { Source } from '#ingest/source';
import { azure } from '#ingest/sources/azure';
import { runpod } from '#ingest/sources/runpod';
import { vastMetrics } from '#ingest/sources/vast-metrics';
import { temporaryFolder } from '#ingest/testing/archive';
import { captureOf } from '#ingest/testing/captures';
import { venues } from '#ingest/testing/venues';
import { ClickHouse } from '#store/clickhouse/client';
import { insertObservations, insertQuarantined } from '#store/clickhouse/observations';
import { insertSignals } from '#store/clickhouse/signals';
import { unidentifiedLabels } from '#store/clickhouse/unknown-labels';

const folder = temporaryFolder('labels');
let store: ClickHouse;

/** Stores what a source makes of an answer, twice: nothing counts twice. */
async function keep(source: Source, text: string): Promise<void> {
  const { observations, quarantined, signals } = readSweep(source, [captureOf(source, text)]);
  for (let time = 0; time < 2; time += 1) {
    await insertObservations(store, observations);
    await insertQuarantined(store, quarantined);
    await insertSignals(store, signals);
  }
}

const gpuType = (id: string, memoryInGb: number) => ({ id, memoryInGb, securePrice: 1, communityPrice: 0.5 });
const item = (armSkuName: string) => ({
  ...{ armSkuName, armRegionName: 'eastus', retailPrice: 9, unitOfMeasure: '1 Hour', meterName: armSkuName },
  ...{ productName: 'Linux', currencyCode: 'USD', type: 'Consumption' },
});

beforeAll(async () => {
  store = await ClickHouse.open({ path: join(folder.path, 'clickhouse') });
  const types = [
    ...[gpuType('NVIDIA H100 80GB HBM3', 80), gpuType('NVIDIA H100 SXM7', 80), gpuType('Tesla V100', 16)],
    ...[gpuType('NVIDIA GeForce GTX 1080', 8), gpuType('NVIDIA GeForce RTX 3080', 10)],
    ...[gpuType('NVIDIA GeForce RTX 4090', 48), gpuType('NVIDIA GeForce RTX 3090', 36)],
  ];
  await keep(runpod, JSON.stringify({ data: { gpuTypes: types } }));
  const names = ['Standard_ND96isr_H100_v5', 'Standard_ND999_X1_v9', 'Standard_NV6ads_A10_v5', 'Standard_NC6'];
  await keep(azure, JSON.stringify({ Items: names.map(item), NextPageLink: null }));
  const metrics = venues.find((one) => one.source === vastMetrics);
  await keep(vastMetrics, (metrics?.text ?? '').replaceAll('"RTX 4090"', '"RTX 4097"'));
});
afterAll(async () => {
  await store.close();
  folder.dispose();
});

const report = async () => reportLabels(await unidentifiedLabels(store), catalogue);

it('lists what nobody knows, with its rows and what it might be', async () => {
  const { unknown } = await report();
  const named = unknown.map(({ source, label, memory_gb, count }) => [source, label, memory_gb, count]);
  expect(named).toContainEqual(['runpod', 'NVIDIA H100 SXM7', 80, 2]);
  expect(named).toContainEqual(['runpod', 'NVIDIA GeForce RTX 3090', 36, 2]);
  expect(named).toContainEqual(['azure', 'Standard_ND999_X1_v9', null, 1]);
  expect(named).toContainEqual(['vast-metrics', 'RTX 4097', null, expect.any(Number)]);
  expect(named).toHaveLength(4);
  expect(unknown.find((one) => one.label.endsWith('SXM7'))?.suggestions[0]).toBe('H100-SXM-80');
});

it('keeps apart what has no class on purpose, with the reason', async () => {
  const { deliberate } = await report();
  expect(Object.fromEntries(deliberate.map((one) => [one.label, one.reason]))).toEqual({
    'Tesla V100': 'form factor unstated: SXM2 and PCIe',
    'NVIDIA GeForce GTX 1080': 'desktop card outside the index',
    'NVIDIA GeForce RTX 3080': 'desktop card outside the index',
    'NVIDIA GeForce RTX 4090': '48 GB is not RTX4090-24: a card rebuilt by others with 48 GB',
    Standard_NV6ads_A10_v5: 'a part of an A10: a sixth, a third or half',
    K80: 'old or small data-centre accelerator outside the index',
  });
});

it('says so as text: one line a label, or a reason', async () => {
  const lines = labelText(await report()).split('\n');
  expect(lines.find((line) => line.includes('SXM7'))).toMatch(/^runpod +NVIDIA H100 SXM7 +80 +2 +H100-SXM-80/);
  expect(lines.find((line) => line.startsWith('desktop'))).toMatch(
    /index +NVIDIA GeForce (GTX 1080|RTX 3080), NVIDIA .* +4$/,
  );
  const { deliberate } = await report();
  const rows = deliberate.reduce((sum, one) => sum + one.count, 0);
  expect(lines).toContain(`Without a class on purpose: 6 labels, ${rows} rows.`);
  expect(labelText({ unknown: [], deliberate: [] })).toBe('Every label met so far is known.');
});

it('a label that has a class by now is no longer listed', () => {
  const row = { source: 'runpod', venue: 'runpod', label: 'NVIDIA H200', memory_gb: 141, rows: 7 };
  expect(reportLabels([row], catalogue)).toEqual({ unknown: [], deliberate: [] });
});
