import { createSignal } from 'solid-js';
import type {
  BasketsAnswer,
  CapacityBoardAnswer,
  ContractAnswer,
  ContractsAnswer,
  CurveAnswer,
  CurveSegment,
  FixAnswer,
  FixHistory,
  GossipAnswer,
  IndicativeAnswer,
  IndicesAnswer,
  InputsAnswer,
  KeysAnswer,
  LogHeadAnswer,
  LogLeavesAnswer,
  MonthAnswer,
  NoticeKind,
  NoticesAnswer,
  Problem,
  QuarantineAnswer,
  ScuAnswer,
  SourcesAnswer,
  SpreadHistory,
  SpreadsAnswer,
} from '#api/types';

/** An answer that was not the one asked for, with the server's own words where it gave any. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly problem: Problem | null;

  constructor(status: number, problem: Problem | null, message: string) {
    super(message);
    this.status = status;
    this.problem = problem;
  }
}

const [simulated, setSimulated] = createSignal(false);

/** Whether the market is made up. Every answer says so, so that no number of it is ever shown unmarked; the stream says it first. */
export { setSimulated, simulated };

async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  let response: Response;
  try {
    // Always asked again: an answer kept for a minute would hide the fix that the stream has just told of, and a 304 is cheap.
    response = await fetch(path, {
      headers: { accept: 'application/json' },
      cache: 'no-cache',
      ...(signal ? { signal } : {}),
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiError(0, null, 'the server could not be reached');
  }
  // One word of it is enough; that it is real only the stream may say.
  if (response.headers.get('csi-simulated') === 'true') setSimulated(true);
  const type = response.headers.get('content-type') ?? '';
  if (!response.ok) {
    const problem = type.includes('json') ? ((await response.json().catch(() => null)) as Problem | null) : null;
    throw new ApiError(
      response.status,
      problem,
      problem?.detail ?? `the server answered ${response.status} to ${path}`,
    );
  }
  if (!type.includes('json'))
    throw new ApiError(response.status, null, `the server answered ${path} with ${type || 'no type'}, not JSON`);
  return (await response.json()) as T;
}

const segment = encodeURIComponent;

/** Where the evidence bundle of a fix is downloaded. */
export const evidencePath = (series: string, date: string) => `/v1/fixes/${segment(series)}/${segment(date)}/evidence`;
/** Where a fix is as JSON. */
export const fixPath = (series: string, date: string) => `/v1/fixes/${segment(series)}/${segment(date)}`;
/** Where a month of a contract is as JSON. */
export const monthPath = (contract: string, month: string) => `/v1/contracts/${segment(contract)}/${segment(month)}`;
/** Where the certificate of a month is downloaded with all its proof. */
export const certificatePath = (contract: string, month: string) => `${monthPath(contract, month)}/certificate`;
/** Where the newest heads of the log are downloaded as a file. */
export const gossipPath = '/v1/log/gossip';
/** The history as CSV over the half-open range that is on the screen. */
export function csvPath(series: string, from: string | null, to: string | null): string {
  const query = new URLSearchParams({ format: 'csv' });
  if (from) query.set('from', from);
  if (to) query.set('to', to);
  return `/v1/fixes/${segment(series)}?${query}`;
}

/** Every read the terminal makes, typed by the contract. */
export const api = {
  indices: (signal?: AbortSignal) => getJson<IndicesAnswer>('/v1/indices', signal),
  indicative: (signal?: AbortSignal) => getJson<IndicativeAnswer>('/v1/indicative', signal),
  history: (series: string, signal?: AbortSignal) => getJson<FixHistory>(`/v1/fixes/${segment(series)}`, signal),
  fix: (series: string, date: string, signal?: AbortSignal) => getJson<FixAnswer>(fixPath(series, date), signal),
  /** A fix with its price per million tokens at a throughput that the reader states. */
  fixAt: (series: string, date: string, tokensPerSecond: string, signal?: AbortSignal) =>
    getJson<FixAnswer>(`${fixPath(series, date)}?tokens_per_second=${segment(tokensPerSecond)}`, signal),
  curve: (hardwareClass: string, of: CurveSegment, date: string | null, signal?: AbortSignal) =>
    getJson<CurveAnswer>(
      `/v1/curve/${segment(hardwareClass)}?segment=${of}${date ? `&date=${segment(date)}` : ''}`,
      signal,
    ),
  spreads: (signal?: AbortSignal) => getJson<SpreadsAnswer>('/v1/spreads', signal),
  spread: (a: string, b: string, signal?: AbortSignal) =>
    getJson<SpreadHistory>(`/v1/spreads?a=${segment(a)}&b=${segment(b)}`, signal),
  scu: (signal?: AbortSignal) => getJson<ScuAnswer>('/v1/scu', signal),
  baskets: (signal?: AbortSignal) => getJson<BasketsAnswer>('/v1/baskets', signal),
  capacity: (signal?: AbortSignal) => getJson<CapacityBoardAnswer>('/v1/capacity', signal),
  inputs: (series: string, date: string, signal?: AbortSignal) =>
    getJson<InputsAnswer>(`${fixPath(series, date)}/inputs`, signal),
  keys: (signal?: AbortSignal) => getJson<KeysAnswer>('/v1/keys', signal),
  contracts: (signal?: AbortSignal) => getJson<ContractsAnswer>('/v1/contracts', signal),
  contract: (id: string, signal?: AbortSignal) => getJson<ContractAnswer>(`/v1/contracts/${segment(id)}`, signal),
  month: (contract: string, month: string, signal?: AbortSignal) =>
    getJson<MonthAnswer>(monthPath(contract, month), signal),
  logHead: (signal?: AbortSignal) => getJson<LogHeadAnswer>('/v1/log/head', signal),
  logGossip: (signal?: AbortSignal) => getJson<GossipAnswer>(gossipPath, signal),
  logLeaves: (from: number, to: number, signal?: AbortSignal) =>
    getJson<LogLeavesAnswer>(`/v1/log/leaves?from=${from}&to=${to}`, signal),
  sources: (signal?: AbortSignal) => getJson<SourcesAnswer>('/v1/sources', signal),
  sourceNotices: (signal?: AbortSignal) =>
    getJson<NoticesAnswer>(
      '/v1/notices?limit=50&kind=source_silent,source_recovered,source_drift,source_paused',
      signal,
    ),
  /** Notices, newest first; of one kind, older than one of them. */
  news: (kind: NoticeKind | null, before: number | null, signal?: AbortSignal) => {
    const query = new URLSearchParams({ limit: '200' });
    if (kind) query.set('kind', kind);
    if (before !== null) query.set('before', String(before));
    return getJson<NoticesAnswer>(`/v1/notices?${query}`, signal);
  },
  quarantine: (id: string, signal?: AbortSignal) =>
    getJson<QuarantineAnswer>(`/v1/sources/${segment(id)}/quarantine`, signal),
};
