import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { record, sealed } from '#api/testing/records';
import { type Installation, install } from '#api/testing/store';
import type { ContractAnswer, ContractsAnswer, MonthAnswer, Problem } from '#api/types';
import { issueCertificate } from '#index-engine/settlement/issue';
import { monthSchedule } from '#index-engine/settlement/schedule';
import { verifyCertificate } from '#index-engine/settlement/verify-certificate';
import { sha256 } from '#methodology/canonical';
import { type Contract, contract } from '#methodology/contracts';
import { appendFixes } from '#store/ledger/fixes';
import { recordKey, signatureHolds } from '#store/ledger/keys';

let api: Installation;
const terms = contract('CSI-H100-SXM-80-CD') as Contract;

beforeAll(async () => {
  api = await install('2026-08-12T20:00:00.000Z');
  const { database } = api.store.ledger;
  await recordKey(database, api.key, new Date('2026-07-01T00:00:00.000Z'));
  const july = monthSchedule(terms, '2026-07').stamps.filter((_, place) => place !== 10);
  const august = monthSchedule(terms, '2026-08').stamps.slice(0, 12);
  const records = [...july, ...august].map(({ date }) => record({ series: terms.series, date, value: '2.8000' }));
  await appendFixes(database, sealed(records, api.key));
});
afterAll(() => api.close());

async function read<T>(path: string): Promise<T> {
  const response = await api.get(path);
  expect(response.status, path).toBe(200);
  return (await response.json()) as T;
}

describe('contracts', () => {
  it('are listed with what the month of their newest fix settles at so far', async () => {
    const { contracts } = await read<ContractsAnswer>('/v1/contracts');
    expect(contracts).toHaveLength(12);
    const calendar = contracts.find(({ id }) => id === terms.id);
    expect(calendar).toMatchObject({ series: 'CSI-H100-SXM-80', tick: '0.001', quantity: { rule: 'month_hours' } });
    expect(calendar?.latest).toMatchObject({
      month: '2026-08',
      final: false,
      price: '2.800',
      counts: { scheduled: 31, locked: 11, provisional: 1, open: 19 },
      range: { expected: { price: '2.800' } },
    });
    expect(calendar?.latest).not.toHaveProperty('stamps');
    expect(contracts.find(({ id }) => id === 'CSI-H100-SXM-80-HM')?.latest).toBeNull();
  });

  it('have terms, months and certificates', async () => {
    const answer = await read<ContractAnswer>(`/v1/contracts/${terms.id}`);
    expect(answer).toMatchObject({ terms: { id: terms.id }, months: ['2026-08', '2026-07'], certificates: [] });
    expect(answer.terms).toEqual(terms);
  });

  it('settle a month as far as its fixes go', async () => {
    const open = await read<MonthAnswer>(`/v1/contracts/${terms.id}/2026-08`);
    expect(open.settlement.stamps).toHaveLength(31);
    expect(open.settlement.stamps[11]).toMatchObject({ date: '2026-08-12', state: 'provisional', fix: { level: 4 } });
    expect([open.certificate, open.settlement.gpu_hours]).toEqual([null, 744]);
    expect(open.sentence).toContain('11 of 31 fixes locked, 1 provisional, 19 open; so far 2.800 USD/GPU-h');
    const ahead = await read<MonthAnswer>(`/v1/contracts/${terms.id}/2027-02`);
    expect(ahead.settlement).toMatchObject({ price: null, counts: { open: 28 } });
    const none = await read<MonthAnswer>('/v1/contracts/CSI-H100-SXM-80-HM/2026-07');
    expect(none.settlement).toMatchObject({ band: 'determination', price: null, coverage: { share: '0.000000' } });
    expect(none.band_sentence).toContain('0 of 744 fixes (0%)');
  });

  it('show the certificate once it is issued, and give its bundle', async () => {
    const path = `/v1/contracts/${terms.id}/2026-07`;
    const before = await api.get(path);
    const options = { now: api.time.now, replace: false };
    const issued = await issueCertificate(api.store.ledger.database, api.key, terms, '2026-07', options);
    const after = await api.get(path, { 'If-None-Match': before.headers.get('etag') ?? '' });
    expect(after.status).toBe(200);
    const { certificate, settlement } = (await after.json()) as MonthAnswer;
    expect(certificate).toMatchObject({
      outcome: 'settled',
      settlement_price: '2.800',
      hash: issued.hash,
      previous: null,
    });
    expect(sha256(certificate?.canonical ?? '')).toBe(issued.hash);
    expect(signatureHolds(certificate?.canonical ?? '', certificate?.signature ?? '', api.key.publicKey)).toBe(true);
    expect(settlement.stamps[10]?.fill?.value).toBe('14/5');
    const again = await api.get(path, { 'If-None-Match': after.headers.get('etag') ?? '' });
    expect(again.status).toBe(304);
    const file = await api.get(`${path}/certificate`);
    expect(file.headers.get('content-disposition')).toContain('CSI-H100-SXM-80-CD_2026-07_certificate.json');
    const { passed, checks } = verifyCertificate(Buffer.from(await file.arrayBuffer()));
    expect([passed, checks.filter((check) => !check.passed)]).toEqual([true, []]);
    const { certificates } = await read<ContractAnswer>(`/v1/contracts/${terms.id}`);
    expect(certificates).toEqual([expect.objectContaining({ month: '2026-07', hash: issued.hash })]);
  });

  it.each([
    ['/v1/contracts/CSI-H100-SXM-80', 'unknown-contract', /CSI-H100-SXM-80-BD/],
    ['/v1/contracts/nothing/2026-07', 'unknown-contract', /an id of \/v1\/contracts/],
    [`/v1/contracts/${terms.id}/2026-13`, 'unknown-month', /a month such as 2026-07/],
    [`/v1/contracts/${terms.id}/2031-01`, 'unknown-month', /calendars/],
    [`/v1/contracts/${terms.id}/2026-08/certificate`, 'unknown-certificate', /lists a certificate for/],
  ])('%s is a problem: %s', async (path, kind, expected) => {
    const response = await api.get(path);
    expect(response.status).toBe(404);
    const problem = (await response.json()) as Problem;
    expect(problem.type).toBe(`/problems/${kind}`);
    expect(problem.expected).toMatch(expected);
  });

  it('take no parameter they do not have', async () => {
    expect((await api.get('/v1/contracts?month=2026-07')).status).toBe(400);
  });
});
