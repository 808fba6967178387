import { Temporal } from 'temporal-polyfill';

/** A strike: the instant, and the local calendar day and clock it stands for. */
export interface Strike {
  /** Local calendar date, "2026-07-28". */
  date: string;
  instant: Date;
  /** RFC 3339 with the local offset, "2026-07-28T16:00:00+01:00". */
  local: string;
  timeZone: string;
}

/** Version of the time-zone database in use, such as "2025c". */
export const timeZoneDatabase: string = process.versions.tz ?? 'unknown';

/**
 * The strike of a local calendar date at a local clock time in a named zone. Daylight saving is the zone's own.
 * @throws RangeError for a date, time or zone that does not exist
 */
export function strikeOn(date: string, time: string, timeZone: string): Strike {
  const zoned = Temporal.PlainDate.from(date, { overflow: 'reject' }).toZonedDateTime({
    timeZone,
    plainTime: Temporal.PlainTime.from(time),
  });
  return {
    date,
    instant: new Date(zoned.epochMilliseconds),
    local: zoned.toString({ timeZoneName: 'never', smallestUnit: 'second' }),
    timeZone,
  };
}

/** Every calendar date from `from` to `to`, both included. @throws RangeError for a date that does not exist */
export function datesBetween(from: string, to: string): string[] {
  const dates: string[] = [];
  const last = Temporal.PlainDate.from(to, { overflow: 'reject' });
  let date = Temporal.PlainDate.from(from, { overflow: 'reject' });
  for (; Temporal.PlainDate.compare(date, last) <= 0; date = date.add({ days: 1 })) dates.push(date.toString());
  return dates;
}

/** The calendar date `days` after another. */
export function addDays(date: string, days: number): string {
  return Temporal.PlainDate.from(date).add({ days }).toString();
}

/** The local calendar date of an instant in a named zone. */
export function localDate(instant: Date, timeZone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(instant.getTime())
    .toZonedDateTimeISO(timeZone)
    .toPlainDate()
    .toString();
}
