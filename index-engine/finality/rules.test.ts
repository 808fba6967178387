import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { causeOf } from '#index-engine/finality/disruption';
import { strikesDue } from '#index-engine/finality/due';
import { finalAt, finalityOf, reasonToRestate, recheckAt, relativeChange } from '#index-engine/finality/rules';
import { rulebookV1 } from '#index-engine/testing/market';
import { formatDecimal } from '#methodology/decimal';

const { rulebook } = rulebookV1;
const strike = new Date('2026-07-28T15:00:00.000Z');
const at = (value: string | null, level: 1 | 3 | 4 | null = value === null ? null : 4) => ({ value, level });

describe('finality', () => {
  it('is a day after the strike, to the millisecond, whatever happened between', () => {
    expect(finalAt(strike, rulebook).toISOString()).toBe('2026-07-29T15:00:00.000Z');
    expect(finalityOf(strike, new Date('2026-07-29T14:59:59.999Z'), rulebook)).toBe('provisional');
    expect(finalityOf(strike, new Date('2026-07-29T15:00:00.000Z'), rulebook)).toBe('final');
    expect(recheckAt(strike, rulebook).getTime()).toBeLessThan(finalAt(strike, rulebook).getTime());
  });
});

describe('a restatement', () => {
  it.each([
    ['2.0000', '2.0020', false],
    ['2.0000', '2.0021', true],
    ['2.0000', '1.9980', false],
    ['2.0000', '1.9979', true],
    ['0.0999', '0.1000', true],
    ['2.0000', '2.0000', false],
  ])('from %s to %s: %s', (before, after, isMade) => {
    expect(reasonToRestate(at(before), at(after), rulebook) !== null).toBe(isMade);
  });

  it('is made for a value that appears or goes, and for a level, whatever the value', () => {
    expect(reasonToRestate(at(null), at('2.0000'), rulebook)).toContain('suspended stated, 2.0000 at level 4');
    expect(reasonToRestate(at('2.0000'), at(null), rulebook)).toContain('the level changes');
    expect(reasonToRestate(at('2.0000'), at('2.0000', 3), rulebook)).toContain('the level changes');
    expect(reasonToRestate(at(null), at(null), rulebook)).toBeNull();
  });

  it('goes by the fraction exactly, on both sides of it', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 9n }), fc.bigInt({ min: -(10n ** 6n), max: 10n ** 6n }), (a, d) => {
        const b = a + d;
        fc.pre(b > 0n);
        const isMade = reasonToRestate(at(formatDecimal(a, 4)), at(formatDecimal(b, 4)), rulebook) !== null;
        // More than a thousandth, in whole numbers.
        expect(isMade).toBe((d < 0n ? -d : d) * 1000n > a);
      }),
    );
  });

  it('tells its change toward zero', () => {
    expect(relativeChange('3.0000', '2.0000')).toBe('-0.333333');
    expect(relativeChange('3.0000', '4.0000')).toBe('0.333333');
    expect(relativeChange(null, '4.0000')).toBeNull();
  });
});

describe('strikes that are due', () => {
  const daily = (from: string, to: string) =>
    strikesDue(new Date(from), new Date(to))
      .filter(({ schedules }) => !schedules.includes('HOURLY'))
      .map(
        ({ schedules, strike: { instant, local } }) =>
          `${schedules[0]} ${instant.toISOString().slice(5, 16)} ${local.slice(19)}`,
      );

  it('come at a quarter past and not before', () => {
    expect(daily('2026-07-28T15:00:00Z', '2026-07-28T15:14:59.999Z')).toEqual([]);
    expect(daily('2026-07-28T15:00:00Z', '2026-07-28T15:15:00Z')).toEqual(['GLOBAL 07-28T15:00 +01:00']);
    expect(daily('2026-07-28T15:00:00.001Z', '2026-07-28T19:00:00Z')).toEqual([]);
  });

  it('follow each place through its own change of the clocks in spring 2026', () => {
    // New York changes on 8 March, London on 29 March; Singapore never.
    expect(daily('2026-03-07T00:00:00Z', '2026-03-09T23:00:00Z')).toEqual([
      'APAC 03-07T08:00 +08:00',
      'GLOBAL 03-07T16:00 +00:00',
      'US 03-07T21:00 -05:00',
      'APAC 03-08T08:00 +08:00',
      'GLOBAL 03-08T16:00 +00:00',
      'US 03-08T20:00 -04:00',
      'APAC 03-09T08:00 +08:00',
      'GLOBAL 03-09T16:00 +00:00',
      'US 03-09T20:00 -04:00',
    ]);
    expect(daily('2026-03-28T12:00:00Z', '2026-03-29T23:00:00Z')).toEqual([
      'GLOBAL 03-28T16:00 +00:00',
      'US 03-28T20:00 -04:00',
      'APAC 03-29T08:00 +08:00',
      'GLOBAL 03-29T15:00 +01:00',
      'US 03-29T20:00 -04:00',
    ]);
  });

  it('follow each place through its own change of the clocks in autumn 2026, and the week between', () => {
    // London changes on 25 October, New York on 1 November.
    expect(daily('2026-10-24T12:00:00Z', '2026-10-25T23:00:00Z')).toEqual([
      'GLOBAL 10-24T15:00 +01:00',
      'US 10-24T20:00 -04:00',
      'APAC 10-25T08:00 +08:00',
      'GLOBAL 10-25T16:00 +00:00',
      'US 10-25T20:00 -04:00',
    ]);
    const between = daily('2026-10-25T12:00:00Z', '2026-11-01T23:00:00Z');
    expect(between.filter((one) => one.startsWith('US')).slice(-2)).toEqual([
      'US 10-31T20:00 -04:00',
      'US 11-01T21:00 -05:00',
    ]);
    expect(new Set(between.filter((one) => one.startsWith('GLOBAL')).map((one) => one.slice(-12)))).toEqual(
      new Set(['16:00 +00:00']),
    );
  });

  it('are one a place and day, whatever the year brings, and in order of time', () => {
    const all = strikesDue(new Date('2026-01-01T00:00:00Z'), new Date('2026-12-31T23:59:00Z'));
    const instants = all.map(({ strike: { instant } }) => instant.getTime());
    expect(instants).toEqual([...instants].sort((a, b) => a - b));
    for (const place of ['GLOBAL', 'US', 'APAC'] as const) {
      const dates = all.filter(({ schedules }) => schedules.includes(place)).map(({ strike: { date } }) => date);
      expect(dates).toHaveLength(365);
      expect(new Set(dates).size).toBe(365);
    }
    expect(all.filter(({ schedules }) => schedules.includes('HOURLY'))).toHaveLength(365 * 24);
  });
});

it('a failure is named by its cause', () => {
  const query = (cause: unknown) => new Error('Failed query: insert into "fixes"', { cause });
  expect(causeOf(query(Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })))).toBe(
    'the disk is full: ENOSPC: no space left on device, write',
  );
  expect(causeOf(query(Object.assign(new Error('could not extend file'), { code: '53100' })))).toMatch(
    /^the disk is full/,
  );
  const refused = 'Cannot reserve 1.00 MiB, not enough space';
  expect(causeOf(Object.assign(new Error(refused), { code: '243', type: 'NOT_ENOUGH_SPACE' }))).toBe(
    `the disk is full: ${refused}`,
  );
  expect(causeOf(Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' }))).toMatch(
    /^a store does not answer: connect ECONNREFUSED/,
  );
  expect(causeOf(query(Object.assign(new Error('terminating connection'), { code: '57P01' })))).toMatch(
    /^a store does not/,
  );
  expect(causeOf('odd')).toBe('odd');
});
