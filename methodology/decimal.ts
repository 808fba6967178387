/**
 * Exact decimals: a decimal string read as an integer at a stated scale, and back. No floating point on the way.
 */

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

const powers = Array.from({ length: 64 }, (_, exponent) => 10n ** BigInt(exponent));

/** Ten to a whole power that is not negative. */
export const powerOfTen = (exponent: number): bigint => powers[exponent] ?? 10n ** BigInt(exponent);

/** As many digits as a double holds whatever they are. */
const DOUBLE_DIGITS = 15;
const [ZERO, NINE, POINT] = [48, 57, 46];

/** A short decimal that is not negative, in doubles; null for whatever else there is. Most are, and this is several times as fast. */
function parseShort(text: string, scale: number): bigint | null {
  if (text.length > DOUBLE_DIGITS) return null;
  let digits = 0;
  let point = -1;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= ZERO && code <= NINE) digits = digits * 10 + (code - ZERO);
    else if (code === POINT && point < 0) point = at;
    else return null;
  }
  const decimals = point < 0 ? 0 : text.length - point - 1;
  if (text.length === 0 || point === 0 || (point > 0 && decimals === 0) || decimals > scale) return null;
  return BigInt(digits) * powerOfTen(scale - decimals);
}

/**
 * Divides two integers and rounds half to even.
 * @throws RangeError when the denominator is not positive
 */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  if (denominator <= 0n) throw new RangeError(`denominator must be positive, got ${denominator}`);
  const negative = numerator < 0n;
  const magnitude = negative ? -numerator : numerator;
  let quotient = magnitude / denominator;
  const twice = (magnitude - quotient * denominator) * 2n;
  if (twice > denominator || (twice === denominator && quotient % 2n === 1n)) quotient += 1n;
  return negative ? -quotient : quotient;
}

/**
 * Reads a plain decimal string ("2.8134") as an integer at `scale` decimals, rounding half to even beyond it.
 * @throws RangeError when the text is not a plain decimal number
 */
export function parseDecimal(text: string, scale: number): bigint {
  const short = parseShort(text, scale);
  if (short !== null) return short;
  const match = DECIMAL.exec(text);
  if (!match) throw new RangeError(`not a plain decimal number: ${JSON.stringify(text.slice(0, 40))}`);
  const fraction = match[3] ?? '';
  const digits = BigInt(`${match[2]}${fraction}`);
  const signed = match[1] === '-' ? -digits : digits;
  return fraction.length <= scale
    ? signed * powerOfTen(scale - fraction.length)
    : divideHalfEven(signed, powerOfTen(fraction.length - scale));
}

/** Writes an integer at `scale` decimals as a plain decimal string with exactly that many decimals. */
export function formatDecimal(value: bigint, scale: number): string {
  const negative = value < 0n;
  const digits = (negative ? -value : value).toString().padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return negative ? `-${text}` : text;
}

/**
 * A JSON number as a plain decimal string: the shortest text that reads back as the same double, without exponent.
 * @returns null for NaN and the infinities
 */
export function decimalOfNumber(value: number): string | null {
  if (!Number.isFinite(value)) return null;
  const text = String(value);
  const exponentAt = text.indexOf('e');
  if (exponentAt < 0) return text;
  const exponent = Number(text.slice(exponentAt + 1));
  const negative = text.startsWith('-');
  const [whole = '0', fraction = ''] = text.slice(negative ? 1 : 0, exponentAt).split('.');
  const digits = whole + fraction;
  const point = whole.length + exponent;
  const plain =
    point <= 0
      ? `0.${'0'.repeat(-point)}${digits}`
      : point >= digits.length
        ? digits + '0'.repeat(point - digits.length)
        : `${digits.slice(0, point)}.${digits.slice(point)}`;
  return negative ? `-${plain}` : plain;
}

const RATIOS_MAX = 1000;
const ratios = new Map<string, { numerator: bigint; denominator: bigint }>();

/**
 * Reads "1/3" or "0.25" as an exact ratio. Those of a rulebook are read again and again, and remembered.
 * @throws RangeError when it is neither, or the denominator is 0
 */
export function parseRatio(text: string): Readonly<{ numerator: bigint; denominator: bigint }> {
  const known = ratios.get(text);
  if (known !== undefined) return known;
  const ratio = readRatio(text);
  if (ratios.size < RATIOS_MAX) ratios.set(text, ratio);
  return ratio;
}

function readRatio(text: string): { numerator: bigint; denominator: bigint } {
  const slash = text.indexOf('/');
  if (slash > 0) {
    const numerator = parseDecimal(text.slice(0, slash), 0);
    const denominator = parseDecimal(text.slice(slash + 1), 0);
    if (denominator <= 0n) throw new RangeError(`denominator must be positive: ${text}`);
    return { numerator, denominator };
  }
  const decimals = text.includes('.') ? text.length - text.indexOf('.') - 1 : 0;
  return { numerator: parseDecimal(text, decimals), denominator: powerOfTen(decimals) };
}
