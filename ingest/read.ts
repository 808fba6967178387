import { isUtf8 } from 'node:buffer';
import { admit, admitRates, quarantined, refuseRates } from '#ingest/admit';
import { admitSignal } from '#ingest/admit-signals';
import { admitTokenPrice, tokenLine } from '#ingest/admit-tokens';
import { type Stated, settle } from '#ingest/read-facts';
import { excerptOf } from '#ingest/shape';
import { type CaptureText, emptyParsed, type Parsed, type Rejection, type Source } from '#ingest/source';
import type { Signal } from '#store/clickhouse/signals';
import type { TokenPrice } from '#store/clickhouse/tokens';
import type { Capture, ExchangeRate, Observation, Quarantined, Sweep } from '#store/observation';

/** What the captures of one sweep say, ready to be stored. */
export interface SweepReading {
  sweep: Sweep;
  observations: Observation[];
  quarantined: Quarantined[];
  rates: ExchangeRate[];
  tokens: TokenPrice[];
  signals: Signal[];
  /** Why the sweep as a whole was refused, in words; null where it was read. */
  failure: string | null;
  /** For each capture, in order: how many observations and refusals came of it. */
  outcomes: { capture_id: string; observations: number; quarantined: number }[];
}

const refusal = (reason: string, detail: string, capture: Capture): Rejection => ({
  reason,
  detail,
  native_id: '',
  excerpt: capture.body ? excerptOf(Buffer.from(capture.body.subarray(0, 2000)).toString('utf8')) : '',
});

/** The body of a recorded request, or null. */
function sentBody(capture: Capture): unknown {
  try {
    return (JSON.parse(capture.request) as { body?: unknown }).body ?? null;
  } catch {
    return null;
  }
}

/** A capture as its source's pure functions see it. */
export function captureText(capture: Capture): CaptureText {
  return {
    text: capture.body ? Buffer.from(capture.body).toString('utf8') : '',
    content_type: capture.content_type,
    fetched_at: capture.fetched_at,
    url: capture.url,
    sent: sentBody(capture),
  };
}

function readCapture(source: Source, capture: Capture): Parsed | Rejection {
  if (capture.body === null) {
    return refusal(
      'body.over_limit',
      `${capture.bytes} bytes are over the limit of ${source.budget.body_bytes}`,
      capture,
    );
  }
  if (capture.status < 200 || capture.status > 299) {
    return refusal('http.status', `the source answered ${capture.status}`, capture);
  }
  if (!isUtf8(capture.body)) return refusal('body.not_text', 'the body is not UTF-8 text', capture);
  try {
    return source.parse(captureText(capture));
  } catch (error) {
    return refusal('body.unreadable', error instanceof Error ? error.message : String(error), capture);
  }
}

/** A page that could be read, with what it says. */
interface Page {
  capture: Capture;
  parsed: Parsed;
}

/** Adds to each page what the pages say together. @throws Error where they cannot be joined */
function joinPages(source: Source, pages: readonly Page[]): void {
  if (!source.join || pages.length === 0) return;
  const joined = source.join(pages.map(({ capture }) => captureText(capture)));
  if (joined.length !== pages.length) throw new RangeError(`${joined.length} results for ${pages.length} pages`);
  for (const [index, { parsed }] of pages.entries()) {
    const more = joined[index] as Parsed;
    parsed.rows.push(...more.rows);
    parsed.rejections.push(...more.rejections);
    parsed.rates.push(...more.rates);
    parsed.tokens.push(...more.tokens);
    parsed.signals.push(...more.signals);
    parsed.covers.push(...more.covers);
    parsed.complete &&= more.complete;
  }
}

/** Everything that pages say, as one. */
function together(pages: readonly Page[]): Parsed {
  const all = emptyParsed();
  for (const { parsed } of pages) {
    all.rows.push(...parsed.rows);
    all.rates.push(...parsed.rates);
    all.tokens.push(...parsed.tokens);
    all.signals.push(...parsed.signals);
    all.covers.push(...parsed.covers);
    all.complete &&= parsed.complete;
  }
  return all;
}

/**
 * Reads one sweep of a source: parses every capture, joins what stands on several, checks the canary, admits the rows, drops repeats.
 * Pure: same bytes, same rows. A sweep whose shape changed yields no fact at all: it is quarantined whole, so that a reshaped page never
 * prints a wrong price.
 */
