import { createRoute, z } from '@hono/zod-openapi';
import { cacheFor } from '#api/conditional';
import type { ApiContext } from '#api/context';
import { expectRange, optionalDate, rangeQuery } from '#api/derived-parameters';
import { dateParameter, makeRoutes, noQuery, query } from '#api/parameters';
import { ProblemError } from '#api/problem';
import { json, problems } from '#api/schemas/operations';
import { tokenAnswer, tokenHistory, tokensAnswer } from '#api/schemas/tokens';
import { nearestNames } from '#api/series';
import type { TokenHistory, TokenIndex, TokenRow, TokensAnswer } from '#api/types';
import {
  newestTokenDate,
  newestTokenPrice,
  readTokenBoard,
  readTokenIndices,
  type TokenSeries,
  tokenSeries,
} from '#index-engine/tokens/read';
import { addDays } from '#methodology/strike';
import { tokenRules } from '#methodology/tokens';

/** Days of a history in one answer: each is computed when it is asked for. */
const DAYS_MAX = 400;

const seriesParameter = z.string().openapi({
  param: { name: 'id', in: 'path' },
  description: 'Id of a series of tokens, as /v1/tokens lists them.',
  example: 'CSI-TOKENS-OPENAI:GPT-OSS-120B',
});

const list = createRoute({
  method: 'get',
  path: '/v1/tokens',
  tags: ['Tokens'],
  summary: 'What a million tokens of each model cost at one date: really paid, and listed',
  request: { query: query({ date: optionalDate }) },
  responses: { ...json('Every series with a value.', tokensAnswer), ...problems },
});

const history = createRoute({
  method: 'get',
  path: '/v1/tokens/{id}',
  tags: ['Tokens'],
  summary: `History of one model's price of tokens, half-open in local dates, at most ${DAYS_MAX} days`,
  request: { params: z.object({ id: seriesParameter }), query: rangeQuery },
  responses: { ...json('One value a day, or why there is none.', tokenHistory), ...problems },
});

const whole = createRoute({
  method: 'get',
  path: '/v1/tokens/{id}/{date}',
  tags: ['Tokens'],
  summary: "One model's price of tokens with every stored price considered, its weight, or why it was left out",
  request: { params: z.object({ id: seriesParameter, date: dateParameter }), query: noQuery },
  responses: { ...json('The value and its inputs.', tokenAnswer), ...problems },
});

const withoutInputs = ({ inputs, ...row }: TokenIndex): TokenRow => row;

/** The most volume first, then by id; a volume is a whole number of any length. */
function byVolume(a: TokenRow, b: TokenRow): number {
  const [x, y] = [BigInt(a.tokens ?? 0), BigInt(b.tokens ?? 0)];
  if (x !== y) return x > y ? -1 : 1;
  return a.series < b.series ? -1 : 1;
}

/** Why a day has no value at all; null where a side of it has one. */
const reasonOf = ({ status, values }: TokenIndex) => (status === 'normal' ? null : values.input.reason);

/**
 * `/v1/tokens` and what belongs to it. A price of tokens told late changes an answer without any mark that would cost less to ask for
 * than the answer itself, so there is no validator; what is kept may be kept for a minute.
 */
export function tokensRoutes({ store, clock }: ApiContext) {
  const routes = makeRoutes();
  const cached = { 'Cache-Control': cacheFor.list };

  const requireTokens = async (id: string): Promise<TokenSeries> => {
    const all = await tokenSeries(store);
    const found = all.find(({ series }) => series === id);
    if (found) return found;
    const near = nearestNames(
      id,
      all.map(({ series }) => series),
    );
    const expected =
      near.length > 0 ? `an id of /v1/tokens, such as ${near.join(' or ')}` : 'no price of tokens is known yet';
    throw new ProblemError('unknown-series', `there is no series ${JSON.stringify(id.slice(0, 60))}`, {
      parameter: 'id',
      expected,
    });
  };

  routes.openapi(list, async (c) => {
    const now = clock();
    const asked = c.req.valid('query').date;
    const { rules } = tokenRules();
    const last = newestTokenPrice(await tokenSeries(store));
    const date = asked ?? (last === null ? now.toISOString().slice(0, 10) : newestTokenDate(last, now));
    const all = (await readTokenBoard(store, date)).map(withoutInputs);
    const tokens = all.filter(({ status }) => status === 'normal').sort(byVolume);
    const answer: TokensAnswer = {
      date,
      unit: rules.unit,
      why: rules.why,
      tokens,
      unavailable: all.length - tokens.length,
    };
    return c.json(answer, 200, cached);
  });

  routes.openapi(history, async (c) => {
    const now = clock();
    const { from: asked, to: until } = c.req.valid('query');
    expectRange(asked, until);
    const found = await requireTokens(c.req.valid('param').id);
    const to = until ?? addDays(newestTokenDate(found.last, now), 1);
    const earliest = addDays(to, -DAYS_MAX);
    const from = asked ?? [found.first.slice(0, 10), earliest].sort().at(-1) ?? earliest;
    if (from < earliest) {
      throw new ProblemError('invalid-parameter', `from ${from} is more than ${DAYS_MAX} days before ${to}`, {
        parameter: 'from',
        expected: `a date from ${earliest} on, or an earlier to`,
      });
    }
    const rows = from < to ? await readTokenIndices(store, found, from, addDays(to, -1)) : [];
    const column = (side: 'input' | 'output' | 'blended') => rows.map(({ values }) => values[side].value);
    const answer: TokenHistory = {
      series: found.series,
      model: found.model,
      kind: found.kind,
      unit: tokenRules().rules.unit,
      from,
      to,
      date: rows.map((row) => row.date),
      strike: rows.map((row) => row.strike),
      value: { input: column('input'), output: column('output'), blended: column('blended') },
      status: rows.map((row) => row.status),
      reason: rows.map(reasonOf),
      providers: rows.map((row) => row.values.input.providers),
      tokens: rows.map((row) => row.tokens),
      hash: rows.map((row) => row.hash),
    };
    return c.json(answer, 200, cached);
  });

  routes.openapi(whole, async (c) => {
    const { id, date } = c.req.valid('param');
    const found = await requireTokens(id);
    const [answer] = await readTokenIndices(store, found, date, date);
    return c.json(answer as TokenIndex, 200, cached);
  });

  return routes;
}
