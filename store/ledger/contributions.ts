import { and, asc, desc, eq, isNull, sql } from 'drizzle-orm';
import type { LedgerDatabase } from '#store/ledger/client';
import { expectInForce } from '#store/ledger/keys';
import { appendLeaves } from '#store/ledger/leaves';
import { contributionSegments, contributions } from '#store/ledger/schema';

/** A contribution as the ledger holds it; `receipt` is null while it is not whole. */
export type LedgerContribution = typeof contributions.$inferSelect;

/** What became of one line. */
export type Verdict =
  | { verdict: 'accepted' | 'duplicate'; observation_id: string }
  | { verdict: 'quarantined'; reason: string; detail: string };

/** One segment of a contribution whose facts are durable. */
export interface StoredSegment {
  segment: number;
  sha256: string;
  verdicts: Verdict[];
  /** Leaf hashes of the accepted lines, in order. */
  leaves: Buffer[];
}

/** How a request found the contribution it names: its own to work on, with the lines of each segment kept before; held by another; or whole. */
export type Opened =
  | { state: 'held'; contribution: LedgerContribution; segments: number[] }
  | { state: 'busy' }
  | { state: 'finished'; receipt: string };

const LEAF_BYTES = 32;
const letters = { accepted: 'a', duplicate: 'd' } as const;

/** A hundred thousand verdicts are kept: a letter and an id each, or `q` and JSON. */
function writeVerdict(verdict: Verdict): string {
  return verdict.verdict === 'quarantined'
    ? `q${JSON.stringify([verdict.reason, verdict.detail])}`
    : `${letters[verdict.verdict]}${verdict.observation_id}`;
}

function readVerdict(line: string): Verdict {
  const rest = line.slice(1);
  if (line.startsWith('q')) {
    const [reason, detail] = JSON.parse(rest) as [string, string];
    return { verdict: 'quarantined', reason, detail };
  }
  return { verdict: line.startsWith('a') ? 'accepted' : 'duplicate', observation_id: rest };
}

/** Opens a contribution for one request, or says why not. A holder that died loses it when its lease runs out. */
export async function openContribution(
  database: LedgerDatabase,
  request: { receiptId: string; contributor: string; holder: string; now: Date; until: Date },
): Promise<Opened> {
  const { receiptId, contributor, holder, now, until } = request;
  const fresh = { receiptId, contributor, receivedAt: now, holder, heldUntil: until, receipt: null };
  // One statement: of two requests at once exactly one gets the row.
  const [held] = await database
    .insert(contributions)
    .values(fresh)
    .onConflictDoUpdate({
      target: contributions.receiptId,
      set: { holder, heldUntil: until },
      setWhere: sql`${contributions.receipt} is null and ${contributions.heldUntil} <= ${now.toISOString()}`,
    })
    .returning();
  if (held) {
    const kept = await database
      .select({ lines: contributionSegments.lines })
      .from(contributionSegments)
      .where(eq(contributionSegments.receiptId, receiptId))
      .orderBy(asc(contributionSegments.segment));
    return { state: 'held', contribution: held, segments: kept.map(({ lines }) => lines) };
  }
  const known = await contributionById(database, receiptId);
  return known?.receipt ? { state: 'finished', receipt: known.receipt } : { state: 'busy' };
}

/** Keeps a contribution for its holder until an instant; an instant that has passed gives it up. */
export async function holdContribution(
  database: LedgerDatabase,
  receiptId: string,
  holder: string,
  until: Date,
): Promise<void> {
  await database
    .update(contributions)
    .set({ heldUntil: until })
    .where(and(eq(contributions.receiptId, receiptId), eq(contributions.holder, holder)));
}

/** Writes down what became of a segment. The same segment written again changes nothing. */
export async function appendSegment(
  database: LedgerDatabase,
  receiptId: string,
  { segment, sha256, verdicts, leaves }: StoredSegment,
): Promise<void> {
  await database
    .insert(contributionSegments)
    .values({
      receiptId,
      segment,
      sha256,
      lines: verdicts.length,
      verdicts: verdicts.map(writeVerdict).join('\n'),
      leaves: Buffer.concat(leaves).toString('base64'),
    })
    .onConflictDoNothing();
}

/** One segment of a contribution, or null where it has none by this number. */
export async function segmentOf(
  database: LedgerDatabase,
  receiptId: string,
  segment: number,
): Promise<StoredSegment | null> {
  const [row] = await database
    .select()
    .from(contributionSegments)
    .where(and(eq(contributionSegments.receiptId, receiptId), eq(contributionSegments.segment, segment)));
  if (!row) return null;
  const hashes = Buffer.from(row.leaves, 'base64');
  return {
    segment: row.segment,
    sha256: row.sha256,
    verdicts: row.lines === 0 ? [] : row.verdicts.split('\n').map(readVerdict),
    leaves: Array.from({ length: hashes.length / LEAF_BYTES }, (_, index) =>
      hashes.subarray(index * LEAF_BYTES, (index + 1) * LEAF_BYTES),
    ),
  };
}

/** The segments of a contribution in order, one at a time. */
export async function* segmentsOf(database: LedgerDatabase, receiptId: string): AsyncGenerator<StoredSegment> {
  for (let number = 0; ; number += 1) {
    const segment = await segmentOf(database, receiptId, number);
    if (!segment) return;
    yield segment;
  }
}

/**
 * Closes a contribution with its receipt, which becomes a leaf of the log: both, or neither.
 * @param signed the receipt as canonical JSON, the key that signed it, and when
 * @throws Error where another request has taken the contribution over, or the key has been rotated away
 */
export async function finishContribution(
  database: LedgerDatabase,
  receiptId: string,
  holder: string,
  { receipt, keyId, at }: { receipt: string; keyId: string; at: Date },
): Promise<void> {
  await database.transaction(async (transaction) => {
    const finished = await transaction
      .update(contributions)
      .set({ receipt })
      .where(
        and(eq(contributions.receiptId, receiptId), eq(contributions.holder, holder), isNull(contributions.receipt)),
      )
      .returning({ receiptId: contributions.receiptId });
    if (finished.length === 0) throw new Error(`contribution ${receiptId} was taken over by another request`);
    await appendLeaves(transaction, [{ kind: 'receipt', subject: receiptId, canonical: receipt }], at);
    await expectInForce(transaction, keyId);
  });
}

/** One contribution by its receipt, or null. */
export async function contributionById(
  database: LedgerDatabase,
  receiptId: string,
): Promise<LedgerContribution | null> {
  const [row] = await database.select().from(contributions).where(eq(contributions.receiptId, receiptId)).limit(1);
  return row ?? null;
}

/** The newest contributions of a contributor. */
export async function contributionsOf(
  database: LedgerDatabase,
  contributor: string,
  limit: number,
): Promise<LedgerContribution[]> {
  return database
    .select()
    .from(contributions)
    .where(eq(contributions.contributor, contributor))
    .orderBy(desc(contributions.receivedAt), asc(contributions.receiptId))
    .limit(limit);
}
