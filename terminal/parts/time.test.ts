import { expect, it } from 'vitest';
import { addDays, ago, clock, duration, stamp, stood, zoneName } from './time';

it('sets an instant in the zone asked for, on either side of a change of clocks', () => {
  expect(stamp('2026-07-28T15:00:00.000Z', 'UTC')).toBe('2026-07-28 15:00');
  expect(stamp('2026-07-28T15:00:00.000Z', 'Europe/London')).toBe('2026-07-28 16:00');
  expect(stamp('2026-01-28T16:00:00.000Z', 'Europe/London')).toBe('2026-01-28 16:00');
  expect(stamp('2026-07-28T23:30:15.000Z', 'Asia/Singapore', true)).toBe('2026-07-29 07:30:15');
  expect(clock(new Date('2026-07-28T00:00:07Z'), 'UTC')).toBe('00:00:07');
  expect(stamp('soon', 'UTC')).toBe('soon');
});

it('says how long', () => {
  expect([45, 840, 10800, 5 * 86400].map(duration)).toEqual(['45\u2009s', '14\u2009min', '3\u2009h', '5\u2009d']);
  const now = Date.parse('2026-07-28T15:00:00Z');
  expect(ago('2026-07-28T14:46:00Z', now)).toBe('14\u2009min ago');
  expect(ago('2026-07-28T15:05:00Z', now)).toBe('in 5\u2009min');
  expect(stood(83700)).toBe('23:15');
});

it('counts dates without any zone', () => {
  expect(addDays('2026-03-29', 1)).toBe('2026-03-30');
  expect(addDays('2026-01-01', -1)).toBe('2025-12-31');
  expect(zoneName('America/New_York')).toBe('New York');
});
