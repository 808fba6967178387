import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { simulateChange } from '#index-engine/simulate';
import { changedRulebook, hoursBefore, panel, quote, rulebookV1 } from '#index-engine/testing/market';
import { ClickHouse } from '#store/clickhouse/client';
import { insertObservations } from '#store/clickhouse/observations';

let folder: string;
let store: ClickHouse;
const range = { from: '2026-07-28', to: '2026-07-28' };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'csi-simulate-'));
  store = await ClickHouse.open({ path: join(folder, 'clickhouse') });
  const host = quote({
    provider: 'vast/1',
    price: '2.00',
    evidence: 'executable',
    gpus: 64,
    event_at: hoursBefore(25),
  });
  await insertObservations(store, [...panel('2.80', '2.90', '3.00', '3.10', '3.20'), host]);
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

it('a rulebook beside itself changes nothing', async () => {
  const report = await simulateChange(store, { current: rulebookV1, changed: rulebookV1 }, range);
  expect(report).toMatchObject({ strikes: 27, differing: [] });
  expect(report.same).toBe(report.fixes);
  expect(report.fixes).toBeGreaterThan(0);
  expect(report.settlements).toMatchObject({ differing: [] });
  expect(report.settlements.settlements).toBeGreaterThan(0);
});

it('another cap changes what it caps, and says by how much; a stricter gate takes the value away', async () => {
  const capped = changedRulebook((rulebook) => {
    Object.assign((rulebook as unknown as { caps: object }).caps, { provider: '0.40', venue: '0.40' });
  });
  const { differing, changed, settlements } = await simulateChange(
    store,
    { current: rulebookV1, changed: capped },
    range,
  );
  expect(changed.sha256).toBe(capped.sha256);
  const headline = differing.find((one) => one.series === 'CSI-H100-SXM-80');
  expect(headline).toMatchObject({ date: '2026-07-28', current: { level: 4 }, changed: { level: 4 } });
  expect(Number(headline?.change)).toBeCloseTo(
    Number(headline?.changed?.value) / Number(headline?.current?.value) - 1,
    5,
  );
  // One fix of the month: the mean of it is the fix itself, at the contract's tick.
  const settling = settlements.differing.find((one) => one.contract === 'CSI-H100-SXM-80-CD');
  expect(settling).toMatchObject({
    month: '2026-07',
    final: false,
    current: { price: Number(headline?.current?.value).toFixed(3) },
    changed: { price: Number(headline?.changed?.value).toFixed(3) },
  });
  const strict = changedRulebook((rulebook) => {
    for (const level of rulebook.waterfall as unknown as { minimum_providers?: number }[])
      if (level.minimum_providers) level.minimum_providers = 50;
  });
  const suspended = await simulateChange(store, { current: rulebookV1, changed: strict }, range);
  const lost = suspended.differing.find((one) => one.series === 'CSI-H100-SXM-80');
  expect(lost).toMatchObject({ changed: { value: null, level: null }, change: null });
  const unsettled = suspended.settlements.differing.find((one) => one.contract === 'CSI-H100-SXM-80-CD');
  expect(unsettled).toMatchObject({ changed: { price: null, mean: null } });
});
