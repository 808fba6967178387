import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ledger, type LedgerTarget, openLedger } from '#store/ledger/client';
import {
  appendFixes,
  chainHeads,
  FinalAlready,
  fixByHash,
  fixesAfterLeaf,
  fixesAtStrike,
  fixHistory,
  fixRevisions,
  isTaken,
  lastFixes,
  newestFixAt,
  newestLeaf,
  newestStrike,
  recentHistory,
  recordRulebook,
} from '#store/ledger/fixes';
import { allHealth, recordRun } from '#store/ledger/health';
import { allKeys, recordKey, type SigningKey } from '#store/ledger/keys';
import { chain, fix } from '#store/ledger/testing/fixes';

/** What any Postgres under the ledger must do: the same for PGlite and for a server. */
export function ledgerContract(start: () => Promise<LedgerTarget>): void {
  let target: LedgerTarget;
  let ledger: Ledger;
  const key = (keyId: string): SigningKey => ({ keyId, publicKey: `public ${keyId}`, sign: (text) => text });

  beforeAll(async () => {
    target = await start();
    ledger = await openLedger(target);
    await recordKey(ledger.database, key('key-1'), new Date('2026-07-01T00:00:00Z'));
  });
  afterAll(async () => {
    await ledger.close();
  });

  const append = (rows: Parameters<typeof appendFixes>[1]) => appendFixes(ledger.database, rows);
  const countOf = async (series: string) => (await fixHistory(ledger.database, series, {})).length;
  /** All that an error and its causes say. */
  const saidBy = async (work: PromiseLike<unknown>): Promise<string> => {
    try {
      await work;
      return 'done';
    } catch (error) {
      const messages: string[] = [];
      for (let one: unknown = error; one instanceof Error; one = one.cause) messages.push(one.message);
      return messages.join(' <- ');
    }
  };

  it('migrations run twice are harmless, and keep what is there', async () => {
    await append(chain('kept', [1, 2]));
    await ledger.close();
    ledger = await openLedger(target);
    expect(await countOf('kept')).toBe(2);
  });

  it('a fix comes back as it was, to the millisecond and the sixth decimal', async () => {
    const [row] = chain('round trip', [1]);
    await append([row!]);
    expect(await fixByHash(ledger.database, row!.hash)).toEqual(row);
    expect(await fixByHash(ledger.database, 'nobody')).toBeNull();
  });

  describe('append-only', () => {
    beforeAll(async () => {
      await append(chain('sealed', [1]));
      await recordRulebook(ledger.database, { version: 'sealed', sha256: 'a', content: {}, at: new Date() });
    });

    it.each([
      ['UPDATE of a fix', sql`UPDATE fixes SET value = 9 WHERE series = 'sealed'`],
      ['UPDATE of a fix to what it is', sql`UPDATE fixes SET value = value WHERE series = 'sealed'`],
      ['DELETE of a fix', sql`DELETE FROM fixes WHERE series = 'sealed'`],
      ['TRUNCATE of fixes', sql`TRUNCATE fixes`],
      ['TRUNCATE of all that hangs together', sql`TRUNCATE keys CASCADE`],
      [
        'upsert of a fix',
        sql`INSERT INTO fixes SELECT * FROM fixes WHERE series = 'sealed' ON CONFLICT (series, strike, revision) DO UPDATE SET value = 9`,
      ],
      ['UPDATE of a rulebook', sql`UPDATE rulebooks SET sha256 = 'b' WHERE version = 'sealed'`],
      ['DELETE of a rulebook', sql`DELETE FROM rulebooks WHERE version = 'sealed'`],
      ['TRUNCATE of rulebooks', sql`TRUNCATE rulebooks`],
      ['UPDATE of a public key', sql`UPDATE keys SET public_key = 'another' WHERE key_id = 'key-1'`],
      ['DELETE of a key', sql`DELETE FROM keys WHERE key_id = 'key-1'`],
    ])('%s is refused', async (_name, statement) => {
      expect(await saidBy(ledger.database.execute(statement))).toMatch(/append-only: \w+ is refused/);
      expect((await fixHistory(ledger.database, 'sealed', {})).map((row) => row.value)).toEqual(['2.390001']);
    });

    it('a key may be retired', async () => {
      expect(await saidBy(ledger.database.execute(sql`UPDATE keys SET active = false WHERE key_id = 'key-1'`))).toBe(
        'done',
      );
    });
  });

  describe('one chain for each series', () => {
    it('one fix per series, strike and revision', async () => {
      const [first] = chain('once', [1]);
      await append([first!]);
      const again = fix('once', 1, { previousHash: first!.hash, value: '9.000000' });
      expect(await saidBy(append([again]))).toMatch(/fixes_series_strike_revision_pk/);
      await append([fix('once', 1, { previousHash: first!.hash, revision: 1, value: '9.000000' })]);
      await append(chain('once, another series', [1]));
      expect((await fixRevisions(ledger.database, 'once', '2026-07-01')).map((row) => row.value)).toEqual([
        '2.390001',
        '9.000000',
      ]);
    });

    it('cannot fork', async () => {
      const [first, second] = chain('fork', [1, 2]);
      await append([first!, second!]);
      expect(await saidBy(append([fix('fork', 3, { previousHash: first!.hash })]))).toMatch(/fixes_chain/);
      expect(await countOf('fork')).toBe(2);
    });

    it('has one first fix', async () => {
      await append(chain('first', [1]));
      expect(await saidBy(append([fix('first', 2)]))).toMatch(/fixes_chain/);
      expect(await countOf('first')).toBe(1);
    });

    it('two publishers at once: one publishes', async () => {
      const ended = await Promise.allSettled([
        append([fix('raced', 1, { value: '1.000000' })]),
        append([fix('raced', 1, { value: '2.000000' })]),
      ]);
      expect(ended.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(await countOf('raced')).toBe(1);
    });

    it('a hash stands once, whatever the series', async () => {
      const [one] = chain('hash a', [1]);
      await append([one!]);
      expect(await saidBy(append([{ ...one!, series: 'hash b' }]))).toMatch(/fixes_hash_unique/);
    });

    it('names a key that is recorded', async () => {
      expect(await saidBy(append([fix('keyless', 1, { keyId: 'nobody' })]))).toMatch(/key_id/);
    });

    it('a suspended fix has no value, and every other has one', async () => {
      expect(await saidBy(append([fix('suspended', 1, { status: 'suspended' })]))).toMatch(/suspended_has_no_value/);
      expect(await saidBy(append([fix('suspended', 1, { value: null })]))).toMatch(/suspended_has_no_value/);
      await append([fix('suspended', 1, { status: 'suspended', value: null, level: null, reason: 'too few' })]);
      expect(await countOf('suspended')).toBe(1);
    });
  });

  it('appendFixes is all or nothing', async () => {
    const rows = chain('atomic', [1, 2, 3]);
    const bad = fix('atomic', 4, { previousHash: rows[0]!.hash });
    expect(await saidBy(append([...rows, bad]))).toMatch(/fixes_chain/);
    expect(await countOf('atomic')).toBe(0);
    await append(rows);
    await append([]);
    expect(await countOf('atomic')).toBe(3);
  });

  describe('publishing', () => {
    const database = () => ledger.database;

    it('dates nothing before what is published already', async () => {
      const [ahead] = await append([fix('ahead', 1)]);
      const [back] = await append([fix('behind', 1, { publishedAt: new Date('2026-07-01T00:00:00.000Z') })]);
      expect(back?.publishedAt).toEqual(ahead?.publishedAt);
      const [stored] = await fixRevisions(database(), 'behind', '2026-07-01');
      expect(stored?.publishedAt).toEqual(ahead?.publishedAt);
      expect(await newestFixAt(database())).toEqual(ahead?.publishedAt);
    });

    it('is undone by whatever fails before the commit, and nobody else is held up', async () => {
      const before = await newestLeaf(database());
      const rows = chain('undone', [1, 2]);
      const failing = appendFixes(database(), rows, async () => {
        throw new Error('the disk is full');
      });
      await expect(failing).rejects.toThrow('the disk is full');
      expect([await countOf('undone'), await newestLeaf(database())]).toEqual([0, before]);
      await append(rows);
      expect((await fixesAfterLeaf(database(), before)).map(({ leaf, fix: { hash } }) => [leaf, hash])).toEqual([
        [before + 1, rows[0]!.hash],
        [before + 2, rows[1]!.hash],
      ]);
    });

    it('refuses a revision from the instant on at which its strike is final', async () => {
      const [first] = await append([fix('final', 1)]);
      const { strike, publishedAt, hash } = first!;
      const restated = fix('final', 1, { revision: 1, previousHash: hash, value: '9.000000', publishedAt });
      const restate = (finalAt: Date) => appendFixes(database(), [restated], async () => {}, finalAt);
      const instant = publishedAt.toISOString();
      await expect(restate(publishedAt)).rejects.toThrow(
        new FinalAlready(
          `revision 1 of final at ${strike.toISOString()} would be published at ${instant}, and the strike is final since ${instant}: ` +
            'what is found of it now is annotated beside it, and never a revision',
        ),
      );
      await restate(new Date(publishedAt.getTime() + 1));
      expect((await fixesAtStrike(database(), strike)).filter(({ series }) => series === 'final')).toHaveLength(2);
      // The first fix of a strike may come as late as it will.
      await appendFixes(database(), [fix('final, late', 1)], async () => {}, new Date(0));
    });

    it('tells who was too late from what went wrong', async () => {
      const [one] = chain('too late', [1]);
      await append([one!]);
      const error = await append([one!]).catch((failure: unknown) => failure);
      expect(isTaken(error)).toBe(true);
      expect(
        isTaken(await append([fix('too late, keyless', 1, { keyId: 'nobody' })]).catch((failure: unknown) => failure)),
      ).toBe(false);
      expect(isTaken(new Error('something else'))).toBe(false);
    });

    it('knows the head of each chain, which is not the newest strike after a restatement', async () => {
      const rows = chain('headed', [1, 2, 3]);
      const restated = fix('headed', 2, { revision: 1, previousHash: rows[2]!.hash });
      await append(rows);
      const head = async () => (await chainHeads(database())).get('headed');
      expect(await head()).toEqual({ hash: rows[2]!.hash, newest: rows[2]!.strike });
      await append([restated]);
      expect(await head()).toEqual({ hash: restated.hash, newest: rows[2]!.strike });
      expect((await newestStrike(database()))?.getTime()).toBeGreaterThanOrEqual(rows[2]!.strike.getTime());
    });
  });

  describe('reading', () => {
    const rows = chain('read', [1, 2, 3, 4]);
    const restated = fix('read', 2, { revision: 1, previousHash: rows[3]!.hash, value: '3.000000' });
    const again = fix('read', 2, { revision: 2, previousHash: restated.hash, value: '4.000000' });
    beforeAll(async () => {
      await append([...rows, restated, again, ...chain('read too', [3])]);
    });
    const shown = (list: readonly { date: string; revision: number }[] | undefined) =>
      list?.map((row) => [row.date, row.revision]);

    it('history has the newest revision of each strike, oldest first, half-open', async () => {
      const history = (range: { from?: string; to?: string }) => fixHistory(ledger.database, 'read', range);
      expect(shown(await history({}))).toEqual([
        ['2026-07-01', 0],
        ['2026-07-02', 2],
        ['2026-07-03', 0],
        ['2026-07-04', 0],
      ]);
      expect((await history({})).map((row) => row.value)).toEqual(['2.390001', '4.000000', '2.390001', '2.390001']);
      expect(shown(await history({ from: '2026-07-02', to: '2026-07-04' }))).toEqual([
        ['2026-07-02', 2],
        ['2026-07-03', 0],
      ]);
      expect(await history({ from: '2026-07-05' })).toEqual([]);
      expect((await history({}))[0]).not.toHaveProperty('canonical');
    });

    it('recent history counts strikes, not revisions', async () => {
      const recent = await recentHistory(ledger.database, 3);
      expect(shown(recent.get('read'))).toEqual([
        ['2026-07-02', 2],
        ['2026-07-03', 0],
        ['2026-07-04', 0],
      ]);
      expect(shown(recent.get('read too'))).toEqual([['2026-07-03', 0]]);
      expect(recent.get('read')?.[0]?.value).toBe('4.000000');
      expect(recent.get('read')?.[0]?.strike).toEqual(restated.strike);
    });

    it('the last fix of each series is strictly before an instant, in its newest revision', async () => {
      const last = async (before?: Date) => (await lastFixes(ledger.database, before)).get('read');
      expect((await last())?.date).toBe('2026-07-04');
      expect(await last(rows[2]!.strike)).toEqual(again);
      expect(await last(rows[0]!.strike)).toBeUndefined();
    });

    it('every revision of a strike, and of a date', async () => {
      const atStrike = await fixesAtStrike(ledger.database, restated.strike);
      expect(atStrike.filter((row) => row.series === 'read')).toEqual([rows[1], restated, again]);
      expect(await fixRevisions(ledger.database, 'read', '2026-07-02')).toEqual([rows[1], restated, again]);
      const instant = restated.strike.toISOString();
      expect(await fixRevisions(ledger.database, 'read', instant)).toEqual([rows[1], restated, again]);
      expect(await fixRevisions(ledger.database, 'read', '2026-07-02T00:00:00.000Z')).toEqual([]);
    });
  });

  it('a rulebook once used never changes under its version', async () => {
    const used = { version: 'v1', sha256: 'a'.repeat(64), content: { cap: '1/4' }, at: new Date() };
    await recordRulebook(ledger.database, used);
    await recordRulebook(ledger.database, { ...used, at: new Date() });
    await Promise.all([1, 2, 3].map(() => recordRulebook(ledger.database, { ...used, version: 'v2' })));
    await expect(recordRulebook(ledger.database, { ...used, sha256: 'b'.repeat(64) })).rejects.toThrow(
      /^rulebook v1 was used with SHA-256 a{64} and now reads b{64}: a version never changes/,
    );
  });

  it('health counts failures in a row and remembers the last success', async () => {
    const at = (minute: number) => new Date(Date.UTC(2026, 6, 1, 0, minute));
    const run = async (minute: number, error: string | null) => {
      await recordRun(ledger.database, { source: 'vast', at: at(minute), error });
      return (await allHealth(ledger.database)).get('vast');
    };
    expect(await run(1, 'refused')).toMatchObject({
      consecutiveFailures: 1,
      lastSuccessAt: null,
      lastError: 'refused',
    });
    expect(await run(2, 'refused')).toMatchObject({ consecutiveFailures: 2, lastRunAt: at(2) });
    expect(await run(3, null)).toMatchObject({ consecutiveFailures: 0, lastSuccessAt: at(3), lastError: null });
    expect(await run(4, 'slow')).toMatchObject({ consecutiveFailures: 1, lastSuccessAt: at(3), lastError: 'slow' });
  });

  it('a key is recorded once, and another comes by rotation alone', async () => {
    await recordKey(ledger.database, key('key-1'), new Date('2026-07-03T00:00:00Z'));
    const keys = await allKeys(ledger.database);
    expect(keys.map((one) => one.keyId)).toEqual(['key-1']);
    expect(keys[0]?.createdAt).toEqual(new Date('2026-07-01T00:00:00Z'));
    await expect(recordKey(ledger.database, key('key-2'), new Date())).rejects.toThrow(
      'this ledger is signed by the key key-1, and the key file of this data folder holds key-2',
    );
  });
}
