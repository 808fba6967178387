import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalJson, sha256 } from '#methodology/canonical';
import { logIdOf, treeHeadSchema } from '#methodology/log-records';
import {
  consistencyPath,
  growingTree,
  inclusionPath,
  leafHashOf,
  verifyConsistency,
  verifyInclusion,
} from '#methodology/merkle';
import { type Ledger, openLedger } from '#store/ledger/client';
import { contributionById, finishContribution, openContribution } from '#store/ledger/contributions';
import { appendFixes } from '#store/ledger/fixes';
import { ensureDailyHead, headCovering, logIdIn, newestHead, signHead, treeHeadOf } from '#store/ledger/heads';
import { openSigningKey, recordKey, type SigningKey, signatureHolds } from '#store/ledger/keys';
import { appendSignedRecord } from '#store/ledger/log';
import { headsFrom, leafByHash, leavesBetween, logSize, recordsBetween } from '#store/ledger/log-reads';
import { logTree } from '#store/ledger/log-tree';
import { chain } from '#store/ledger/testing/fixes';

const folder = mkdtempSync(join(tmpdir(), 'csi-log-'));
let ledger: Ledger;
let key: SigningKey;
const at = (text: string) => new Date(`2026-07-${text}:00.000Z`);

beforeAll(async () => {
  ledger = await openLedger({ path: join(folder, 'ledger') });
  key = openSigningKey(folder);
});
afterAll(async () => {
  await ledger.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A receipt of a contribution that this request works on. */
async function contribution(id: string, now: Date) {
  const { database } = ledger;
  const request = { receiptId: id, contributor: 'c', holder: 'me', now, until: new Date(now.getTime() + 60_000) };
  await openContribution(database, request);
  return canonicalJson({ format: 'csi-receipt/1', receipt_id: id, key_id: key.keyId, signature: 'of the receipt' });
}

describe('the log of an embedded ledger', () => {
  it('signs nothing while it is empty, and has no name before its first key', async () => {
    expect(await logIdIn(ledger.database)).toBeNull();
    await recordKey(ledger.database, key, at('01T00:00'));
    expect(await ensureDailyHead(ledger.database, key, at('01T00:00'))).toBeNull();
    expect(await newestHead(ledger.database)).toBeNull();
    expect(await logIdIn(ledger.database)).toBe(logIdOf(key.publicKey));
  });

  it('commits fixes, leaves and the signed head together', async () => {
    const rows = chain('CSI-A', [1, 2, 3], { keyId: key.keyId });
    await appendFixes(ledger.database, rows, async (transaction, head, when) => {
      await signHead(transaction, key, head, when);
    });
    const head = await newestHead(ledger.database);
    expect(head).toMatchObject({ size: 3, keyId: key.keyId });
    const tree = growingTree();
    for (const { canonical } of rows) tree.append(leafHashOf(canonical));
    expect(head?.root).toBe(tree.root());
    expect(signatureHolds(head?.canonical ?? '', head?.signature ?? '', key.publicKey)).toBe(true);
    expect(treeHeadSchema.parse(JSON.parse(head?.canonical ?? ''))).toEqual({
      format: 'csi-tree-head/1',
      log: logIdOf(key.publicKey),
      size: 3,
      root: tree.root(),
      at: head?.at.toISOString(),
      key_id: key.keyId,
    });
  });

  it('has neither fixes nor leaves nor a head where anything fails before the commit', async () => {
    const rows = chain('CSI-B', [1], { keyId: key.keyId });
    const failing = appendFixes(ledger.database, rows, async (transaction, head, when) => {
      await signHead(transaction, key, head, when);
      throw new Error('the disk is full');
    });
    await expect(failing).rejects.toThrow('the disk is full');
    expect(await logSize(ledger.database)).toBe(3);
    expect((await newestHead(ledger.database))?.size).toBe(3);
    expect(await leafByHash(ledger.database, rows[0]?.hash ?? '')).toBeNull();
  });

  it('takes a signed record with a head of its own, once', async () => {
    const entry = {
      kind: 'service',
      subject: 's',
      canonical: canonicalJson({ format: 'csi-service/1', service: 's' }),
    };
    const record = await appendSignedRecord(ledger.database, key, entry, at('31T16:00'));
    await appendSignedRecord(ledger.database, key, entry, at('31T17:00'));
    expect(await logSize(ledger.database)).toBe(4);
    expect(await newestHead(ledger.database)).toMatchObject({ size: 4, at: at('31T16:00') });
    expect(await leafByHash(ledger.database, record.hash)).toMatchObject({ index: 3, kind: 'service', subject: 's' });
  });

  it('takes a receipt as a leaf, together with the contribution or not at all', async () => {
    const { database } = ledger;
    const receipt = await contribution('r1', at('31T17:00'));
    const signed = { receipt, keyId: key.keyId, at: at('31T17:00') };
    await expect(finishContribution(database, 'r1', 'another', signed)).rejects.toThrow('taken over');
    await expect(finishContribution(database, 'r1', 'me', { ...signed, keyId: 'unknown' })).rejects.toThrow(
      'does not know the key unknown',
    );
    expect((await contributionById(database, 'r1'))?.receipt).toBeNull();
    expect(await logSize(database)).toBe(4);
    await finishContribution(database, 'r1', 'me', signed);
    expect(await leafByHash(database, sha256(receipt))).toMatchObject({ index: 4, kind: 'receipt', subject: 'r1' });
    // The next head covers it.
    expect(await headCovering(database, 4)).toBeNull();
  });

  it('has a head of every day that covers every leaf, and no more than that', async () => {
    const { database } = ledger;
    const first = await ensureDailyHead(database, key, at('31T17:05'));
    expect(first).toMatchObject({ size: 5, at: at('31T17:05') });
    expect(await ensureDailyHead(database, key, at('31T23:59'))).toEqual(first);
    // A clock that steps back signs nothing.
    expect(await ensureDailyHead(database, key, at('30T23:59'))).toEqual(first);
    const next = await ensureDailyHead(database, key, new Date('2026-08-01T00:00:00.000Z'));
    expect(next).toMatchObject({ size: 5, root: first?.root, at: new Date('2026-08-01T00:00:00.000Z') });
    expect(await headCovering(database, 4)).toEqual(first);
  });

  it('dates no head before another, whatever a clock does', async () => {
    const rows = chain('CSI-C', [1], { keyId: key.keyId });
    await appendFixes(ledger.database, rows, async (transaction, head, when) => {
      await signHead(transaction, key, head, when);
    });
    expect(await newestHead(ledger.database)).toMatchObject({ size: 6, at: new Date('2026-08-01T00:00:00.000Z') });
  });

  it('gives back every leaf with the text behind it, whatever kind it is', async () => {
    const records = await recordsBetween(ledger.database, 0, 100);
    expect(records.map(({ index, kind }) => [index, kind])).toEqual([
      [0, 'fix'],
      [1, 'fix'],
      [2, 'fix'],
      [3, 'service'],
      [4, 'receipt'],
      [5, 'fix'],
    ]);
    for (const { canonical, hash, leafHash, kind, signature } of records) {
      expect(sha256(canonical)).toBe(hash);
      expect(leafHashOf(canonical).toString('hex')).toBe(leafHash);
      expect(signature === null).toBe(kind === 'receipt');
    }
    expect((await leavesBetween(ledger.database, 2, 4)).map(({ index }) => index)).toEqual([2, 3]);
    const heads = await headsFrom(ledger.database, null, 2);
    const rest = await headsFrom(ledger.database, heads.at(-1) ?? null, 100);
    expect([...heads, ...rest].map((head) => treeHeadOf(head).size)).toEqual([3, 4, 5, 5, 6]);
  });

  it('proves every leaf under every head, and every head from every earlier one', async () => {
    const { database } = ledger;
    const records = await recordsBetween(database, 0, 100);
    const heads = await headsFrom(database, null, 100);
    // Asked at once, as requests come.
    const trees = await Promise.all(heads.map(({ size }) => logTree(database, size)));
    for (const [place, { size, root }] of heads.entries()) {
      const { rootOf } = trees[place] as (typeof trees)[number];
      for (const { canonical, index } of records.slice(0, size))
        expect(verifyInclusion(canonical, inclusionPath(size, index, rootOf), root)).toBe(true);
      for (const earlier of heads.slice(0, place))
        expect(verifyConsistency(consistencyPath(earlier.size, size, rootOf), earlier.root, root)).toBe(true);
    }
    await expect(logTree(database, 7)).rejects.toThrow('the log has 6 leaves, 7 were asked for');
    expect((await logTree(database, 6)).size).toBe(6);
  });

  it('keeps leaves and heads as they are', async () => {
    for (const table of ['log_leaves', 'tree_heads', 'signed_records']) {
      await expect(ledger.database.execute(sql.raw(`DELETE FROM ${table}`))).rejects.toThrow();
      await expect(ledger.database.execute(sql.raw(`TRUNCATE ${table}`))).rejects.toThrow();
    }
  });

  it('signs no head of a log that has lost leaves', async () => {
    const { database } = ledger;
    for (const lost of [
      { size: 5, root: growingTree().root() },
      { size: 6, root: growingTree().root() },
    ]) {
      const signing = database.transaction((transaction) => signHead(transaction, key, lost, at('31T20:00')));
      await expect(signing).rejects.toThrow('the ledger has lost leaves, and signing on would fork the log');
    }
    expect((await newestHead(ledger.database))?.size).toBe(6);
  });
});
