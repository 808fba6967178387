import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { record, sealed, suspended } from '#api/testing/records';
import { type Installation, install } from '#api/testing/store';
import type {
  BasketAnswer,
  BasketsAnswer,
  CurveAnswer,
  FixAnswer,
  Problem,
  ScuAnswer,
  SpreadHistory,
  SpreadsAnswer,
} from '#api/types';
import { basketPrice, baskets } from '#methodology/scu/baskets';
import { appendFixes } from '#store/ledger/fixes';
import { recordKey } from '#store/ledger/keys';

let api: Installation;

const H100 = 'CSI-H100-SXM-80';
const H200 = 'CSI-H200-SXM-141';
const B200 = 'CSI-B200-SXM-180';
const fix = (series: string, date: string, value: string, facts = {}) =>
  record({ series, date, value, hardware_class: series.replace('CSI-', '').replace(/\..*/, ''), ...facts });

beforeAll(async () => {
  api = await install('2026-07-29T10:00:00.000Z');
  const { database } = api.store.ledger;
  await recordKey(database, api.key, new Date('2026-07-01T00:00:00.000Z'));
  const series = [
    [fix(H100, '2026-07-27', '3.0000'), fix(H100, '2026-07-28', '3.1000', { status: 'thin' })],
    [
      fix(H200, '2026-07-27', '4.0000'),
      fix(H200, '2026-07-27', '4.2000', { revision: 1, publication: 'restated' }),
      fix(H200, '2026-07-28', '4.1000'),
    ],
    [fix(B200, '2026-07-27', '6.5000'), suspended({ series: B200, date: '2026-07-28' }, '3 providers, 5 needed')],
    [fix(`${H100}.INT`, '2026-07-28', '1.5500')],
    [fix(`${H100}.LS`, '2026-07-28', '3.2000')],
  ];
  for (const one of series) await appendFixes(database, sealed(one, api.key));
});
afterAll(() => api.close());

async function read<T>(path: string): Promise<T> {
  const response = await api.get(path);
  expect(response.status, path).toBe(200);
  return (await response.json()) as T;
}
async function problem(path: string, status: number): Promise<Problem> {
  const response = await api.get(path);
  expect(response.status, path).toBe(status);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  return (await response.json()) as Problem;
}

describe('baskets', () => {
  it('are computed from the newest revisions of the fixes of the same strike, and name them', async () => {
    const { fixes, versions, unit } = await read<BasketAnswer>('/v1/baskets/CSI-BASKET-T');
    expect(unit).toBe('USD/SCU-T-h');
    expect(versions).toMatchObject([{ version: 1, effective_from: '2026-07-01', linked_at: null }]);
    const [training] = baskets().baskets;
    const values = ['3.0000', '4.2000', '6.5000'];
    const price = basketPrice(
      training!,
      new Map(training!.constituents.map((one, index) => [one.class, values[index]!] as const)),
    );
    if ('missing' in price) throw new Error('a price is missing');
    expect(Number(fixes[0]?.value)).toBeCloseTo(Number(price.numerator) / Number(price.denominator), 4);
    expect(fixes[0]?.constituents.map((one) => [one.series, one.revision, one.value])).toEqual([
      [H100, 0, '3.0000'],
      [H200, 1, '4.2000'],
      [B200, 0, '6.5000'],
    ]);
    const answer = await read<FixAnswer>(`/v1/fixes/${H200}/2026-07-27`);
    expect(fixes[0]?.constituents[1]?.hash).toBe(answer.revisions[1]?.hash);
  });

  it('have no value where a constituent has none, and say which', async () => {
    const { baskets: all } = await read<BasketsAnswer>('/v1/baskets');
    expect(all.map((one) => [one.basket, one.latest?.status, one.latest?.reason])).toEqual(
      ['CSI-BASKET-T', 'CSI-BASKET-I'].map((id) => [
        id,
        'unavailable',
        'B200-SXM-180: suspended: 3 providers, 5 needed',
      ]),
    );
  });

  it('are half-open in dates, and another id is a problem that names the nearest', async () => {
    const { fixes } = await read<BasketAnswer>('/v1/baskets/CSI-BASKET-I?from=2026-07-27&to=2026-07-28');
    expect(fixes.map(({ date }) => date)).toEqual(['2026-07-27']);
    const unknown = await problem('/v1/baskets/CSI-BASKET-X', 404);
    expect(unknown.expected).toContain('CSI-BASKET-T');
    expect(await problem('/v1/baskets/CSI-BASKET-T?from=2026-07-28&to=2026-07-27', 400)).toMatchObject({
      parameter: 'to',
    });
  });
});

describe('a curve', () => {
  it('shows the fix of each tenor on the newest date, or why there is none', async () => {
    const { date, points } = await read<CurveAnswer>('/v1/curve/H100-SXM-80');
    expect(date).toBe('2026-07-28');
    expect(points.slice(0, 3)).toMatchObject([
      { tenor: 'INT', value: '1.5500', to_on_demand: '0.500000' },
      { tenor: 'OD', value: '3.1000', status: 'thin' },
      { tenor: 'R1M', value: null, reason: 'no fix on 2026-07-28' },
    ]);
    const before = await read<CurveAnswer>('/v1/curve/H100-SXM-80?date=2026-07-27');
    expect(before.points[0]).toMatchObject({ tenor: 'INT', value: null, reason: 'no fix on 2026-07-27' });
    const hyperscaler = await read<CurveAnswer>('/v1/curve/H100-SXM-80?segment=hyperscaler');
    expect(hyperscaler.points.map(({ value }) => value)).toEqual([null, null, null, null]);
  });

  it('knows its classes and its parameters', async () => {
    expect((await problem('/v1/curve/H100', 404)).expected).toContain('H100-SXM-80');
    expect(await problem('/v1/curve/H100-SXM-80?segment=all', 400)).toMatchObject({ parameter: 'segment' });
    expect(await problem('/v1/curve/H100-SXM-80?tenor=OD', 400)).toMatchObject({ type: '/problems/unknown-parameter' });
  });
});

