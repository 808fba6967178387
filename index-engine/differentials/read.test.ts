import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { measurementRules } from '#index-engine/differentials/definitions';
import { freezeDifferentials } from '#index-engine/differentials/freeze';
import { readQuoted } from '#index-engine/differentials/read';
import { quote } from '#index-engine/testing/market';
import { ClickHouse } from '#store/clickhouse/client';
import { insertObservations } from '#store/clickhouse/observations';
import type { Observation } from '#store/observation';

const folder = mkdtempSync(join(tmpdir(), 'csi-differentials-'));
let store: ClickHouse;

/** What a look at a venue at an hour of 1 or 2 July shows: a single GPU at 2.00 and a lot of 8 at 1.90. */
const look = (venue: string, at: string, facts: Partial<Observation> = {}) =>
  [1, 8].map((gpus) =>
    quote({
      ...{ provider: venue, price: gpus === 1 ? '2.00' : '1.90', gpus, native_id: `${venue}/${gpus}` },
      ...{ event_at: at, observed_at: at, sweep_id: at, attributes: { product: 'instance' } },
      ...facts,
    }),
  );
const instant = (time: string) => `2026-07-${time}:00:00.000Z`;

beforeAll(async () => {
  store = await ClickHouse.open({ path: join(folder, 'clickhouse') });
  await insertObservations(store, [
    ...look('lambda', instant('01T01')),
    ...look('lambda', instant('01T05')),
    ...look('lambda', instant('01T07')),
    ...look('crusoe', instant('01T05')),
    ...look('lambda', instant('02T01')),
    ...look('nebius', instant('01T02'), { observed_at: instant('09T00') }),
    ...look('vultr', instant('01T02'), { hardware_class: null }),
    ...look('hyperstack', instant('01T02'), { tenor: null }),
  ]);
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const day = (date: string) => new Date(`2026-07-${date}T00:00:00.000Z`);

describe('reading what a measurement looks at', () => {
  it('takes the first capture of each venue in each stretch of hours, of one day, and nothing learned later', async () => {
    const quoted = await readQuoted(store, { from: day('01'), to: day('02'), until: day('03'), hours: 6 });
    expect([...new Set(quoted.map((one) => `${one.venue} ${one.event_at}`))].sort()).toEqual([
      `crusoe ${instant('01T05')}`,
      `lambda ${instant('01T01')}`,
      `lambda ${instant('01T07')}`,
    ]);
    expect(quoted).toHaveLength(6);
    expect(quoted.find((one) => one.gpus === 8)).toMatchObject({
      ...{
        price: '1.9',
        country: null,
        region: null,
        attributes: { product: 'instance' },
        hardware_class: 'H100-SXM-80',
      },
    });
  });

  it('gives the same measurement as the range at once, and names what it looked at', async () => {
    const range = { from: '2026-07-01', to: '2026-07-02' };
    const frozen = await freezeDifferentials(store, range, measurementRules);
    expect(frozen.measured).toMatchObject({
      ...{ ...range, until: '2026-07-03T00:00:00.000Z', observations: 8, captures: 4, sources: ['test'] },
    });
    expect(frozen.measured.observations_sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(frozen.differentials[0]).toMatchObject({ definition: 'lot_size', pairs: 2, ratio: '0.950000' });
    expect(await freezeDifferentials(store, range, measurementRules)).toEqual(frozen);
    const none = await freezeDifferentials(store, { from: '2025-01-01', to: '2025-01-01' }, measurementRules);
    expect(none.measured).toMatchObject({ observations: 0, captures: 0, sources: [] });
  });
});
