import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Api, createApi } from '#api/app';
import { observation, record, sealed, strikeOf, suspended } from '#api/testing/records';
import { catalogue } from '#ingest/catalogue';
import { sha256 } from '#methodology/canonical';
import { insertCaptures } from '#store/clickhouse/captures';
import { insertObservations, insertQuarantined } from '#store/clickhouse/observations';
import { appendFixes } from '#store/ledger/fixes';
import { openSigningKey, recordKey, type SigningKey } from '#store/ledger/keys';
import { openStore, type Store } from '#store/store';

/** An API over stores of its own in a temporary folder. */
export interface Installation {
  api: Api;
  store: Store;
  key: SigningKey;
  /** The clock; a test may move it. */
  time: { now: Date };
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  close(): Promise<void>;
}

/** Opens empty stores and the API over them. */
export async function install(now: string): Promise<Installation> {
  const folder = mkdtempSync(join(tmpdir(), 'csi-api-'));
  const store = await openStore(join(folder, 'data'), {});
  const time = { now: new Date(now) };
  const api = createApi({
    store,
    clock: () => time.now,
    sources: catalogue,
    nextRuns: () => new Map([['runpod', new Date('2026-07-29T10:15:00.000Z')]]),
    simulated: false,
    terminalFolder: join(folder, 'terminal'),
  });
  return {
    api,
    store,
    key: openSigningKey(join(folder, 'data')),
    time,
    get: async (path, headers = {}) => api.app.request(path, { headers }),
    close: async () => {
      api.hub.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const capture = (source: string, id: string, fetched_at: string) => ({
  capture_id: id,
  source,
  sweep_id: id,
  sequence: 0,
  last: true,
  url: 'https://example.invalid/prices',
  request: '{"method":"GET"}',
  status: 200,
  content_type: 'application/json',
  fetched_at,
  sha256: sha256(id),
  bytes: 2,
  body: Buffer.from('{}'),
});

/** What was observed: captures of two sources, three observations of H100, a label nobody knows, and refused rows. */
export async function fillClickHouse({ store: { clickhouse } }: Installation): Promise<void> {
  const first = capture('runpod', 'capture-1', '2026-07-28T10:00:00.000Z');
  await insertCaptures(clickhouse, [first, capture('runpod', 'capture-2', '2026-07-29T09:50:00.000Z')]);
  await insertCaptures(clickhouse, [first, capture('gpurentalprices', 'capture-3', '2026-07-20T10:00:00.000Z')]);
  const unknown = observation({ native_id: 'mystery', label: 'H100 Mystery', hardware_class: null });
  const outOfScope = observation({ native_id: 'old', label: 'GTX 1080', hardware_class: null });
  await insertObservations(clickhouse, [...inputs, unknown, outOfScope]);
  const refused = {
    source: 'runpod',
    capture_id: 'capture-1',
    observed_at: '2026-07-28T10:00:00.000Z',
    native_id: 'mystery',
    excerpt: '{"id":"mystery"}',
  };
  const rows = [
    { ...refused, quarantine_id: 'q1', reason: 'hardware.unknown_label', detail: 'H100 Mystery: no alias knows it' },
    { ...refused, quarantine_id: 'q2', reason: 'price.not_offered', detail: 'a price of 0', native_id: 'a' },
    {
      ...refused,
      quarantine_id: 'q3',
      reason: 'price.not_offered',
      detail: 'a price of 0 again',
      native_id: 'b',
      observed_at: '2026-07-29T09:50:00.000Z',
    },
  ];
  await insertQuarantined(clickhouse, rows);
  // A capture read again after a crash: the same rows stand twice until the engine merges them.
  await insertQuarantined(clickhouse, rows);
}

/** The three observations of the fix of 28 July: two counted, one left out. */
export const inputs = [
  observation({}),
  observation({
    native_id: 'H100/other',
    price: '20.5',
    price_basis: 'lot_hour',
    gpus: 8,
    attributes: { kind: 'lot' },
  }),
  observation({ native_id: 'H100/single', price: '2.1', gpus: 1 }),
];

const inputRow = (position: number, facts: object) => ({
  series: 'CSI-H100-SXM-80',
  strike: strikeOf('2026-07-28').toISOString(),
  revision: 0,
  position,
  observation_id: inputs[position]?.observation_id ?? '',
  normalised_price: '2.690000',
  weight: '0.500000000000',
  stood_seconds: 18_000,
  included: true,
  reason: '',
  detail: '',
  ...facts,
});

/**
 * What was published of H100: 2.8000, suspended, 2.7500, 2.7000 restated to 2.7100, 2.8134; and one suspended fix of H200.
 * @returns the rows, H100's first
 */
export async function fillLedger({ store, key }: Installation) {
  const { database } = store.ledger;
  await recordKey(database, key, new Date('2026-07-01T00:00:00.000Z'));
  const series = 'CSI-H100-SXM-80';
  const h100 = sealed(
    [
      record({ series, date: '2026-07-24' }),
      suspended({ series, date: '2026-07-25' }, '2 providers, 5 needed; "thin", as they say'),
      record({ series, date: '2026-07-26', value: '2.7500', status: 'thin' }),
      record({ series, date: '2026-07-27', value: '2.7000' }),
      record({ series, date: '2026-07-27', value: '2.7100', revision: 1, publication: 'restated' }),
      record({ series, date: '2026-07-28', value: '2.8134' }),
    ],
    key,
  );
  const h200 = sealed([suspended({ series: 'CSI-H200-SXM-141', date: '2026-07-28' }, 'no provider')], key);
  await appendFixes(database, [...h100, ...h200]);
  const cutShort = inputRow(0, { observation_id: 'gone', position: 3 });
  await store.clickhouse.insert('csi.fix_inputs', [inputRow(0, { weight: '0.100000000000' }), cutShort]);
  await store.clickhouse.insert('csi.fix_inputs', [
    inputRow(0, {}),
    inputRow(1, { normalised_price: '2.562500' }),
    inputRow(2, {
      normalised_price: null,
      weight: '0.000000000000',
      included: false,
      reason: 'grade.lot_size',
      detail: 'a lot of 1',
    }),
  ]);
  return { h100, h200 };
}
