import { canonicalHash } from '#methodology/canonical';
import type { ClickHouse } from '#store/clickhouse/client';
import { insertFirstLearned } from '#store/clickhouse/first-learned';
import { clickhouseInstant, plainPrice } from '#store/clickhouse/observations';

/** What tokens of a model cost: posted, or really paid. A fact somebody showed us, never edited, and never an observation of hardware. */
export interface TokenPrice {
  token_price_id: string;
  source: string;
  model: string;
  variant: string;
  /** Null where the price is the model's and no single provider's. */
  provider: string | null;
  endpoint: string | null;
  kind: 'listed' | 'effective';
  /** USD for a million tokens, as a decimal string; null where that side costs nothing or is not stated. */
  prompt_usd_per_million: string | null;
  completion_usd_per_million: string | null;
  /** Volume paid for at this price, where it is known. */
  tokens: number | null;
  event_at: string;
  observed_at: string;
  capture_id: string;
  capture_sha256: string;
}

/** The identity of a token price: the hash of what it says, without when and from which bytes we read it. 32 hexadecimal digits. */
export function tokenPriceId(fact: Omit<TokenPrice, 'token_price_id'>): string {
  const { observed_at, capture_id, capture_sha256, ...said } = fact;
  return canonicalHash(said).slice(0, 32);
}

interface TokenPriceRow extends Omit<TokenPrice, 'provider' | 'endpoint'> {
  provider: string;
  endpoint: string;
}

const toRow = (one: TokenPrice): TokenPriceRow => ({
  ...one,
  provider: one.provider ?? '',
  endpoint: one.endpoint ?? '',
});
const plainOrNull = (price: string | null) => (price === null ? null : plainPrice(price));
const fromRow = (row: TokenPriceRow): TokenPrice => ({
  ...row,
  provider: row.provider || null,
  endpoint: row.endpoint || null,
  prompt_usd_per_million: plainOrNull(row.prompt_usd_per_million),
  completion_usd_per_million: plainOrNull(row.completion_usd_per_million),
});

/** Stores token prices that are not there yet. @returns how many were new */
export async function insertTokenPrices(store: ClickHouse, prices: readonly TokenPrice[]): Promise<number> {
  return insertFirstLearned(store, 'csi.token_prices', 'token_price_id', prices.map(toRow));
}

/** The token prices of [from, to) as they were known strictly before `asOf`, by model, kind and provider, each line in order of time. */
export async function readTokenPrices(
  store: ClickHouse,
  range: { from: Date; to: Date; asOf: Date; models?: readonly string[]; kind?: TokenPrice['kind'] },
): Promise<TokenPrice[]> {
  const rows = await store.rows<TokenPriceRow>(
    `SELECT token_price_id, source, model, variant, provider, endpoint, kind, prompt_usd_per_million, completion_usd_per_million, tokens,
       event_at, observed_at, capture_id, capture_sha256
     FROM (SELECT * FROM csi.token_prices
       WHERE event_at >= {from:DateTime64(3, 'UTC')} AND event_at < {to:DateTime64(3, 'UTC')}
         AND observed_at < {asOf:DateTime64(3, 'UTC')}
         ${range.models ? 'AND model IN {models:Array(String)}' : ''} ${range.kind ? 'AND kind = {kind:String}' : ''}
       ORDER BY observed_at, capture_id LIMIT 1 BY token_price_id)
     ORDER BY model, variant, kind, provider, endpoint, source, event_at, token_price_id`,
    {
      from: clickhouseInstant(range.from),
      to: clickhouseInstant(range.to),
      asOf: clickhouseInstant(range.asOf),
      models: range.models ?? [],
      kind: range.kind ?? '',
    },
  );
  return rows.map(fromRow);
}
