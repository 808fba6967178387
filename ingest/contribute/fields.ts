import { clipped } from '#ingest/shape';
import type { PriceBasis } from '#store/observation';

/**
 * The fields of a contributed line. Hand-written rather than by schema: a line costs microseconds, and no value is ever repeated
 * in what is said about it, since a column that slipped may carry a party's name.
 */

/** What is wrong with a value, in words that do not repeat it; null where it is right. */
type Check = (value: unknown) => string | null;

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;
const DECIMAL = /^\d{1,24}(\.\d{1,18})?$/;
const VISIBLE = /^[\x21-\x7e]{1,128}$/;
const ATTRIBUTE = /^[a-z][a-z0-9_]{0,39}$/;
const ATTRIBUTES_MAX = 32;
const TOKEN_CHARACTERS_MAX = 16_384;

/** Names with a meaning of ours: a contributor cannot set them. */
const RESERVED = new Set([
  'form',
  'side',
  'attestation',
  'attestation_reason',
  'corrected_at',
  'duration_hours',
  'bids_withheld',
  'region',
  'matched',
  'cancelled',
  'corrected',
  'change_point',
]);

const bases: readonly PriceBasis[] = [
  'gpu_second',
  'gpu_hour',
  'gpu_day',
  'gpu_month',
  'lot_second',
  'lot_hour',
  'lot_day',
  'lot_month',
];

const matching =
  (pattern: RegExp, words: string): Check =>
  (value) =>
    typeof value === 'string' && pattern.test(value) ? null : words;

const oneOf = (names: readonly string[]): Check => {
  const known = new Set<unknown>(names);
  const words = `must be one of ${names.join(', ')}`;
  return (value) => (known.has(value) ? null : words);
};

const text =
  (most: number): Check =>
  (value) =>
    typeof value === 'string' && value.trim() !== '' && value.length <= most && clipped(value) === value.slice(0, 500)
      ? null
      : `must be text of 1 to ${most} characters`;

const whole =
  (least: number): Check =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= least ? null : `must be a whole number from ${least}`;

/** A number, or a plain decimal as text: exact either way. */
const decimal: Check = (value) =>
  (typeof value === 'number' && Number.isFinite(value)) || (typeof value === 'string' && DECIMAL.test(value))
    ? null
    : 'must be a plain decimal number, such as 2.45 or "2.45"';

const positive: Check = (value) =>
  decimal(value) ?? (Number(value) > 0 && Number(value) <= 1e12 ? null : 'must be above 0 and at most 10^12');

const instant: Check = (value) =>
  typeof value === 'string' && INSTANT.test(value) && !Number.isNaN(Date.parse(value))
    ? null
    : 'must be an RFC 3339 instant with a zone, such as 2026-11-20T15:04:05.123Z';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const attributes: Check = (value) => {
  if (!isRecord(value)) return 'must be an object of scalars';
  const entries = Object.entries(value);
  if (entries.length > ATTRIBUTES_MAX) return `must have at most ${ATTRIBUTES_MAX} members`;
  for (const [name, one] of entries) {
    if (!ATTRIBUTE.test(name) || RESERVED.has(name)) return 'has a name that is reserved or not like interconnect_gbps';
    const scalar = typeof one === 'boolean' || (typeof one === 'number' && Number.isFinite(one)) || !text(200)(one);
    if (!scalar) return 'has a value that is no boolean, number or text of 1 to 200 characters';
  }
  return null;
};

const token = (value: unknown) =>
  typeof value === 'string' && value.length > 0 && value.length <= TOKEN_CHARACTERS_MAX && /^[\w.-]+$/.test(value);

const attestation: Check = (value) => {
  if (!isRecord(value)) return 'must be an object';
  const names = Object.keys(value).sort().join();
  if (value.type === 'measurement') {
    return names === 'jws,type,verifier' && token(value.jws) && !text(100)(value.verifier)
      ? null
      : 'of type measurement must have verifier and jws, and nothing else';
  }
  if (value.type === 'hardware') {
    return names === 'jwt,type' && token(value.jwt) ? null : 'of type hardware must have jwt, and nothing else';
  }
  return 'must have the type measurement or hardware';
};

const slug = matching(
  /^[a-z0-9][a-z0-9.-]{0,63}$/,
  'must be a lower-case id of at most 64 characters, such as example-exchange',
);
const identity = text(500);

/** Every field that a line may have, whatever its form. */
export const checks: Readonly<Record<string, Check>> = {
  trade_id: matching(VISIBLE, 'must be 1 to 128 visible ASCII characters'),
  quote_id: matching(VISIBLE, 'must be 1 to 128 visible ASCII characters'),
  auction_id: matching(VISIBLE, 'must be 1 to 128 visible ASCII characters'),
  side: oneOf(['buyer', 'seller', 'venue']),
  venue: slug,
  provider: slug,
  label: text(200),
  hardware_class: text(100),
  memory_gb: positive,
  gpus: whole(1),
  available_gpus: whole(0),
  duration_hours: positive,
  gpu_hours: positive,
  price: decimal,
  clearing_price: decimal,
  currency: matching(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as USD'),
  price_basis: oneOf(bases),
  event_at: instant,
  corrected_at: instant,
  buyer: identity,
  seller: identity,
  country: matching(/^[A-Z]{2}$/, 'must be an ISO 3166-1 code such as US'),
  region: oneOf(['US', 'EU', 'APAC', 'OTHER']),
  tenor: matching(/^(OD|INT|R[1-9]\d?M)$/, 'must be OD, INT or R<months>M'),
  evidence: oneOf(['executable', 'listed']),
  reason: oneOf(['cancelled', 'refunded', 'undelivered']),
  bids_withheld: whole(0),
  attributes,
  attestation,
};
