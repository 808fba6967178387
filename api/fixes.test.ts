import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillClickHouse, fillLedger, type Installation, inputs, install } from '#api/testing/store';
import type { FixAnswer, FixHistory, IndicesAnswer, InputsAnswer, KeysAnswer, LatestFix, Problem } from '#api/types';
import { sha256 } from '#methodology/canonical';
import type { LedgerFix } from '#store/ledger/fixes';
import { signatureHolds } from '#store/ledger/keys';

const H100 = 'CSI-H100-SXM-80';
let api: Installation;
let published: LedgerFix[];

beforeAll(async () => {
  api = await install('2026-07-29T10:00:00.000Z');
  await fillClickHouse(api);
  published = (await fillLedger(api)).h100;
});
afterAll(() => api.close());

async function read<T>(path: string, headers?: Record<string, string>): Promise<T> {
  const response = await api.get(path, headers);
  expect(response.status, path).toBe(200);
  return (await response.json()) as T;
}

async function problem(path: string, status: number): Promise<Problem> {
  const response = await api.get(path);
  expect(response.status, path).toBe(status);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(response.headers.get('etag')).toBeNull();
  return (await response.json()) as Problem;
}

describe('indices', () => {
  it('lists every series with its newest fix and its last strikes', async () => {
    const { indices } = await read<IndicesAnswer>('/v1/indices');
    expect(indices.length).toBeGreaterThan(50);
    const h100 = indices.find((one) => one.series === H100);
    expect(h100).toMatchObject({
      unit: 'USD/GPU-h',
      strike_time: '16:00',
      time_zone: 'Europe/London',
      vendor: 'NVIDIA',
    });
    expect(h100?.sparkline).toEqual({
      date: ['2026-07-24', '2026-07-25', '2026-07-26', '2026-07-27', '2026-07-28'],
      value: ['2.8000', null, '2.7500', '2.7100', '2.8134'],
      level: [4, null, 4, 4, 4],
    });
    expect(indices.find((one) => one.series === 'CSI-A100-SXM-80')?.latest).toBeNull();
    expect(await read(`/v1/indices/${H100}`)).toEqual(h100);
  });

  it('measures the change against the newest revision of the last fix that had a value', async () => {
    const fixes = await read<LatestFix[]>('/v1/fixes/latest');
    expect(fixes.map((fix) => fix.series)).toEqual([H100, 'CSI-H200-SXM-141']);
    // 2.8134 - 2.7100, and that in percent of 2.7100.
    expect(fixes[0]).toMatchObject({
      value: '2.8134',
      change: '0.1034',
      change_percent: '3.82',
      finality: 'provisional',
    });
    expect(fixes[1]).toMatchObject({
      value: null,
      change: null,
      change_percent: null,
      status: 'suspended',
      reason: 'no provider',
    });
  });
});

describe('history', () => {
  it('gives the newest revision of every strike, in columns of one length', async () => {
    const history = await read<FixHistory>(`/v1/fixes/${H100}`);
    expect(history.value).toEqual(['2.8000', null, '2.7500', '2.7100', '2.8134']);
    expect(history.hash[3]).toBe(published[4]?.hash);
    const lengths = Object.values(history).flatMap((column) => (Array.isArray(column) ? [column.length] : []));
    expect(new Set(lengths)).toEqual(new Set([5]));
  });

  it('is half-open in dates', async () => {
    const history = await read<FixHistory>(`/v1/fixes/${H100}?from=2026-07-25&to=2026-07-27`);
    expect(history).toMatchObject({ from: '2026-07-25', to: '2026-07-27', date: ['2026-07-25', '2026-07-26'] });
    const none = await read<FixHistory>(`/v1/fixes/${H100}?from=2026-07-25&to=2026-07-25`);
    expect(none.date).toEqual([]);
    expect((await read<FixHistory>('/v1/fixes/CSI-A100-SXM-80')).date).toEqual([]);
  });

  it('as CSV says the same, with units in its header', async () => {
    const path = `/v1/fixes/${H100}?from=2026-07-25`;
    const history = await read<FixHistory>(path);
    const response = await api.get(`${path}&format=csv`);
    expect(response.headers.get('content-type')).toContain('text/csv');
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${H100}_2026-07-25.csv"`);
    const [header, ...lines] = (await response.text()).split('\r\n');
    expect(header).toBe(
      'date,strike_utc,value_usd_per_gpu_hour,level,status,reason,p25_usd_per_gpu_hour,p75_usd_per_gpu_hour,providers,hash',
    );
    expect(lines.pop()).toBe('');
    const rows = lines.map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
        ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain,
      ),
    );
    const { date, strike, value, level, status, reason, p25, p75, providers, hash } = history;
    const columns = [date, strike, value, level, status, reason, p25, p75, providers, hash];
    expect(rows).toEqual(date.map((_, row) => columns.map((column) => String(column[row] ?? ''))));
  });

  it('answers in the type that Accept prefers, unless format says otherwise', async () => {
    const type = async (path: string, accept: string) => (await api.get(path, { accept })).headers.get('content-type');
    expect(await type(`/v1/fixes/${H100}`, 'text/csv')).toContain('text/csv');
    expect(await type(`/v1/fixes/${H100}`, 'text/csv;q=0.5, application/json')).toContain('application/json');
    expect(await type(`/v1/fixes/${H100}`, '*/*')).toContain('application/json');
    expect(await type(`/v1/fixes/${H100}?format=json`, 'text/csv')).toContain('application/json');
    expect((await api.get(`/v1/fixes/${H100}`)).headers.get('vary')).toContain('Accept');
  });
});

