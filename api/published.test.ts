import { afterAll, beforeAll, expect, it } from 'vitest';
import { fixEvents } from '#api/latest';
import { observation } from '#api/testing/records';
import { type Installation, install } from '#api/testing/store';
import type { FixAnswer, InputsAnswer, LatestFix } from '#api/types';
import { type ReplayReport, replay } from '#index-engine/replay';
import { insertObservations, insertSweeps } from '#store/clickhouse/observations';
import { fixesAtStrike } from '#store/ledger/fixes';

// Fixes as the engine publishes them: what is answered must be what it computed, whatever the rows look like.
const H100 = 'CSI-H100-SXM-80';
const prices = {
  runpod: '2.69',
  lambda: '2.99',
  datacrunch: '2.10',
  crusoe: '3.10',
  nebius: '2.95',
  hyperstack: '2.40',
};
let api: Installation;
let report: ReplayReport;

beforeAll(async () => {
  api = await install('2026-07-30T12:00:00.000Z');
  const { clickhouse } = api.store;
  for (const day of ['2026-07-27', '2026-07-28']) {
    const at = `${day}T14:00:00.000Z`;
    await insertSweeps(clickhouse, [{ source: 'runpod', sweep_id: day, observed_at: at, complete: true, covers: [] }]);
    await insertObservations(
      clickhouse,
      Object.entries(prices).map(([provider, price]) =>
        observation({
          ...{ provider, venue: provider, native_id: provider, price, observed_at: at, sweep_id: day },
          // A headline begins with marketplaces and neoclouds both.
          venue_type: provider === 'crusoe' ? 'marketplace' : 'neocloud',
        }),
      ),
    );
  }
  report = await replay(api.store, api.key, { from: '2026-07-28', to: '2026-07-29' }, api.time.now);
});
afterAll(() => api.close());

async function read<T>(path: string): Promise<T> {
  const response = await api.get(path);
  expect(response.status, path).toBe(200);
  return (await response.json()) as T;
}

it('answers the constituents the engine traced, in its order', async () => {
  expect(report.published).toBeGreaterThan(0);
  const { revisions } = await read<FixAnswer>(`/v1/fixes/${H100}/2026-07-28`);
  const { inputs, fix_hash } = await read<InputsAnswer>(`/v1/fixes/${H100}/2026-07-28/inputs`);
  const fix = revisions[0]?.fix;
  expect(fix?.value).not.toBeNull();
  expect(fix_hash).toBe(revisions[0]?.hash);
  expect(inputs.length).toBe(fix?.counts.observations);
  expect(inputs.filter((one) => one.included).length).toBe(fix?.counts.included);
  const weight = inputs.reduce((sum, one) => sum + Number(one.weight), 0);
  expect(weight).toBeCloseTo(1, 9);
});

it('gives the evidence bundle as a file that names its fix', async () => {
  const response = await api.get(`/v1/fixes/${H100}/2026-07-28/evidence`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${H100}_2026-07-28_evidence.json"`);
  const bundle = (await response.json()) as { format: string; proof: { hash: string } };
  const { revisions } = await read<FixAnswer>(`/v1/fixes/${H100}/2026-07-28`);
  expect(bundle).toMatchObject({ format: 'csi-evidence/2', proof: { hash: revisions[0]?.hash } });
  const held = { 'if-none-match': response.headers.get('etag') ?? '' };
  expect((await api.get(`/v1/fixes/${H100}/2026-07-28/evidence`, held)).status).toBe(304);
});

it('makes events of published rows that equal the newest fixes', async () => {
  const latest = await read<LatestFix[]>('/v1/fixes/latest');
  const rows = await fixesAtStrike(api.store.ledger.database, new Date('2026-07-29T15:00:00.000Z'));
  const struckThen = latest.filter((one) => one.strike === '2026-07-29T15:00:00.000Z');
  const hourly = latest.filter((one) => one.series.endsWith('.H'));
  expect(hourly.map((one) => one.strike)).toEqual(hourly.map(() => '2026-07-29T23:00:00.000Z'));
  expect(hourly.length + struckThen.length).toBe(latest.length);
  const events = await fixEvents(api.store, rows, api.time.now);
  expect(events.filter((one) => !one.series.endsWith('.H'))).toEqual(struckThen);
});
