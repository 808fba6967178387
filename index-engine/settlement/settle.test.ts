import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { certificateOf } from '#index-engine/settlement/certificate';
import type { SettlementFix } from '#index-engine/settlement/placed';
import { monthSchedule } from '#index-engine/settlement/schedule';
import { bandSentence, settlementSentence } from '#index-engine/settlement/sentence';
import { settle, settlementReach } from '#index-engine/settlement/settle';
import { fixAt, fixesOf } from '#index-engine/settlement/testing';
import { canonicalJson } from '#methodology/canonical';
import { type Contract, contract, contracts } from '#methodology/contracts';

const of = (id: string) => contract(`CSI-H100-SXM-80-${id}`) as Contract;
const [business, calendar, hourly] = [of('BD'), of('CD'), of('HM')];
const after = new Date('2026-08-05T00:00:00.000Z');
const without = (fixes: SettlementFix[], ...places: number[]) => fixes.filter((_, index) => !places.includes(index));

describe('a month whose fixes are all final', () => {
  it.each(contracts().map((terms) => [terms.id, terms] as const))(
    '%s settles at the mean, rounded once',
    (_, terms) => {
      const fixes = fixesOf(terms, '2026-07');
      const settlement = settle(terms, '2026-07', fixes, after);
      // Values rise evenly, so the mean is that of the first and the last.
      const mean = (2.8 + Number(fixes.at(-1)?.value)) / 2;
      const [top, bottom] = (settlement.mean ?? '').split('/').map(Number) as [number, number];
      expect(top / bottom).toBeCloseTo(mean, 10);
      expect(Number(settlement.price)).toBeCloseTo(mean, terms.tick.length - 3);
      expect(settlement).toMatchObject({ final: true, band: 'settles', range: null, simulated: false });
      expect(settlement.counts).toMatchObject({ scheduled: fixes.length, locked: fixes.length, missed: 0, open: 0 });
      expect(settlement.coverage).toEqual({ share: '1.000000', longest_gap: 0, longest_gap_share: '0.000000' });
    },
  );

  it('lists each fix by id, hash, level and value', () => {
    const { stamps, gpu_hours, tick_value, contract_value, price } = settle(
      calendar,
      '2026-07',
      fixesOf(calendar, '2026-07'),
      after,
    );
    expect(stamps[27]).toEqual({
      date: '2026-07-28',
      strike: '2026-07-28T15:00:00.000Z',
      state: 'locked',
      fix: {
        id: 'CSI-H100-SXM-80@2026-07-28T15:00:00.000Z#0',
        hash: fixAt('2026-07-28T15:00:00.000Z', '1').hash,
        level: 4,
        value: '2.8027',
      },
      reason: null,
      fill: null,
    });
    // (2.8000 + 2.8030) / 2 = 2.8015: half a tick goes to the even one.
    expect([price, gpu_hours, tick_value, contract_value]).toEqual(['2.802', 744, '0.744', '2084.688']);
  });

  it('fills a missing day with the fix before, and a gap of two with the two before', () => {
    const fixes = fixesOf(calendar, '2026-07');
    const { stamps, counts, band } = settle(calendar, '2026-07', without(fixes, 10, 20, 21), after);
    expect(stamps[10]).toMatchObject({ state: 'missed', fix: null, reason: 'no fix was published' });
    expect(stamps[10]?.fill).toEqual({
      value: '28009/10000',
      from: [
        {
          strike: fixes[9]?.strike.toISOString(),
          id: expect.stringMatching(/#0$/),
          hash: fixes[9]?.hash,
          value: '2.8009',
        },
      ],
    });
    expect(stamps[21]?.fill).toEqual(stamps[20]?.fill);
    expect(stamps[20]?.fill?.from.map(({ value }) => value)).toEqual(['2.8018', '2.8019']);
    expect(stamps[20]?.fill?.value).toBe('56037/20000');
    expect([counts.missed, counts.filled, counts.dropped, band]).toEqual([3, 3, 0, 'review']);
  });

  it('fills the first days from the month before, by the same schedule', () => {
    const fixes = without(fixesOf(business, '2026-07'), 0);
    const friday = fixAt('2026-06-26T15:00:00.000Z', '2.5000');
    const sunday = fixAt('2026-06-28T15:00:00.000Z', '9.0000');
    const { stamps } = settle(business, '2026-07', [sunday, ...fixes, friday], after);
    expect(stamps[0]?.fill?.from.map(({ value }) => value)).toEqual(['2.5000']);
    const bare = settle(business, '2026-07', fixes, after);
    expect([bare.stamps[0]?.fill, bare.counts.dropped]).toEqual([null, 1]);
    expect(settlementReach(business, '2026-07', after).from.toISOString()).toBe('2026-06-01T15:00:00.000Z');
  });

  it('counts a level above the highest accepted, and a suspended fix, as missing', () => {
    const fixes = fixesOf(business, '2026-07').map((fix, index) =>
      index === 3 ? { ...fix, level: 5 } : index === 9 ? fixAt(fix.strike.toISOString(), null) : fix,
    );
    const { stamps, counts } = settle(business, '2026-07', fixes, after);
    expect(counts).toMatchObject({ locked: 20, missed: 2, filled: 2 });
    expect(stamps[3]).toMatchObject({
      state: 'missed',
      reason: 'level 5 is above 4, the highest this contract accepts',
    });
    expect(stamps[3]?.fix?.value).toBe('2.8003');
    expect(stamps[9]?.reason).toBe('suspended: 2 providers, 5 needed');
    expect(settle({ ...business, highest_accepted_level: 5 }, '2026-07', fixes, after).counts.missed).toBe(1);
  });

  it('counts the restatement of its day, and none that came after it was final', () => {
    const fixes = fixesOf(business, '2026-07');
    const strike = fixes[5]?.strike.toISOString() ?? '';
    const at = (hours: number) => new Date(Date.parse(strike) + hours * 3_600_000);
    const restated = fixAt(strike, '2.9000', { revision: 1, publishedAt: at(20) });
    const tooLate = fixAt(strike, '9.9000', { revision: 2, publishedAt: at(25) });
    const { stamps } = settle(business, '2026-07', [...fixes, tooLate, restated], after);
    expect(stamps[5]?.fix).toMatchObject({ id: `CSI-H100-SXM-80@${strike}#1`, value: '2.9000' });
    expect(settle(business, '2026-07', [...fixes, restated], at(19)).stamps[5]?.fix?.value).toBe('2.8005');
    const counted = (...others: SettlementFix[]) => settle(business, '2026-07', others, after).stamps[5]?.fix?.value;
    expect(counted(...fixes, { ...tooLate, publishedAt: at(24) })).toBe('2.8005');
    // A fix that came late was final when it came: nothing of the same instant replaces it.
    const late = fixes.map((fix, index) => (index === 5 ? { ...fix, publishedAt: at(25) } : fix));
    expect(counted(...late, tooLate)).toBe('2.8005');
  });

  it('counts a fix that was published late, is not final before, and says when all was there', () => {
    const fixes = fixesOf(business, '2026-07');
    const late = fixes.map((fix, index) =>
      index === 21 ? { ...fix, publishedAt: new Date('2026-08-01T17:00:00.000Z') } : fix,
    );
    expect(settle(business, '2026-07', fixes, after).final_at).toBe('2026-08-01T15:00:00.000Z');
    expect(settle(business, '2026-07', late, after)).toMatchObject({
      final: true,
      final_at: '2026-08-01T17:00:00.000Z',
      counts: { locked: 22 },
    });
    const before = settle(business, '2026-07', late, new Date('2026-08-01T16:59:59.000Z'));
    expect(before).toMatchObject({ final: false, counts: { locked: 21, open: 1, missed: 0 } });
    // What is overdue is no coverage until it is there.
    expect([before.band, before.coverage.share]).toEqual(['settles', '0.954545']);
    expect(bandSentence(before, business)).toMatch(
      /^Can settle by the rules: 21 of 22 fixes \(95\.5%\), the longest gap 1 fix, without the 1 fix that may still come late; /,
    );
    expect(before.stamps.at(-1)).toMatchObject({
      state: 'open',
      reason: 'not published in time: its fix may still come late, as long as no later one of the series is published',
      fill: null,
    });
  });

  it('calls a fix missed once a later one is published: then it cannot come any more', () => {
    const fixes = without(fixesOf(business, '2026-07'), 21);
    const next = fixAt('2026-08-01T15:00:00.000Z', '2.9000');
    const instant = next.publishedAt.toISOString();
    const open = settle(business, '2026-07', [...fixes, next], new Date(next.publishedAt.getTime() - 1));
    expect([open.final, open.counts.open]).toEqual([false, 1]);
    const missed = settle(business, '2026-07', [...fixes, next], next.publishedAt);
    expect(missed).toMatchObject({ final: true, final_at: instant, counts: { open: 0, missed: 1, filled: 1 } });
    expect(missed.stamps.at(-1)).toMatchObject({ state: 'missed', reason: 'no fix was published' });
    // A restatement of the later one changes nothing of when the month was final.
    const restated = fixAt(next.strike.toISOString(), '2.9500', { revision: 1, publishedAt: after });
    expect(settle(business, '2026-07', [...fixes, next, restated], after).final_at).toBe(instant);
  });

  it('without a single fix has no price and is for the calculation agent', () => {
    const settlement = settle(hourly, '2026-07', [fixAt('2026-08-01T00:00:00.000Z', '2.8000')], after);
    expect(settlement).toMatchObject({ final: true, band: 'determination', mean: null, price: null, range: null });
    expect(settlement.counts).toMatchObject({ scheduled: 744, locked: 0, missed: 744, filled: 0, dropped: 744 });
    expect(settlement.coverage.share).toBe('0.000000');
    expect(settlementSentence(settlement, hourly)).toBe(
      'CSI-H100-SXM-80-HM of 2026-07: no fix of the month counts, so there is no price.',
    );
    expect(bandSentence(settlement, hourly)).toBe(
      'Does not settle by the rules: 0 of 744 fixes (0%), the longest gap 744 fixes; at least 98% coverage and no gap longer than 2% of the month would, at least 90% coverage and no gap longer than 2% of the month would be for review. The calculation agent determines.',
    );
  });

  it('marks what is made up', () => {
    const fixes = fixesOf(business, '2026-07').map((fix, index) => ({ ...fix, simulated: index === 4 }));
    const settlement = settle(business, '2026-07', fixes, after);
    expect(settlement.simulated).toBe(true);
    expect(settlementSentence(settlement, business)).toMatch(/^SIMULATED: /);
    expect(certificateOf(business, settlement, null).simulated).toBe(true);
  });
});

describe('a month under way', () => {
  const fixes = fixesOf(business, '2026-07');
  // The fixes of 1, 2 and 6 July are final, that of the 7th was published five minutes ago.
  const now = new Date('2026-07-07T15:20:00.000Z');
  const known = fixes.filter(({ publishedAt }) => publishedAt <= now);
  const settlement = settle(business, '2026-07', known, now);

  it('says what is locked, provisional and open', () => {
    expect(settlement.counts).toEqual({
      scheduled: 22,
      locked: 3,
      provisional: 1,
      open: 18,
      missed: 0,
      filled: 0,
      dropped: 0,
    });
    expect(settlement).toMatchObject({ final: false, band: 'settles', mean: '56003/20000', price: '2.80' });
    expect(settlement.final_at).toBe('2026-08-01T15:00:00.000Z');
    expect(() => certificateOf(business, settlement, null)).toThrow(/19 of its 22 fixes may still change/);
  });

  it('gives the range between the lowest and the highest of the trailing days, and what to expect at the last', () => {
    const old = [fixAt('2026-06-15T15:00:00.000Z', '2.0000'), fixAt('2026-06-20T15:00:00.000Z', '4.0000')];
    const tooOld = fixAt('2026-06-06T15:00:00.000Z', '1.0000');
    const { range } = settle(business, '2026-07', [...known, ...old, tooOld], now);
    // (2.8000 + 2.8001 + 2.8002 + 2.8003 + 18 × v) / 22
    expect(range).toEqual({
      from: '2026-06-07T15:20:00.000Z',
      low: { fix: 'CSI-H100-SXM-80@2026-06-15T15:00:00.000Z#0', value: '2.0000', price: '2.15' },
      high: { fix: 'CSI-H100-SXM-80@2026-06-20T15:00:00.000Z#0', value: '4.0000', price: '3.78' },
      expected: { fix: 'CSI-H100-SXM-80@2026-07-07T15:00:00.000Z#0', value: '2.8003', price: '2.80' },
    });
  });

  it('assumes nothing where nothing was published lately', () => {
    const future = settle(business, '2026-12', known, now);
    expect(future.range?.expected.price).toBe('2.80');
    expect(future).toMatchObject({ price: null, counts: { open: 22, locked: 0 } });
    const bare = settle(business, '2026-12', [], now);
    expect([bare.range, bare.price, bare.contract_value]).toEqual([null, null, null]);
    expect(settlementSentence(bare, business)).toContain('no fix of the last 30 days counts');
    const reach = settlementReach(business, '2026-12', now);
    expect(reach.from.toISOString()).toBe('2026-06-07T15:20:00.000Z');
  });

  it('keeps a suspended fix open until it is final, and knows early when coverage cannot be reached any more', () => {
    const suspended = known.map((fix, index) => (index === 3 ? fixAt(fix.strike.toISOString(), null) : fix));
    const { stamps, counts } = settle(business, '2026-07', suspended, now);
    expect([stamps[3]?.state, stamps[3]?.reason, counts.open]).toEqual([
      'open',
      'suspended: 2 providers, 5 needed',
      19,
    ]);
    const reached = new Date('2026-07-10T15:00:00.000Z');
    const lost = settle(business, '2026-07', [], new Date('2026-07-11T00:00:00.000Z'), reached);
    expect([lost.counts.missed, lost.band, lost.final]).toEqual([6, 'determination', false]);
    expect(bandSentence(lost, business)).toContain('if the 16 fixes to come all come');
  });
});

describe('any settlement', () => {
  const stamps = monthSchedule(calendar, '2026-07').stamps;
  const micro = fc.integer({ min: 10_000, max: 90_000 });
  const month = fc.array(fc.option(micro, { freq: 4 }), { minLength: stamps.length, maxLength: stamps.length });
  const published = (values: (number | null)[]) =>
    values.flatMap((value, index) =>
      value === null ? [] : [fixAt(stamps[index]?.strike ?? '', (value / 10_000).toFixed(4))],
    );
  const instants = fc.integer({ min: 0, max: 34 * 24 }).map((hours) => new Date(Date.UTC(2026, 5, 30, hours)));

  it('does not depend on the order in which fixes come', () => {
    const shuffled = month.chain((values) => {
      const fixes = published(values);
      return fc.tuple(fc.constant(fixes), fc.shuffledSubarray(fixes, { minLength: fixes.length }));
    });
    fc.assert(
      fc.property(shuffled, instants, ([fixes, other], now) => {
        expect(canonicalJson(settle(calendar, '2026-07', other, now))).toBe(
          canonicalJson(settle(calendar, '2026-07', fixes, now)),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('has its expectation within its range, and once final lies within what was published', () => {
    fc.assert(
      fc.property(month, instants, (values, now) => {
        const fixes = published(values);
        const { range, price, final, counts } = settle(calendar, '2026-07', fixes, now);
        expect(counts.locked + counts.provisional + counts.open + counts.missed).toBe(counts.scheduled);
        if (range) {
          expect(Number(range.low.price)).toBeLessThanOrEqual(Number(range.expected.price));
          expect(Number(range.expected.price)).toBeLessThanOrEqual(Number(range.high.price));
        }
        if (final && price !== null) {
          const all = fixes.map(({ value }) => Number(value));
          expect(Number(price)).toBeGreaterThanOrEqual(Math.min(...all) - 0.0005);
          expect(Number(price)).toBeLessThanOrEqual(Math.max(...all) + 0.0005);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('is what its range said it could be, if the open fixes come in as assumed', () => {
    fc.assert(
      fc.property(
        fc.array(micro, { minLength: 31, maxLength: 31 }),
        fc.integer({ min: 2, max: 30 }),
        (values, days) => {
          const now = new Date(Date.parse(stamps[days - 1]?.strike ?? '') + 1_800_000);
          const known = published(values).slice(0, days);
          const { range } = settle(calendar, '2026-07', known, now);
          const rest = stamps.slice(days).map(({ strike }) => fixAt(strike, range?.high.value ?? ''));
          expect(settle(calendar, '2026-07', [...known, ...rest], after).price).toBe(range?.high.price);
        },
      ),
      { numRuns: 50 },
    );
  });
});
