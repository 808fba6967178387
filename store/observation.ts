import { byText, canonicalJson, sha256 } from '#methodology/canonical';
import type { Evidence } from '#methodology/evidence';

export type VenueType = 'marketplace' | 'neocloud' | 'hyperscaler' | 'broker' | 'exchange' | 'depin';

/** What the price is per: one GPU or the whole lot, for a second, an hour, a day or a calendar month. */
export type PriceBasis =
  | 'gpu_second'
  | 'gpu_hour'
  | 'gpu_day'
  | 'gpu_month'
  | 'lot_second'
  | 'lot_hour'
  | 'lot_day'
  | 'lot_month';

/** What makes an observation an executed trade. Counterparties are blinded: keyed hashes, never names. */
export interface Trade {
  /** The venue's or the parties' own id of the trade. */
  id: string;
  /** Volume, as a decimal string; null where the source does not say. */
  gpu_hours: string | null;
  buyer: string | null;
  seller: string | null;
}

/** Scalar facts a source states about an offer, e.g. `hosting`, `product`, `machine`, `verification`. */
export type Attributes = Record<string, string | number | boolean>;

/**
 * One fact somebody showed us, never edited (methodology, section 1). Instants are RFC 3339 UTC with milliseconds;
 * `price` is a decimal string of at most 18 decimals, as quoted.
 */
export interface Observation {
  observation_id: string;
  source: string;
  /** The source's own name for the quote line: a later observation under the same name replaces this one. */
  native_id: string;
  /** The round of collection it was read in. */
  sweep_id: string;
  event_at: string;
  observed_at: string;
  provider: string;
  venue: string;
  venue_type: VenueType;
  evidence: Evidence;
  /** The source repeats other providers' prices: its row gives way to the origin's own. */
  aggregator: boolean;
  label: string;
  /** The memory the source states for one accelerator, in its own GB; null where it states none. */
  memory_gb: number | null;
  hardware_class: string | null;
  gpus: number | null;
  available_gpus: number | null;
  /** `OD`, `INT` or `R<months>M`; null where the source does not say. */
  tenor: string | null;
  country: string | null;
  region: string | null;
  price: string;
  currency: string;
  price_basis: PriceBasis;
  attributes: Attributes;
  /** For a transaction; null for a quote. */
  trade: Trade | null;
  capture_id: string;
  capture_sha256: string;
}

/**
 * What makes a fact itself, as canonical JSON: source, native id, side of the fact, event time and content. What we concluded (class,
 * region), when we read it and from which bytes are left out.
 */
export function identityText(fact: Omit<Observation, 'observation_id'>): string {
  // In canonical order already, so that nothing needs sorting.
  return canonicalJson({
    attributes: fact.attributes,
    available_gpus: fact.available_gpus,
    country: fact.country,
    currency: fact.currency,
    event_at: fact.event_at,
    gpus: fact.gpus,
    label: fact.label,
    memory_gb: fact.memory_gb,
    native_id: fact.native_id,
    price: fact.price,
    price_basis: fact.price_basis,
    provider: fact.provider,
    side: fact.evidence,
    source: fact.source,
    tenor: fact.tenor,
    trade: fact.trade,
  });
}

/**
 * The identity of a fact: the hash of its identity text, so the same fact read twice has one id.
 * @returns 32 hexadecimal digits
 */
export function observationId(fact: Omit<Observation, 'observation_id'>): string {
  return sha256(identityText(fact)).slice(0, 32);
}

/**
 * One round of collection of a source. A complete sweep showed everything the source offered, so a line it lacks is withdrawn.
 * `covers` names the providers it speaks for; empty means all of the source's.
 */
export interface Sweep {
  source: string;
  sweep_id: string;
  observed_at: string;
  complete: boolean;
  covers: string[];
}

/** The end of a quote line that a source states by itself, such as a price dropped from a catalogue's history. */
export interface Withdrawal {
  source: string;
  native_id: string;
  at: string;
}

/** A response as it came, with what was asked. `body` is null where it was refused for its size. */
export interface Capture {
  capture_id: string;
  source: string;
  sweep_id: string;
  /** Position in the sweep, from 0. */
  sequence: number;
  /** The last response of its sweep. */
  last: boolean;
  url: string;
  /** Method and body of the request as canonical JSON; never a secret. */
  request: string;
  status: number;
  content_type: string;
  fetched_at: string;
  sha256: string;
  bytes: number;
  body: Uint8Array | null;
}

/** A row or a whole response that did not validate, with the reason. */
export interface Quarantined {
  quarantine_id: string;
  source: string;
  capture_id: string;
  observed_at: string;
  reason: string;
  detail: string;
  native_id: string;
  /** The start of what was refused, at most 500 characters. */
  excerpt: string;
}

/** One unit of `currency` in USD on the central bank's reference `date`. */
export interface ExchangeRate {
  date: string;
  currency: string;
  usd_per_unit: string;
  source: string;
  observed_at: string;
  capture_id: string;
}

/** By line, in it by time, and of a fact told twice the reading learned first: the order in which the store gives facts, and fixes take them. */
export function byLine(a: Observation, b: Observation): number {
  return (
    (a.source === b.source ? 0 : byText(a.source, b.source)) ||
    (a.native_id === b.native_id ? 0 : byText(a.native_id, b.native_id)) ||
    byText(a.event_at, b.event_at) ||
    byText(a.observation_id, b.observation_id) ||
    byText(a.observed_at, b.observed_at)
  );
}
