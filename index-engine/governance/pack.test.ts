import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService, type TestService } from '#index-engine/finality/testing/service';
import { makePack, packDocument } from '#index-engine/governance/pack';
import { packFacts } from '#index-engine/governance/pack-facts';
import { closeEntry, openEntry } from '#index-engine/governance/registers';
import type { FixRecord } from '#index-engine/record';
import { fixesOfDate } from '#store/ledger/period';

const terms = [{ id: 'test', status: 'permitted', url: 'https://example.invalid/terms' }];
const at = (instant: string) => new Date(instant);

describe('the evidence pack of a month', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService('2026-07-24T15:15:00Z');
    const { publisher, time, store, key } = service;
    await publisher.run();
    // Two hours without the service.
    time.now = at('2026-07-24T18:00:00Z');
    await publisher.run();
    const { database } = store.ledger;
    const say = { party: 'a reader', text: 'looks high' };
    const id = await openEntry(database, key, 'complaint', say, at('2026-07-24T18:10:00Z'));
    await closeEntry(database, key, 'complaint', { id, text: 'explained' }, at('2026-08-02T00:00:00Z'));
    await openEntry(
      database,
      key,
      'conflict',
      { party: 'the operator', text: 'sells capacity' },
      at('2026-08-05T00:00:00Z'),
    );
  });
  afterAll(async () => {
    await service.close();
  });
  const facts = () => packFacts(service.store, '2026-07', terms);
  const textsOf = async (principle: number) => {
    const { principles } = makePack(await facts(), at('2026-08-10T00:00:00Z'));
    return (principles.find((one) => one.principle === principle)?.statements ?? []).map(({ text }) => text).join(' ');
  };

  it('counts what the ledger holds, no more and no less', async () => {
    const rows = await fixesOfDate(service.store.ledger.database, '2026-07-24');
    const counted = await facts();
    const records = rows.map(({ canonical }) => JSON.parse(canonical) as FixRecord);
    expect(counted.fixes).toBe(rows.length);
    expect(counted.byLevel).toEqual({ '4': records.filter(({ level }) => level === 4).length });
    expect(counted.byTimeliness).toEqual({ on_time: rows.length - 2, late: 2, backcast: 0 });
    expect(counted.evidence).toEqual({ listed: '1.000000' });
    expect(counted.broken).toEqual([]);
    expect(counted.log).toMatchObject({ first: 0, size: expect.any(Number) });
    expect(counted.records).toMatchObject({ service: [expect.any(String)], rulebook: [expect.any(String)] });
    expect(await packFacts(service.store, '2026-06', terms)).toMatchObject({ fixes: 0, series: 0, records: {} });
  });

  it('answers each principle, and every statement names what it rests on', async () => {
    const pack = makePack(await facts(), at('2026-08-10T00:00:00Z'));
    expect(pack.principles.map(({ principle }) => principle)).toEqual([6, 7, 8, 9, 10, 11, 16, 17, 18]);
    for (const { statements } of pack.principles) expect(statements.length).toBeGreaterThan(0);
    expect(await textsOf(9)).toContain('late 2, backcast 0');
    // As they stood at the end of the month, whatever became of them.
    expect(await textsOf(16)).toBe('Complaints entered: 1; open at the end of the period: 1.');
    expect(await textsOf(10)).toContain('Conflicts of interest open at the end of the period: 0.');
    expect(await textsOf(17)).toContain('hashes and is signed as it says');
    expect(pack.complete).toBe(true);
    const early = makePack(await facts(), at('2026-07-20T00:00:00Z'));
    expect(early.complete).toBe(false);
    expect(packDocument(early)).toContain('**The period is not over: what follows is of its strikes up to 2026-07-20');
    const document = packDocument(pack);
    for (const title of ['Data sufficiency', 'Audit trail', 'Complaints procedures']) expect(document).toContain(title);
    expect(document).not.toContain('SIMULATED');
    expect(packDocument({ ...pack, simulated: true })).toContain('SIMULATED MARKET: nothing in it is real');
  });

  it('says so where a record is not what was signed', async () => {
    const counted = await facts();
    const pack = makePack({ ...counted, broken: ['f'.repeat(64)] }, at('2026-08-10T00:00:00Z'));
    const audit = pack.principles.find(({ principle }) => principle === 17);
    expect(audit?.statements[0]?.text).toBe('Records that do not hash or are not signed as they say: 1.');
    expect(audit?.statements[0]?.rests_on).toContain('f'.repeat(64));
  });
});
