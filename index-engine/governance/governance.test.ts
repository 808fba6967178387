import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startService, type TestService } from '#index-engine/finality/testing/service';
import { flawsOf } from '#index-engine/finality/testing/whole';
import {
  announceRulebook,
  parallelRuns,
  RunRefused,
  recordParallelRun,
  rulebookChanges,
  takeIntoUse,
} from '#index-engine/governance/changes';
import { closeEntry, entriesOf, openEntry, RegisterRefusal } from '#index-engine/governance/registers';
import { simulateChange } from '#index-engine/simulate';
import { changedRulebook, rulebookV1 } from '#index-engine/testing/market';
import { recentNotices } from '#store/ledger/notices';

let service: TestService;
afterEach(async () => {
  await service.close();
});
const database = () => service.store.ledger.database;
let now: Date;
beforeEach(() => {
  now = new Date('2026-07-24T16:00:00.000Z');
});
/** Records are in the order of their instants: each a second after the one before. */
const next = () => {
  now = new Date(now.getTime() + 1000);
  return now;
};
const future = (changes: Record<string, unknown> = {}) =>
  changedRulebook((book) =>
    Object.assign(book, { version: '1.1', effective_from: '2026-08-01T00:00:00.000Z', ...changes }),
  );

describe('a change of the rules', () => {
  it('the first version is taken into use by its first fix, and said once', async () => {
    service = await startService('2026-07-24T15:15:00Z');
    await service.publisher.run();
    service.time.now = new Date('2026-07-24T16:15:00Z');
    await service.publisher.run();
    const changes = await rulebookChanges(database());
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({
      event: 'used',
      version: rulebookV1.rulebook.version,
      sha256: rulebookV1.sha256,
      first_strike: '2026-07-24T15:00:00.000Z',
    });
    expect(await flawsOf(database())).toEqual([]);
  });

  it('is refused until it has run beside the version before it, long enough, as it is', async () => {
    service = await startService('2026-07-24T15:15:00Z');
    const { key, store } = service;
    await service.publisher.run();
    const changed = future();
    await announceRulebook(database(), key, changed, 'a wider cap', next());
    now = new Date('2026-07-27T00:00:00.000Z');
    const use = () => takeIntoUse(database(), key, changed, '2026-08-01T15:00:00.000Z', now);
    await expect(use()).rejects.toThrow(
      /^rulebook 1\.1 has not run beside 1\.0 over 28 dates \(0 so far\): .*--record/,
    );
    const report = await simulateChange(
      store.clickhouse,
      { current: rulebookV1, changed },
      { from: '2026-07-24', to: '2026-07-25' },
    );
    await recordParallelRun(database(), key, report, next());
    await expect(use()).rejects.toThrow(/\(2 so far\)/);
    // Of another text under the same version, or against another predecessor, it proves nothing.
    const long = { ...report, from: '2026-06-25', to: '2026-07-25', dates: 31 };
    const other = { version: '1.1', sha256: 'f'.repeat(64) };
    await recordParallelRun(database(), key, { ...long, changed: other }, next());
    await recordParallelRun(database(), key, { ...long, current: other }, next());
    await expect(use()).rejects.toThrow(/\(2 so far\)/);
    await recordParallelRun(database(), key, long, next());
    await use();
    await use();
    expect((await rulebookChanges(database(), '1.1')).map(({ event }) => event)).toEqual(['announced', 'used']);
    const notices = await recentNotices(database(), 10, { kinds: ['methodology_change'] });
    expect(notices.map(({ text }) => text)).toEqual([
      'Methodology version 1.1 is in force from the strike at 2026-08-01T15:00:00.000Z on; before it, version 1.0',
      'Methodology version 1.1 is announced, in force from 2026-08-01T00:00:00.000Z on: a wider cap',
    ]);
    expect((await parallelRuns(database(), '1.1')).map(({ dates }) => dates)).toEqual([2, 31, 31, 31]);
    expect(await flawsOf(database())).toEqual([]);
  });

  it('a version that asks nothing of itself is asked what the one before asks', async () => {
    service = await startService('2026-07-24T15:15:00Z');
    await service.publisher.run();
    const easy = future({ governance: { parallel_run_days: 1 } });
    await announceRulebook(database(), service.key, easy, 'no long run', now);
    await expect(takeIntoUse(database(), service.key, easy, '2026-08-01T15:00:00.000Z', now)).rejects.toThrow(
      /over 28 dates/,
    );
  });

  it('is refused where it was not announced, as it is, before it takes effect', async () => {
    service = await startService('2026-07-24T15:15:00Z');
    const { key } = service;
    await service.publisher.run();
    const use = (changed: ReturnType<typeof future>) =>
      takeIntoUse(database(), key, changed, '2026-08-01T15:00:00.000Z', now);
    const unannounced =
      /^rulebook 1\.1 \(SHA-256 [0-9a-f]{64}\) was not announced before it takes effect at 2026-08-01/;
    await expect(use(future())).rejects.toThrow(unannounced);
    await announceRulebook(database(), key, future({ title: 'another' }), 'another text', now);
    await expect(use(future())).rejects.toThrow(unannounced);
    expect((await rulebookChanges(database())).filter(({ event }) => event === 'used')).toHaveLength(1);
  });

  it('counts no date of a parallel run on which nothing was compared, and records none of the future', async () => {
    service = await startService('2026-07-24T15:15:00Z');
    const { key, store } = service;
    const simulate = (from: string, to: string) =>
      simulateChange(store.clickhouse, { current: rulebookV1, changed: future() }, { from, to });
    // Prices stand from 20 to 31 July.
    const partly = await simulate('2026-07-15', '2026-07-21');
    expect([partly.strikes > partly.dates, partly.dates]).toEqual([true, 2]);
    const record = async (report: typeof partly, at: string) =>
      recordParallelRun(database(), key, report, new Date(at));
    await expect(record(await simulate('2026-07-12', '2026-07-13'), '2026-07-24T16:00:00Z')).rejects.toThrow(
      new RunRefused(
        'no fix has a value from 2026-07-12 to 2026-07-13 under either rulebook: a parallel run is over dates with recorded prices',
      ),
    );
    await expect(record(partly, '2026-07-21T12:00:00Z')).rejects.toThrow(
      'a parallel run is over dates that are past, and the last strike of 2026-07-21 is published at 2026-07-21T23:15:00.000Z',
    );
    await expect(record({ ...partly, from: '2026-07-22' }, '2026-07-24T16:00:00Z')).rejects.toThrow(
      '--from 2026-07-22 lies after --to 2026-07-21',
    );
    expect(await parallelRuns(database())).toEqual([]);
  });

  it('is announced before it takes effect, once, and not under a version with another text', async () => {
    service = await startService('2026-07-24T15:15:00Z');
    await service.publisher.run();
    const announce = (loaded: ReturnType<typeof future>) =>
      announceRulebook(database(), service.key, loaded, 'a wider cap', now);
    const hash = await announce(future());
    expect(await announce(future())).toBe(hash);
    await expect(announce(future({ title: 'another' }))).rejects.toThrow(/was announced with SHA-256/);
    await expect(announce(future({ version: '1.2', effective_from: '2026-07-24T16:00:00.000Z' }))).rejects.toThrow(
      /not in the future/,
    );
    expect((await recentNotices(database(), 10, { kinds: ['methodology_change'] })).map(({ text }) => text)).toEqual([
      'Methodology version 1.1 is announced, in force from 2026-08-01T00:00:00.000Z on: a wider cap',
    ]);
  });
});

