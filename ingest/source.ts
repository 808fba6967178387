import type { Evidence } from '#methodology/evidence';
import type { SignalName } from '#store/clickhouse/signals';
import type { Attributes, PriceBasis, Trade, VenueType } from '#store/observation';

/** What to ask. Headers that carry a secret are added by the framework and never reach a capture. */
export interface SourceRequest {
  method: 'GET' | 'POST';
  url: string;
  /** JSON body of a POST. */
  body?: unknown;
}

/** One fact as the source states it: nothing converted, identified or judged yet. */
export interface RawRow {
  /** The source's own name for the quote line, stable from one reading to the next. */
  native_id: string;
  /** When the price was true, RFC 3339; null means when it was captured. */
  event_at: string | null;
  /** Whose capacity it is: an id of methodology/providers, or `venue/host` for a host of a marketplace. */
  provider: string;
  label: string;
  memory_gb: number | null;
  /** Size of the lot; null where the source names none. */
  gpus: number | null;
  available_gpus: number | null;
  /** `OD`, `INT`, `R<months>M`, or null where the source does not say. */
  tenor: string | null;
  evidence: Evidence;
  price: number | string;
  /** The price is quoted in units of 10^-scale: 2 where it is in cents, 8 where in hundred-millionths, else 0 or left out. */
  price_scale?: number;
  currency: string;
  price_basis: PriceBasis;
  country: string | null;
  attributes: Attributes;
  /** For an executed trade: its id and its volume. */
  trade?: Trade;
}

/** One row that could not be read, with a reason code, what was wrong, and the row itself. */
export interface Rejection {
  reason: string;
  detail: string;
  native_id: string;
  excerpt: string;
}

/** A reference exchange rate as published: units of `currency` for one EUR. */
export interface RawRate {
  date: string;
  currency: string;
  per_eur: string;
}

/** What the tokens of a model cost, as the source states it. Kept apart from rows: a token is no GPU-hour. */
export interface RawTokenPrice {
  /** When the price was true, RFC 3339; null means when it was captured. */
  event_at: string | null;
  model: string;
  /** `standard`, or the source's name of another offer of the model: `batch`, `thinking`. */
  variant: string;
  /** Who serves it; null where the price is the model's and no single provider's. */
  provider: string | null;
  /** The source's id of one provider's endpoint, where it prices endpoints. */
  endpoint: string | null;
  /** Posted, or really paid after caching and discounts. */
  kind: 'listed' | 'effective';
  /** USD; null where that side costs nothing or is not stated. */
  prompt: number | string | null;
  completion: number | string | null;
  /** What a price is for: one token or a million, never left to be guessed. */
  per_tokens: 1 | 1_000_000;
  /** Tokens that were paid for at this price, where the source counts them. */
  tokens: number | null;
}

/** A measure of capacity or of its quality, as the source states it. Never a price that somebody could trade at. */
export interface RawSignal {
  /** When it was true, RFC 3339; null means when it was captured. */
  event_at: string | null;
  /** The source's own name of what is measured, stable from one reading to the next. */
  native_id: string;
  provider: string;
  label: string;
  memory_gb: number | null;
  /** The provider's own name of a place; null where it names none. */
  region: string | null;
  name: SignalName;
  value: number | string;
}

/** What a capture says. */
export interface Parsed {
  rows: RawRow[];
  rejections: Rejection[];
  rates: RawRate[];
  tokens: RawTokenPrice[];
  signals: RawSignal[];
  /** Nothing that the source offered is missing from this response (a page is complete where it was read whole). */
  complete: boolean;
  /** Providers the response speaks for; empty means every provider of the source. */
  covers: string[];
}

/** A parsed capture with nothing in it yet. */
export const emptyParsed = (): Parsed => ({
  rows: [],
  rejections: [],
  rates: [],
  tokens: [],
  signals: [],
  complete: true,
  covers: [],
});

/** The text of a capture. `sent` is the request's JSON body, null where it had none. */
export interface CaptureText {
  text: string;
  content_type: string;
  fetched_at: string;
  url: string;
  sent: unknown;
}

/**
 * A source: facts, what to ask, how to read the answer, and what a healthy answer must contain. It never fetches, retries, reads a
 * clock, converts, identifies, deduplicates or stores: the framework does, once.
 */
export interface Source {
  id: string;
  title: string;
  homepage: string;
  /** The one provider it speaks for; null where it lists many. */
  provider: string | null;
  venue_type: VenueType;
  /** Evidence of its rows; empty where it states no price of hardware. */
  evidence: Evidence[];
  /** It repeats other providers' prices. */
  aggregator: boolean;
  /** When to collect, as a cron expression in UTC. */
  schedule: string;
  /** Older than this without a success, the source is late. */
  freshness_objective_seconds: number;
  /** Most requests, bytes of one body, wall time of a sweep; least pause between requests; time for one answer. */
  budget: { requests: number; body_bytes: number; sweep_seconds: number; pause_ms: number; timeout_ms: number };
  terms: { status: 'permitted' | 'needs licence' | 'unknown'; note: string; url: string };
  /** Environment variable with the key; null where none is needed. */
  key_variable: string | null;
  /** Headers that carry the key. They are added when asking and never reach a capture. */
  authorise?(key: string, request: SourceRequest, now: Date): Record<string, string>;
  /** What its parser was tested on: responses as recorded, or only the documented shape. The latter is unproven until a live canary passes. */
  tested_on: 'recorded' | 'documented';
  /** What to ask first at a time. Each request starts its own chain of pages. */
  requests(now: Date): SourceRequest[];
  /** The page after this capture, or null where it was the last. */
  follow?(capture: CaptureText): SourceRequest | null;
  /** What one page says by itself. Pure. @throws Error where it has not the shape this source has: it is then quarantined whole. */
  parse(capture: CaptureText): Parsed;
  /**
   * What the pages of one sweep say only together, such as a price whose parts stand on several. Pure; called once, with every page that
   * `parse` could read, in order, whether they come live, from an archive or from the spool.
   * @returns one result for each page, added to what `parse` said of it: a fact belongs to the page that states its price, and its
   *   sweep leads to the others
   */
  join?(pages: readonly CaptureText[]): Parsed[];
  /** What a healthy sweep must contain: null where it does, otherwise what is missing. */
  canary(parsed: Parsed): string | null;
}
