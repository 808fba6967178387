import { describe, expect, it } from 'vitest';
import { calendars, calendarsSchema, isBusinessDay } from '#methodology/calendars';
import { parseReference } from '#methodology/reference';

describe('business days', () => {
  it.each([
    // London: substitutes follow the weekend.
    ['london', '2026-04-06', false], // Easter Monday
    ['london', '2026-12-28', false], // Boxing Day is a Saturday
    ['london', '2027-12-27', false], // Christmas Day is a Saturday
    ['london', '2027-12-28', false], // Boxing Day is a Sunday
    ['london', '2028-01-03', false], // New Year's Day is a Saturday
    ['london', '2026-07-03', true],
    // New York: Saturday goes back to Friday, Sunday forward to Monday.
    ['new-york', '2026-07-03', false],
    ['new-york', '2027-07-05', false],
    ['new-york', '2027-12-31', false], // New Year's Day 2028 is a Saturday
    ['new-york', '2026-04-03', false], // Good Friday
    ['new-york', '2026-04-06', true],
    ['new-york', '2026-11-26', false],
    // Singapore: Monday after a Sunday, nothing after a Saturday.
    ['singapore', '2026-02-17', false],
    ['singapore', '2026-06-01', false],
    ['singapore', '2026-08-10', false],
    ['singapore', '2025-08-11', true],
    // TARGET: nothing moves.
    ['target', '2026-05-01', false],
    ['target', '2026-12-25', false],
    ['target', '2026-12-28', true],
    ['target', '2028-01-03', true],
    ['target', '2026-08-31', true],
  ])('%s on %s: %s', (calendar, date, expected) => {
    expect(isBusinessDay(calendar, date)).toBe(expected);
  });

  it('are never on a weekend', () => {
    for (const { id } of calendars())
      for (const date of ['2026-08-01', '2026-08-02', '2024-02-24']) expect(isBusinessDay(id, date)).toBe(false);
  });

  it.each([
    ['london', 2024, 8],
    ['london', 2026, 8],
    ['new-york', 2024, 12],
    ['singapore', 2026, 11],
    ['target', 2028, 6],
  ])('%s has in %d as many holidays as the law gives it: %d', (id, year, count) => {
    const holidays = calendars().find((calendar) => calendar.id === id)?.holidays ?? [];
    expect(holidays.filter(({ date }) => date.startsWith(`${year}-`))).toHaveLength(count);
  });

  it('keep Good Friday and Easter Monday the same in every calendar that has them', () => {
    const named = (id: string, name: string) =>
      calendars()
        .find((calendar) => calendar.id === id)
        ?.holidays.filter((holiday) => holiday.name === name)
        .map(({ date }) => date);
    expect(named('london', 'Good Friday')).toEqual(named('target', 'Good Friday'));
    expect(named('london', 'Good Friday')).toEqual(named('new-york', 'Good Friday'));
    expect(named('london', 'Easter Monday')).toEqual(named('target', 'Easter Monday'));
    expect(named('london', 'Good Friday')?.slice(0, 3)).toEqual(named('singapore', 'Good Friday'));
  });

  it('refuse what they cannot know', () => {
    expect(() => isBusinessDay('london', '2023-12-29')).toThrow(
      'calendar "london" covers 2024-01-01 to 2028-12-31, not 2023-12-29',
    );
    expect(() => isBusinessDay('singapore', '2027-01-01')).toThrow(/covers 2024-01-01 to 2026-12-31/);
    expect(() => isBusinessDay('tokyo', '2026-01-01')).toThrow(/no calendar "tokyo"; there are london/);
    expect(() => isBusinessDay('london', '2026-02-30')).toThrow(/not a calendar day/);
    expect(() => isBusinessDay('london', '2026-1-1')).toThrow(/not a calendar day/);
  });

  it('refuse a file with a holiday out of order or out of range', () => {
    const [london] = calendars();
    const load = (date: string) =>
      parseReference(
        'calendars.json',
        [{ ...london, holidays: [...london!.holidays, { date, name: 'a test' }] }],
        calendarsSchema,
      );
    expect(() => load('2028-12-26')).toThrow(/does not come after/);
    expect(() => load('2029-01-01')).toThrow(/calendars\.json: row 1 \(london\), .*outside the range/);
  });
});
