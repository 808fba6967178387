import { afterEach, describe, expect, it } from 'vitest';
import { startService, type TestService } from '#index-engine/finality/testing/service';
import { flawsOf } from '#index-engine/finality/testing/whole';
import { fixHistory } from '#store/ledger/fixes';
import { recentNotices } from '#store/ledger/notices';

const H100 = 'CSI-H100-SXM-80';
const full = () => Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });

let service: TestService;
afterEach(async () => {
  await service.close();
});
const disruptions = async () =>
  (await recentNotices(service.store.ledger.database, 100, { kinds: ['disruption'] })).reverse();
const history = () => fixHistory(service.store.ledger.database, H100, {});

describe('a full disk', () => {
  it.each(['csi.fix_inputs', 'csi.fix_evidence'])(
    'under %s publishes nothing, says so once, and heals',
    async (table) => {
      service = await startService('2026-07-24T15:15:00Z');
      const { clickhouse, ledger } = service.store;
      const insert = clickhouse.insert.bind(clickhouse);
      clickhouse.insert = async (into, rows) => {
        if (into === table) throw full();
        await insert(into, rows);
      };
      for (let attempt = 0; attempt < 2; attempt += 1) {
        await expect(service.publisher.run()).rejects.toThrow(/^publication is disrupted: the disk is full/);
      }
      expect(await history()).toEqual([]);
      expect(await flawsOf(ledger.database)).toEqual([]);
      expect((await disruptions()).map(({ subject, text }) => [subject, text])).toEqual([
        ['publication', expect.stringContaining('the disk is full')],
      ]);
      clickhouse.insert = insert;
      service.time.now = new Date('2026-07-24T15:50:00Z');
      const healed = await service.publisher.run();
      expect(healed?.recovered).toContain('disrupted since 2026-07-24T15:15:00.000Z');
      expect(healed?.late.length).toBeGreaterThan(0);
      expect(await history()).toHaveLength(1);
      expect(await disruptions()).toHaveLength(2);
    },
  );

  it('under the ledger publishes nothing, and the notice waits for room', async () => {
    service = await startService('2026-07-24T15:15:00Z');
    const { database } = service.store.ledger;
    const transaction = database.transaction.bind(database);
    const insert = database.insert.bind(database);
    const begun = new Date('2026-07-24T15:00:00Z');
    service.time.now = begun;
    await service.publisher.run();
    service.time.now = new Date('2026-07-24T15:15:00Z');
    database.transaction = () => Promise.reject(full());
    database.insert = (() => {
      throw full();
    }) as unknown as typeof database.insert;
    await expect(service.publisher.run()).rejects.toThrow(/the disk is full/);
    database.transaction = transaction;
    database.insert = insert;
    expect(await history()).toEqual([]);
    expect(await disruptions()).toEqual([]);
    service.time.now = new Date('2026-07-24T15:16:00Z');
    expect((await service.publisher.run())?.published).toBeGreaterThan(0);
    // What could not be said then is said now, and dated when it was.
    expect((await disruptions()).map(({ at, text }) => [at.toISOString(), text.slice(0, 22)])).toEqual([
      ['2026-07-24T15:15:00.000Z', 'publication is disrupt'],
      ['2026-07-24T15:16:00.000Z', 'publication goes on; i'],
    ]);
  });

  it('after the commit, under the history for queries alone, leaves the fixes public; the history is made good', async () => {
    service = await startService('2026-07-24T15:15:00Z');
    const { clickhouse } = service.store;
    const insert = clickhouse.insert.bind(clickhouse);
    clickhouse.insert = async (into, rows) => {
      if (into === 'csi.fixes') throw full();
      await insert(into, rows);
    };
    await expect(service.publisher.run()).rejects.toThrow(/the disk is full/);
    expect(await history()).toHaveLength(1);
    clickhouse.insert = insert;
    await service.publisher.run();
    const [row] = await clickhouse.rows<{ n: number }>(
      'SELECT count() AS n FROM csi.fixes FINAL WHERE series = {series:String}',
      {
        series: H100,
      },
    );
    expect(Number(row?.n)).toBe(1);
    expect(await history()).toHaveLength(1);
  });
});

describe('a clock that steps back', () => {
  it('dates no publication before the newest, makes nothing due, and is said once', async () => {
    service = await startService('2026-07-24T15:15:00Z');
    await service.publisher.run();
    service.time.now = new Date('2026-07-24T16:15:30Z');
    await service.publisher.run();
    // An hour back, across a strike that is published already.
    service.time.now = new Date('2026-07-24T15:16:00Z');
    expect((await service.publisher.run())?.published).toBe(0);
    await service.publisher.run();
    const said = await disruptions();
    expect(said).toHaveLength(1);
    expect(said[0]).toMatchObject({ subject: 'clock', text: expect.stringContaining('2026-07-24T15:16:00.000Z') });
    // The next strike is due when the clock says so, and not when the ledger is merely ahead of it.
    service.time.now = new Date('2026-07-24T17:14:59Z');
    expect((await service.publisher.run())?.published).toBe(0);
    service.time.now = new Date('2026-07-24T17:15:00Z');
    expect((await service.publisher.run())?.published).toBe(1);
    const instants = (await fixHistory(service.store.ledger.database, `${H100}.H`, {})).map(
      ({ publishedAt }) => publishedAt,
    );
    expect(instants).toEqual([...instants].sort((a, b) => a.getTime() - b.getTime()));
    expect(await flawsOf(service.store.ledger.database)).toEqual([]);
  });
});
