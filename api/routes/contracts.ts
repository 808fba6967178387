import { createRoute, z } from '@hono/zod-openapi';
import { cacheFor, isCurrent } from '#api/conditional';
import type { ApiContext } from '#api/context';
import { ledgerTag } from '#api/derived';
import { makeRoutes, noQuery } from '#api/parameters';
import { ProblemError } from '#api/problem';
import { certificateBundle, contractAnswer, contractsAnswer, monthAnswer } from '#api/schemas/contracts';
import { json, notModified, problems } from '#api/schemas/operations';
import { nearestNames } from '#api/series';
import { makeShared } from '#api/shared';
import { fileName } from '#api/simulated';
import type {
  CertificateSummary,
  ContractAnswer,
  ContractsAnswer,
  MonthAnswer,
  PublishedCertificate,
  PublishedDetermination,
  SettlementSummary,
} from '#api/types';
import { determinationFrom, newestDetermination } from '#index-engine/settlement/determination';
import {
  buildCertificateBundle,
  certificateFrom,
  newestCertificate,
  standingCertificates,
} from '#index-engine/settlement/issue';
import { readSettlement } from '#index-engine/settlement/read';
import { MonthRefused, monthSchedule } from '#index-engine/settlement/schedule';
import { bandSentence, settlementSentence } from '#index-engine/settlement/sentence';
import { termsInWords } from '#index-engine/settlement/terms-in-words';
import { type Contract, contract, contractHash, contracts } from '#methodology/contracts';
import type { LedgerDatabase } from '#store/ledger/client';
import type { SignedRecord } from '#store/ledger/log';
import { seriesState } from '#store/ledger/state';

const MINUTE_MS = 60_000;

const idParameter = z.string().openapi({
  param: { name: 'id', in: 'path' },
  description: 'Id of a contract, as /v1/contracts lists them.',
  example: 'CSI-H100-SXM-80-BD',
});
const monthParameter = z.string().openapi({
  param: { name: 'month', in: 'path' },
  description: 'Delivery month.',
  example: '2026-07',
});

const list = createRoute({
  method: 'get',
  path: '/v1/contracts',
  tags: ['Contracts'],
  summary: 'Every contract, and what the month of its newest fix settles at so far',
  request: { query: noQuery },
  responses: { ...json('The contracts.', contractsAnswer), ...notModified, ...problems },
});

const one = createRoute({
  method: 'get',
  path: '/v1/contracts/{id}',
  tags: ['Contracts'],
  summary: 'The terms of a contract, its months with fixes, and its certificates',
  request: { params: z.object({ id: idParameter }), query: noQuery },
  responses: { ...json('The contract.', contractAnswer), ...notModified, ...problems },
});

const ofMonth = createRoute({
  method: 'get',
  path: '/v1/contracts/{id}/{month}',
  tags: ['Contracts'],
  summary: 'A month of a contract: locked, open, range, expected, each fix; and its certificate',
  request: { params: z.object({ id: idParameter, month: monthParameter }), query: noQuery },
  responses: { ...json('The settlement as far as it goes.', monthAnswer), ...notModified, ...problems },
});

const bundle = createRoute({
  method: 'get',
  path: '/v1/contracts/{id}/{month}/certificate',
  tags: ['Contracts'],
  summary: 'The certificate of a month with every fix it names: check it offline with `settle verify`',
  request: { params: z.object({ id: idParameter, month: monthParameter }), query: noQuery },
  responses: { ...json('The bundle, as a file.', certificateBundle), ...notModified, ...problems },
});

function requireContract(id: string): Contract {
  const found = contract(id);
  if (found) return found;
  const near = nearestNames(
    id,
    contracts().map((terms) => terms.id),
  );
  throw new ProblemError('unknown-contract', `there is no contract ${JSON.stringify(id.slice(0, 60))}`, {
    parameter: 'id',
    expected: `an id of /v1/contracts, such as ${near.join(' or ')}`,
  });
}

function requireMonth(terms: Contract, month: string): void {
  try {
    monthSchedule(terms, month);
  } catch (error) {
    if (!(error instanceof MonthRefused)) throw error;
    throw new ProblemError('unknown-month', error.message, {
      parameter: 'month',
      expected: 'a month such as 2026-07, within what the calendars of the contract know',
    });
  }
}

function summaryOf(record: SignedRecord): CertificateSummary {
  const { month, outcome, settlement_price, previous } = certificateFrom(record);
  return { month, outcome, settlement_price, hash: record.hash, issued_at: record.at.toISOString(), previous };
}

function publishedCertificate(record: SignedRecord): PublishedCertificate {
  const { canonical, signature, keyId } = record;
  return { ...summaryOf(record), canonical, signature, key_id: keyId };
}

function publishedDetermination(record: SignedRecord): PublishedDetermination {
  const { price, by, reasons, at } = determinationFrom(record);
  return { price, by, reasons, at, hash: record.hash };
}

