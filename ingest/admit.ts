import { z } from 'zod';
import { identify } from '#ingest/identify';
import { clipped, excerptOf } from '#ingest/shape';
import type { RawRate, RawRow, Rejection, Source } from '#ingest/source';
import { admission } from '#methodology/admission';
import { canonicalHash } from '#methodology/canonical';
import { decimalOfNumber, divideHalfEven, formatDecimal, parseDecimal } from '#methodology/decimal';
import { provider as providerById } from '#methodology/providers';
import { isCountry, regionBlock } from '#methodology/regions';
import { PRICE_SCALE, plainPrice } from '#store/clickhouse/observations';
import {
  type Capture,
  type ExchangeRate,
  type Observation,
  observationId,
  type Quarantined,
  type VenueType,
} from '#store/observation';

const PLAIN_DECIMAL = /^-?\d{1,24}(\.\d{1,60})?$/;
const instantSchema = z.iso.datetime({ offset: true });
const TENOR = /^(OD|INT|R[1-9]\d?M)$/;
const maximumPrice = parseDecimal(admission.maximum_price, PRICE_SCALE);
const minimumRate = parseDecimal('0.0001', PRICE_SCALE);
const maximumRate = parseDecimal('1000000', PRICE_SCALE);
const currencies = new Set(admission.currencies);
/** Decimals kept while a number in other units is shifted, so that it is rounded once. */
const SHIFT_MAX = 18;
const second = 1000;
const day = 86_400 * second;

/** What a row became: a fact, a refusal, or both where the fact stands but nobody knows the chip. */
export interface Admitted {
  observation: Observation | null;
  rejection: Rejection | null;
}

const refuse = (row: RawRow, reason: string, detail: string): Admitted => ({
  observation: null,
  rejection: { reason, detail, native_id: row.native_id, excerpt: excerptOf(row) },
});

/** Whose capacity it is, by our ids, and where it sells: the part before the slash of a marketplace's host is its venue. */
function providerOf(row: RawRow, source: Source): { provider: string; venue: string; venue_type: VenueType } {
  const [stated = '', ...host] = row.provider.split('/');
  const known = providerById(stated);
  const venue = known?.id ?? stated;
  return { provider: [venue, ...host].join('/'), venue, venue_type: known?.venue_type ?? source.venue_type };
}

/**
 * A stated number × 10^`shift`, as an integer at the scale of stored prices, or null where it is no plain decimal number. Shifted by its
 * decimal point: no division, and rounded once.
 */
export function exactOf(stated: number | string, shift: number): bigint | null {
  const quoted = typeof stated === 'number' ? decimalOfNumber(stated) : stated.trim();
  if (quoted === null || !PLAIN_DECIMAL.test(quoted)) return null;
  return divideHalfEven(parseDecimal(quoted, PRICE_SCALE + SHIFT_MAX), 10n ** BigInt(SHIFT_MAX - shift));
}

function priceOf(row: RawRow): { price: string } | { reason: string; detail: string } {
  const exact = exactOf(row.price, -(row.price_scale ?? 0));
  const quoted = clipped(String(row.price));
  if (exact === null) return { reason: 'price.not_a_number', detail: `${quoted} is not a plain decimal number` };
  if (exact === 0n) return { reason: 'price.zero', detail: 'a price of 0' };
  if (exact < 0n) return { reason: 'price.negative', detail: `${quoted} is below 0` };
  if (exact > maximumPrice) return { reason: 'price.absurd', detail: `${quoted} is above ${admission.maximum_price}` };
  return { price: plainPrice(formatDecimal(exact, PRICE_SCALE)) };
}

/** The instant a fact speaks of, in RFC 3339 UTC with milliseconds, or what is wrong with it; where it states none, that of its capture. */
export function eventOf(
  stated: string | null,
  capture: Capture,
): { event_at: string } | { reason: string; detail: string } {
  if (stated === null) return { event_at: capture.fetched_at };
  // Date.parse alone takes "8/3/2026 10:00Z" for the 3rd of August and the 30th of February for a day in March.
  const event = instantSchema.safeParse(stated).success ? Date.parse(stated) : Number.NaN;
  if (Number.isNaN(event)) {
    return { reason: 'event.not_an_instant', detail: `${clipped(stated)} is not an RFC 3339 instant with a zone` };
  }
  const fetched = Date.parse(capture.fetched_at);
  if (event > fetched + admission.future_tolerance_seconds * second) {
    return { reason: 'event.future', detail: `${stated} lies after the capture at ${capture.fetched_at}` };
  }
  if (event < fetched - admission.maximum_age_days * day) {
    return { reason: 'event.too_old', detail: `${stated} is older than ${admission.maximum_age_days} days` };
  }
  // Clocks differ by seconds: an event is never later than the capture that tells of it.
  return { event_at: new Date(Math.min(event, fetched)).toISOString() };
}

/**
 * Judges one row: validates, identifies and completes it to an observation. Pure.
 * A row whose chip nobody knows is kept with a null class, and quarantined beside it so that it is seen.
 */
