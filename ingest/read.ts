import { isUtf8 } from 'node:buffer';
import { admit, admitRates, quarantined, refuseRates } from '#ingest/admit';
import { excerptOf } from '#ingest/shape';
import { emptyParsed, type Parsed, type Rejection, type Source } from '#ingest/source';
import type { Capture, ExchangeRate, Observation, Quarantined, Sweep } from '#store/observation';

/** What the captures of one sweep say, ready to be stored. */
export interface SweepReading {
  sweep: Sweep;
  observations: Observation[];
  quarantined: Quarantined[];
  rates: ExchangeRate[];
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
export function captureText(capture: Capture): {
  text: string;
  content_type: string;
  fetched_at: string;
  url: string;
  sent: unknown;
} {
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

/**
 * Reads one sweep of a source: parses every capture, checks the canary, admits the rows, drops repeats. Pure: same bytes, same rows.
 * A sweep whose shape changed yields no observation at all: it is quarantined whole, so that a reshaped page never prints a wrong price.
 */
export function readSweep(source: Source, captures: readonly Capture[]): SweepReading {
  const first = captures[0];
  if (!first) throw new RangeError('a sweep has at least one capture');
  const all = emptyParsed();
  const read: { capture: Capture; parsed: Parsed }[] = [];
  const refused: Quarantined[] = [];
  for (const capture of captures) {
    const parsed = readCapture(source, capture);
    if ('reason' in parsed) refused.push(quarantined(parsed, source.id, capture));
    else {
      read.push({ capture, parsed });
      all.rows.push(...parsed.rows);
      all.rates.push(...parsed.rates);
      all.covers.push(...parsed.covers);
      all.complete &&= parsed.complete;
    }
  }
  const found = all.rows.length + all.rates.length;
  let missing: string | null = null;
  if (found > 0) missing = source.canary(all);
  else if (refused.length === 0) missing = 'the answer holds not one row that could be read';
  if (missing !== null) refused.push(quarantined(refusal('canary', missing, first), source.id, first));
  // Pages that were read still count where a later one failed; a failed canary refuses everything.
  const usable = missing === null ? read : [];

  const observations = new Map<string, { observation: Observation; capture: Capture }>();
  const rejected: Quarantined[] = [...refused];
  const rates: ExchangeRate[] = [];
  // A sweep refused whole still says which of its rows could not be read: that tells what changed.
  if (missing !== null) {
    for (const { capture, parsed } of read) {
      for (const one of parsed.rejections) rejected.push(quarantined(one, source.id, capture));
    }
  }
  for (const { capture, parsed } of usable) {
    const admitted = admitRows(source, capture, parsed);
    rates.push(...admitRates(parsed.rates, source, capture));
    for (const one of [...parsed.rejections, ...refuseRates(parsed.rates), ...admitted.rejections]) {
      rejected.push(quarantined(one, source.id, capture));
    }
    for (const observation of admitted.observations) {
      const before = observations.get(observation.native_id);
      if (!before) observations.set(observation.native_id, { observation, capture });
      else if (!sameOffer(before.observation, observation)) {
        rejected.push(quarantined(conflict([before.observation, observation], observation), source.id, capture));
      }
    }
  }
  const kept = [...observations.values()];
  // Rows of which not one can be believed are no empty book: nothing may be taken as withdrawn.
  const why = refused[0] ?? (kept.length + rates.length === 0 ? rejected[0] : undefined);
  const failure = why ? `${why.reason}: ${why.detail}` : null;
  return {
    sweep: {
      source: source.id,
      sweep_id: first.sweep_id,
      observed_at: first.fetched_at,
      complete: failure === null && all.complete && captures.at(-1)?.last === true,
      covers: [...new Set(all.covers)].sort(),
    },
    observations: kept.map((one) => one.observation),
    quarantined: rejected,
    rates,
    failure,
    outcomes: captures.map((capture) => ({
      capture_id: capture.capture_id,
      observations: kept.filter((one) => one.capture === capture).length,
      quarantined: rejected.filter((one) => one.capture_id === capture.capture_id).length,
    })),
  };
}

/**
 * Judges the rows of one capture. An id under which one answer states two prices says neither: all its rows are refused, whatever
 * their order. Rows that repeat each other are one.
 */
function admitRows(
  source: Source,
  capture: Capture,
  parsed: Parsed,
): { observations: Observation[]; rejections: Rejection[] } {
  const rejections: Rejection[] = [];
  const byId = new Map<string, Observation[]>();
  for (const row of parsed.rows) {
    const { observation, rejection } = admit(row, source, capture);
    if (rejection) rejections.push(rejection);
    if (!observation) continue;
    const same = byId.get(row.native_id);
    if (same) same.push(observation);
    else byId.set(row.native_id, [observation]);
  }
  const observations: Observation[] = [];
  for (const same of byId.values()) {
    const [first, ...others] = same.sort((a, b) => (a.observation_id < b.observation_id ? -1 : 1));
    if (!first) continue;
    if (others.every((other) => sameOffer(first, other))) observations.push(first);
    else for (const one of same) rejections.push(conflict(same, one));
  }
  return { observations, rejections };
}

function conflict(same: readonly Observation[], one: Observation): Rejection {
  const prices = [...new Set(same.map(({ price }) => price))].join(' and ');
  const detail = `rows under this one id disagree: ${prices}`;
  return { reason: 'duplicate.in_sweep', detail, native_id: one.native_id, excerpt: excerptOf(one) };
}

/** Pages overlap: the same offer met twice in a sweep is no news, unless it differs. */
function sameOffer(a: Observation, b: Observation): boolean {
  return (
    a.price === b.price &&
    a.currency === b.currency &&
    a.gpus === b.gpus &&
    a.tenor === b.tenor &&
    a.label === b.label &&
    a.memory_gb === b.memory_gb
  );
}