describe('spreads', () => {
  it('set the pairs of the newest date side by side', async () => {
    const { date, spreads } = await read<SpreadsAnswer>('/v1/spreads');
    expect(date).toBe('2026-07-28');
    const pair = (a: string, b: string) => spreads.find((one) => one.a.series === a && one.b.series === b);
    expect(pair(H200, H100)).toMatchObject({ kind: 'class', difference: '1.0000', ratio: '1.322581', reason: null });
    expect(pair(B200, H100)).toMatchObject({ ratio: null, reason: `${B200}: suspended: 3 providers, 5 needed` });
    expect(pair(`${H100}.INT`, H100)).toMatchObject({ kind: 'tenor', ratio: '0.500000' });
    expect(pair(`${H100}.LS`, `${H100}.EX`)?.reason).toBe(`${H100}.EX: no fix on 2026-07-28`);
    const one = await read<SpreadsAnswer>('/v1/spreads?kind=tenor&date=2026-07-28');
    expect(new Set(one.spreads.map(({ kind }) => kind))).toEqual(new Set(['tenor']));
  });

  it('give the history of one pair in columns of one length', async () => {
    const history = await read<SpreadHistory>(`/v1/spreads?a=${B200}&b=${H100}`);
    expect(history).toMatchObject({
      kind: 'class',
      cadence_a: 'daily',
      cadence_b: 'daily',
      date: ['2026-07-27', '2026-07-28'],
      difference: ['3.5000', null],
      reason: [null, `${B200}: suspended: 3 providers, 5 needed`],
    });
    expect(history.differential?.combined).toHaveLength(2);
    const later = await read<SpreadHistory>(`/v1/spreads?a=${B200}&b=${H100}&from=2026-07-28`);
    expect(later.date).toEqual(['2026-07-28']);
  });

  it('refuse half a pair, and what means nothing together', async () => {
    expect(await problem(`/v1/spreads?a=${H100}`, 400)).toMatchObject({ parameter: 'b' });
    expect(await problem(`/v1/spreads?a=${H100}&b=CSI-H100`, 404)).toMatchObject({ parameter: 'b' });
    expect(await problem(`/v1/spreads?a=${H100}&b=${H200}&date=2026-07-28`, 400)).toMatchObject({ parameter: 'date' });
    expect(await problem('/v1/spreads?from=2026-07-28', 400)).toMatchObject({ parameter: 'from' });
  });
});

describe('the board of units of compute', () => {
  it('prices every class with a value, and names those without', async () => {
    const { rows, without, dispersion, reference } = await read<ScuAnswer>('/v1/scu');
    expect(reference).toBe('H100-SXM-80');
    expect(rows.map((row) => row.class).sort()).toEqual(['H100-SXM-80', 'H200-SXM-141']);
    expect(without).toEqual([{ class: 'B200-SXM-180', series: B200, reason: 'suspended: 3 providers, 5 needed' }]);
    expect(dispersion?.training.classes).toBe(2);
    expect((await read<ScuAnswer>('/v1/scu?date=2026-07-27')).rows).toHaveLength(3);
  });
});

describe('a fix in other units', () => {
  it('stands beside the signed record, and per token where somebody states a throughput', async () => {
    const path = `/v1/fixes/${H100}/2026-07-28`;
    const plain = await read<FixAnswer>(path);
    expect(plain.units).toMatchObject({ value: '3.1000', per_gigabyte_hour: '0.038750', per_million_tokens: null });
    expect(plain.revisions[0]?.canonical).not.toContain('per_gigabyte_hour');
    const stated = await read<FixAnswer>(`${path}?tokens_per_second=150`);
    expect(stated.units?.per_million_tokens).toEqual({ value: '5.740741', tokens_per_second: '150' });
    for (const wrong of ['0', '-1', '1e3', '99999999999']) {
      expect(await problem(`${path}?tokens_per_second=${wrong}`, 400)).toMatchObject({
        parameter: 'tokens_per_second',
      });
    }
    expect((await read<FixAnswer>(`/v1/fixes/${B200}/2026-07-28`)).units).toBeNull();
  });
});

describe('revalidation', () => {
  it('says when nothing has changed, and changes with the question', async () => {
    const tags = new Set<string | null>();
    const paths = [
      '/v1/baskets',
      '/v1/baskets/CSI-BASKET-T',
      '/v1/baskets/CSI-BASKET-T?from=2026-07-28',
      '/v1/curve/H100-SXM-80',
      '/v1/curve/H100-SXM-80?segment=hyperscaler',
      '/v1/spreads',
      '/v1/spreads?kind=class',
      `/v1/spreads?a=${B200}&b=${H100}`,
      '/v1/scu',
      `/v1/fixes/${H100}/2026-07-28`,
      `/v1/fixes/${H100}/2026-07-28?tokens_per_second=150`,
    ];
    for (const path of paths) {
      const etag = (await api.get(path)).headers.get('etag');
      tags.add(etag);
      expect((await api.get(path, { 'if-none-match': etag ?? '' })).status, path).toBe(304);
    }
    expect(tags.size).toBe(paths.length);
    const etag = (await api.get('/v1/scu')).headers.get('etag') ?? '';
    await appendFixes(api.store.ledger.database, sealed([fix('CSI-L40S-48', '2026-07-28', '0.9000')], api.key));
    expect((await api.get('/v1/scu', { 'if-none-match': etag })).status).toBe(200);
  });
});
