import { quarantined } from '#ingest/admit';
import { makeCapture } from '#ingest/capture';
import { contributionSource, judgeLine, type Speaker } from '#ingest/contribute/judge';
import type { SealedRecord } from '#ingest/contribute/seal';
import { canonicalJson } from '#methodology/canonical';
import { leafHashOf } from '#methodology/merkle';
import { type Cancellation, cancellationsById, insertCancellations } from '#store/clickhouse/cancellations';
import { finishCaptures, insertCaptures } from '#store/clickhouse/captures';
import type { ClickHouse } from '#store/clickhouse/client';
import { insertQuarantined, observationOfRow } from '#store/clickhouse/observations';
import { type ContributedFact, type KnownContribution, knownContributions } from '#store/clickhouse/trades';
import type { Verdict } from '#store/ledger/contributions';
import { type Attributes, type Capture, type Observation, observationId, type Quarantined } from '#store/observation';

/** A line of a segment, judged. What is long lies in the segment's bytes: a line is handed from one thread to another. */
export type SegmentLine =
  | ({ kind: 'observation'; tradeId: string; rejected: Quarantined | null } & ContributedFact)
  | { kind: 'cancellation'; cancellation: Cancellation }
  | { kind: 'refused'; rejected: Quarantined };

/** A segment of a contribution: its lines sealed in a capture, and each judged. */
export interface Segment {
  speaker: Speaker;
  number: number;
  /** SHA-256 of the lines as they came. */
  sha256: string;
  capture: Capture;
  lines: SegmentLine[];
  /** The observations as rows of JSONEachRow, each with its end of line. */
  rows: Uint8Array;
  /** Where each line's row ends in `rows`; where that of the line before ended, for a line that is no observation. */
  rowEnds: Uint32Array;
  /** Leaf hashes, one of 32 bytes a line; zeros where the line is no fact. */
  leaves: Uint8Array;
}

/** What a segment adds to the store. */
export interface SegmentFacts {
  capture: Capture;
  /** Observations, and their rows of JSONEachRow, each with its end of line. */
  observations: number;
  rows: Uint8Array;
  cancellations: Cancellation[];
  quarantined: Quarantined[];
}

/** A segment with everything known about its lines. */
export interface Settled {
  facts: SegmentFacts;
  verdicts: Verdict[];
  /** Leaf hashes of the accepted lines, in order. */
  leaves: Buffer[];
}

/** Which segment of which contribution. */
export interface SegmentPlace {
  speaker: Speaker;
  receiptId: string;
  receivedAt: Date;
  number: number;
  /** SHA-256 of the lines as they came. */
  sha256: string;
}

const LEAF_BYTES = 32;

/** Lays sealed records into a capture and judges each. Pure: the capture's identity follows from the receipt and the lines alone. */
export function makeSegment(place: SegmentPlace, records: readonly SealedRecord[]): Segment {
  const { speaker, number, sha256 } = place;
  const source = contributionSource(speaker);
  const capture = makeCapture({
    source: source.id,
    sweep_id: place.receiptId,
    sequence: number,
    last: false,
    url: `contribution/${place.receiptId}/${number}`,
    request: canonicalJson({ method: 'POST' }),
    status: 200,
    content_type: 'application/x-ndjson',
    fetched_at: place.receivedAt.toISOString(),
    body: Buffer.from(records.map((record) => record.text).join('\n'), 'utf8'),
  });
  const leaves = new Uint8Array(records.length * LEAF_BYTES);
  const texts: string[] = [];
  const rowEnds = new Uint32Array(records.length);
  const lines = records.map(({ line }, index): SegmentLine => {
    const one = judgeLine(line, speaker, source, capture);
    rowEnds[index] = (rowEnds[index - 1] ?? 0) + (one.kind === 'observation' ? Buffer.byteLength(one.row) + 1 : 0);
    if (one.kind === 'refused') return one;
    leaves.set(leafHashOf(one.leaf), index * LEAF_BYTES);
    if (one.kind === 'cancellation') return { kind: one.kind, cancellation: one.cancellation };
    const { observation, row, rejected } = one;
    texts.push(row, '\n');
    const { observation_id, native_id, event_at, attributes, trade } = observation;
    const isPrint = attributes.form === 'trade';
    return { kind: one.kind, observation_id, native_id, event_at, isPrint, tradeId: trade?.id ?? '', rejected };
  });
  return { speaker, number, sha256, capture, lines, rows: new TextEncoder().encode(texts.join('')), rowEnds, leaves };
}

/** The id an observation would have had its attestation been graded as that of another: a grade is ours, and may have been another then. */
function regradedId(observation: Observation, graded: Attributes): string {
  const { attestation: _, attestation_reason: __, ...attributes } = observation.attributes;
  for (const name of ['attestation', 'attestation_reason']) {
    const value = graded[name];
    if (value !== undefined) attributes[name] = value;
  }
  return observationId({ ...observation, attributes });
}

/** What the store holds already of the lines of a segment. */
export interface Known {
  /** The capture in which a fact was first learned, by the fact's id. */
  captures: Map<string, string>;
  /** Prints by the name of their line. */
  prints: Map<string, KnownContribution>;
}

export const nothingKnown = (): Known => ({ captures: new Map(), prints: new Map() });

/** Asks the store what it holds already of the lines of a segment. */
export async function readKnown(store: ClickHouse, segment: Segment): Promise<Known> {
  const known = nothingKnown();
  const told: ContributedFact[] = [];
  const cancellations: string[] = [];
  for (const one of segment.lines) {
    if (one.kind === 'observation') told.push(one);
    else if (one.kind === 'cancellation') cancellations.push(one.cancellation.cancellation_id);
  }
  for (const row of await knownContributions(store, segment.capture.source, told)) {
    known.captures.set(row.observation_id, row.capture_id);
    if (row.attributes.form === 'trade') known.prints.set(row.native_id, row);
  }
  if (cancellations.length > 0) {
    for (const [id, row] of await cancellationsById(store, segment.capture.source, cancellations)) {
      known.captures.set(id, row.capture_id);
    }
  }
  return known;
}