describe('the registers', () => {
  it('keep what was said of an entry, signed and logged, and close it once', async () => {
    service = await startService('2026-07-24T15:15:00Z');
    const { key } = service;
    const open = (party: string, text: string) => openEntry(database(), key, 'conflict', { party, text }, next());
    const first = await open('the operator', 'holds shares of a provider');
    const second = await open('the operator', 'sells capacity itself');
    expect(first).not.toBe(second);
    await closeEntry(database(), key, 'conflict', { id: first, text: 'sold' }, new Date('2026-07-25T00:00:00Z'));
    const entries = await entriesOf(database(), 'conflict');
    expect(entries.map(({ id, closed }) => [id, closed?.text ?? null])).toEqual([
      [first, 'sold'],
      [second, null],
    ]);
    expect(await entriesOf(database(), 'complaint')).toEqual([]);
    await expect(closeEntry(database(), key, 'conflict', { id: first, text: 'again' }, now)).rejects.toThrow(
      `${first} was closed at 2026-07-25T00:00:00.000Z`,
    );
    await expect(closeEntry(database(), key, 'conflict', { id: 'conflict-0', text: 'x' }, now)).rejects.toThrow(
      `no conflict is called conflict-0: open are ${second}`,
    );
    await expect(open('somebody', '  ')).rejects.toThrow(RegisterRefusal);
    await expect(open('somebody', 'x'.repeat(4001))).rejects.toThrow(/1 to 4000/);
    expect(await flawsOf(database())).toEqual([]);
  });
});