/** The months in which a series has fixes, newest first. */
async function monthsWithFixes(database: LedgerDatabase, series: string): Promise<string[]> {
  const state = await seriesState(database, series);
  if (!state) return [];
  const months: string[] = [];
  const last = state.last.slice(0, 7);
  for (let at = state.first.slice(0, 7); at <= last; at = monthAfter(at)) months.unshift(at);
  return months;
}

function monthAfter(month: string): string {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
}

async function readLatest(database: LedgerDatabase, terms: Contract, now: Date): Promise<SettlementSummary | null> {
  const [month] = await monthsWithFixes(database, terms.series);
  if (month === undefined) return null;
  const { stamps, holidays, methodology, ...summary } = await readSettlement(database, terms, month, now);
  return summary;
}

/** `/v1/contracts` and what belongs to it. */
export function contractsRoutes({ store, clock, simulated }: ApiContext) {
  const routes = makeRoutes();
  const { database } = store.ledger;
  // A list reads a month of every series, so it is kept while it holds; a bundle reads every record of one.
  let kept: { tag: string; answer: Promise<ContractsAnswer> } | null = null;
  const shared = makeShared<string>();

  const listed = async (now: Date): Promise<ContractsAnswer> => {
    const rows: ContractsAnswer['contracts'] = [];
    for (const terms of contracts()) {
      const { id, title, form, hardware_class, series, tick, currency, quantity } = terms;
      const latest = await readLatest(database, terms, now);
      rows.push({ id, title, form, hardware_class, series, tick, currency, quantity, latest });
    }
    return { contracts: rows };
  };

  /** Changes with whatever a settlement depends on: the ledger, the certificates, and the minute. */
  const tagOf = async (kind: string, now: Date, records: readonly SignedRecord[]) => {
    const newest = records.at(-1)?.hash.slice(0, 16) ?? '0';
    return `${kind}-${await ledgerTag(store)}-${records.length}-${newest}-${Math.floor(now.getTime() / MINUTE_MS).toString(36)}`;
  };

  routes.openapi(list, async (c) => {
    const now = clock();
    const tag = await tagOf('contracts', now, []);
    if (isCurrent(c, tag, cacheFor.list)) return c.body(null, 304);
    if (kept?.tag !== tag) {
      const answer = listed(now);
      kept = { tag, answer };
      // What failed is asked again.
      answer.catch(() => {
        if (kept?.answer === answer) kept = null;
      });
    }
    return c.json(await kept.answer, 200);
  });

  routes.openapi(one, async (c) => {
    const now = clock();
    const terms = requireContract(c.req.valid('param').id);
    const standing = await standingCertificates(database, terms.id);
    if (isCurrent(c, await tagOf(`contract-${terms.id}`, now, standing), cacheFor.list)) return c.body(null, 304);
    const answer: ContractAnswer = {
      terms,
      terms_in_words: termsInWords(terms),
      sha256: contractHash(terms),
      months: await monthsWithFixes(database, terms.series),
      certificates: standing.map(summaryOf).sort((a, b) => (a.month < b.month ? 1 : -1)),
    };
    return c.json(answer, 200);
  });

  routes.openapi(ofMonth, async (c) => {
    const now = clock();
    const { id, month } = c.req.valid('param');
    const terms = requireContract(id);
    requireMonth(terms, month);
    const record = await newestCertificate(database, terms.id, month);
    const determined = await newestDetermination(database, terms.id, month);
    const tag = await tagOf(
      `month-${terms.id}-${month}`,
      now,
      [record, determined].flatMap((one) => one ?? []),
    );
    if (isCurrent(c, tag, cacheFor.list)) return c.body(null, 304);
    const settlement = await readSettlement(database, terms, month, now);
    const answer: MonthAnswer = {
      terms,
      sha256: contractHash(terms),
      settlement,
      sentence: settlementSentence(settlement, terms),
      band_sentence: bandSentence(settlement, terms),
      certificate: record && publishedCertificate(record),
      determination: determined && publishedDetermination(determined),
    };
    return c.json(answer, 200);
  });

  routes.openapi(bundle, async (c) => {
    const { id, month } = c.req.valid('param');
    const terms = requireContract(id);
    requireMonth(terms, month);
    const record = await newestCertificate(database, terms.id, month);
    if (!record) {
      throw new ProblemError(
        'unknown-certificate',
        `${terms.id} of ${month} has no certificate: none has been issued`,
        {
          parameter: 'month',
          expected: `a month that /v1/contracts/${terms.id} lists a certificate for`,
        },
      );
    }
    if (isCurrent(c, `certificate-${record.hash.slice(0, 32)}`, cacheFor.list)) return c.body(null, 304);
    const text = await shared(record.hash, () => buildCertificateBundle(database, record));
    return c.body(text, 200, {
      'Content-Type': 'application/json',
      'Content-Disposition': `attachment; filename="${fileName(simulated, `${terms.id}_${month}_certificate.json`)}"`,
    });
  });

  return routes;
}
