import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { historyFormats } from '#ingest/history/formats';
import { type HistoryReport, importHistory } from '#ingest/history/load';
import { NOW, stands, storedObservations, wrongIds } from '#ingest/history/testing/stored';
import { temporaryFolder } from '#ingest/testing/archive';
import { ClickHouse } from '#store/clickhouse/client';

const recorded = fileURLToPath(new URL('../../../shared/data/history/', import.meta.url));
const FILES: Readonly<Record<string, string>> = {
  skypilot: `${recorded}skypilot_gpu_price_changes_2022-07_2024-06.csv.gz`,
  gcp: `${recorded}gcp_gpu_price_changes_2022-02_2026-07.csv.gz`,
  aws: `${recorded}aws_accel_ondemand_changes.csv.gz`,
  azure: `${recorded}azure_gpu_ondemand_changes.csv.gz`,
};
const LOOKS = `${recorded}skypilot_catalog_observations.csv.gz`;
const SAMPLE = 5000;
const isHere = Object.values(FILES).every(existsSync);
if (!isHere) console.warn('no recorded histories beside the repository: tests on them are skipped');

describe.skipIf(!isHere)('the recorded histories', () => {
  const folder = temporaryFolder('history-recorded');
  const reports = new Map<string, HistoryReport>();
  let store: ClickHouse;

  beforeAll(async () => {
    store = await ClickHouse.open({ path: join(folder.path, 'clickhouse') });
    for (const format of historyFormats) {
      const looks = format.id === 'skypilot' ? LOOKS : null;
      reports.set(format.id, await importHistory(store, { format, files: [FILES[format.id] ?? ''], looks, now: NOW }));
    }
  }, 180_000);
  afterAll(async () => {
    await store.close();
    folder.dispose();
  });

  it.each([
    ['skypilot', 1_684_399, 1_680_000],
    ['gcp', 17_683, 21_000],
    ['aws', 231, 140],
    ['azure', 1878, 600],
  ])('%s: %i rows are read', (id, rows, observations) => {
    const report = reports.get(id);
    expect(report?.problems).toEqual([]);
    expect(report?.files[0]?.rows).toBe(rows);
    expect(report?.files[0]?.observations).toBeGreaterThan(observations);
  });

  it.each(historyFormats.map((format) => [format.source]))(
    '%s: ids are those that observationId makes of the rows as they are read back',
    async (source) => {
      const sample = await storedObservations(store, source, SAMPLE);
      expect(sample.length).toBeGreaterThan(100);
      expect(wrongIds(sample)).toEqual([]);
    },
  );

  it('every fact stands once, and no price in CNY, of a licence or of a part of an accelerator', async () => {
    const [row] = await store.rows<{ rows: number; facts: number; cny: number; licences: number; parts: number }>(
      `SELECT count() AS rows, uniqExact(observation_id) AS facts, countIf(native_id LIKE '%/cn-%') AS cny,
         countIf(match(native_id, '/(rhel|sles|windows)')) AS licences, countIf(native_id LIKE '%NV6ads%') AS parts
       FROM csi.observations`,
    );
    expect(row).toMatchObject({ facts: row?.rows, cny: 0, licences: 0, parts: 0 });
  });

  it('AWS: p5.48xlarge falls from 98.32 to 55.04 on 2025-06-23', async () => {
    const prices = (await storedObservations(store, 'aws-history'))
      .filter((one) => one.native_id === 'aws/p5.48xlarge/us-east-1/od')
      .sort((a, b) => (a.event_at < b.event_at ? -1 : 1))
      .map((one) => [one.event_at.slice(0, 10), one.price, one.gpus, one.hardware_class, one.country]);
    expect(prices).toEqual([
      ['2023-08-09', '98.32', 8, 'H100-SXM-80', 'US'],
      ['2025-06-23', '55.04', 8, 'H100-SXM-80', 'US'],
    ]);
  });

  it('every look is a sweep of its provider, and every observation carries the id of one', async () => {
    expect(reports.get('skypilot')?.looks).toMatchObject({ looks: 2682, refused: 0 });
    const [row] = await store.rows<{ orphans: number }>(
      `SELECT count() AS orphans FROM csi.observations
       WHERE (source, sweep_id) NOT IN (SELECT source, sweep_id FROM csi.sweeps)`,
    );
    expect(row?.orphans).toBe(0);
  });

  it('again adds nothing, even where the mark that they were read is lost', async () => {
    const before = await Promise.all(historyFormats.map((format) => stands(store, format.source)));
    await store.command('TRUNCATE TABLE csi.capture_outcomes');
    for (const format of historyFormats.filter((one) => one.id !== 'skypilot')) {
      const again = await importHistory(store, { format, files: [FILES[format.id] ?? ''], looks: null, now: NOW });
      expect(again.files[0]).toMatchObject({ known: false, observations: 0, withdrawals: 0, looks: 0 });
    }
    expect(await Promise.all(historyFormats.map((format) => stands(store, format.source)))).toEqual(before);
  });
});