/**
 * Gives each line its verdict. A fact that the store learned from this very segment, in a request that was cut off, is accepted and
 * not stored again. A second print of a trade under one name, with other facts, is refused: that is what corrections are for.
 */
export function settle(segment: Segment, known: Known): Settled {
  const { capture } = segment;
  const facts: SegmentFacts = { capture, observations: 0, rows: segment.rows, cancellations: [], quarantined: [] };
  const settled: Settled = { facts, verdicts: [], leaves: [] };
  const leaves = Buffer.from(segment.leaves.buffer, segment.leaves.byteOffset, segment.leaves.byteLength);
  const rowOf = (line: number) => segment.rows.subarray(segment.rowEnds[line - 1] ?? 0, segment.rowEnds[line]);
  const kept: number[] = [];
  const seen = new Set<string>();
  const prints = new Map<string, string>();

  const accept = (id: string, line: number): boolean => {
    const elsewhere = known.captures.get(id);
    const isDuplicate = seen.has(id) || (elsewhere !== undefined && elsewhere !== capture.capture_id);
    settled.verdicts.push({ verdict: isDuplicate ? 'duplicate' : 'accepted', observation_id: id });
    if (isDuplicate) return false;
    seen.add(id);
    settled.leaves.push(leaves.subarray(line * LEAF_BYTES, (line + 1) * LEAF_BYTES));
    return elsewhere === undefined;
  };
  const refuse = (rejected: Quarantined) => {
    facts.quarantined.push(rejected);
    settled.verdicts.push({ verdict: 'quarantined', reason: rejected.reason, detail: rejected.detail });
  };
  /** The id under which the store holds this very print with another grade; null where it holds another print under its name. */
  const heldAs = ({ native_id, observation_id }: ContributedFact, line: number): string | null => {
    const before = known.prints.get(native_id);
    const inSegment = prints.get(native_id);
    if (inSegment !== undefined) return inSegment === observation_id ? inSegment : null;
    if (before === undefined || before.observation_id === observation_id) return observation_id;
    const observation = observationOfRow(Buffer.from(rowOf(line)).toString('utf8'));
    return regradedId(observation, before.attributes) === before.observation_id ? before.observation_id : null;
  };

  for (const [line, one] of segment.lines.entries()) {
    if (one.kind === 'refused') refuse(one.rejected);
    else if (one.kind === 'cancellation') {
      if (accept(one.cancellation.cancellation_id, line)) facts.cancellations.push(one.cancellation);
    } else {
      const id = one.isPrint ? heldAs(one, line) : one.observation_id;
      if (id === null) {
        const detail = 'this trade was reported before with other facts: send a correction';
        const conflict = { reason: 'trade.conflict', detail, native_id: one.tradeId, excerpt: '' };
        refuse(quarantined(conflict, capture.source, capture));
        continue;
      }
      if (one.isPrint) prints.set(one.native_id, one.observation_id);
      if (one.rejected) {
        // Nobody knows the chip: kept without a class, so that a later alias may find it, and quarantined so that it is seen.
        if (!seen.has(id) && !known.captures.has(id)) kept.push(line);
        seen.add(id);
        refuse(one.rejected);
      } else if (accept(id, line)) kept.push(line);
    }
  }
  facts.observations = kept.length;
  // Most segments are new as a whole: their bytes go as they are.
  const isWhole = kept.length === segment.lines.filter((one) => one.kind === 'observation').length;
  if (!isWhole) facts.rows = Buffer.concat(kept.map(rowOf));
  return settled;
}

/**
 * Stores what a segment adds; the mark that its capture is finished comes last.
 * @param insertObservations stores its observations: as rows, or looked up first where they may be there by now
 */
export async function storeFacts(
  store: ClickHouse,
  facts: SegmentFacts,
  insertObservations: () => Promise<unknown>,
): Promise<void> {
  const { capture, observations, cancellations, quarantined: refused } = facts;
  await insertCaptures(store, [capture]);
  await insertObservations();
  await insertCancellations(store, cancellations);
  await insertQuarantined(store, refused);
  const { capture_id, source, fetched_at } = capture;
  await finishCaptures(store, [{ capture_id, source, fetched_at, observations, quarantined: refused.length }]);
}

const textOf = (bytes: Uint8Array | null) => Buffer.from(bytes ?? []).toString('utf8');

/** The facts of a segment as bytes for the spool, and back. */
export const writeFacts = (facts: SegmentFacts): Buffer => {
  const { capture, rows } = facts;
  const written = { ...facts, capture: { ...capture, body: textOf(capture.body) }, rows: textOf(rows) };
  return Buffer.from(JSON.stringify(written), 'utf8');
};

export function readFacts(bytes: Buffer): SegmentFacts {
  type Written = Omit<SegmentFacts, 'capture' | 'rows'> & {
    capture: Omit<Capture, 'body'> & { body: string };
    rows: string;
  };
  const { capture, rows, ...facts } = JSON.parse(bytes.toString('utf8')) as Written;
  const body = Buffer.from(capture.body, 'utf8');
  return { ...facts, capture: { ...capture, body }, rows: Buffer.from(rows, 'utf8') };
}

/** The observations among the facts of a segment. */
export const observationsOf = ({ rows }: SegmentFacts): Observation[] =>
  textOf(rows)
    .split('\n')
    .filter((row) => row !== '')
    .map(observationOfRow);
