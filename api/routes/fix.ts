import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { cacheFor, isCurrent } from '#api/conditional';
import type { ApiContext } from '#api/context';
import { factsOf } from '#api/fix-facts';
import { finalityOf } from '#api/latest';
import { makeRoutes, noQuery, seriesParameter, strikeParameter } from '#api/parameters';
import { ProblemError } from '#api/problem';
import { publishedFix, readConstituents, unitsOf } from '#api/queries';
import { evidenceBundle, fixAnswer, inputsAnswer } from '#api/schemas/fixes';
import { json, notModified, problems } from '#api/schemas/operations';
import { throughputQuery } from '#api/schemas/units';
import { requireSeries } from '#api/series';
import { makeShared } from '#api/shared';
import { fileName } from '#api/simulated';
import type { FixAnswer, InputsAnswer } from '#api/types';
import { buildEvidence } from '#index-engine/evidence';
import type { LedgerDatabase } from '#store/ledger/client';
import { fixRevisions, type LedgerFix } from '#store/ledger/fixes';
import { nearestDate, seriesState } from '#store/ledger/state';

const request = { params: z.object({ series: seriesParameter, date: strikeParameter }), query: noQuery };

const whole = createRoute({
  method: 'get',
  path: '/v1/fixes/{series}/{date}',
  tags: ['Fixes'],
  summary:
    'One fix whole: every revision with its record, canonical text, hash and signature, and its value in other units',
  request: { params: request.params, query: throughputQuery },
  responses: { ...json('The fix.', fixAnswer), ...notModified, ...problems },
});

const inputs = createRoute({
  method: 'get',
  path: '/v1/fixes/{series}/{date}/inputs',
  tags: ['Fixes'],
  summary: 'Every observation considered for a fix, and what became of it',
  request,
  responses: { ...json('The constituents of the newest revision.', inputsAnswer), ...notModified, ...problems },
});

const evidence = createRoute({
  method: 'get',
  path: '/v1/fixes/{series}/{date}/evidence',
  tags: ['Fixes'],
  summary: 'The evidence bundle of a fix: compute it again offline with `verify`',
  request,
  responses: { ...json('The bundle of the newest revision, as a file.', evidenceBundle), ...notModified, ...problems },
});

async function unknownDate(database: LedgerDatabase, series: string, date: string): Promise<ProblemError> {
  const state = await seriesState(database, series);
  if (!state) {
    const detail = `${series} has no fix on ${date}: nothing of it has been published yet`;
    return new ProblemError('unknown-date', detail, { parameter: 'date' });
  }
  const nearest = await nearestDate(database, series, date.slice(0, 'YYYY-MM-DD'.length));
  return new ProblemError(
    'unknown-date',
    `${series} has no fix on ${date}: its fixes run from ${state.first} to ${state.last}`,
    {
      parameter: 'date',
      expected: `a date with a fix: the nearest is ${nearest}, the first ${state.first}, the last ${state.last}`,
    },
  );
}

/** `/v1/fixes/{series}/{date}` and what belongs to it. */
export function fixRoutes({ store, clock, simulated }: ApiContext) {
  const routes = makeRoutes();
  const { database } = store.ledger;
  // A bundle is computed anew each time, and that is dear.
  const shared = makeShared<string | null>();

  /** The revisions of the fix a request names, oldest first, and the newest. */
  const revisionsOf = async (asked: { series: string; date: string }) => {
    const { id } = requireSeries(asked.series, clock());
    const revisions = await fixRevisions(database, id, asked.date);
    const newest = revisions.at(-1);
    if (!newest) throw await unknownDate(database, id, asked.date);
    return { revisions, newest };
  };

  const holds = (c: Context, kind: string, newest: LedgerFix, now: Date) => {
    const finality = finalityOf(newest.strike, now);
    const rule = finality === 'final' ? cacheFor.finalFix : cacheFor.list;
    return isCurrent(c, `${kind}-${newest.hash.slice(0, 32)}-${newest.revision}-${finality}`, rule);
  };

  routes.openapi(whole, async (c) => {
    const now = clock();
    const { revisions, newest } = await revisionsOf(c.req.valid('param'));
    const { tokens_per_second } = c.req.valid('query');
    const facts = await factsOf(database, revisions[0] ?? newest);
    const remarks = `${facts.annotations.length}-${facts.timeliness}`;
    const kind = tokens_per_second ? `fix-${remarks}-${tokens_per_second}` : `fix-${remarks}`;
    if (holds(c, kind, newest, now)) return c.body(null, 304);
    const { series, date } = newest;
    const published = revisions.map((row) => publishedFix(row, now));
    const units = unitsOf(published.at(-1)?.fix, tokens_per_second ?? null);
    const answer: FixAnswer = { series, date, revisions: published, units, ...facts };
    return c.json(answer, 200);
  });

  routes.openapi(inputs, async (c) => {
    const { newest } = await revisionsOf(c.req.valid('param'));
    if (holds(c, 'inputs', newest, clock())) return c.body(null, 304);
    const { series, date, hash } = newest;
    const answer: InputsAnswer = { series, date, fix_hash: hash, inputs: await readConstituents(store, newest) };
    return c.json(answer, 200);
  });

  routes.openapi(evidence, async (c) => {
    const { newest } = await revisionsOf(c.req.valid('param'));
    if (holds(c, 'evidence', newest, clock())) return c.body(null, 304);
    const { series, strike } = newest;
    const { date } = c.req.valid('param');
    const bundle = await shared(newest.hash, () => buildEvidence(store, series, strike.toISOString()));
    if (bundle === null) throw await unknownDate(database, series, date);
    return c.body(bundle, 200, {
      'Content-Type': 'application/json',
      'Content-Disposition': `attachment; filename="${fileName(simulated, `${series}_${date.replaceAll(':', '')}_evidence.json`)}"`,
    });
  });

  return routes;
}
