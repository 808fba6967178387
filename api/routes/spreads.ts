import { createRoute, z } from '@hono/zod-openapi';
import { cacheFor, isCurrent } from '#api/conditional';
import type { ApiContext } from '#api/context';
import { ledgerTag, pointOf, pointsOn, rulesOf } from '#api/derived';
import { expectRange, optionalDate, rangeShape } from '#api/derived-parameters';
import { makeRoutes, query } from '#api/parameters';
import { ProblemError } from '#api/problem';
import { json, notModified, problems } from '#api/schemas/operations';
import { spreadHistory, spreadsAnswer } from '#api/schemas/spreads';
import { allSeries, requireSeries } from '#api/series';
import type { SpreadHistory, SpreadsAnswer } from '#api/types';
import { kindOf, type SpreadKind, sideBySide, spreadKinds, spreadOf, spreadPairs } from '#index-engine/derived/spreads';
import { scuDefinition } from '#methodology/scu/definition';
import type { Series } from '#methodology/series';
import { newestDateOf } from '#store/ledger/days';
import { fixHistory } from '#store/ledger/fixes';
import type { Store } from '#store/store';

const sideParameter = (which: string) =>
  z
    .string()
    .optional()
    .openapi({ description: `Id of the ${which} series of one pair, whose history is then answered.` });

const spreadsQuery = query({
  date: optionalDate,
  kind: z
    .enum(spreadKinds, { error: `one of: ${spreadKinds.join(', ')}` })
    .optional()
    .openapi({ description: 'Only pairs that differ in this.' }),
  a: sideParameter('first'),
  b: sideParameter('second'),
  ...rangeShape,
});

const spreads = createRoute({
  method: 'get',
  path: '/v1/spreads',
  tags: ['Derived'],
  summary:
    'Spreads at one date: class to class, region to region, listed to executable; with a and b the history of one pair',
  request: { query: spreadsQuery },
  responses: {
    ...json(
      'Every pair of which either side has a fix on the date; or the history of one pair.',
      z.union([spreadsAnswer, spreadHistory]),
    ),
    ...notModified,
    ...problems,
  },
});

type Asked = z.output<typeof spreadsQuery>;

/** Refuses parameters that mean nothing together. @throws ProblemError */
function expectOneQuestion(asked: Asked): void {
  const pair = asked.a !== undefined || asked.b !== undefined;
  if (pair && (asked.a === undefined || asked.b === undefined)) {
    const parameter = asked.a === undefined ? 'a' : 'b';
    throw new ProblemError('invalid-parameter', `a pair has two sides, and ${parameter} is missing`, {
      parameter,
      expected: 'an id of /v1/indices',
    });
  }
  const wrong = (pair ? (['date', 'kind'] as const) : (['from', 'to'] as const)).find(
    (name) => asked[name] !== undefined,
  );
  if (wrong) {
    const detail = pair ? `${wrong} is for the table of all pairs` : `${wrong} is for the history of one pair`;
    const expected = pair ? 'a and b with from and to' : 'a and b beside it, or date and kind alone';
    throw new ProblemError('invalid-parameter', detail, { parameter: wrong, expected });
  }
}

async function readPairs(store: Store, now: Date, asked: Asked): Promise<SpreadsAnswer> {
  const pairs = spreadPairs(allSeries(now), scuDefinition().reference.class).filter(
    ({ kind }) => asked.kind === undefined || kind === asked.kind,
  );
  const ids = [...new Set(pairs.flatMap(({ a, b }) => [a.id, b.id]))];
  const newest = await newestDateOf(store.ledger.database, ids);
  const date = asked.date ?? newest ?? now.toISOString().slice(0, 10);
  const points = await pointsOn(store, date, ids);
  const at = (series: Series) => points.get(series.id) ?? null;
  const rules = rulesOf(points.values(), now);
  return {
    date,
    unit: 'USD/GPU-h',
    spreads: pairs
      // A class nobody ever priced would fill the table with rows that say so; the reference alone is no pair.
      .filter(({ kind, a, b }) => points.has(a.id) || (kind !== 'class' && points.has(b.id)))
      .map((pair) => spreadOf(pair, { a: at(pair.a), b: at(pair.b) }, date, rules)),
  };
}

async function readPair(store: Store, now: Date, a: Series, b: Series, asked: Asked): Promise<SpreadHistory> {
  const kind: SpreadKind = kindOf(a, b);
  const range = { from: asked.from, to: asked.to };
  const read = async (series: Series) => ({
    series,
    fixes: (await fixHistory(store.ledger.database, series.id, range)).map(pointOf),
  });
  const rows = sideBySide(await read(a), await read(b)).map(({ date, at, ...fixes }) => ({
    date,
    ...spreadOf({ kind, a, b }, fixes, at, rulesOf([fixes.a, fixes.b], now)),
  }));
  const column = (workload: 'training' | 'inference' | 'combined') =>
    rows.map(({ differential }) => differential?.[workload] ?? null);
  return {
    a: a.id,
    b: b.id,
    kind,
    unit: 'USD/GPU-h',
    from: asked.from ?? null,
    to: asked.to ?? null,
    cadence_a: a.cadence,
    cadence_b: b.cadence,
    date: rows.map((row) => row.date),
    strike_a: rows.map((row) => row.a.strike),
    strike_b: rows.map((row) => row.b.strike),
    value_a: rows.map((row) => row.a.value),
    value_b: rows.map((row) => row.b.value),
    difference: rows.map((row) => row.difference),
    ratio: rows.map((row) => row.ratio),
    differential:
      kind === 'class'
        ? { training: column('training'), inference: column('inference'), combined: column('combined') }
        : null,
    reason: rows.map((row) => row.reason),
  };
}

/** `/v1/spreads` */
export function spreadsRoutes({ store, clock }: ApiContext) {
  const routes = makeRoutes();
  routes.openapi(spreads, async (c) => {
    const now = clock();
    const asked = c.req.valid('query');
    expectOneQuestion(asked);
    expectRange(asked.from, asked.to);
    const pair =
      asked.a !== undefined && asked.b !== undefined
        ? [requireSeries(asked.a, now, 'a'), requireSeries(asked.b, now, 'b')]
        : null;
    const { date = '', kind = '', a = '', b = '', from = '', to = '' } = asked;
    const tag = ['spreads', date, kind, a, b, from, to, await ledgerTag(store)].join('-');
    if (isCurrent(c, tag, cacheFor.list)) return c.body(null, 304);
    const answer: SpreadsAnswer | SpreadHistory = pair
      ? await readPair(store, now, pair[0] as Series, pair[1] as Series, asked)
      : await readPairs(store, now, asked);
    return c.json(answer, 200);
  });
  return routes;
}
