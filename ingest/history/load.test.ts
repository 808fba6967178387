import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { historyFormat } from '#ingest/history/formats';
import { type HistoryFileReport, importHistory } from '#ingest/history/load';
import { SKYPILOT_ROWS, writeHistory } from '#ingest/history/testing/files';
import { NOW, stands, storedObservations, wrongIds } from '#ingest/history/testing/stored';
import { temporaryFolder } from '#ingest/testing/archive';
import { captureById, unfinishedCaptures } from '#store/clickhouse/captures';
import { ClickHouse } from '#store/clickhouse/client';
import { startTestServer, type TestServer } from '#store/clickhouse/testing/http-server';

const folder = temporaryFolder('history');
const looks = writeHistory(folder.path, 'looks.csv', 'looks', [
  '2024-01-01T00:00:00Z,aws,v5,a,1',
  '2024-01-01T03:30:00Z,aws,v5,b,1',
  '2024-01-01T03:30:00Z,unheardof,v5,b,1',
  'yesterday,aws,v5,b,1',
]);
const file = writeHistory(folder.path, 'changes.csv.gz', 'skypilot', SKYPILOT_ROWS);
let server: TestServer | null = null;

afterAll(async () => {
  await server?.close();
  folder.dispose();
});

async function imported(store: ClickHouse, kind: string, path: string, withLooks: string | null = null) {
  const format = historyFormat(kind);
  if (!format) throw new Error(`no format ${kind}`);
  return importHistory(store, { format, files: [path], looks: withLooks, now: NOW });
}

const places: [string, () => Promise<ClickHouse>][] = [
  ['embedded', () => ClickHouse.open({ path: join(folder.path, 'embedded') })],
  [
    'on a server',
    async () => {
      server = await startTestServer(join(folder.path, 'server'));
      return ClickHouse.open({ url: server.url });
    },
  ],
];
const standing: Record<string, unknown>[] = [];

