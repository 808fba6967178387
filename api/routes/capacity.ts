import { createRoute, z } from '@hono/zod-openapi';
import { cacheFor } from '#api/conditional';
import type { ApiContext } from '#api/context';
import { classParameter, expectRange, rangeShape, requireClass } from '#api/derived-parameters';
import { makeRoutes, query } from '#api/parameters';
import { ProblemError } from '#api/problem';
import { capacityAnswer, capacityBoard, capacityHistory } from '#api/schemas/capacity';
import { json, problems } from '#api/schemas/operations';
import { currentRulebook } from '#api/series';
import { makeShared } from '#api/shared';
import type { CapacityAnswer, CapacityBoardAnswer, CapacityHistory, ClassCapacity } from '#api/types';
import { newestCapacityInstant, readCapacity, readCapacityBoard } from '#index-engine/capacity/read';
import { capacityRules } from '#methodology/capacity';
import { addDays, datesBetween, localDate, strikeOn } from '#methodology/strike';

/** Days of a history in one answer: each is computed when it is asked for. */
const DAYS_MAX = 92;
const INSTANT = 'an instant such as 2026-07-28T15:00:00Z';

const atQuery = z
  .string({ error: INSTANT })
  .pipe(z.iso.datetime({ offset: true, error: INSTANT }))
  .optional()
  .openapi({
    description:
      'What was known and stood at this instant; without it now, or just after the newest look where that is old.',
    example: '2026-07-28T15:00:00Z',
  });

const board = createRoute({
  method: 'get',
  path: '/v1/capacity',
  tags: ['Capacity'],
  summary: 'Capacity of every class at an instant, by region: offered, free, rented, stranded, and who shows it',
  request: { query: query({ at: atQuery }) },
  responses: { ...json('Every class of which any source shows some.', capacityBoard), ...problems },
});

const one = createRoute({
  method: 'get',
  path: '/v1/capacity/{class}',
  tags: ['Capacity'],
  summary: `Capacity of one class at an instant; with from or to at the global strike of each day, at most ${DAYS_MAX} days`,
  request: { params: z.object({ class: classParameter }), query: query({ at: atQuery, ...rangeShape }) },
  responses: {
    ...json('Capacity at the instant, or its history in columns.', z.union([capacityAnswer, capacityHistory])),
    ...problems,
  },
});

function historyOf(
  hardwareClass: string,
  from: string,
  to: string,
  dates: readonly string[],
  rows: readonly ClassCapacity[],
): CapacityHistory {
  return {
    hardware_class: hardwareClass,
    unit: 'GPU',
    from,
    to,
    date: [...dates],
    at: rows.map((row) => row.at),
    offered: rows.map(({ total }) => total.offered),
    free: rows.map(({ total }) => total.free),
    rented: rows.map(({ total }) => total.rented),
    utilisation: rows.map(({ total }) => total.utilisation),
    stranded: rows.map(({ total }) => total.stranded),
    stranded_share: rows.map(({ total }) => total.stranded_share),
    coverage: rows.map(({ coverage }) => coverage.share),
  };
}

/** `/v1/capacity` and `/v1/capacity/{class}` */
export function capacityRoutes({ store, clock }: ApiContext) {
  const routes = makeRoutes();
  const cached = { 'Cache-Control': cacheFor.list };
  // Looks of days are read and compared: dear enough to be done once for all who ask at the same time.
  const shared = makeShared<ClassCapacity[]>();
  const instantOf = async (asked: string | undefined) => {
    const now = clock();
    if (asked === undefined) return newestCapacityInstant(store, now);
    const at = new Date(asked);
    if (at <= now) return at;
    throw new ProblemError('invalid-parameter', `at ${asked} lies in the future`, {
      parameter: 'at',
      expected: INSTANT,
    });
  };

  routes.openapi(board, async (c) => {
    const at = await instantOf(c.req.valid('query').at);
    const classes = await shared(at.toISOString(), () => readCapacityBoard(store, at));
    const { why } = capacityRules().rules;
    const answer: CapacityBoardAnswer = { at: at.toISOString(), unit: 'GPU', why, classes };
    return c.json(answer, 200, cached);
  });

  routes.openapi(one, async (c) => {
    const hardwareClass = requireClass(c.req.valid('param').class);
    const asked = c.req.valid('query');
    if (asked.from === undefined && asked.to === undefined) {
      const at = await instantOf(asked.at);
      const key = `${hardwareClass} ${at.toISOString()}`;
      const [row] = await shared(key, () => readCapacity(store, hardwareClass, [at]));
      const answer: CapacityAnswer | CapacityHistory = {
        ...(row as ClassCapacity),
        unit: 'GPU',
        why: capacityRules().rules.why,
      };
      return c.json(answer, 200, cached);
    }
    if (asked.at !== undefined) {
      throw new ProblemError('invalid-parameter', 'at is for one instant, from and to for a history', {
        parameter: 'at',
        expected: 'at alone, or from and to without it',
      });
    }
    expectRange(asked.from, asked.to);
    const now = clock();
    const { time, time_zone } = currentRulebook(now).rulebook.strikes.GLOBAL;
    const to = asked.to ?? addDays(localDate(now, time_zone), 1);
    const from = asked.from ?? addDays(to, -DAYS_MAX);
    const earliest = addDays(to, -DAYS_MAX);
    if (from < earliest) {
      throw new ProblemError('invalid-parameter', `from ${from} is more than ${DAYS_MAX} days before ${to}`, {
        parameter: 'from',
        expected: `a date from ${earliest} on, or an earlier to`,
      });
    }
    const dates = (from < to ? datesBetween(from, addDays(to, -1)) : []).filter(
      (date) => strikeOn(date, time, time_zone).instant <= now,
    );
    const instants = dates.map((date) => strikeOn(date, time, time_zone).instant);
    const rows = await shared(`${hardwareClass} ${from} ${to} ${dates.length}`, () =>
      readCapacity(store, hardwareClass, instants),
    );
    const answer: CapacityAnswer | CapacityHistory = historyOf(hardwareClass, from, to, dates, rows);
    return c.json(answer, 200, cached);
  });

  return routes;
}
