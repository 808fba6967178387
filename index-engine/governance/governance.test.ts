import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startService, type TestService } from '#index-engine/finality/testing/service';
import { flawsOf } from '#index-engine/finality/testing/whole';
import {
  announceRulebook,
  parallelRuns,
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
    const long = { ...report, from: '2026-06-25', to: '2026-07-25' };
    const other = { version: '1.1', sha256: 'f'.repeat(64) };
    await recordParallelRun(database(), key, { ...long, changed: other }, next());
    await recordParallelRun(database(), key, { ...long, current: other }, next());
    await expect(use()).rejects.toThrow(/\(2 so far\)/);
    await recordParallelRun(database(), key, long, next());
    await use();
    await use();
    expect((await rulebookChanges(database(), '1.1')).map(({ event }) => event)).toEqual(['used']);
    const notices = await recentNotices(database(), 10, { kinds: ['methodology_change'] });
    expect(notices.map(({ text }) => text)).toEqual([
      'Methodology version 1.1 is in force from the strike at 2026-08-01T15:00:00.000Z on; before it, version 1.0',
    ]);
    expect((await parallelRuns(database(), '1.1')).map(({ dates }) => dates)).toEqual([2, 31, 31, 31]);
    expect(await flawsOf(database())).toEqual([]);
  });

  it('a version that asks nothing of itself is asked what the one before asks', async () => {
    service = await startService('2026-07-24T15:15:00Z');
    await service.publisher.run();
    const easy = future({ governance: { parallel_run_days: 1 } });
    await expect(takeIntoUse(database(), service.key, easy, '2026-08-01T15:00:00.000Z', now)).rejects.toThrow(
      /over 28 dates/,
    );
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
