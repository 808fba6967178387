import { afterEach, describe, expect, it } from 'vitest';
import { buildEvidence } from '#index-engine/evidence';
import { correctionsOf } from '#index-engine/finality/findings';
import { makePublisher } from '#index-engine/finality/publisher';
import { recheckStrike } from '#index-engine/finality/recheck';
import { timelinessOf } from '#index-engine/finality/rules';
import { serviceSince } from '#index-engine/finality/service';
import { morningPrices, SIX, startService, type TestService } from '#index-engine/finality/testing/service';
import type { FixRecord } from '#index-engine/record';
import { GapRefused, replay } from '#index-engine/replay';
import { quote, rulebookV1 } from '#index-engine/testing/market';
import { verifyBundle } from '#index-engine/verify';
import { strikeOn } from '#methodology/strike';
import { insertObservations } from '#store/clickhouse/observations';
import { fixesAtStrike, fixHistory, fixRevisions } from '#store/ledger/fixes';
import { signedRecordsOf } from '#store/ledger/log';
import { recentNotices } from '#store/ledger/notices';

const H100 = 'CSI-H100-SXM-80';
const { rulebook } = rulebookV1;

let service: TestService;
const at = (instant: string) => {
  service.time.now = new Date(instant);
};
const run = async () => {
  const report = await service.publisher.run();
  if (!report) throw new Error('the lease is held by another');
  return report;
};
const strikes = async (series: string) =>
  (await fixHistory(service.store.ledger.database, series, {})).map(({ strike }) => strike.toISOString());
const notices = async (kind: string) =>
  (await recentNotices(service.store.ledger.database, 1000, { kinds: [kind] })).reverse().map(({ text }) => text);
const london = (date: string) => ({
  strike: strikeOn(date, '16:00', 'Europe/London'),
  schedules: ['GLOBAL' as const, 'EU' as const],
});

afterEach(async () => {
  await service.close();
});

