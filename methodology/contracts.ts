import { z } from 'zod';
import { calendars } from '#methodology/calendars';
import { canonicalHash, deepFreeze } from '#methodology/canonical';
import { hardwareClass } from '#methodology/hardware';
import { readReference } from '#methodology/reference';

const timeZone = z
  .string()
  .refine((name) => Intl.supportedValuesOf('timeZone').includes(name) || name === 'UTC', 'a zone of the database');
const calendar = z
  .string()
  .refine((id) => calendars().some((one) => one.id === id), 'the id of a calendar in calendars.json');
const share = z.string().regex(/^(0(\.\d{1,6})?|1)$/, 'a share between 0 and 1 such as "0.95"');
const count = z.int().positive();

/** The terms of a contract: everything that bears on what a month of it settles at. */
const termsSchema = z.strictObject({
  title: z.string().min(1),
  /** Whose contract this is the form of. */
  form: z.string().min(1),
  why: z.string().min(1),
  /** Which fixes are averaged: those of local dates of the strike, or of full hours of the month. */
  average: z.discriminatedUnion('every', [
    z.strictObject({ every: z.literal('business_day'), calendar }),
    z.strictObject({ every: z.literal('calendar_day') }),
    z.strictObject({ every: z.literal('hour') }),
  ]),
  /** Where the delivery month begins and ends: its hours, and the full hours of an hourly average. */
  time_zone: timeZone,
  quantity: z.discriminatedUnion('rule', [
    z.strictObject({ rule: z.literal('fixed'), gpu_hours: count }),
    z.strictObject({ rule: z.literal('month_hours') }),
    z.strictObject({ rule: z.literal('none') }),
  ]),
  /** USD per GPU-hour. */
  tick: z.string().regex(/^\d{1,6}(\.\d{1,6})?$/, 'a decimal such as "0.01"'),
  /** Of the mean to the tick, once. */
  rounding: z.enum(['half_even', 'half_up']),
  currency: z.literal('USD'),
  /** A fix of a higher level counts as missing. */
  highest_accepted_level: z.int().min(1).max(6),
  /** A fix counts for good so many hours after its strike, and one that is not there by then is missing. */
  final_after_hours: count,
  /** A gap takes the mean of the last min(gap, lookback_fixes) counted fixes of the schedule before it, at most reach_days before the month. */
  missing: z.strictObject({ lookback_fixes: count, reach_days: count, why: z.string().min(1) }),
  /** The first whose tests pass holds; where none does, the calculation agent determines. */
  bands: z
    .array(
      z.strictObject({
        band: z.enum(['settles', 'review']),
        minimum_coverage: share,
        longest_gap: z.union([z.strictObject({ fixes: z.int().nonnegative() }), z.strictObject({ share })]).nullable(),
      }),
    )
    .min(1),
  last_trading: z.discriminatedUnion('day', [
    z.strictObject({ day: z.literal('last_business_day'), calendar }),
    z.strictObject({ day: z.literal('last_calendar_day') }),
  ]),
  /** Open fixes are taken to come in between the lowest and the highest of so many days. */
  range: z.strictObject({ trailing_days: count }),
});

/** Refuses a file in which two forms share a suffix, or a class does not exist. */
export const contractsSchema = z.strictObject({
  hardware_classes: z
    .array(z.string().refine((id) => hardwareClass(id) !== undefined, 'the id of a hardware class'))
    .min(1),
  forms: z
    .array(
      termsSchema.extend({
        suffix: z.string().regex(/^[A-Z]{2}$/, 'two capitals'),
        series_suffix: z.string().regex(/^(\.[A-Z]+)*$/, 'the suffix of a family of series'),
      }),
    )
    .refine((rows) => new Set(rows.map((row) => row.suffix)).size === rows.length, 'two forms share a suffix'),
});

/** A contract with its whole terms, as certificates quote them. */
export const contractSchema = termsSchema.extend({ id: z.string(), hardware_class: z.string(), series: z.string() });
export type Contract = Readonly<z.output<typeof contractSchema>>;
/** How far the rules alone go: to a price, to one that somebody has to look at, or to none. */
export type Band = Contract['bands'][number]['band'] | 'determination';

const { hardware_classes, forms } = readReference('contracts.json', contractsSchema);
const all: readonly Contract[] = deepFreeze(
  hardware_classes.flatMap((id) =>
    forms.map(({ suffix, series_suffix, ...terms }) => ({
      id: `CSI-${id}-${suffix}`,
      hardware_class: id,
      series: `CSI-${id}${series_suffix}`,
      ...terms,
    })),
  ),
);
const byId = new Map(all.map((one) => [one.id, one]));

/** Every contract there are terms for, in the order of the file. Frozen. */
export function contracts(): readonly Contract[] {
  return all;
}

/** The contract with this id ("CSI-H100-SXM-80-BD"), or undefined. Ids are exact: case counts. */
export function contract(id: string): Contract | undefined {
  return byId.get(id);
}

/** SHA-256 of a contract's whole terms, lower-case hexadecimal. */
export function contractHash(terms: Contract): string {
  return canonicalHash(terms);
}
