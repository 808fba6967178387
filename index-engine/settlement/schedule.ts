import { Temporal } from 'temporal-polyfill';
import { calendars, isBusinessDay } from '#methodology/calendars';
import type { Contract } from '#methodology/contracts';
import { rulebookAt, rulebooks } from '#methodology/rulebook';
import { seriesCatalogue } from '#methodology/series';
import { addDays, datesBetween, strikeOn } from '#methodology/strike';

/** A contract that cannot have such a month: one sentence for whoever asked. */
export class MonthRefused extends RangeError {}

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
const CENTURY = '20';
const HOUR_MS = 3_600_000;

/** A place of the schedule: the local date of its fix, and its strike in UTC. */
export interface Stamp {
  date: string;
  strike: string;
}

/** Which fixes a month is the average of, and what it is the price of. */
export interface MonthSchedule {
  stamps: Stamp[];
  /** Stamps of the days before the month to which a fill may reach, in order of time. */
  before: Stamp[];
  /** Days of the month on which the contract's calendar is closed, weekends apart. */
  holidays: { date: string; name: string }[];
  /** GPU-hours of one lot; null where the contract has no quantity. */
  gpuHours: number | null;
  lastTradingDay: string;
}

function daysOf(month: string): { first: string; last: string } {
  const from = Temporal.PlainYearMonth.from(month);
  return {
    first: from.toPlainDate({ day: 1 }).toString(),
    last: from.toPlainDate({ day: from.daysInMonth }).toString(),
  };
}

const startOf = (date: string, timeZone: string): number =>
  Temporal.PlainDate.from(date).toZonedDateTime({ timeZone }).epochMilliseconds;

/** Full hours from one instant to another, half-open. An hour of the clock in UTC is one in every zone with a whole offset. */
function hoursBetween(from: number, to: number): Stamp[] {
  const stamps: Stamp[] = [];
  for (let at = Math.ceil(from / HOUR_MS) * HOUR_MS; at < to; at += HOUR_MS) {
    const strike = new Date(at).toISOString();
    stamps.push({ date: strike.slice(0, 10), strike });
  }
  return stamps;
}

/** The strikes of the contract's series on local dates, as the rulebook of each date places them. */
function strikesOn(terms: Contract, dates: readonly string[]): Stamp[] {
  return dates.map((date) => {
    const { rulebook } = rulebookAt(new Date(`${date}T12:00:00Z`));
    const series = seriesCatalogue(rulebook).find(({ id }) => id === terms.series);
    if (!series) throw new MonthRefused(`${terms.id} averages ${terms.series}, which no rulebook of ${date} knows`);
    const { time, time_zone } = rulebook.strikes[series.region];
    return { date, strike: strikeOn(date, time, time_zone).instant.toISOString() };
  });
}

/** Refuses a month that the contract's calendars do not know whole. */
function expectKnown(terms: Contract, { first, last }: { first: string; last: string }, month: string): void {
  const { average, last_trading } = terms;
  const named = [
    average.every === 'business_day' ? average.calendar : null,
    'calendar' in last_trading ? last_trading.calendar : null,
  ];
  for (const { id, name, first: from, last: to } of calendars()) {
    if (!named.includes(id) || (first >= from && last <= to)) continue;
    throw new MonthRefused(
      `${terms.id} has no ${month}: its calendar "${id}" (${name}) is known from ${from} to ${to} only; holidays that are not announced are not guessed`,
    );
  }
}

function lastTradingDay({ last_trading }: Contract, { first, last }: { first: string; last: string }): string {
  if (last_trading.day === 'last_calendar_day') return last;
  const found = datesBetween(first, last).findLast((date) => isBusinessDay(last_trading.calendar, date));
  if (!found) throw new MonthRefused(`no day of ${first.slice(0, 7)} is a business day of "${last_trading.calendar}"`);
  return found;
}

/**
 * The schedule of a delivery month.
 * @param month "2026-07"
 * @throws MonthRefused for what is no month, lies before the first rulebook, or beyond what the contract's calendars know
 */
export function monthSchedule(terms: Contract, month: string): MonthSchedule {
  if (!MONTH.test(month))
    throw new MonthRefused(`a month is written such as 2026-07, not ${JSON.stringify(month.slice(0, 40))}`);
  if (!month.startsWith(CENTURY)) throw new MonthRefused(`${terms.id} has months from 2000 to 2099, and not ${month}`);
  const days = daysOf(month);
  const { first, last } = days;
  const begins = rulebooks()[0]?.rulebook.effective_from.slice(0, 10) ?? first;
  const reachFrom = addDays(first, -terms.missing.reach_days);
  if (reachFrom < begins)
    throw new MonthRefused(`${terms.id} has no ${month}: the first rulebook takes effect on ${begins}`);
  expectKnown(terms, days, month);
  const { average, time_zone, quantity } = terms;
  const starts = startOf(first, time_zone);
  const ends = startOf(addDays(last, 1), time_zone);
  const counts = (date: string) => average.every !== 'business_day' || isKnownBusinessDay(average.calendar, date);
  const daily = (from: string, to: string) => strikesOn(terms, datesBetween(from, to).filter(counts));
  const hourly = average.every === 'hour';
  return {
    stamps: hourly ? hoursBetween(starts, ends) : daily(first, last),
    before: hourly ? hoursBetween(startOf(reachFrom, time_zone), starts) : daily(reachFrom, addDays(first, -1)),
    holidays:
      average.every === 'business_day'
        ? (calendars().find(({ id }) => id === average.calendar)?.holidays ?? []).filter(
            ({ date }) => date >= first && date <= last,
          )
        : [],
    gpuHours:
      quantity.rule === 'fixed'
        ? quantity.gpu_hours
        : quantity.rule === 'month_hours'
          ? (ends - starts) / HOUR_MS
          : null,
    lastTradingDay: lastTradingDay(terms, days),
  };
}

/** Before the first day a calendar knows there is nothing to reach back to. */
function isKnownBusinessDay(calendarId: string, date: string): boolean {
  const first = calendars().find(({ id }) => id === calendarId)?.first ?? '';
  return date >= first && isBusinessDay(calendarId, date);
}