export function admit(row: RawRow, source: Source, capture: Capture): Admitted {
  if (row.native_id === '') return refuse(row, 'native_id.missing', 'the row names no id');
  const priced = priceOf(row);
  if ('reason' in priced) return refuse(row, priced.reason, priced.detail);
  if (row.currency.trim() === '') return refuse(row, 'currency.missing', 'the row names no currency');
  if (!currencies.has(row.currency)) {
    return refuse(row, 'currency.unknown', `${row.currency} is not one of ${admission.currencies.join(', ')}`);
  }
  const when = eventOf(row.event_at, capture);
  if ('reason' in when) return refuse(row, when.reason, when.detail);
  for (const [field, size] of [
    ['gpus', row.gpus],
    ['available_gpus', row.available_gpus],
  ] as const) {
    const least = field === 'gpus' ? 1 : 0;
    if (size !== null && !(Number.isInteger(size) && size >= least && size <= admission.maximum_gpus)) {
      return refuse(row, `${field}.out_of_range`, `${size} is not between ${least} and ${admission.maximum_gpus}`);
    }
  }
  if (row.price_basis.startsWith('lot_') && row.gpus === null) {
    return refuse(row, 'gpus.missing', 'a price per lot needs the size of the lot');
  }
  if (row.tenor !== null && !TENOR.test(row.tenor)) {
    return refuse(row, 'tenor.unknown', `${row.tenor} is none of OD, INT, R1M, R3M …`);
  }
  if (row.country !== null && !isCountry(row.country)) {
    return refuse(row, 'country.unknown', `${clipped(row.country)} is not an ISO 3166-1 country`);
  }
  const identity = identify({ source: source.id, label: row.label, memoryGb: row.memory_gb });
  const fact: Omit<Observation, 'observation_id'> = {
    source: source.id,
    native_id: row.native_id,
    sweep_id: capture.sweep_id,
    event_at: when.event_at,
    observed_at: capture.fetched_at,
    ...providerOf(row, source),
    evidence: row.evidence,
    aggregator: source.aggregator,
    label: row.label,
    memory_gb: row.memory_gb,
    hardware_class: identity.hardwareClass,
    gpus: row.gpus,
    available_gpus: row.available_gpus,
    tenor: row.tenor,
    country: row.country,
    region: row.country === null ? null : regionBlock(row.country),
    price: priced.price,
    currency: row.currency,
    price_basis: row.price_basis,
    attributes: row.attributes,
    trade: row.trade ?? null,
    capture_id: capture.capture_id,
    capture_sha256: capture.sha256,
  };
  let observation: Observation;
  try {
    observation = { observation_id: observationId(fact), ...fact };
  } catch (error) {
    // NaN, infinities and half a surrogate pair: what JSON cannot carry can neither be hashed nor stored.
    return refuse(row, 'row.not_json', error instanceof Error ? error.message : String(error));
  }
  if (identity.hardwareClass !== null || identity.why === 'out_of_scope') return { observation, rejection: null };
  return {
    observation,
    rejection: {
      reason: `hardware.${identity.why}`,
      detail: `${row.label}${row.memory_gb === null ? '' : ` (${row.memory_gb} GB)`}: ${identity.detail}`,
      native_id: row.native_id,
      excerpt: excerptOf(row),
    },
  };
}

/** What is wrong with a rate, or null. The limits catch a broken feed: no currency is worth so much or so little. */
function whyRefused(rate: RawRate): string | null {
  const units = PLAIN_DECIMAL.test(rate.per_eur) ? parseDecimal(rate.per_eur, PRICE_SCALE) : 0n;
  return units >= minimumRate && units <= maximumRate
    ? null
    : `${clipped(rate.per_eur)} ${rate.currency} for one EUR on ${rate.date} is no exchange rate`;
}

/** Rates that nobody can believe, as refusals. */
export function refuseRates(rates: readonly RawRate[]): Rejection[] {
  return rates.flatMap((rate) => {
    const detail = whyRefused(rate);
    const native_id = `${rate.date}/${rate.currency}`;
    return detail === null ? [] : [{ reason: 'rate.absurd', detail, native_id, excerpt: excerptOf(rate) }];
  });
}

/** Turns credible rates per euro into USD per unit, for every day that has a credible rate for USD. */
export function admitRates(stated: readonly RawRate[], source: Source, capture: Capture): ExchangeRate[] {
  const rates = stated.filter((rate) => whyRefused(rate) === null);
  const usdPerEuro = new Map(rates.filter((rate) => rate.currency === 'USD').map((rate) => [rate.date, rate.per_eur]));
  const one = 10n ** BigInt(PRICE_SCALE);
  const admitted: ExchangeRate[] = [];
  const add = (date: string, currency: string, usd: bigint) =>
    admitted.push({
      date,
      currency,
      usd_per_unit: plainPrice(formatDecimal(usd, PRICE_SCALE)),
      source: source.id,
      observed_at: capture.fetched_at,
      capture_id: capture.capture_id,
    });
  for (const [date, perEuro] of usdPerEuro) add(date, 'EUR', parseDecimal(perEuro, PRICE_SCALE));
  for (const { date, currency, per_eur } of rates) {
    const usd = usdPerEuro.get(date);
    const units = parseDecimal(per_eur, PRICE_SCALE);
    if (currency === 'USD' || usd === undefined) continue;
    add(date, currency, divideHalfEven(parseDecimal(usd, PRICE_SCALE) * one, units));
  }
  return admitted;
}

/** Makes a quarantined row of a rejection. Its id is its content, so that reading a capture again adds none. */
export function quarantined(rejected: Rejection, source: string, capture: Capture): Quarantined {
  const { reason, detail, native_id, excerpt } = rejected;
  const content = {
    source,
    capture_id: capture.capture_id,
    reason,
    detail: clipped(detail),
    native_id: clipped(native_id),
    excerpt: clipped(excerpt),
  };
  return {
    quarantine_id: canonicalHash(content).slice(0, 32),
    ...content,
    observed_at: capture.fetched_at,
  };
}
