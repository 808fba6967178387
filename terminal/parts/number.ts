/**
 * Decimal strings set for reading. Prices arrive as strings and stay strings: a number that went through floating point
 * could show a digit nobody published.
 */

const MINUS = '\u2212';
const THIN_SPACE = '\u2009';

interface Decimal {
  negative: boolean;
  /** All digits without the point. */
  digits: bigint;
  places: number;
}

function parse(text: string): Decimal | null {
  const match = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(text.trim());
  if (!match) return null;
  const fraction = match[3] ?? '';
  return { negative: match[1] === '-', digits: BigInt(`${match[2]}${fraction}`), places: fraction.length };
}

function rescale(decimal: Decimal, places: number): bigint {
  if (places >= decimal.places) return decimal.digits * 10n ** BigInt(places - decimal.places);
  const divisor = 10n ** BigInt(decimal.places - places);
  const quotient = decimal.digits / divisor;
  const twice = (decimal.digits % divisor) * 2n;
  // Half to even, as the fix itself is rounded.
  const up = twice > divisor || (twice === divisor && quotient % 2n === 1n);
  return up ? quotient + 1n : quotient;
}

function set(negative: boolean, digits: bigint, places: number, signed: boolean): string {
  const padded = digits.toString().padStart(places + 1, '0');
  const whole = padded.slice(0, padded.length - places);
  const fraction = padded.slice(padded.length - places);
  const grouped = whole.length > 3 ? whole.replace(/\B(?=(\d{3})+$)/g, THIN_SPACE) : whole;
  const sign = digits === 0n ? '' : negative ? MINUS : signed ? '+' : '';
  return `${sign}${grouped}${places > 0 ? `.${fraction}` : ''}`;
}

/** A decimal string with a fixed number of places, a true minus, and a plus where `signed`. A text that is no decimal is shown as it came. */
export function decimal(text: string, places: number, signed = false): string {
  const parsed = parse(text);
  return parsed ? set(parsed.negative, rescale(parsed, places), places, signed) : text;
}

/** A decimal string exactly as quoted, only with a true minus. */
export function quoted(text: string): string {
  return text.replace(/^-/, MINUS);
}

/** A share such as "0.2345" as a percentage without its sign: "23.5". */
export function percent(share: string, places = 1, signed = false): string {
  const parsed = parse(share);
  if (!parsed) return share;
  const shifted: Decimal = { ...parsed, digits: parsed.digits * 100n };
  return set(parsed.negative, rescale(shifted, places), places, signed);
}

/** A whole number with thin spaces between thousands. */
export function count(value: number): string {
  return decimal(String(Math.trunc(value)), 0);
}

/** −1, 0 or 1, from the text itself. */
export function direction(text: string | null): -1 | 0 | 1 {
  const parsed = text === null ? null : parse(text);
  if (!parsed || parsed.digits === 0n) return 0;
  return parsed.negative ? -1 : 1;
}

/** Compares two decimal strings exactly. */
export function compareDecimal(a: string, b: string): number {
  const left = parse(a);
  const right = parse(b);
  if (!left || !right) return a < b ? -1 : a > b ? 1 : 0;
  const places = Math.max(left.places, right.places);
  const x = rescale(left, places) * (left.negative ? -1n : 1n);
  const y = rescale(right, places) * (right.negative ? -1n : 1n);
  return x < y ? -1 : x > y ? 1 : 0;
}

/** For drawing only: where on a canvas a decimal lies. */
export function forDrawing(text: string | null): number | null {
  if (text === null) return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

/** A count with its noun, "1 provider", "5 providers". */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}
