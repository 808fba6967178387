import type { ClickHouse } from '#store/clickhouse/client';
import type { TokenPrice } from '#store/clickhouse/tokens';

/** From when to when prices of a model's tokens of one kind are known. */
export interface TokenModel {
  model: string;
  kind: TokenPrice['kind'];
  first: string;
  last: string;
}

/** Every model with a price, by name and kind. */
export const tokenModels = (store: ClickHouse): Promise<TokenModel[]> =>
  store.rows<TokenModel>(
    `SELECT model, kind, min(event_at) AS first, max(event_at) AS last FROM csi.token_prices
     GROUP BY model, kind ORDER BY model, kind`,
  );
