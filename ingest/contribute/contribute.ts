import { randomUUID } from 'node:crypto';
import type { Trusted } from '#ingest/contribute/attest';
import type { Speaker } from '#ingest/contribute/judge';
import type { Judging } from '#ingest/contribute/judging';
import type { Keeper } from '#ingest/contribute/keep';
import { ContributionFailed, type MeteredBody, meter } from '#ingest/contribute/meter';
import { type Format, readers } from '#ingest/contribute/records';
import type { RawRecord } from '#ingest/contribute/seal';
import { canonicalJson, sha256 } from '#methodology/canonical';
import { type GrowingTree, growingTree } from '#methodology/merkle';
import type { LedgerDatabase } from '#store/ledger/client';
import {
  appendSegment,
  finishContribution,
  holdContribution,
  openContribution,
  type StoredSegment,
  segmentOf,
} from '#store/ledger/contributions';
import type { SigningKey } from '#store/ledger/keys';

/** What may come at once, and how fast it must. */
export interface ContributionLimits {
  bodyBytes: number;
  lineBytes: number;
  /** For the whole body, and between two pieces of it. */
  bodyMs: number;
  pauseMs: number;
  /** A segment ends after so many lines, or so many characters: a request sent again is cut at the same places. */
  segmentLines: number;
  segmentCharacters: number;
  /** For so long a request holds its contribution without a sign of life. */
  leaseMs: number;
}

export const contributionLimits: ContributionLimits = {
  bodyBytes: 512 * 2 ** 20,
  lineBytes: 64 * 2 ** 10,
  bodyMs: 240_000,
  pauseMs: 30_000,
  segmentLines: 5000,
  segmentCharacters: 4 * 2 ** 20,
  leaseMs: 5000,
};

/** Proof that lines were taken: signed by the operator over the canonical JSON of everything but the signature. */
export interface Receipt {
  format: 'csi-receipt/1';
  receipt_id: string;
  contributor: string;
  received_at: string;
  lines: number;
  accepted: number;
  duplicate: number;
  quarantined: number;
  body_sha256: string;
  /** Over the accepted lines' canonical observations in order (RFC 6962, section 2.1). */
  merkle_root: string;
  key_id: string;
  signature: string;
}

/** What a contribution is taken with. */
export interface Taking {
  ledger: LedgerDatabase;
  keeper: Keeper;
  key: SigningKey;
  judging: Judging;
  trusted: () => Promise<Omit<Trusted, 'at'>>;
  clock: () => Date;
  limits: ContributionLimits;
}

/** One request. */
export interface ContributionRequest {
  speaker: Speaker;
  idempotencyKey: string;
  format: Format;
  body: ReadableStream<Uint8Array> | null;
}

/** The receipt of a contributor's key: the same key names the same contribution for ever. */
export const receiptIdOf = (contributor: string, idempotencyKey: string) =>
  sha256(`${contributor}\n${idempotencyKey}`).slice(0, 32);

const reused = () =>
  new ContributionFailed('key_reused', 'this idempotency key was used with another body: a new body needs a new key');

interface Part {
  number: number;
  sha256: string;
  records: RawRecord[];
}

/** Cuts records into segments: where an earlier request was cut, as far as it came, and then at places that depend on the records alone. */
async function* cut(
  pieces: AsyncIterable<RawRecord[]>,
  limits: ContributionLimits,
  before: readonly number[],
): AsyncGenerator<Part> {
  let number = 0;
  let records: RawRecord[] = [];
  let characters = 0;
  const close = (): Part => {
    // The digest of every line with its end: one text is hashed many times faster than a line at a time.
    const part = { number, sha256: sha256(`${records.map(({ text }) => text).join('\n')}\n`), records };
    number += 1;
    records = [];
    characters = 0;
    return part;
  };
  for await (const piece of pieces) {
    for (const record of piece) {
      records.push(record);
      characters += record.text.length;
      const lines = before[number];
      const isFull =
        lines === undefined
          ? records.length >= limits.segmentLines || characters >= limits.segmentCharacters
          : records.length === lines;
      if (isFull) yield close();
    }
  }
  if (records.length > 0) yield close();
}

/** What a contribution has come to so far. */
interface Tally {
  lines: number;
  accepted: number;
  duplicate: number;
  quarantined: number;
  tree: GrowingTree;
}

function count(tally: Tally, { verdicts, leaves }: Pick<StoredSegment, 'verdicts' | 'leaves'>): void {
  tally.lines += verdicts.length;
  for (const { verdict } of verdicts) tally[verdict] += 1;
  for (const leaf of leaves) tally.tree.append(leaf);
}

