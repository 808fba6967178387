import { setImmediate as turn } from 'node:timers/promises';
import { quarantined } from '#ingest/admit';
import { makeCapture } from '#ingest/capture';
import { contributionSource, type Judged, judgeLine, type Speaker } from '#ingest/contribute/judge';
import { LINES_A_TURN, type SealedRecord } from '#ingest/contribute/seal';
import { canonicalJson } from '#methodology/canonical';
import { leafHashOf } from '#methodology/merkle';
import { type Cancellation, cancellationsById, insertCancellations } from '#store/clickhouse/cancellations';
import { finishCaptures, insertCaptures } from '#store/clickhouse/captures';
import type { ClickHouse } from '#store/clickhouse/client';
import { insertQuarantined } from '#store/clickhouse/observations';
import { type KnownContribution, knownContributions } from '#store/clickhouse/trades';
import type { Verdict } from '#store/ledger/contributions';
import { type Attributes, type Capture, type Observation, observationId, type Quarantined } from '#store/observation';

/** A segment of a contribution: its lines sealed in a capture, and each judged. */
export interface Segment {
  speaker: Speaker;
  number: number;
  /** SHA-256 of the lines as they came. */
  sha256: string;
  capture: Capture;
  judged: Judged[];
  /** The leaf hash of each line that is a fact. */
  leaves: (Buffer | null)[];
}

/** What a segment adds to the store. */
export interface SegmentFacts {
  capture: Capture;
  observations: Observation[];
  cancellations: Cancellation[];
  quarantined: Quarantined[];
}

/** A segment with everything known about its lines. */
export interface Settled {
  facts: SegmentFacts;
  /** The observations as rows for the store. */
  rows: string[];
  verdicts: Verdict[];
  /** Leaf hashes of the accepted lines, in order. */
  leaves: Buffer[];
}

/** Lays sealed records into a capture and judges each. The capture's identity follows from the receipt and the lines alone. */
export async function makeSegment(
  speaker: Speaker,
  receipt: { receiptId: string; receivedAt: Date },
  part: { number: number; sha256: string; records: readonly SealedRecord[] },
): Promise<Segment> {
  const source = contributionSource(speaker);
  const capture = makeCapture({
    source: source.id,
    sweep_id: receipt.receiptId,
    sequence: part.number,
    last: false,
    url: `contribution/${receipt.receiptId}/${part.number}`,
    request: canonicalJson({ method: 'POST' }),
    status: 200,
    content_type: 'application/x-ndjson',
    fetched_at: receipt.receivedAt.toISOString(),
    body: Buffer.from(part.records.map((record) => record.text).join('\n'), 'utf8'),
  });
  const judged: Judged[] = [];
  const leaves: (Buffer | null)[] = [];
  for (const { line } of part.records) {
    if (judged.length % LINES_A_TURN === 0) await turn();
    const one = judgeLine(line, speaker, source, capture);
    judged.push(one);
    if (one.kind === 'refused') leaves.push(null);
    else leaves.push(leafHashOf(one.kind === 'observation' ? one.texts.canonical : leafText(one.cancellation)));
  }
  return { speaker, number: part.number, sha256: part.sha256, capture, judged, leaves };
}

/** The text whose hash is the leaf of an accepted line. */
export const leafText = (fact: Observation | Cancellation) => canonicalJson(fact);

const isPrint = (observation: Observation) => observation.attributes.form === 'trade';

/** The observation as it would be had its attestation been graded as that of another: a grade is ours, and may have been another then. */
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
  const observations: Observation[] = [];
  const cancellations: string[] = [];
  for (const one of segment.judged) {
    if (one.kind === 'observation') observations.push(one.observation);
    else if (one.kind === 'cancellation') cancellations.push(one.cancellation.cancellation_id);
  }
  for (const row of await knownContributions(store, segment.capture.source, observations)) {
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
  const facts: SegmentFacts = { capture, observations: [], cancellations: [], quarantined: [] };
  const settled: Settled = { facts, rows: [], verdicts: [], leaves: [] };
  const seen = new Set<string>();
  const prints = new Map<string, string>();

  const accept = (id: string, line: number): boolean => {
    const elsewhere = known.captures.get(id);
    const isDuplicate = seen.has(id) || (elsewhere !== undefined && elsewhere !== capture.capture_id);
    settled.verdicts.push({ verdict: isDuplicate ? 'duplicate' : 'accepted', observation_id: id });
    if (isDuplicate) return false;
    seen.add(id);
    settled.leaves.push(segment.leaves[line] as Buffer);
    return elsewhere === undefined;
  };
  const add = (observation: Observation, row: string) => {
    facts.observations.push(observation);
    settled.rows.push(row);
  };
  const refuse = (rejected: Quarantined) => {
    facts.quarantined.push(rejected);
    settled.verdicts.push({ verdict: 'quarantined', reason: rejected.reason, detail: rejected.detail });
  };
  /** The id under which the store holds this very print with another grade; null where it holds another print under its name. */
  const heldAs = (observation: Observation): string | null => {
    const before = known.prints.get(observation.native_id);
    const inSegment = prints.get(observation.native_id);
    if (inSegment !== undefined) return inSegment === observation.observation_id ? inSegment : null;
    if (before === undefined || before.observation_id === observation.observation_id) return observation.observation_id;
    return regradedId(observation, before.attributes) === before.observation_id ? before.observation_id : null;
  };

  for (const [line, one] of segment.judged.entries()) {
    if (one.kind === 'refused') refuse(one.rejected);
    else if (one.kind === 'cancellation') {
      if (accept(one.cancellation.cancellation_id, line)) facts.cancellations.push(one.cancellation);
    } else {
      const { observation, texts, rejected } = one;
      const id = isPrint(observation) ? heldAs(observation) : observation.observation_id;
      if (id === null) {
        const detail = 'this trade was reported before with other facts: send a correction';
        const native_id = observation.trade?.id ?? '';
        refuse(quarantined({ reason: 'trade.conflict', detail, native_id, excerpt: '' }, capture.source, capture));
        continue;
      }
      if (isPrint(observation)) prints.set(observation.native_id, observation.observation_id);
      if (rejected) {
        // Nobody knows the chip: kept without a class, so that a later alias may find it, and quarantined so that it is seen.
        if (!seen.has(id) && !known.captures.has(id)) add(observation, texts.row);
        seen.add(id);
        refuse(rejected);
      } else if (accept(id, line)) add(observation, texts.row);
    }
  }
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
  await finishCaptures(store, [
    { capture_id, source, fetched_at, observations: observations.length, quarantined: refused.length },
  ]);
}

/** The facts of a segment as bytes for the spool, and back. */
export const writeFacts = (facts: SegmentFacts): Buffer => {
  const body = Buffer.from(facts.capture.body ?? '').toString('utf8');
  return Buffer.from(JSON.stringify({ ...facts, capture: { ...facts.capture, body } }), 'utf8');
};

export function readFacts(bytes: Buffer): SegmentFacts {
  const { capture, ...facts } = JSON.parse(bytes.toString('utf8')) as Omit<SegmentFacts, 'capture'> & {
    capture: Omit<Capture, 'body'> & { body: string };
  };
  return { ...facts, capture: { ...capture, body: Buffer.from(capture.body, 'utf8') } };
}
