import { type CertifiedFixes, certifiedFixes } from '#index-engine/log/certified-fixes';
import { type CopyHeader, type CopyLine, copyHeader, copyLine } from '#index-engine/log/copy';
import type { CheckedGossip } from '#index-engine/log/gossip';
import { type KeyWalk, keyWalk } from '#index-engine/log/key-walk';
import { BadLine, type Line } from '#index-engine/log/lines';
import { chainedFix, type SeriesChains, seriesChains } from '#index-engine/log/series-chains';
import { firstDifference } from '#index-engine/verify';
import { canonicalJson, sha256 } from '#methodology/canonical';
import { logIdOf, readCanonical, type TreeHead, treeHeadSchema } from '#methodology/log-records';
import { type GrowingTree, growingTree, leafHashOf } from '#methodology/merkle';

/** The first place at which a copy of the log does not hold. */
export interface LogProblem {
  /** Line of the file, from 1; null where it is the end that is missing. */
  line: number | null;
  leaf_index: number | null;
  /** Of a fix: what it is of, as far as its text says. */
  series: string | null;
  strike: string | null;
  detail: string;
}

/** What verifying a copy of the log came to. */
export interface LogVerification {
  passed: boolean;
  log: string | null;
  size: number;
  /** Leaves under a signed head; those after them nobody is bound to yet. */
  covered: number;
  /** Leaves by the format of their record, as far as their text is there. */
  formats: Record<string, number>;
  /** Leaves whose text the copy leaves out, as it may for receipts: of them nothing but their place under the heads was checked. */
  withheld: number;
  series: number;
  heads: number;
  newest_head: TreeHead | null;
  /** Every key, oldest first: compare the first with what the operator publishes. */
  keys: string[];
  /** Some fixes are made up. */
  simulated: boolean;
  /** How many leaves this copy has in common with the gossip; null where it was compared with none. */
  agreed_with_gossip: number | null;
  problem: LogProblem | null;
}

interface State {
  header: CopyHeader;
  walk: KeyWalk;
  tree: GrowingTree;
  chains: SeriesChains;
  certified: CertifiedFixes;
  heads: number;
  newest: TreeHead | null;
  formats: Record<string, number>;
  simulated: boolean;
  /** Leaves whose text is not there. */
  withheld: number;
  /** Those of them since the newest head. */
  withheldSinceHead: number[];
  /** The newest leaf since that head that is no receipt, as far as the copy shows. */
  publishedSinceHead: number | null;
  against: { waiting: TreeHead[]; agreed: number; other: { head: TreeHead; root: string } | null } | null;
  /** Signatures that are being checked on other threads, in the order of their lines. */
  pending: { holds: Promise<boolean>; line: Line; leafIndex: number; keyId: string }[];
}

/** So many signatures are looked at together: the threads have work, and little waits. */
const SIGNATURES_AT_ONCE = 256;

const quoted = (text: unknown) => (typeof text === 'string' ? text.slice(0, 80) : null);

/** A value of the copy, which is the one text of itself. */
function parseLine(text: string): unknown {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new Error(`not JSON: ${error instanceof Error ? error.message : error}`);
  }
  const right = canonicalJson(data);
  if (right !== text) throw new Error(`not canonical JSON (RFC 8785) at ${firstDifference(text, right)}`);
  return data;
}

function begin(text: string, gossip: CheckedGossip | null): State {
  const parsed = copyHeader.safeParse(parseLine(text));
  if (!parsed.success) throw new Error('the file does not begin with the header of a copy of the log (csi-log/1)');
  const header = parsed.data;
  const log = logIdOf(header.first_public_key);
  if (log !== header.log) throw new Error(`log says ${header.log}, first_public_key is that of the log ${log}`);
  if (gossip && gossip.log !== log) throw new Error(`the gossip is of another log, ${gossip.log}; this is ${log}`);
  return {
    header,
    walk: keyWalk(header.first_public_key),
    tree: growingTree(),
    chains: seriesChains(),
    certified: certifiedFixes(),
    heads: 0,
    newest: null,
    formats: {},
    simulated: false,
    withheld: 0,
    withheldSinceHead: [],
    publishedSinceHead: null,
    against: gossip && { waiting: [...gossip.heads], agreed: 0, other: null },
    pending: [],
  };
}

/** The key of a signature must be the one in force; whether it holds comes later. */
function expectSigned(
  { walk, tree, pending }: State,
  line: Line,
  text: string,
  signature: string,
  keyId: string,
): void {
  if (keyId !== walk.inForce()) {
    const known = walk.ids().includes(keyId) ? 'was rotated away before' : 'is not known here';
    throw new Error(`signed by the key ${keyId}, which ${known}: the key in force is ${walk.inForce()}`);
  }
  pending.push({ holds: walk.signedLater(text, signature, keyId), line, leafIndex: tree.size, keyId });
}

