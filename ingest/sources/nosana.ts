/**
 * Nosana: jobs on its network, each at the price of its market. Trades, at a price that the network sets.
 * Page: https://learn.nosana.com and https://dashboard.k8s.prd.nos.ci/api. Terms: not read. The shape of /jobs is the SDK's.
 * Traps: a price is a whole number of millionths of NOS per SECOND; a job names its market by address and the market the card; a
 * market's name counts its cards ("8x A100") or names one; a job that never started paid nothing; a job may run for seconds.
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { emptyParsed, type Source } from '#ingest/source';
import { carried, carrying } from '#ingest/sources/kit/carry';
import { addQuote, instantOfSeconds, refuse } from '#ingest/sources/kit/rows';
import { divideHalfEven, formatDecimal } from '#methodology/decimal';

const API = 'https://dashboard.k8s.prd.nos.ci/api';
const MARKETS = `${API}/markets/`;
const marketsSchema = z.array(z.object({ address: z.string().min(32).max(44), name: z.string().min(1).max(80) }));
const answerSchema = z.union([
  z.object({ jobs: z.array(z.unknown()) }).transform(({ jobs }) => jobs),
  z.array(z.unknown()),
]);
const jobSchema = z.object({
  address: z.string().min(32).max(44),
  market: z.string().min(1).max(60),
  price: z.union([z.int(), z.string()]),
  timeStart: z.int(),
  timeEnd: z.int(),
});

/** GPU-hours of a job that ended, to six decimals; null while it runs. */
function gpuHours(start: number, end: number, gpus: number): string | null {
  if (end <= start) return null;
  return formatDecimal(divideHalfEven(BigInt(end - start) * BigInt(gpus) * 10n ** 6n, 3600n), 6);
}

export const nosana: Source = {
  id: 'nosana',
  title: 'Nosana jobs',
  homepage: 'https://nosana.com',
  provider: 'nosana',
  venue_type: 'depin',
  evidence: ['transaction'],
  aggregator: false,
  schedule: '10-59/15 * * * *',
  freshness_objective_seconds: 7200,
  budget: { requests: 2, body_bytes: 16_000_000, sweep_seconds: 90, pause_ms: 1000, timeout_ms: 30_000 },
  terms: { status: 'unknown', note: 'A public ledger; terms of the explorer not read.', url: 'https://nosana.com' },
  key_variable: null,
  tested_on: 'documented',
  requests: () => [{ method: 'GET', url: MARKETS }],
  follow(capture) {
    if (capture.url !== MARKETS) return null;
    const markets = expectShape(marketsSchema, parseJson(capture.text));
    const names = Object.fromEntries(markets.map(({ address, name }) => [address, name]));
    return { method: 'GET', url: carrying(`${API}/jobs?limit=1000`, names) };
  },
  parse(capture) {
    const parsed = emptyParsed();
    if (capture.url === MARKETS) return parsed;
    const names = carried(capture.url);
    // The newest jobs only: what is missing has not ended.
    parsed.complete = false;
    eachRow(
      expectShape(answerSchema, parseJson(capture.text)),
      jobSchema,
      (job) => fieldText(job, 'address'),
      parsed,
      (job) => {
        if (job.timeStart === 0) return;
        const market = names[job.market];
        if (market === undefined) {
          refuse(parsed, 'hardware.unknown_label', `market ${job.market} is not in the list`, job.address, job);
          return;
        }
        const [, count, label = market] = /^(\d+) ?x (.+)$/.exec(market) ?? [];
        const gpus = Number(count ?? 1);
        addQuote(parsed, {
          native_id: job.address,
          event_at: instantOfSeconds(job.timeStart),
          provider: 'nosana',
          label,
          gpus,
          tenor: 'OD',
          evidence: 'transaction',
          price: job.price,
          price_scale: 6,
          currency: 'NOS',
          price_basis: 'lot_second',
          attributes: { product: 'container', market: job.market, price_set_by: 'network' },
          trade: { id: job.address, gpu_hours: gpuHours(job.timeStart, job.timeEnd, gpus), buyer: null, seller: null },
        });
      },
    );
    return parsed;
  },
  canary: (parsed) =>
    parsed.rows.some((row) => /RTX|30\d0|40\d0|A100/.test(row.label)) ? null : 'not one job on a known card',
};