export function readSweep(source: Source, captures: readonly Capture[]): SweepReading {
  const first = captures[0];
  if (!first) throw new RangeError('a sweep has at least one capture');
  const read: Page[] = [];
  const refused: Quarantined[] = [];
  for (const capture of captures) {
    const parsed = readCapture(source, capture);
    if ('reason' in parsed) refused.push(quarantined(parsed, source.id, capture));
    else read.push({ capture, parsed });
  }
  let missing: Rejection | null = null;
  try {
    joinPages(source, read);
  } catch (error) {
    missing = refusal('join.failed', error instanceof Error ? error.message : String(error), first);
  }
  const all = together(read);
  const found = all.rows.length + all.rates.length + all.tokens.length + all.signals.length;
  if (missing === null) {
    let why: string | null = null;
    if (found > 0) why = source.canary(all);
    else if (refused.length === 0) why = 'the answer holds not one row that could be read';
    if (why !== null) missing = refusal('canary', why, first);
  }
  if (missing !== null) refused.push(quarantined(missing, source.id, first));

  const rejected: Quarantined[] = [...refused];
  const reject = (capture: Capture, rejections: readonly Rejection[]) => {
    for (const one of rejections) rejected.push(quarantined(one, source.id, capture));
  };
  // A sweep refused whole still says which of its rows could not be read: that tells what changed.
  for (const { capture, parsed } of read) reject(capture, parsed.rejections);
  // Pages that were read still count where a later one failed; a failed canary refuses everything.
  const usable = missing === null ? read : [];
  const rates: ExchangeRate[] = [];
  for (const { capture, parsed } of usable) {
    rates.push(...admitRates(parsed.rates, source, capture));
    reject(capture, refuseRates(parsed.rates));
  }
  const settled = <Fact>(statedOn: (page: Page) => { stated: Stated<Fact>[]; rejections: Rejection[] }) => {
    const pages = usable.map((page) => {
      const { stated, rejections } = statedOn(page);
      reject(page.capture, rejections);
      return { capture: page.capture, stated };
    });
    const { kept, conflicts } = settle(pages);
    for (const { capture, rejection } of conflicts) reject(capture, [rejection]);
    return kept;
  };
  const observations = settled((page) => statedObservations(source, page));
  const tokens = settled((page) => statedTokens(source, page));
  const signals = settled((page) => statedSignals(source, page));

  const facts = observations.length + rates.length + tokens.length + signals.length;
  // Rows of which not one can be believed are no empty book: nothing may be taken as withdrawn.
  const why = refused[0] ?? (facts === 0 ? rejected[0] : undefined);
  const failure = why ? `${why.reason}: ${why.detail}` : null;
  return {
    sweep: {
      source: source.id,
      sweep_id: first.sweep_id,
      observed_at: first.fetched_at,
      complete: failure === null && all.complete && captures.at(-1)?.last === true,
      covers: [...new Set(all.covers)].sort(),
    },
    observations: observations.map((one) => one.fact),
    quarantined: rejected,
    rates,
    tokens: tokens.map((one) => one.fact),
    signals: signals.map((one) => one.fact),
    failure,
    outcomes: captures.map((capture) => ({
      capture_id: capture.capture_id,
      observations: observations.filter((one) => one.capture === capture).length,
      quarantined: rejected.filter((one) => one.capture_id === capture.capture_id).length,
    })),
  };
}

/** Judges the rows of one page. A line may state several instants of its past; under one instant it states one price. */
function statedObservations(source: Source, { capture, parsed }: Page) {
  const stated: Stated<Observation>[] = [];
  const rejections: Rejection[] = [];
  for (const row of parsed.rows) {
    const { observation, rejection } = admit(row, source, capture);
    if (rejection) rejections.push(rejection);
    if (!observation) continue;
    const { native_id, observation_id, price, currency, gpus, tenor, label, memory_gb } = observation;
    stated.push({
      key: `${native_id}\n${row.event_at === null ? '' : observation.event_at}`,
      native_id,
      id: observation_id,
      says: [price, currency, gpus, tenor, label, memory_gb].join(' '),
      fact: observation,
    });
  }
  return { stated, rejections };
}

function statedTokens(source: Source, { capture, parsed }: Page) {
  const stated: Stated<TokenPrice>[] = [];
  const rejections: Rejection[] = [];
  for (const row of parsed.tokens) {
    const admitted = admitTokenPrice(row, source, capture);
    if ('reason' in admitted) {
      rejections.push(admitted);
      continue;
    }
    const { token_price_id, prompt_usd_per_million, completion_usd_per_million } = admitted;
    stated.push({
      key: `${tokenLine(admitted)}\n${row.event_at ?? ''}`,
      native_id: tokenLine(admitted),
      id: token_price_id,
      says: [prompt_usd_per_million, completion_usd_per_million].join(' / '),
      fact: admitted,
    });
  }
  return { stated, rejections };
}

function statedSignals(source: Source, { capture, parsed }: Page) {
  const stated: Stated<Signal>[] = [];
  // Several measures of one subject have one label: it is refused once.
  const rejections = new Map<string, Rejection>();
  for (const row of parsed.signals) {
    const { signal, rejection } = admitSignal(row, source, capture);
    if (rejection) rejections.set(`${rejection.reason}\n${rejection.native_id}\n${rejection.excerpt}`, rejection);
    if (!signal) continue;
    stated.push({
      key: `${signal.native_id}\n${signal.name}\n${row.event_at ?? ''}`,
      native_id: signal.native_id,
      id: signal.signal_id,
      says: signal.value,
      fact: signal,
    });
  }
  return { stated, rejections: [...rejections.values()] };
}
