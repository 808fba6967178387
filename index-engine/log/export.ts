import type { CopyHeader, CopyLine, Gossip } from '#index-engine/log/copy';
import { canonicalJson } from '#methodology/canonical';
import { KEY_ROTATION, logIdOf } from '#methodology/log-records';
import type { LedgerDatabase } from '#store/ledger/client';
import { type LedgerHead, logIdIn } from '#store/ledger/heads';
import { allKeys } from '#store/ledger/keys';
import { signedRecordsOf } from '#store/ledger/log';
import { headsFrom, type LoggedRecord, logSize, newestHeads, recordsBetween } from '#store/ledger/log-reads';

/** Records read at once: a fix has some ten thousand bytes. */
const LEAVES_A_READ = 500;
const HEADS_A_READ = 1_000;
/** Newest heads in a gossip file. */
const GOSSIP_HEADS = 10;

/** Which log a ledger holds, and the key that it began with. @throws Error where nothing has been signed yet, or the key is gone */
export async function firstKeyOf(database: LedgerDatabase): Promise<{ log: string; first_public_key: string }> {
  const log = await logIdIn(database);
  if (log === null) throw new Error('the log is empty: nothing has been published yet');
  const first = (await allKeys(database)).find(({ publicKey }) => logIdOf(publicKey) === log);
  if (!first) throw new Error(`the first key of the log ${log} is not in this ledger`);
  return { log, first_public_key: first.publicKey };
}

/** Heads one after another, a page at a time. */
async function* allHeads(database: LedgerDatabase): AsyncGenerator<LedgerHead> {
  let after: LedgerHead | null = null;
  for (;;) {
    const page: LedgerHead[] = await headsFrom(database, after, HEADS_A_READ);
    yield* page;
    after = page.at(-1) ?? null;
    if (page.length < HEADS_A_READ) return;
  }
}

function lineOf(
  { index, kind, canonical, hash, leafHash, keyId, signature }: LoggedRecord,
  receipts: boolean,
): CopyLine {
  if (kind === 'receipt') return receipts ? { index, canonical, hash } : { index, leaf_hash: leafHash };
  if (keyId === null || signature === null) throw new Error(`leaf ${index} of the log has no signature`);
  return { index, canonical, hash, key_id: keyId, signature };
}

/**
 * The whole log as the lines of a file, with its signed heads, in constant memory.
 * @param receipts with the texts of receipts, which say who contributed how much: for the operator and its auditor, not for the public
 * @throws Error where the log is empty, or the ledger holds a leaf without its record
 */
export async function* exportLog(database: LedgerDatabase, receipts: boolean): AsyncGenerator<string> {
  const size = await logSize(database);
  const header: CopyHeader = { format: 'csi-log/1', ...(await firstKeyOf(database)), size };
  yield `${canonicalJson(header)}\n`;
  const heads = allHeads(database);
  let head = await heads.next();
  for (let from = 0; from < size; from += LEAVES_A_READ) {
    for (const record of await recordsBetween(database, from, Math.min(size, from + LEAVES_A_READ))) {
      yield `${canonicalJson(lineOf(record, receipts))}\n`;
      for (; !head.done && head.value.size === record.index + 1; head = await heads.next()) {
        yield `${canonicalJson({ head: head.value.canonical, signature: head.value.signature })}\n`;
      }
    }
  }
}

/** What others may keep and publish elsewhere, so that the log cannot be told otherwise later. @throws Error where the log is empty */
export async function gossipOf(database: LedgerDatabase): Promise<Gossip> {
  const signed = ({ canonical, signature }: { canonical: string; signature: string }) => ({ canonical, signature });
  const heads = await newestHeads(database, GOSSIP_HEADS);
  return {
    format: 'csi-log-gossip/1',
    ...(await firstKeyOf(database)),
    rotations: (await signedRecordsOf(database, KEY_ROTATION)).map(signed),
    heads: heads.reverse().map(signed),
  };
}
