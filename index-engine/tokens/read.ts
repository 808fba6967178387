import { type TokenIndex, tokenIndex } from '#index-engine/tokens/token-index';
import { addDays, datesBetween, localDate, type Strike, strikeOn } from '#methodology/strike';
import { tokenRules, tokenSeriesId } from '#methodology/tokens';
import { type TokenModel, tokenModels } from '#store/clickhouse/token-models';
import { readTokenPrices, type TokenPrice } from '#store/clickhouse/tokens';
import type { Store } from '#store/store';

/** A series of the family: one model, one kind of evidence. */
export interface TokenSeries extends TokenModel {
  series: string;
}

/** Every series with a stored price, in the order of their ids. */
export async function tokenSeries(store: Store): Promise<TokenSeries[]> {
  const { kinds } = tokenRules().rules;
  const models = await tokenModels(store.clickhouse);
  return models
    .flatMap((one) => {
      const family = kinds.find(({ kind }) => kind === one.kind);
      return family ? [{ ...one, series: tokenSeriesId(one.model, family.suffix) }] : [];
    })
    .sort((a, b) => (a.series < b.series ? -1 : 1));
}

/** When the newest price of any series was seen, RFC 3339; null where there is none. */
export const newestTokenPrice = (all: readonly TokenSeries[]): string | null =>
  all
    .map(({ last }) => last)
    .sort()
    .at(-1) ?? null;

const strikeFor = (date: string): Strike => {
  const { time, time_zone } = tokenRules().rules.strike;
  return strikeOn(date, time, time_zone);
};

/**
 * The newest date with something to show: the first whose strike lies after the newest price, or the last whose strike has passed.
 * @param last the newest price, RFC 3339
 */
export function newestTokenDate(last: string, now: Date): string {
  const zone = tokenRules().rules.strike.time_zone;
  const firstAfter = (instant: Date) => {
    const date = localDate(instant, zone);
    return strikeFor(date).instant > instant ? date : addDays(date, 1);
  };
  const wanted = firstAfter(new Date(last));
  return strikeFor(wanted).instant <= now ? wanted : addDays(firstAfter(now), -1);
}

async function factsFor(
  store: Store,
  first: Strike,
  last: Strike,
  of: { models?: readonly string[]; kind?: TokenPrice['kind'] },
): Promise<TokenPrice[]> {
  const reach = tokenRules().rules.window_hours * 3_600_000;
  return readTokenPrices(store.clickhouse, {
    from: new Date(first.instant.getTime() - reach),
    to: last.instant,
    asOf: last.instant,
    ...of,
  });
}

/** The price of a model's tokens at every strike from one date to another, both included. */
export async function readTokenIndices(
  store: Store,
  { model, kind }: Pick<TokenSeries, 'model' | 'kind'>,
  from: string,
  to: string,
): Promise<TokenIndex[]> {
  const facts = await factsFor(store, strikeFor(from), strikeFor(to), { models: [model], kind });
  return datesBetween(from, to).map((date) => tokenIndex(facts, { model, kind, strike: strikeFor(date) }));
}

/** The price of every model's tokens at one date, in the order of their ids. */
export async function readTokenBoard(store: Store, date: string): Promise<TokenIndex[]> {
  const strike = strikeFor(date);
  const facts = await factsFor(store, strike, strike, {});
  const lines = new Map<string, TokenPrice[]>();
  for (const fact of facts) {
    const key = `${fact.model}\n${fact.kind}`;
    const own = lines.get(key);
    if (own) own.push(fact);
    else lines.set(key, [fact]);
  }
  return [...lines.values()]
    .map((own) => {
      const { model, kind } = own[0] as TokenPrice;
      return tokenIndex(own, { model, kind, strike });
    })
    .sort((a, b) => (a.series < b.series ? -1 : 1));
}
