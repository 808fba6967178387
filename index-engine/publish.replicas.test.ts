import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makePublisher } from '#index-engine/finality/publisher';
import { beginService } from '#index-engine/finality/service';
import { startPublishing } from '#index-engine/finality/testing/processes';
import { morningPrices, SIX } from '#index-engine/finality/testing/service';
import { flawsOf } from '#index-engine/finality/testing/whole';
import { insertObservations } from '#store/clickhouse/observations';
import { openLedger } from '#store/ledger/client';
import { fixHistory } from '#store/ledger/fixes';
import { openSigningKey } from '#store/ledger/keys';
import { recentNotices } from '#store/ledger/notices';
import { hasPostgres, startPostgres, type TestPostgres } from '#store/ledger/testing/postgres';
import { openStore } from '#store/store';

if (!hasPostgres)
  console.warn(
    'no Postgres: set DATABASE_URL_TEST to publish with several processes to one ledger; these tests are skipped',
  );

const REPLICAS = 4;
const H100 = 'CSI-H100-SXM-80';

describe.skipIf(!hasPostgres)('several processes that publish to one ledger', () => {
  let root: string;
  let postgres: TestPostgres;
  const folders = Array.from({ length: REPLICAS }, (_, index) => `replica-${index}`);
  const folder = (name: string) => join(root, name);

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'csi-replicas-'));
    postgres = await startPostgres();
    const environment = { DATABASE_URL: postgres.url };
    for (const name of folders) {
      mkdirSync(folder(name));
      // They act for one operator, with one key.
      if (name === folders[0]) openSigningKey(folder(name));
      else copyFileSync(join(folder('replica-0'), 'signing-key.pem'), join(folder(name), 'signing-key.pem'));
      const store = await openStore(folder(name), environment);
      await insertObservations(store.clickhouse, morningPrices('2026-07-20', 6, SIX));
      const began = new Date('2026-07-24T14:30:00Z');
      await beginService(store.ledger.database, openSigningKey(folder(name)), began, new Date('2026-07-24T00:00:00Z'));
      await store.close();
    }
  }, 120_000);
  afterAll(async () => {
    await postgres.close();
    rmSync(root, { recursive: true, force: true });
  });

  const all = async (now: string, range: readonly [string, string] | []) => {
    const environment = { DATABASE_URL: postgres.url, CLICKHOUSE_URL: '' };
    const processes = folders.map((name) => startPublishing(folder(name), now, { range, environment }));
    await Promise.all(processes.map((one) => one.ready));
    for (const one of processes) one.begin();
    return Promise.all(processes.map((one) => one.ended));
  };

  it('publish every fix exactly once, and the losers find their own bytes', async () => {
    const reports = await all('2026-07-24T00:00:00Z', ['2026-07-22', '2026-07-23']);
    const ledger = await openLedger({ url: postgres.url });
    try {
      expect(await flawsOf(ledger.database)).toEqual([]);
      const published = reports.map((one) => Number(one?.published));
      const fixes = published.reduce((sum, one) => sum + one, 0);
      for (const report of reports) {
        expect(report).toMatchObject({ differing: [], refused: [] });
        // What it did not publish itself it met as published, byte for byte.
        expect(Number(report?.published) + Number(report?.unchanged)).toBe(fixes);
      }
      expect(await fixHistory(ledger.database, H100, {})).toHaveLength(2);
      // Loud is only what a reader has to know: who was first is not.
      expect(await recentNotices(ledger.database, 10, { kinds: ['disruption'] })).toEqual([]);
      console.log(`published by each of ${REPLICAS} processes: ${published.join(', ')}`);
    } finally {
      await ledger.close();
    }
  }, 180_000);

  it('elect one by lease, and the one that is left publishes when it has run out', async () => {
    const key = openSigningKey(folder('replica-0'));
    const reports = await all('2026-07-24T15:20:00Z', []);
    expect(reports.filter((one) => one !== null)).toHaveLength(1);
    const store = await openStore(folder('replica-1'), { DATABASE_URL: postgres.url });
    try {
      const time = { now: new Date('2026-07-24T16:20:00Z') };
      const publisher = makePublisher(store, key, () => time.now, 'the one that is left');
      expect((await publisher.run())?.published).toBe(1);
      expect(await flawsOf(store.ledger.database)).toEqual([]);
      const other = makePublisher(store, key, () => time.now, 'another');
      expect(await other.run()).toBeNull();
    } finally {
      await store.close();
    }
  }, 180_000);

  it('a ledger that breaks off in the middle leaves nothing half published, is said, and goes on', async () => {
    const store = await openStore(folder('replica-2'), { DATABASE_URL: postgres.url });
    try {
      const key = openSigningKey(folder('replica-2'));
      const time = { now: new Date('2026-07-24T18:20:00Z') };
      const publisher = makePublisher(store, key, () => time.now, 'replica-2');
      const before = (await fixHistory(store.ledger.database, `${H100}.H`, {})).length;
      const insert = store.clickhouse.insert.bind(store.clickhouse);
      let broken = false;
      store.clickhouse.insert = async (...args) => {
        await insert(...args);
        if (broken || args[0] !== 'csi.fix_evidence') return;
        broken = true;
        await postgres.breakConnections();
      };
      await expect(publisher.run()).rejects.toThrow(/^publication is disrupted: /);
      expect(broken).toBe(true);
      expect((await fixHistory(store.ledger.database, `${H100}.H`, {})).length).toBe(before);
      expect(await flawsOf(store.ledger.database)).toEqual([]);
      expect((await publisher.run())?.recovered).toMatch(/^publication goes on; it was disrupted since /);
      expect((await fixHistory(store.ledger.database, `${H100}.H`, {})).length).toBeGreaterThan(before);
      expect(await flawsOf(store.ledger.database)).toEqual([]);
      const said = await recentNotices(store.ledger.database, 10, { kinds: ['disruption'] });
      expect(said.map(({ text }) => text)).toEqual([
        expect.stringMatching(/^publication goes on/),
        expect.stringMatching(/^publication is disrupted: .*It is tried again until it succeeds/),
      ]);
    } finally {
      await store.close();
    }
  }, 180_000);
});
