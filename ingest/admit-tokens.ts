import { eventOf, exactOf } from '#ingest/admit';
import { clipped, excerptOf } from '#ingest/shape';
import type { RawTokenPrice, Rejection, Source } from '#ingest/source';
import { formatDecimal, parseDecimal } from '#methodology/decimal';
import { PRICE_SCALE, plainPrice } from '#store/clickhouse/observations';
import { type TokenPrice, tokenPriceId } from '#store/clickhouse/tokens';
import type { Capture } from '#store/observation';

/** A price of one token shifted to a million of them. */
const MILLION_SHIFT = 6;
/** In USD per million tokens. Recorded ones lie between 0.0000085 and 2,164 (2026-07); a wrong unit mostly falls outside. */
const maximum = parseDecimal('10000', PRICE_SCALE);
const minimum = parseDecimal('0.000005', PRICE_SCALE);

/** What makes two prices one line: the same model, served by the same endpoint, of one kind. */
export const tokenLine = (one: Pick<TokenPrice, 'model' | 'variant' | 'provider' | 'endpoint' | 'kind'>): string =>
  [one.model, one.variant, one.kind, one.provider ?? '', one.endpoint ?? ''].join('/');

type Judged = { price: string | null } | { reason: string; detail: string };

/** One side of a price, per million; a side that costs nothing has none. */
function sideOf(stated: RawTokenPrice['prompt'], perTokens: RawTokenPrice['per_tokens']): Judged {
  if (stated === null) return { price: null };
  const exact = exactOf(stated, perTokens === 1 ? MILLION_SHIFT : 0);
  const quoted = clipped(String(stated));
  if (exact === null) return { reason: 'price.not_a_number', detail: `${quoted} is not a plain decimal number` };
  if (exact < 0n) return { reason: 'price.negative', detail: `${quoted} is no price` };
  // Less than half of the last decimal kept is nothing as well.
  if (exact === 0n) return { price: null };
  if (exact < minimum || exact > maximum) {
    return { reason: 'price.absurd', detail: `${quoted} for ${perTokens} tokens is outside what tokens can cost` };
  }
  return { price: plainPrice(formatDecimal(exact, PRICE_SCALE)) };
}

/** Judges the price of tokens: validates and completes it. Pure. */
export function admitTokenPrice(
  row: RawTokenPrice,
  source: Pick<Source, 'id'>,
  capture: Capture,
): TokenPrice | Rejection {
  const refuse = (reason: string, detail: string): Rejection => ({
    reason,
    detail,
    native_id: tokenLine(row),
    excerpt: excerptOf(row),
  });
  if (row.model === '' || row.variant === '') return refuse('native_id.missing', 'the row names no model');
  const prompt = sideOf(row.prompt, row.per_tokens);
  if ('reason' in prompt) return refuse(prompt.reason, prompt.detail);
  const completion = sideOf(row.completion, row.per_tokens);
  if ('reason' in completion) return refuse(completion.reason, completion.detail);
  if (prompt.price === null && completion.price === null) {
    return refuse('price.not_offered', 'a price of 0 marks a free variant, or one that nobody paid');
  }
  if (row.tokens !== null && !(Number.isSafeInteger(row.tokens) && row.tokens >= 0)) {
    return refuse('tokens.out_of_range', `${row.tokens} is no count of tokens`);
  }
  const when = eventOf(row.event_at, capture);
  if ('reason' in when) return refuse(when.reason, when.detail);
  const fact: Omit<TokenPrice, 'token_price_id'> = {
    source: source.id,
    model: row.model,
    variant: row.variant,
    provider: row.provider,
    endpoint: row.endpoint,
    kind: row.kind,
    prompt_usd_per_million: prompt.price,
    completion_usd_per_million: completion.price,
    tokens: row.tokens,
    event_at: when.event_at,
    observed_at: capture.fetched_at,
    capture_id: capture.capture_id,
    capture_sha256: capture.sha256,
  };
  try {
    return { token_price_id: tokenPriceId(fact), ...fact };
  } catch (error) {
    return refuse('row.not_json', error instanceof Error ? error.message : String(error));
  }
}
