import { isUtf8 } from 'node:buffer';
import { admit, admitRates, quarantined } from '#ingest/admit';
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
  excerpt: capture.body ? excerptOf(Buffer.from(capture.body.subarray(0, 500)).toString('utf8')) : '',
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
  const missing =
    refused.length > 0
      ? null
      : all.rows.length + all.rates.length === 0
        ? 'the answer holds not one row that could be read'
        : source.canary(all);
  if (missing !== null) refused.push(quarantined(refusal('canary', missing, first), source.id, first));
  // Pages that were read still count where a later one failed; a failed canary refuses everything.
  const usable = missing === null ? read : [];

  const observations = new Map<string, { observation: Observation; capture: Capture }>();
  const rejected: Quarantined[] = [...refused];
  const rates: ExchangeRate[] = [];
  for (const { capture, parsed } of usable) {
    for (const one of parsed.rejections) rejected.push(quarantined(one, source.id, capture));
    rates.push(...admitRates(parsed.rates, source, capture));
    for (const row of parsed.rows) {
      const { observation, rejection } = admit(row, source, capture);
      if (rejection) rejected.push(quarantined(rejection, source.id, capture));
      if (!observation) continue;
      const before = observations.get(row.native_id);
      if (!before) observations.set(row.native_id, { observation, capture });
      else if (!sameOffer(before.observation, observation)) {
        const detail = `a second row under this id says ${observation.price} where the first says ${before.observation.price}`;
        const twice = { reason: 'duplicate.in_sweep', detail, native_id: row.native_id, excerpt: excerptOf(row) };
        rejected.push(quarantined(twice, source.id, capture));
      }
    }
  }
  const kept = [...observations.values()];
  const failure = refused[0] ? `${refused[0].reason}: ${refused[0].detail}` : null;
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

/** Pages overlap: the same offer met twice in a sweep is no news, unless it differs. */
function sameOffer(a: Observation, b: Observation): boolean {
  return a.price === b.price && a.gpus === b.gpus && a.tenor === b.tenor && a.label === b.label;
}
