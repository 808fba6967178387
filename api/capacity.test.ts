import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { observation } from '#api/testing/records';
import { type Installation, install } from '#api/testing/store';
import type { CapacityAnswer, CapacityBoardAnswer, CapacityHistory, Problem } from '#api/types';
import { catalogue } from '#ingest/catalogue';
import { capacityRules } from '#methodology/capacity';
import { insertObservations, insertSweeps } from '#store/clickhouse/observations';

let api: Installation;
const DAYS = 9;
const dayOf = (index: number) => `2026-07-${String(20 + index).padStart(2, '0')}`;

/** One slice of a machine of Vast's at one look. */
const slice = (day: string, machine: number, gpus: number) =>
  observation({
    source: 'vast',
    sweep_id: `vast-${day}`,
    native_id: `${machine}-${gpus}`,
    observed_at: `${day}T06:00:00.000Z`,
    provider: `vast/${machine}`,
    venue: 'vast',
    venue_type: 'marketplace',
    evidence: 'executable',
    gpus,
    available_gpus: gpus,
    country: 'DE',
    region: 'EU',
    attributes: { product: 'instance', machine: `vast/${machine}` },
  });

beforeAll(async () => {
  api = await install('2026-08-20T10:00:00.000Z');
  const { clickhouse } = api.store;
  const days = Array.from({ length: DAYS }, (_, index) => dayOf(index));
  await insertSweeps(
    clickhouse,
    days.flatMap((day) => [
      { source: 'vast', sweep_id: `vast-${day}`, observed_at: `${day}T06:00:00.000Z`, complete: true, covers: [] },
      // A look cut short a moment later: what it lacks is not gone.
      { source: 'vast', sweep_id: `cut-${day}`, observed_at: `${day}T06:05:00.000Z`, complete: false, covers: [] },
    ]),
  );
  await insertObservations(clickhouse, [
    ...days.flatMap((day) => [slice(day, 1, 8), slice(day, 1, 2)]),
    ...days.slice(-1).map((day) => slice(day, 2, 4)),
    ...days.map((day) => observation({ observed_at: `${day}T07:00:00.000Z`, native_id: 'H100/secure' })),
  ]);
});
afterAll(() => api.close());

async function read<T>(path: string): Promise<T> {
  const response = await api.get(path);
  expect(response.status, path).toBe(200);
  return (await response.json()) as T;
}
const problem = async (path: string) => (await (await api.get(path)).json()) as Problem;

describe('capacity', () => {
  it('of a class counts a machine once, and says who shows it', async () => {
    const answer = await read<CapacityAnswer>(`/v1/capacity/H100-SXM-80?at=${dayOf(DAYS - 1)}T15:00:00Z`);
    expect(answer.total).toMatchObject({
      offered: 12,
      free: 12,
      rented: null,
      utilisation: null,
      stranded: 8,
      stranded_share: '0.666667',
    });
    expect(answer.regions.EU.free).toBe(12);
    expect(answer.coverage).toEqual({ venues_showing: ['vast'], venues_priced: 2, share: '0.500000' });
    expect(answer.sources.find(({ source }) => source === 'vast')?.looked_at).toBe(`${dayOf(DAYS - 1)}T06:00:00.000Z`);
  });

  it('of a store that nobody feeds any more is that of its newest look, and says when that was', async () => {
    const { at, classes } = await read<CapacityBoardAnswer>('/v1/capacity');
    expect(at).toBe(`${dayOf(DAYS - 1)}T06:00:01.000Z`);
    expect(classes.map((one) => [one.hardware_class, one.total.free])).toEqual([['H100-SXM-80', 12]]);
    const now = await read<CapacityAnswer>('/v1/capacity/H100-SXM-80?at=2026-08-20T00:00:00Z');
    expect(now.total).toMatchObject({ offered: null, free: null, stranded: null });
  });

  it('has a history at the strikes, with nothing where nobody looked', async () => {
    const history = await read<CapacityHistory>('/v1/capacity/H100-SXM-80?from=2026-07-19&to=2026-07-31');
    expect(history.date).toHaveLength(12);
    expect(history.free).toEqual([null, ...Array.from({ length: DAYS - 1 }, () => 8), 12, null, null]);
    // Of the eighth day's strike on a look lies a week back.
    expect(history.stranded.indexOf(8)).toBe(8);
    expect(history.at[1]).toBe('2026-07-20T15:00:00.000Z');
  });

  it('refuses what cannot be asked', async () => {
    expect(await problem('/v1/capacity/H100')).toMatchObject({ type: '/problems/unknown-class' });
    expect(await problem('/v1/capacity/H100-SXM-80?at=yesterday')).toMatchObject({ status: 400, parameter: 'at' });
    expect(await problem('/v1/capacity?at=2027-01-01T00:00:00Z')).toMatchObject({ status: 400, parameter: 'at' });
    const both = '/v1/capacity/H100-SXM-80?at=2026-07-20T00:00:00Z&from=2026-07-20';
    expect(await problem(both)).toMatchObject({ status: 400, parameter: 'at' });
    const long = '/v1/capacity/H100-SXM-80?from=2025-07-20&to=2026-07-20';
    expect(await problem(long)).toMatchObject({ status: 400, parameter: 'from' });
  });
});

describe('the sources of capacity', () => {
  it('are those of the catalogue', () => {
    const { sources, not_read } = capacityRules().rules;
    const known = new Set(catalogue.map(({ id }) => id));
    for (const { source } of [...sources, ...not_read]) expect(known, source).toContain(source);
  });
});