/** Segments of one contribution that are judged or wait to be stored while the next is read. */
const SEGMENTS_AHEAD = 3;

/** Takes the lines of a body, segment by segment: while one is made durable the next ones are judged. They are stored in their order. */
async function takeLines(
  taking: Taking,
  request: ContributionRequest,
  body: MeteredBody,
  opened: { receiptId: string; receivedAt: Date; segments: readonly number[] },
): Promise<Tally> {
  const { ledger, keeper, judging, limits } = taking;
  const { speaker } = request;
  const { receiptId, receivedAt } = opened;
  const trusted = { ...(await taking.trusted()), at: receivedAt };
  const tally: Tally = { lines: 0, accepted: 0, duplicate: 0, quarantined: 0, tree: growingTree() };
  let parts = 0;
  const underWay: Promise<void>[] = [];
  try {
    for await (const part of cut(readers[request.format](body, limits.lineBytes), limits, opened.segments)) {
      parts += 1;
      if (part.number < opened.segments.length) {
        const stored = await segmentOf(ledger, receiptId, part.number);
        if (stored?.sha256 !== part.sha256) throw reused();
        count(tally, stored);
        continue;
      }
      const { number, sha256: digest, records } = part;
      const judged = judging.judge({
        place: { speaker, receiptId, receivedAt, number, sha256: digest },
        records,
        trusted,
      });
      const before = underWay.at(-1);
      const stored = Promise.all([judged, before]).then(async ([segment]) => {
        const { verdicts, leaves } = await keeper.keep(segment);
        await appendSegment(ledger, receiptId, { segment: number, sha256: digest, verdicts, leaves });
        count(tally, { verdicts, leaves });
      });
      // Looked at when its turn comes: until then a failure must not count as unhandled.
      stored.catch(() => {});
      underWay.push(stored);
      if (underWay.length > SEGMENTS_AHEAD) await underWay.shift();
    }
    await Promise.all(underWay);
  } catch (error) {
    // What is under way ends before the contribution is given up to another request.
    await Promise.allSettled(underWay);
    throw error;
  }
  // An earlier request under this key came further than this one goes: it said something else.
  if (parts < opened.segments.length) throw reused();
  return tally;
}

/** Reads a body again whose contribution is whole. @throws ContributionFailed where it is another body */
async function compare(body: MeteredBody, receipt: string): Promise<void> {
  for await (const _ of body);
  if (body.digest() !== (JSON.parse(receipt) as Receipt).body_sha256) throw reused();
}

/**
 * Takes a contribution: every line judged, durable and given its verdict in the ledger, and a signed receipt over the accepted ones.
 * A request sent again with the same key goes on where the first was cut off, and gets the same receipt where it was not.
 * @returns the receipt as canonical JSON
 * @throws ContributionFailed where it is not taken as a whole; SpoolFull where there is no place for it
 */
export async function contribute(taking: Taking, request: ContributionRequest): Promise<string> {
  const { ledger, key, clock, limits } = taking;
  const { contributor } = request.speaker;
  const body = meter(request.body, limits);
  const receiptId = receiptIdOf(contributor, request.idempotencyKey);
  const holder = randomUUID();
  const until = () => new Date(clock().getTime() + limits.leaseMs);
  const opened = await openContribution(ledger, { receiptId, contributor, holder, now: clock(), until: until() });
  if (opened.state === 'busy') {
    throw new ContributionFailed('busy', 'another request with this idempotency key is under way');
  }
  if (opened.state === 'finished') {
    await compare(body, opened.receipt);
    return opened.receipt;
  }
  const { receivedAt } = opened.contribution;
  const renewal = setInterval(
    () => void holdContribution(ledger, receiptId, holder, until()).catch(() => {}),
    limits.leaseMs / 3,
  );
  try {
    const { tree, ...counts } = await takeLines(taking, request, body, {
      receiptId,
      receivedAt,
      segments: opened.segments,
    });
    const unsigned: Omit<Receipt, 'signature'> = {
      format: 'csi-receipt/1',
      receipt_id: receiptId,
      contributor,
      received_at: receivedAt.toISOString(),
      ...counts,
      body_sha256: body.digest(),
      merkle_root: tree.root(),
      key_id: key.keyId,
    };
    const receipt = canonicalJson({ ...unsigned, signature: key.sign(canonicalJson(unsigned)) });
    await finishContribution(ledger, receiptId, holder, { receipt, keyId: key.keyId, at: clock() });
    return receipt;
  } finally {
    clearInterval(renewal);
    // Given up at once where it failed: whoever sends it again need not wait.
    await holdContribution(ledger, receiptId, holder, clock()).catch(() => {});
  }
}