/** The first signature that does not hold of those that are being checked; null where all do. */
async function badSignature({ pending }: State): Promise<LogProblem | null> {
  for (const { holds, line, leafIndex, keyId } of pending.splice(0)) {
    if (await holds) continue;
    return { ...placeOf(line, leafIndex), detail: `the signature does not hold under key ${keyId}` };
  }
  return null;
}

type LeafLine = Exclude<CopyLine, { head: string }>;

function takeReceipt(state: State, line: Line, record: Record<string, unknown>): void {
  const { signature, ...unsigned } = record;
  if (typeof signature !== 'string' || typeof unsigned.key_id !== 'string')
    throw new Error('a receipt without a signature');
  expectSigned(state, line, canonicalJson(unsigned), signature, unsigned.key_id);
}

function takeLeaf(state: State, line: Line, leaf: LeafLine): void {
  const { walk, tree, formats, publishedSinceHead } = state;
  if (leaf.index !== tree.size) throw new Error(`the leaf ${tree.size} is missing: here is leaf ${leaf.index}`);
  if ('leaf_hash' in leaf) {
    // A publication and its head are one transaction, so that receipts stand before it or behind the head.
    if (publishedSinceHead !== null) {
      throw new Error(
        `the leaf is withheld, and stands between leaf ${publishedSinceHead} and the head over both: no receipt does, and only receipts may be withheld`,
      );
    }
    state.withheld += 1;
    state.withheldSinceHead.push(leaf.index);
    tree.append(Buffer.from(leaf.leaf_hash, 'hex'));
    return;
  }
  const { canonical, hash } = leaf;
  const computed = sha256(canonical);
  if (computed !== hash)
    throw new Error(`hash says ${hash}, the record hashes to ${computed}: one of them was altered`);
  const record = parseLine(canonical) as Record<string, unknown>;
  const format = String(record?.format ?? 'without a format').slice(0, 80);
  formats[format] = (formats[format] ?? 0) + 1;
  if ('signature' in leaf) {
    expectSigned(state, line, canonical, leaf.signature, leaf.key_id);
    state.publishedSinceHead = leaf.index;
  } else takeReceipt(state, line, record);
  if (format === 'csi-fix/1') {
    const fix = chainedFix.safeParse(record);
    if (!fix.success) throw new Error(`no fix: ${fix.error.issues[0]?.path.join('.')} is missing or malformed`);
    state.chains.take(fix.data, hash);
    const level = typeof record.level === 'number' && record.value !== null ? record.level : null;
    state.certified.take(fix.data.series, fix.data.strike, { hash, level });
    state.simulated ||= record.simulated === true;
  }
  if (format === 'csi-settlement-certificate/1') state.certified.expectListed(record);
  if (format === 'csi-key-rotation/1') walk.rotate(canonical);
  tree.append(leafHashOf(canonical));
}

/** What the leaves since the last head come to is not what the operator signed. */
function wrongRoot({ tree, newest, withheldSinceHead: withheld }: State, head: TreeHead): Error {
  const from = newest?.size ?? 0;
  const since = from < tree.size ? `the leaves from ${from} to ${tree.size - 1}` : 'the leaves';
  const why =
    withheld.length > 0
      ? `each record among them holds by itself, so that the hash of a withheld receipt (leaf ${withheld.slice(0, 5).join(', ')}) was altered, or leaves were exchanged`
      : 'each of them holds by itself, so that some were exchanged, or the head is of another log';
  return new Error(`${since} give the root ${tree.root()}, the signed head of ${head.at} says ${head.root}: ${why}`);
}

function takeHead(state: State, line: Line, canonical: string, signature: string): void {
  const { tree, newest, header, against } = state;
  const head = readCanonical(canonical, treeHeadSchema, 'the signed head');
  expectSigned(state, line, canonical, signature, head.key_id);
  if (head.log !== header.log) throw new Error(`the head is of the log ${head.log}, this is ${header.log}`);
  if (head.size !== tree.size)
    throw new Error(`the head is of ${head.size} leaves, and stands behind leaf ${tree.size - 1}`);
  if (newest && Date.parse(head.at) < Date.parse(newest.at)) {
    throw new Error(`the head of ${head.at} stands behind one of ${newest.at}`);
  }
  if (head.root !== tree.root()) throw wrongRoot(state, head);
  if (against?.other) {
    const { head: other, root } = against.other;
    throw new Error(
      `FORK: the operator signed two logs. Of the first ${other.size} leaves the gossip has a head with the root ${other.root}, signed by ${other.key_id} on ${other.at}; ` +
        `here they give ${root}, under a head of ${head.size} leaves that ${head.key_id} signed on ${head.at}. Both have the first ${against.agreed} leaves in common, as far as the gossip tells`,
    );
  }
  state.certified.cover(head.at);
  state.newest = head;
  state.heads += 1;
  state.withheldSinceHead = [];
  state.publishedSinceHead = null;
}