describe('one fix', () => {
  it('is named by its date, or by the instant of its strike', async () => {
    const byDate = await read<FixAnswer>(`/v1/fixes/${H100}/2026-07-27`);
    expect(await read<FixAnswer>(`/v1/fixes/${H100}/2026-07-27T15:00:00Z`)).toEqual(byDate);
    expect(await problem(`/v1/fixes/${H100}/2026-07-27T14:00:00Z`, 404)).toMatchObject({
      type: '/problems/unknown-date',
    });
  });

  it('gives every revision with a proof that holds', async () => {
    const answer = await read<FixAnswer>(`/v1/fixes/${H100}/2026-07-27`);
    expect(answer.revisions.map((one) => [one.fix.revision, one.fix.value])).toEqual([
      [0, '2.7000'],
      [1, '2.7100'],
    ]);
    const { keys } = await read<KeysAnswer>('/v1/keys');
    for (const one of answer.revisions) {
      expect(one).toMatchObject({
        finality: 'provisional' === one.finality ? 'provisional' : 'final',
        time_zone_database: '2026a',
      });
      expect(sha256(one.canonical)).toBe(one.hash);
      expect(JSON.parse(one.canonical)).toEqual(one.fix);
      const key = keys.find((candidate) => candidate.key_id === one.key_id);
      expect(signatureHolds(one.canonical, one.signature, key?.public_key ?? '')).toBe(true);
    }
  });

  it('becomes final 24 hours after its strike, to the millisecond', async () => {
    const path = `/v1/fixes/${H100}/2026-07-28`;
    const at = async (instant: string) => {
      api.time.now = new Date(instant);
      const response = await api.get(path);
      const { revisions } = (await response.json()) as FixAnswer;
      return [revisions[0]?.finality, response.headers.get('cache-control')];
    };
    expect(await at('2026-07-29T14:59:59.999Z')).toEqual(['provisional', 'public, max-age=60']);
    expect(await at('2026-07-29T15:00:00.000Z')).toEqual(['final', 'public, max-age=3600']);
    api.time.now = new Date('2026-07-29T10:00:00.000Z');
  });

  it('lists its constituents in order, joined with what was observed', async () => {
    const answer = await read<InputsAnswer>(`/v1/fixes/${H100}/2026-07-28/inputs`);
    expect(answer.fix_hash).toBe(published[5]?.hash);
    expect(answer.inputs.map((one) => one.observation_id)).toEqual(inputs.map((one) => one.observation_id));
    // The row that a crash left, and the weight that was written over, are not there.
    expect(answer.inputs.map((one) => one.weight)).toEqual(['0.5', '0.5', '0']);
    expect(answer.inputs[1]).toMatchObject({
      price: '20.5',
      price_basis: 'lot_hour',
      gpus: 8,
      normalised_price: '2.562500',
    });
    expect(answer.inputs[1]?.attributes).toEqual({ kind: 'lot' });
    expect(answer.inputs[2]).toMatchObject({ included: false, reason: 'grade.lot_size', normalised_price: null });
    expect(answer.inputs[0]).toMatchObject({ reason: null, detail: null, included: true });
  });
});