describe.each(places)('a history, %s', (_name, open) => {
  let store: ClickHouse;
  let report: HistoryFileReport;

  beforeAll(async () => {
    store = await open();
    const whole = await imported(store, 'skypilot', file, looks);
    expect(whole.problems).toEqual([]);
    expect(whole.looks).toEqual({ looks: 2, added: 1, refused: 2 });
    report = whole.files[0] as HistoryFileReport;
    standing.push(await stands(store, 'skypilot'));
  });
  afterAll(() => store.close());

  const line = async (native: string) =>
    (await storedObservations(store, 'skypilot'))
      .filter((one) => one.native_id === native)
      .sort((a, b) => (a.event_at < b.event_at ? -1 : 1));

  it('says what it read', () => {
    expect(report).toMatchObject({ file: 'changes.csv.gz', known: false, rows: SKYPILOT_ROWS.length });
    expect(report.observations).toBe(report.kinds.reduce((sum, { added }) => sum + added, 0));
    expect(Object.fromEntries(report.quarantined.map(({ reason, rows }) => [reason, rows]))).toEqual({
      'event.future': 1,
      'event.not_an_instant': 2,
      'event.too_old': 1,
      'gpus.mismatch': 1,
      'gpus.out_of_range': 2,
      'hardware.ambiguous': 1,
      'hardware.unknown_label': 1,
      'price.absurd': 2,
      'price.negative': 1,
      'price.not_a_number': 3,
      'price.zero': 1,
      'provider.unknown': 1,
      'row.shape': 1,
    });
    expect(report.unknownLabels.map((one) => [one.provider, one.label]).sort()).toEqual([
      ['lambda', 'Quo"te\\back/é漢😀'],
      ['ovh', 'A100-80GB'],
    ]);
  });

  it('gives every observation the id that JavaScript gives it', async () => {
    const all = await storedObservations(store, 'skypilot');
    expect(all).toHaveLength(report.observations);
    expect(wrongIds(all)).toEqual([]);
  });

  it('a change point is an observation like any other', async () => {
    const [first] = await line('aws/p5.48xlarge/H100/8/us-east-1/us-east-1a/spot');
    expect(first).toMatchObject({
      sweep_id: 'aws/2024-01-01T00:00:00.000Z',
      event_at: '2024-01-01T00:00:00.000Z',
      observed_at: '2024-01-01T00:00:00.000Z',
      provider: 'aws',
      venue: 'aws',
      venue_type: 'hyperscaler',
      evidence: 'administered',
      aggregator: true,
      label: 'H100',
      memory_gb: null,
      hardware_class: 'H100-SXM-80',
      gpus: 8,
      tenor: 'INT',
      country: 'US',
      region: 'US',
      price: '40.5',
      currency: 'USD',
      price_basis: 'lot_hour',
      attributes: { change_point: true, instance: 'p5.48xlarge', product: 'instance', zone: 'us-east-1a' },
      trade: null,
    });
  });

  it.each([
    [
      'aws/p4d.24xlarge/A100/8/eu-west-1/eu-west-1b/od',
      { hardware_class: 'A100-SXM-40', memory_gb: 40, country: 'IE' },
    ],
    ['aws/p4de.24xlarge/A100-80GB/8/us-east-1/us-east-1a/od', { hardware_class: 'A100-SXM-80', evidence: 'listed' }],
    ['aws/inf2.48xlarge/Inferentia/12/us-east-1/us-east-1a/od', { hardware_class: 'INF2-32', label: 'Inferentia' }],
    ['gcp//tpu-v4-8/1/us-central2/us-central2-b/od', { hardware_class: 'TPU-V4-32', gpus: 4, country: 'US' }],
    ['runpod/8x_H100_SECURE/H100/8/CA//spot', { hardware_class: 'H100-PCIE-80', evidence: 'listed', country: 'CA' }],
    ['ovhcloud/a100-180/A100-80GB/1/GRA/GRA11/od', { hardware_class: null, provider: 'ovh', country: 'FR' }],
    ['azure/Standard_NC24ads_A100_v4/A100-80GB/1/eastus//od', { hardware_class: 'A100-PCIE-80' }],
  ])('%s is %o', async (native, facts) => {
    expect(await line(native)).toEqual([expect.objectContaining(facts)]);
  });

  it('an accelerator without its host is not called an instance', async () => {
    const [one] = await line('gcp//A100/8/us-central1/us-central1-a/od');
    expect(one?.attributes).toEqual({ change_point: true, product: 'accelerator', zone: 'us-central1-a' });
  });

  it('a price is told where it changed, and again where it had ended', async () => {
    const told = await store.rows<{ tenor: string; price: string; at: string }>(
      `SELECT tenor, toString(price) AS price, event_at AS at FROM csi.observations
       WHERE native_id LIKE 'aws/p5.48xlarge/%' ORDER BY tenor, event_at`,
    );
    expect(told.map(({ tenor, price, at }) => `${tenor} ${price} ${at.slice(0, 13)}`)).toEqual([
      'INT 40.5 2024-01-01T00',
      'INT 41 2024-01-01T07',
      'INT 42.1 2024-01-03T00',
      'OD 98.32 2024-01-01T00',
      'OD 98.32 2024-01-03T00',
    ]);
  });

  it('ends a price where its line states none, and only where one stood', async () => {
    const rows = await store.rows<{ native_id: string; at: string; sweep_id: string }>(
      "SELECT native_id, at, sweep_id FROM csi.withdrawals WHERE source = 'skypilot' ORDER BY native_id, at",
    );
    expect(
      rows.map(({ native_id, at }) => [native_id.split('/').slice(1, 3).join(' '), native_id.split('/').at(-1), at]),
    ).toEqual([
      ['p5.48xlarge H100', 'od', '2024-01-02T00:00:00.000Z'],
      ['p5.48xlarge H100', 'spot', '2024-01-01T14:00:00.000Z'],
    ]);
    expect(rows[0]?.sweep_id).toBe('aws/2024-01-02T00:00:00.000Z');
  });

  it('keeps the archive as a capture: its hash, and no second copy of its bytes', async () => {
    const [one] = await storedObservations(store, 'skypilot', 1);
    const capture = await captureById(store, one?.capture_id ?? '');
    expect(capture).toMatchObject({ url: 'file:changes.csv.gz', sha256: report.sha256, bytes: report.bytes });
    expect(capture?.body?.byteLength).toBe(0);
    expect(await unfinishedCaptures(store)).toEqual([]);
  });

  it('again adds nothing, even where the mark that it was read is lost', async () => {
    const before = await stands(store, 'skypilot');
    expect((await imported(store, 'skypilot', file, looks)).files[0]).toMatchObject({ known: true, observations: 0 });
    await store.command('TRUNCATE TABLE csi.capture_outcomes');
    const again = await imported(store, 'skypilot', file, looks);
    expect(again.files[0]).toMatchObject({ known: false, observations: 0, withdrawals: 0, looks: 0 });
    expect(await stands(store, 'skypilot')).toEqual(before);
  });

  it('leaves no staging table', async () => {
    expect(await store.rows("SELECT name FROM system.tables WHERE database = 'csi' AND name LIKE 'history%'")).toEqual(
      [],
    );
  });

  it('gcp: four tenors, commitments per month; a licence is no place', async () => {
    const path = writeHistory(folder.path, 'gcp.csv', 'gcp', [
      '2024-05-17T12:00:33Z,gcp,a3-highgpu-8g,h100-80gb=8,us-central1,87.832465656,61.94814684,44507.68066464,28154.99821392,new,c',
      '2024-05-18T12:00:33Z,gcp,a3-highgpu-8g,h100-80gb=8;local-ssd=6000,us-central1,88.4899999025753,,44810.08066464,0,change,c',
      '2024-05-17T12:00:33Z,gcp,a2-ultragpu-1g,a100=1;local=375,europe-west4,5.5,,,,new,c',
      '2024-05-17T12:00:33Z,gcp,a2-highgpu-1g,a100=1,rhel,0.13,,,,new,c',
      '2024-05-17T12:00:33Z,gcp,g4-standard-6,rtx6000=0.125,us-central1,0.5,,,,new,c',
    ]);
    const { files } = await imported(store, 'gcp', path);
    expect(files[0]?.kinds).toEqual([
      { provider: 'gcp', tenor: 'INT', added: 1 },
      { provider: 'gcp', tenor: 'OD', added: 3 },
      { provider: 'gcp', tenor: 'R12M', added: 2 },
      { provider: 'gcp', tenor: 'R36M', added: 1 },
    ]);
    expect(files[0]?.withdrawals).toBe(2);
    expect(files[0]?.quarantined.map((one) => one.reason).sort()).toEqual([
      'gpus.out_of_range',
      'price.zero',
      'region.not_a_place',
    ]);
    const all = await storedObservations(store, 'gcp-history');
    expect(wrongIds(all)).toEqual([]);
    expect(all.find((one) => one.tenor === 'R12M')).toMatchObject({
      price_basis: 'lot_month',
      evidence: 'listed',
      gpus: 8,
    });
    expect(all.find((one) => one.label === 'a100')).toMatchObject({ hardware_class: 'A100-SXM-80', country: 'NL' });
  });

  it('aws and azure: a rate card by instance type', async () => {
    const aws = writeHistory(folder.path, 'aws.csv', 'aws', [
      '2023-08-09T12:45:57Z,23,aws,p5.48xlarge,us-east-1,98.320000,new,c',
      '2025-06-23T16:29:50Z,23,aws,p5.48xlarge,us-east-1,55.040000,change,c',
      '2023-08-09T12:45:57Z,23,aws,p3.2xlarge,cn-north-1,36.078,new,c',
      '2023-08-09T12:45:57Z,23,aws,f1.2xlarge,us-east-1,1.65,new,c',
    ]);
    const azure = writeHistory(folder.path, 'azure.csv', 'azure', [
      '2024-01-12T00:42:09Z,2024-01-11T00:00:00Z,azure,Standard_ND96isr_H100_v5,eastus,98.32,new,c',
      '2024-03-12T00:42:09Z,2024-01-11T00:00:00Z,azure,Standard_ND96isr_H100_v5,eastus,,removed,c',
    ]);
    const read = await imported(store, 'aws', aws);
    expect(read.files[0]?.quarantined.map((one) => one.reason)).toEqual(['currency.doubtful', 'gpus.missing']);
    expect((await storedObservations(store, 'aws-history')).map((one) => one.price).sort()).toEqual(['55.04', '98.32']);
    expect((await imported(store, 'azure', azure)).files[0]).toMatchObject({
      observations: 1,
      withdrawals: 1,
      looks: 2,
    });
    expect(wrongIds(await storedObservations(store, 'azure-history'))).toEqual([]);
  });

  it('a file that cannot be used is a problem in words, and the next goes on', async () => {
    const torn = join(folder.path, 'torn.csv.gz');
    writeFileSync(torn, 'not gzip at all\n');
    const format = historyFormat('aws');
    if (!format) throw new Error('no format');
    const other = writeHistory(folder.path, 'other.csv', 'looks', []);
    const empty = writeHistory(folder.path, 'empty.csv', 'aws', []);
    const report = await importHistory(store, { format, files: [torn, other, empty], looks: null, now: NOW });
    expect(report.problems).toEqual([
      { file: 'torn.csv.gz', problem: 'incorrect header check' },
      { file: 'other.csv', problem: 'it has no column event, instance_type, region, ondemand_usd_hr' },
    ]);
    expect(report.files.map((one) => [one.file, one.rows])).toEqual([['empty.csv', 0]]);
  });
});

it('embedded and server stores hold the same', () => {
  expect(standing).toHaveLength(2);
  expect(standing[1]).toEqual(standing[0]);
});