describe('the service', () => {
  it('publishes at a quarter past, not before, and what it slept through is late and says so', async () => {
    service = await startService('2026-07-24T15:05:00Z');
    expect((await run()).published).toBe(0);
    at('2026-07-24T15:14:59.999Z');
    expect((await run()).strikes).toBe(0);
    at('2026-07-24T15:15:00Z');
    const first = await run();
    expect(first.strikes).toBe(2);
    expect(first.published).toBeGreaterThan(0);
    expect(await strikes(H100)).toEqual(['2026-07-24T15:00:00.000Z']);
    expect(await run()).toMatchObject({ strikes: 0, published: 0 });
    // Two days without the service: every strike between is computed from what was recorded, in order.
    at('2026-07-26T15:20:00Z');
    const late = await run();
    expect(await strikes(H100)).toEqual([
      '2026-07-24T15:00:00.000Z',
      '2026-07-25T15:00:00.000Z',
      '2026-07-26T15:00:00.000Z',
    ]);
    expect(await strikes(`${H100}.H`)).toHaveLength(49);
    // 47 hours and the day before; the strikes of twenty minutes ago are on time.
    expect(late.late).toHaveLength(48);
    expect(late.late.at(-1)).toContain('2026-07-26T14:00Z');
    const { database } = service.store.ledger;
    const [row] = await fixesAtStrike(database, new Date('2026-07-25T15:00:00Z'));
    const since = await serviceSince(database);
    expect(timelinessOf(row!.strike, row!.publishedAt, since, rulebook)).toBe('late');
    expect(timelinessOf(row!.strike, new Date('2026-07-25T15:30:00.000Z'), since, rulebook)).toBe('on_time');
    expect(timelinessOf(row!.strike, new Date('2026-07-25T15:30:00.001Z'), since, rulebook)).toBe('late');
    const signed = await signedRecordsOf(database, 'annotation', '2026-07-25T15:00:00.000Z');
    expect(signed.length).toBeGreaterThan(0);
    expect(JSON.parse(signed[0]!.canonical)).toMatchObject({ about: 'late', due_at: '2026-07-25T15:15:00.000Z' });
    expect(await notices('late')).toHaveLength(signedCount(await signedRecordsOf(database, 'annotation')));
  });

  it('gives late fixes the bytes they would have had on time', async () => {
    service = await startService('2026-07-24T15:15:00Z');
    for (const day of ['24', '25']) {
      at(`2026-07-${day}T15:15:00Z`);
      await run();
    }
    const onTime = (await fixHistory(service.store.ledger.database, H100, {})).map(({ hash }) => hash);
    await service.close();
    service = await startService('2026-07-24T15:15:00Z');
    await run();
    at('2026-07-25T20:00:00Z');
    await run();
    expect((await fixHistory(service.store.ledger.database, H100, {})).map(({ hash }) => hash)).toEqual(onTime);
  });

  it('calls the replay of an archive a backcast, before and after it began', async () => {
    service = await startService('2026-07-29T12:00:00Z');
    const { store, key } = service;
    await replay(store, key, { from: '2026-07-22', to: '2026-07-23' }, service.time.now);
    await run();
    const since = await serviceSince(store.ledger.database);
    const rows = await fixHistory(store.ledger.database, H100, {});
    expect(rows).toHaveLength(2);
    for (const { strike, publishedAt } of rows)
      expect(timelinessOf(strike, publishedAt, since, rulebook)).toBe('backcast');
    expect(await notices('late')).toEqual([]);
    // A strike of the service that somebody replays by hand is late all the same.
    at('2026-07-31T12:00:00Z');
    await replay(store, key, { from: '2026-07-24', to: '2026-07-30' }, service.time.now);
    await run();
    expect(await strikes(H100)).toHaveLength(9);
    const [missed] = await fixesAtStrike(store.ledger.database, new Date('2026-07-29T15:00:00Z'));
    expect(timelinessOf(missed!.strike, missed!.publishedAt, since, rulebook)).toBe('late');
  });

  it('replays no date behind which others would stay without a fix for good, unless told that they are to', async () => {
    service = await startService('2026-07-29T12:00:00Z');
    const { store, key } = service;
    const daily = (from: string, to: string, afterGap = false) =>
      replay(store, key, { from, to, schedules: ['GLOBAL'], afterGap }, service.time.now);
    await daily('2026-07-22', '2026-07-23');
    await expect(daily('2026-07-25', '2026-07-26')).rejects.toThrow(
      new GapRefused(
        'the newest fix is of 2026-07-23T15:00:00.000Z, so 2026-07-24 is the first date without one: a replay from 2026-07-25 on would leave it ' +
          'so for good, since no chain takes an earlier fix afterwards; run `csi replay --from 2026-07-24 --to 2026-07-26`, or add --after-gap ' +
          'where those dates are to have none',
      ),
    );
    expect(await strikes(H100)).toHaveLength(2);
    expect((await daily('2026-07-23', '2026-07-24')).refused).toEqual([]);
    expect((await daily('2026-07-26', '2026-07-26', true)).refused).toEqual([]);
    expect((await strikes(H100)).map((strike) => strike.slice(0, 10))).toEqual([
      '2026-07-22',
      '2026-07-23',
      '2026-07-24',
      '2026-07-26',
    ]);
  });

  it('goes on after a crash with what the last strike lacked', async () => {
    service = await startService('2026-07-24T15:15:00Z');
    const { store, key } = service;
    await run();
    at('2026-07-25T16:00:00Z');
    // As a crash leaves it: the daily fixes of the strike are there, the hourly ones of the same instant are not, and nothing was said.
    for (let hour = 16; hour < 24; hour += 1) {
      at(`2026-07-24T${hour}:15:00Z`);
      await run();
    }
    at('2026-07-25T16:00:00Z');
    await replay(store, key, { from: '2026-07-25', to: '2026-07-25', schedules: ['GLOBAL'] }, service.time.now);
    const restarted = makePublisher(store, key, () => service.time.now, 'test');
    expect((await restarted.run())?.published).toBe(1);
    expect(await strikes(H100)).toContain('2026-07-25T15:00:00.000Z');
    expect((await notices('late')).filter((text) => text.includes('2026-07-25T15:00Z')).length).toBeGreaterThan(0);
  });

  it('says when a series is suspended, and when it comes back', async () => {
    service = await startService('2026-07-22T15:15:00Z', {
      market: [...morningPrices('2026-07-20', 3, SIX), ...morningPrices('2026-07-30', 2, SIX)],
    });
    for (const day of ['22', '23', '24', '25', '26', '27', '28', '29', '30']) {
      at(`2026-07-${day}T15:15:00Z`);
      await run();
    }
    const said = (await notices('suspension')).filter((text) => text.startsWith(`${H100} `));
    expect(said).toEqual([
      expect.stringMatching(/^CSI-H100-SXM-80 is suspended at 2026-07-\d\dT15:00Z: /),
      expect.stringMatching(/^CSI-H100-SXM-80 is published again at 2026-07-30T15:00Z: /),
    ]);
  });
});

