import { z } from 'zod';
import { CannotRun } from '#cli/output';

const date = z.iso.date();

/** A date that an option or argument gives. @throws CannotRun where there is no such day */
export function expectDate(name: string, value: string): string {
  if (!date.safeParse(value).success) throw new CannotRun(`${name} must be a date such as 2026-07-28, got ${value}`);
  return value;
}

/** The range of dates that `--from` and `--to` give, both included. @throws CannotRun where one is no day, or it is reversed */
export function expectRange(options: { from: string; to: string }): { from: string; to: string } {
  const from = expectDate('--from', options.from);
  const to = expectDate('--to', options.to);
  if (from > to) throw new CannotRun(`--from ${from} lies after --to ${to}`);
  return { from, to };
}
