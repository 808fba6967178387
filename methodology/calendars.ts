import { z } from 'zod';
import { readReference } from '#methodology/reference';

const calendarSchema = z
  .strictObject({
    id: z.string().regex(/^[a-z]+(-[a-z]+)*$/, 'an id such as "new-york"'),
    name: z.string().min(1),
    /** First and last day the holidays are known for; outside it the calendar answers nothing. */
    first: z.iso.date(),
    last: z.iso.date(),
    source: z.url(),
    note: z.string().min(1),
    holidays: z.array(z.strictObject({ date: z.iso.date(), name: z.string().min(1) })).min(1),
  })
  .superRefine(({ first, last, holidays }, context) => {
    holidays.forEach(({ date }, index) => {
      const path = ['holidays', index, 'date'];
      if (date < first || date > last)
        context.addIssue({ code: 'custom', path, message: `${date} is outside the range` });
      const before = holidays[index - 1]?.date;
      if (before !== undefined && before >= date)
        context.addIssue({ code: 'custom', path, message: `${date} does not come after ${before}` });
    });
  });

/** Refuses a file in which two calendars share an id. */
export const calendarsSchema = z
  .array(calendarSchema)
  .refine((rows) => new Set(rows.map((row) => row.id)).size === rows.length, 'two calendars share an id');

export type Calendar = Readonly<z.output<typeof calendarSchema>>;

const all: readonly Calendar[] = readReference('calendars.json', calendarsSchema);
const byId = new Map(
  all.map((calendar) => [calendar.id, { calendar, closed: new Set(calendar.holidays.map(({ date }) => date)) }]),
);

/** Every business-day calendar, in the order of the file. Frozen. */
export function calendars(): readonly Calendar[] {
  return all;
}

/**
 * Whether a day is a business day: neither Saturday, Sunday nor a holiday of the calendar.
 * @param date a calendar day, "YYYY-MM-DD", of the place the calendar belongs to
 * @throws RangeError for an unknown calendar, a day that does not exist, or one outside the range the calendar covers
 */
export function isBusinessDay(calendarId: string, date: string): boolean {
  const found = byId.get(calendarId);
  if (!found) throw new RangeError(`no calendar "${calendarId}"; there are ${[...byId.keys()].join(', ')}`);
  const { calendar, closed } = found;
  if (!z.iso.date().safeParse(date).success) throw new RangeError(`not a calendar day (YYYY-MM-DD): "${date}"`);
  if (date < calendar.first || date > calendar.last)
    throw new RangeError(`calendar "${calendarId}" covers ${calendar.first} to ${calendar.last}, not ${date}`);
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  return weekday !== 0 && weekday !== 6 && !closed.has(date);
}