const signedCount = (rows: readonly { canonical: string }[]) =>
  rows.filter(({ canonical }) => JSON.parse(canonical).about === 'late').length;

describe('a fact told late', () => {
  const late = (price: string, observed_at: string, event_at = '2026-07-24T06:00:00.000Z') =>
    [0, 1, 2].map((index) => quote({ provider: `late${index}`, price, event_at, observed_at, gpus: 8 }));
  const revisions = async () =>
    (await fixRevisions(service.store.ledger.database, H100, '2026-07-24T15:00:00.000Z')).map((row) => ({
      ...row,
      record: JSON.parse(row.canonical) as FixRecord,
    }));

  it('restates a provisional fix beside the old one, and the bundle of the restatement verifies', async () => {
    service = await startService('2026-07-24T15:15:00Z');
    await run();
    const [initial] = await revisions();
    await insertObservations(service.store.clickhouse, late('2.1', '2026-07-24T18:00:00.000Z'));
    at('2026-07-25T14:44:00Z');
    expect((await run()).restated).toEqual([]);
    at('2026-07-25T14:46:00Z');
    const { restated } = await run();
    expect(restated.map(({ row }) => row.series)).toContain(H100);
    const [first, second, third] = await revisions();
    expect(third).toBeUndefined();
    expect(first).toEqual(initial);
    expect(second?.record).toMatchObject({
      revision: 1,
      publication: 'restated',
      restates: { hash: initial?.hash, known_at: '2026-07-25T14:46:00.000Z' },
      previous_hash: initial?.hash,
      computed_against: null,
    });
    expect(second?.value).not.toBe(initial?.value);
    const bundle = await buildEvidence(service.store, H100, '2026-07-24T15:00:00.000Z');
    const verified = verifyBundle(Buffer.from(bundle ?? ''));
    expect(verified.checks.filter((one) => !one.passed)).toEqual([]);
    expect(verified.value).toBe(second?.record.value);
    expect((await notices('restatement')).filter((text) => text.startsWith(`${H100} of`))).toEqual([
      expect.stringContaining('is restated as revision 1'),
    ]);
    // Looked at again by another process: nothing more to say, and the replay finds what it published.
    expect((await makePublisher(service.store, service.key, () => service.time.now, 'test').run())?.restated).toEqual(
      [],
    );
    const again = await replay(
      service.store,
      service.key,
      { from: '2026-07-24', to: '2026-07-24', schedules: ['GLOBAL'] },
      service.time.now,
    );
    expect(again).toMatchObject({ published: 0, differing: [], refused: [] });
    // The chain goes on from the restatement, and the next fix is computed against it.
    at('2026-07-25T15:15:00Z');
    await run();
    const next = (await fixRevisions(service.store.ledger.database, H100, '2026-07-25'))[0];
    expect(JSON.parse(next!.canonical)).toMatchObject({ previous_hash: second?.hash });
    const nextBundle = verifyBundle(Buffer.from((await buildEvidence(service.store, H100, '2026-07-25')) ?? ''));
    expect(nextBundle.passed).toBe(true);
  });

  it('restates an hour whose chain went on, and the chain stays one', async () => {
    service = await startService('2026-07-24T15:15:00Z');
    await run();
    for (const hour of ['16', '17', '18']) {
      at(`2026-07-24T${hour}:15:00Z`);
      await run();
    }
    await insertObservations(service.store.clickhouse, late('2.1', '2026-07-24T18:30:00.000Z'));
    at('2026-07-24T18:40:00Z');
    const hourly = { strike: strikeOn('2026-07-24', '15:00', 'UTC'), schedules: ['HOURLY' as const] };
    const { restated } = await recheckStrike(service.store, service.key, hourly, service.time.now);
    expect(restated.map(({ row }) => row.series)).toEqual([`${H100}.H`]);
    at('2026-07-24T19:15:00Z');
    await run();
    const { database } = service.store.ledger;
    const all = await Promise.all(
      ['15', '16', '17', '18', '19'].map((hour) =>
        fixRevisions(database, `${H100}.H`, `2026-07-24T${hour}:00:00.000Z`),
      ),
    );
    const [r15, r16, r17, r18, r19] = all as [
      (typeof all)[0],
      (typeof all)[0],
      (typeof all)[0],
      (typeof all)[0],
      (typeof all)[0],
    ];
    const chain = [r15[0], r16[0], r17[0], r18[0], r15[1], r19[0]];
    expect(chain.map((row) => row?.previousHash)).toEqual([null, ...chain.slice(0, -1).map((row) => row?.hash)]);
    expect(JSON.parse(r19[0]!.canonical)).toMatchObject({ computed_against: r18[0]?.hash });
    for (const row of chain) {
      const bundle = await buildEvidence(service.store, `${H100}.H`, row!.strike.toISOString());
      expect(verifyBundle(Buffer.from(bundle ?? '')).checks.filter((one) => !one.passed)).toEqual([]);
    }
    const again = await replay(
      service.store,
      service.key,
      { from: '2026-07-24', to: '2026-07-24', schedules: ['HOURLY'] },
      service.time.now,
    );
    expect(again.differing).toEqual([]);
  });

  it('changes nothing where the value moves by a thousandth or less', async () => {
    service = await startService('2026-07-24T15:15:00Z');
    await run();
    const [initial] = await revisions();
    await insertObservations(
      service.store.clickhouse,
      late(String(Number(initial?.record.value)), '2026-07-24T18:00:00.000Z'),
    );
    at('2026-07-25T14:50:00Z');
    expect((await run()).restated.filter(({ row }) => row.series === H100)).toEqual([]);
    expect(await revisions()).toHaveLength(1);
  });

  it('leaves a final fix as it is: an annotation and a corrected series say what was found, once', async () => {
    service = await startService('2026-07-24T15:15:00Z');
    await run();
    const before = await revisions();
    await insertObservations(service.store.clickhouse, late('2.1', '2026-07-25T15:00:00.000Z'));
    at('2026-07-25T15:00:00.001Z');
    const { store, key } = service;
    const { findings, restated } = await recheckStrike(store, key, london('2026-07-24'), service.time.now);
    expect(restated).toEqual([]);
    expect(findings.map(({ correction }) => correction.series)).toContain(H100);
    expect(await revisions()).toEqual(before);
    const corrections = await correctionsOf(store.ledger.database, H100);
    const corrected = corrections.get('2026-07-24T15:00:00.000Z');
    expect(corrected).toMatchObject({ fix_hash: before[0]?.hash, published: { value: before[0]?.record.value } });
    expect(Number(corrected?.value)).toBeGreaterThan(Number(before[0]?.record.value));
    const said = await signedRecordsOf(store.ledger.database, 'annotation', `${H100}@2026-07-24T15:00:00.000Z`);
    expect(JSON.parse(said[0]!.canonical)).toMatchObject({ about: 'correction', fix_hash: before[0]?.hash });
    const again = await recheckStrike(store, key, london('2026-07-24'), new Date('2026-07-26T10:00:00Z'));
    expect(again.findings).toEqual([]);
    // What takes the finding back is a finding too.
    await insertObservations(
      store.clickhouse,
      late(String(Number(before[0]?.record.value)), '2026-07-26T11:00:00.000Z', '2026-07-24T06:00:01.000Z'),
    );
    const back = await recheckStrike(store, key, london('2026-07-24'), new Date('2026-07-26T12:00:00Z'));
    expect(back.findings.map(({ correction }) => correction.series)).toContain(H100);
  });

  it('leaves a final fix as it is where the clock has stepped back: the ledger says how late it is', async () => {
    service = await startService('2026-07-24T15:15:00Z');
    await run();
    at('2026-07-26T15:15:00Z');
    await run();
    const before = await revisions();
    await insertObservations(service.store.clickhouse, late('2.1', '2026-07-24T18:00:00.000Z'));
    const { store, key } = service;
    const steppedBack = new Date('2026-07-24T20:00:00Z');
    const { findings, restated } = await recheckStrike(store, key, london('2026-07-24'), steppedBack);
    expect(restated).toEqual([]);
    expect(findings.map(({ correction }) => [correction.series, correction.known_at])).toContainEqual([
      H100,
      '2026-07-26T15:15:00.000Z',
    ]);
    expect(await revisions()).toEqual(before);
  });
});