/** Compares the leaves so far with the heads of the gossip that cover just them. */
function compare({ against, tree }: State): void {
  if (!against) return;
  for (let head = against.waiting[0]; head && head.size === tree.size; head = against.waiting[0]) {
    against.waiting.shift();
    const root = tree.root();
    if (head.root === root && !against.other) against.agreed = head.size;
    else if (head.root !== root) against.other ??= { head, root };
  }
}

function end(state: State): void {
  const { tree, header, against, newest, withheld } = state;
  if (tree.size !== header.size)
    throw new Error(`the copy ends after ${tree.size} leaves, its header says ${header.size}`);
  if (newest === null) throw new Error('no signed head: nobody is bound to any of it');
  if (withheld === tree.size)
    throw new Error(`all ${withheld} leaves are withheld: only receipts may be, and a log has more`);
  if (against?.other) {
    const { head } = against.other;
    throw new Error(
      `the first ${head.size} leaves give the root ${against.other.root}, the gossip has the signed root ${head.root} of ${head.at}, and no head here covers them: the copy is not of this log, or its operator has begun to fork it`,
    );
  }
  const missing = against?.waiting.at(-1);
  if (missing) {
    throw new Error(
      `the copy ends after ${tree.size} leaves, and on ${missing.at} the operator had signed ${missing.size}: the copy is older than the gossip, or leaves were taken from its end`,
    );
  }
}

/** What a line is about, as far as it can be told of what may have been altered. */
function placeOf(line: Line, leafIndex: number): Omit<LogProblem, 'detail'> {
  const place = { line: line.number, leaf_index: null, series: null, strike: null };
  try {
    const data = JSON.parse(line.text) as { index?: unknown; canonical?: unknown; head?: unknown };
    if (data.head !== undefined) return place;
    const leaf_index = typeof data.index === 'number' ? data.index : leafIndex;
    const record = JSON.parse(String(data.canonical ?? 'null')) as { series?: unknown; strike?: unknown } | null;
    return { ...place, leaf_index, series: quoted(record?.series), strike: quoted(record?.strike) };
  } catch {
    return { ...place, leaf_index: leafIndex };
  }
}

/** What went wrong at a line, or at the end; an earlier signature that does not hold goes before it. */
async function problemOf(state: State | null, line: Line | null, error: unknown): Promise<LogProblem> {
  const earlier = state && (await badSignature(state));
  if (earlier) return earlier;
  const detail = error instanceof Error ? error.message : String(error);
  const nowhere = { line: null, leaf_index: null, series: null, strike: null, detail };
  if (error instanceof BadLine) return { ...nowhere, line: error.number, leaf_index: state?.tree.size ?? null };
  if (line === null) return nowhere;
  return state === null ? { ...nowhere, line: line.number } : { ...placeOf(line, state.tree.size), detail };
}

/**
 * Checks a whole copy of the log, line by line, in memory that grows with the series, and with hash and level of the fixes that contracts
 * average: every record's hash and signature, that no leaf is missing, the chain of every series, that every certificate lists the fixes of
 * the log before it, every rotation of keys, and the root and signature of every head. It stops at the first place that does not hold, and
 * names it.
 * @param gossip heads that somebody kept, to be compared with
 */
export async function verifyLog(lines: AsyncIterable<Line>, gossip: CheckedGossip | null): Promise<LogVerification> {
  let state: State | null = null;
  let current: Line | null = null;
  let problem: LogProblem | null = null;
  try {
    for await (const line of lines) {
      current = line;
      if (!state) {
        state = begin(line.text, gossip);
        continue;
      }
      const parsed = copyLine.safeParse(parseLine(line.text));
      if (!parsed.success) throw new Error('neither a leaf nor a signed head');
      if ('head' in parsed.data) takeHead(state, line, parsed.data.head, parsed.data.signature);
      else {
        takeLeaf(state, line, parsed.data);
        compare(state);
      }
      if (state.pending.length >= SIGNATURES_AT_ONCE) problem = await badSignature(state);
      if (problem) break;
    }
    current = null;
    if (state && !problem) problem = await badSignature(state);
    if (!state) throw new Error('the file is empty');
    if (!problem) end(state);
  } catch (error) {
    problem = await problemOf(state, current, error);
  }
  return {
    passed: problem === null,
    log: state?.header.log ?? null,
    size: state?.tree.size ?? 0,
    covered: state?.newest?.size ?? 0,
    formats: state?.formats ?? {},
    withheld: state?.withheld ?? 0,
    series: state?.chains.size ?? 0,
    heads: state?.heads ?? 0,
    newest_head: state?.newest ?? null,
    keys: state?.walk.ids() ?? [],
    simulated: state?.simulated ?? false,
    agreed_with_gossip: state?.against?.agreed ?? null,
    problem,
  };
}
