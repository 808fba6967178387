import { describe, expect, it } from 'vitest';
import { MonthRefused, monthSchedule } from '#index-engine/settlement/schedule';
import { type Contract, contract, contracts } from '#methodology/contracts';

const of = (id: string) => contract(`CSI-H100-SXM-80-${id}`) as Contract;

describe('the schedule of a month', () => {
  it('of business days leaves out weekends and the holidays of the calendar, and names them', () => {
    const { stamps, holidays, gpuHours, lastTradingDay } = monthSchedule(of('BD'), '2026-07');
    expect(stamps).toHaveLength(22);
    expect(stamps.map(({ date }) => date)).not.toContain('2026-07-03');
    expect(holidays).toEqual([{ date: '2026-07-03', name: expect.stringMatching(/Independence/) }]);
    expect(stamps[0]).toEqual({ date: '2026-07-01', strike: '2026-07-01T15:00:00.000Z' });
    expect([gpuHours, lastTradingDay]).toEqual([730, '2026-07-31']);
  });

  it('of calendar days has every day, each at its own strike through a change of the clock', () => {
    const { stamps, gpuHours, lastTradingDay } = monthSchedule(of('CD'), '2026-10');
    expect(stamps).toHaveLength(31);
    // London leaves summer time on the 25th.
    expect(stamps[23]?.strike).toBe('2026-10-24T15:00:00.000Z');
    expect(stamps[24]?.strike).toBe('2026-10-25T16:00:00.000Z');
    expect([gpuHours, lastTradingDay]).toEqual([744, '2026-10-30']);
  });

  it('of hours has as many as the month has in its zone', () => {
    const hours = monthSchedule(of('HM'), '2026-11').stamps;
    expect(hours).toHaveLength(720);
    expect([hours[0]?.strike, hours.at(-1)?.strike]).toEqual(['2026-11-01T00:00:00.000Z', '2026-11-30T23:00:00.000Z']);
    const elsewhere = monthSchedule({ ...of('HM'), time_zone: 'America/New_York' }, '2026-11').stamps;
    expect(elsewhere).toHaveLength(721);
    expect([elsewhere[0]?.strike, elsewhere.at(-1)?.strike]).toEqual([
      '2026-11-01T04:00:00.000Z',
      '2026-12-01T04:00:00.000Z',
    ]);
  });

  it('reaches back over the days its terms say, by the same schedule', () => {
    const { before } = monthSchedule(of('BD'), '2026-07');
    expect([before[0]?.date, before.at(-1)?.date]).toEqual(['2026-06-01', '2026-06-30']);
    expect(before.map(({ date }) => date)).not.toContain('2026-06-19');
  });

  it('of every shipped contract knows this year and the next', () => {
    for (const terms of contracts())
      for (const month of ['2026-01', '2026-12', '2027-12'])
        expect(monthSchedule(terms, month).stamps.length, terms.id).toBeGreaterThan(17);
  });

  it('is refused in one sentence beyond what its calendar knows', () => {
    const singapore: Contract = { ...of('BD'), average: { every: 'business_day', calendar: 'singapore' } };
    expect(monthSchedule(singapore, '2026-12').stamps).toHaveLength(22);
    expect(() => monthSchedule(singapore, '2027-01')).toThrow(MonthRefused);
    expect(() => monthSchedule(singapore, '2027-01')).toThrow(
      'CSI-H100-SXM-80-BD has no 2027-01: its calendar "singapore" (Singapore public holidays) is known from 2024-01-01 to 2026-12-31 only; holidays that are not announced are not guessed',
    );
    expect(() => monthSchedule(of('CD'), '2029-01')).toThrow(/calendar "new-york".*2028-12-31 only/);
    // The reach before the first day of a calendar is cut, not refused.
    expect(monthSchedule(of('BD'), '2024-01').before).toEqual([]);
  });

  it.each(['2026-13', '2026-7', '2026-07-01', '', 'July'])('is refused for %j, which is no month', (month) => {
    expect(() => monthSchedule(of('CD'), month)).toThrow(/a month is written such as 2026-07/);
  });

  it('is refused outside its century by what it is, not by how it is written', () => {
    expect(() => monthSchedule(of('CD'), '1999-01')).toThrow(/months from 2000 to 2099, and not 1999-01/);
  });

  it('is refused before there were rules', () => {
    expect(() => monthSchedule(of('HM'), '2021-12')).toThrow(/the first rulebook takes effect on 2022-01-01/);
  });
});