describe('revalidation', () => {
  const paths = [
    '/v1/indices',
    `/v1/indices/${H100}`,
    '/v1/fixes/latest',
    `/v1/fixes/${H100}`,
    `/v1/fixes/${H100}/2026-07-28`,
  ];
  it.each([...paths, `/v1/fixes/${H100}?format=csv`, `/v1/fixes/${H100}/2026-07-28/inputs`])('%s', async (path) => {
    const first = await api.get(path);
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^W\/"[^"]+"$/);
    for (const held of [etag, etag.slice(2), `"other", ${etag}`, '*']) {
      const again = await api.get(path, { 'if-none-match': held });
      expect(again.status).toBe(304);
      expect(await again.text()).toBe('');
      expect(again.headers.get('etag')).toBe(etag);
    }
    expect((await api.get(path, { 'if-none-match': '"other"' })).status).toBe(200);
  });

  it('tells formats, ranges and series apart', async () => {
    const ranges = ['', '?format=csv', '?from=2026-07-25', '?to=2026-07-25'].map(
      (query) => `/v1/fixes/${H100}${query}`,
    );
    const tags = await Promise.all(ranges.map(async (path) => (await api.get(path)).headers.get('etag')));
    expect(new Set(tags).size).toBe(ranges.length);
  });

  it('notices that a fix became final', async () => {
    const etag = (await api.get('/v1/fixes/latest')).headers.get('etag') ?? '';
    api.time.now = new Date('2026-07-30T10:00:00.000Z');
    const again = await api.get('/v1/fixes/latest', { 'if-none-match': etag });
    api.time.now = new Date('2026-07-29T10:00:00.000Z');
    expect(again.status).toBe(200);
  });
});

describe('problems', () => {
  it('name the nearest series', async () => {
    for (const path of ['/v1/indices/H100-SXM', '/v1/fixes/H100-SXM', '/v1/fixes/H100-SXM/2026-07-28']) {
      const found = await problem(path, 404);
      expect(found).toMatchObject({ type: '/problems/unknown-series', parameter: 'series' });
      expect(found.expected).toContain(H100);
    }
  });

  it('name the nearest, first and last date', async () => {
    for (const rest of ['', '/inputs', '/evidence']) {
      const found = await problem(`/v1/fixes/${H100}/2026-08-12${rest}`, 404);
      expect(found).toMatchObject({ type: '/problems/unknown-date', parameter: 'date' });
      expect(found.expected).toBe(
        'a date with a fix: the nearest is 2026-07-28, the first 2026-07-24, the last 2026-07-28',
      );
    }
    expect((await problem('/v1/fixes/CSI-A100-SXM-80/2026-07-28', 404)).detail).toContain(
      'nothing of it has been published',
    );
  });

  it('refuse dates that do not exist and parameters that a route does not have', async () => {
    expect(await problem(`/v1/fixes/${H100}/2026-02-30`, 400)).toMatchObject({
      type: '/problems/invalid-parameter',
      parameter: 'date',
    });
    for (const date of ['0000-01-01', '10000-01-01', '2026-7-28', '2026-07-28T00:00', '2026-07-28T15:00:00+01:00']) {
      expect(await problem(`/v1/fixes/${H100}/${date}`, 400)).toMatchObject({ parameter: 'date' });
    }
    expect(await problem(`/v1/fixes/${H100}?from=yesterday`, 400)).toMatchObject({
      parameter: 'from',
      expected: 'a calendar date such as 2026-07-01',
    });
    expect(await problem(`/v1/fixes/${H100}?from=2026-07-02&to=2026-07-01`, 400)).toMatchObject({ parameter: 'to' });
    expect(await problem(`/v1/fixes/${H100}?from=2026-07-02&from=2026-07-03`, 400)).toMatchObject({
      parameter: 'from',
    });
    expect(await problem(`/v1/fixes/${H100}?format=xml`, 400)).toMatchObject({
      parameter: 'format',
      expected: 'json or csv',
    });
    expect(await problem(`/v1/fixes/${H100}?form=2026-07-02`, 400)).toMatchObject({
      type: '/problems/unknown-parameter',
      parameter: 'form',
      expected: 'one of: from, to, format, vintage',
    });
    expect(await problem('/v1/indices?x=1', 400)).toMatchObject({ expected: 'no query parameter' });
  });

  it('survive names made to break things', async () => {
    for (const name of [
      '%00',
      '%E0%A4%A',
      "';DROP TABLE fixes;--",
      '%2e%2e%2f',
      'x'.repeat(5000),
      '<script>',
      '__proto__',
    ]) {
      expect((await api.get(`/v1/fixes/${encodeURI(name)}`)).status, name.slice(0, 20)).toBe(404);
    }
    expect((await api.get('/v1/indices?__proto__=1')).status).toBeLessThan(500);
  });
});
