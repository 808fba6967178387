import { rejection } from '#ingest/shape';
import type { Parsed, RawRow } from '#ingest/source';
import { provider } from '#methodology/providers';

/** What every row must state; the rest is null where a source does not say it. */
type Stated = Pick<RawRow, 'native_id' | 'provider' | 'label' | 'evidence' | 'price' | 'currency' | 'price_basis'>;

/** A row with null for everything its source does not state. Nothing is filled in that would be a guess. */
export function rowOf(stated: Stated & Partial<RawRow>): RawRow {
  return {
    event_at: null,
    memory_gb: null,
    gpus: null,
    available_gpus: null,
    tenor: null,
    country: null,
    attributes: {},
    ...stated,
  };
}

/**
 * Adds a row where its price is one. A null price is silence; a price of 0 is how several venues write "not offered", and is
 * refused under that name.
 */
export function addQuote(
  parsed: Parsed,
  stated: Omit<Stated & Partial<RawRow>, 'price'> & { price: RawRow['price'] | null | undefined },
): void {
  const { price } = stated;
  if (price == null) return;
  if (isZero(price)) {
    refuse(parsed, 'price.not_offered', 'a price of 0 means not offered here', stated.native_id, stated);
  } else parsed.rows.push(rowOf({ ...stated, price }));
}

/** Refuses one row of an answer, by reason code and in words. */
export function refuse(parsed: Parsed, reason: string, detail: string, nativeId: string, value: unknown): void {
  parsed.rejections.push(rejection(reason, detail, nativeId, value));
}

/** Reads one row; what it throws costs that row alone, as a refusal in its words. */
export function attempt(parsed: Parsed, nativeId: string, value: unknown, read: () => void): void {
  try {
    read();
  } catch (error) {
    refuse(parsed, 'row.shape', error instanceof Error ? error.message : String(error), nativeId, value);
  }
}

/** Whether a stated price is zero, as a number or as plain text ("0.00"). */
export function isZero(price: RawRow['price']): boolean {
  return typeof price === 'number' ? price === 0 : /^-?0+(\.0+)?$/.test(price.trim());
}

/** The provider a broker or an aggregator names, in our spelling where we know it, else as it stands. */
export function originOf(name: string): string {
  const lower = name.trim().toLowerCase();
  return provider(lower)?.id ?? provider(lower.replaceAll(/[^a-z0-9]/g, ''))?.id ?? lower;
}

/** Header of a key as most venues take it. */
export const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });

/** An instant of whole seconds since 1970, as RFC 3339. */
export function instantOfSeconds(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
