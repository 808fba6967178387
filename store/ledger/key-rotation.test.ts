import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { canonicalJson } from '#methodology/canonical';
import { keyIdOf, keyRotationSchema, logIdOf } from '#methodology/log-records';
import { type Ledger, openLedger } from '#store/ledger/client';
import { appendFixes } from '#store/ledger/fixes';
import { newestHead, signHead, treeHeadOf } from '#store/ledger/heads';
import { finishRotation, rotateSigningKey } from '#store/ledger/key-rotation';
import { allKeys, openSigningKey, recordKey, type SigningKey, signatureHolds } from '#store/ledger/keys';
import { appendSignedRecord, signedRecordsOf } from '#store/ledger/log';
import { logSize } from '#store/ledger/log-reads';
import { recentNotices } from '#store/ledger/notices';
import { chain } from '#store/ledger/testing/fixes';
import { startProcess } from '#store/testing/process';

const root = mkdtempSync(join(tmpdir(), 'csi-rotation-'));
const now = new Date('2026-08-01T12:00:00.000Z');
const order = { now, reason: 'the yearly change' };
const folder = join(root, 'data');
let ledger: Ledger;
/** The key in force when a test begins, and the size of the log. */
let old: SigningKey;
let size = 0;
let first: SigningKey;

const open = async () => {
  ledger = await openLedger({ path: join(folder, 'ledger') });
};
const files = () => readdirSync(folder).filter((name) => name.startsWith('signing-key'));
const say = (key: SigningKey, what: string) => {
  const canonical = canonicalJson({ format: 'csi-service/1', service: what });
  return appendSignedRecord(ledger.database, key, { kind: 'service', subject: what, canonical }, now);
};

beforeAll(async () => {
  await open();
  first = openSigningKey(folder);
  await recordKey(ledger.database, first, now);
  await say(first, 'first');
});
beforeEach(async () => {
  old = openSigningKey(folder);
  size = await logSize(ledger.database);
});
afterAll(async () => {
  await ledger.close();
  rmSync(root, { recursive: true, force: true });
});

describe('the rotation of the signing key', () => {
  it('is signed by the old key, logged, and under a head of the new key', async () => {
    const { record, leafIndex } = await rotateSigningKey(folder, ledger.database, order);
    const next = openSigningKey(folder);
    expect(record).toEqual({
      format: 'csi-key-rotation/1',
      old_key_id: old.keyId,
      new_key_id: next.keyId,
      new_public_key: next.publicKey,
      at: now.toISOString(),
      reason: 'the yearly change',
    });
    expect(leafIndex).toBe(size);
    const [signed] = await signedRecordsOf(ledger.database, 'key_rotation', old.keyId);
    expect(keyRotationSchema.parse(JSON.parse(signed?.canonical ?? ''))).toEqual(record);
    expect(signatureHolds(signed?.canonical ?? '', signed?.signature ?? '', old.publicKey)).toBe(true);
    const head = await newestHead(ledger.database);
    expect(head).toMatchObject({ size: size + 1, keyId: next.keyId });
    expect(signatureHolds(head?.canonical ?? '', head?.signature ?? '', next.publicKey)).toBe(true);
    // The log keeps its name, which is that of its first key.
    expect(head && treeHeadOf(head).log).toBe(logIdOf(first.publicKey));
    const keys = await allKeys(ledger.database);
    expect(keys.filter(({ active }) => active).map(({ keyId }) => keyId)).toEqual([next.keyId]);
    expect((await recentNotices(ledger.database, 1))[0]).toMatchObject({ kind: 'key_rotation', subject: next.keyId });
    expect(files()).toEqual(['signing-key.pem']);
    if (process.platform !== 'win32') expect(statSync(join(folder, 'signing-key.pem')).mode & 0o777).toBe(0o600);
  });

  it('leaves whoever holds the old key nothing to publish, in one clear sentence', async () => {
    const before = openSigningKey(folder);
    await rotateSigningKey(folder, ledger.database, order);
    const next = openSigningKey(folder);
    const sentence = `the signing key ${old.keyId} has been rotated away, the key in force is ${next.keyId}: nothing was signed`;
    await expect(say(before, 'second')).rejects.toThrow(sentence);
    const rows = chain('CSI-A', [1], { keyId: before.keyId });
    const publication = appendFixes(ledger.database, rows, async (transaction, head, at) => {
      await signHead(transaction, before, head, at);
    });
    await expect(publication).rejects.toThrow(sentence);
    expect(await logSize(ledger.database)).toBe(size + 1);
    await say(next, 'second');
    // What was said before is still there to be found, whoever asks.
    expect((await say(before, 'first')).keyId).toBe(first.keyId);
    expect(await logSize(ledger.database)).toBe(size + 2);
  });

  it('of a folder whose key is no longer in force is refused, and its key stays', async () => {
    copyFileSync(join(folder, 'signing-key.pem'), join(root, 'copy.pem'));
    await rotateSigningKey(folder, ledger.database, order);
    const right = readFileSync(join(folder, 'signing-key.pem'));
    copyFileSync(join(root, 'copy.pem'), join(folder, 'signing-key.pem'));
    await expect(rotateSigningKey(folder, ledger.database, order)).rejects.toThrow('has been rotated away');
    expect(openSigningKey(folder).keyId).toBe(old.keyId);
    expect(files()).toEqual(['signing-key.pem']);
    writeFileSync(join(folder, 'signing-key.pem'), right);
  });

  it('of a folder without a key is refused, and makes none', async () => {
    const empty = join(root, 'empty');
    await expect(rotateSigningKey(empty, ledger.database, order)).rejects.toThrow('has no signing key yet');
    expect(existsSync(join(empty, 'signing-key.pem'))).toBe(false);
  });

  it('cut short before the ledger knew is as if it had not begun', async () => {
    for (const text of ['half a ke', readFileSync(join(folder, 'signing-key.pem'), 'utf8').slice(0, 40)]) {
      writeFileSync(join(folder, 'signing-key.next.pem'), text, { mode: 0o600 });
      await finishRotation(folder, ledger.database);
      expect(files()).toEqual(['signing-key.pem']);
    }
    const stray = join(root, 'stray');
    openSigningKey(stray);
    copyFileSync(join(stray, 'signing-key.pem'), join(folder, 'signing-key.next.pem'));
    await finishRotation(folder, ledger.database);
    expect(openSigningKey(folder).keyId).toBe(old.keyId);
    expect(files()).toEqual(['signing-key.pem']);
  });

  it('cut short after the ledger knew is finished at the next opening', async () => {
    copyFileSync(join(folder, 'signing-key.pem'), join(root, 'before.pem'));
    const { record } = await rotateSigningKey(folder, ledger.database, order);
    // As a crash between the commit and the renaming leaves the folder.
    copyFileSync(join(folder, 'signing-key.pem'), join(folder, 'signing-key.next.pem'));
    copyFileSync(join(root, 'before.pem'), join(folder, 'signing-key.pem'));
    await finishRotation(folder, ledger.database);
    expect(openSigningKey(folder).keyId).toBe(record.new_key_id);
    expect(files()).toEqual(['signing-key.pem']);
  });

  it('killed at any time leaves one key that the ledger accepts, and a walk from the first to it', async () => {
    await ledger.close();
    for (let round = 0; round < 4; round += 1) {
      const rotating = startProcess('./rotate-key.ts', folder);
      await rotating.line(1 + round);
      await new Promise((resolve) => setTimeout(resolve, 5 * round));
      await rotating.kill();
      await open();
      await finishRotation(folder, ledger.database);
      const key = openSigningKey(folder);
      await say(key, `round ${round}`);
      expect(files()).toEqual(['signing-key.pem']);
      const records = (await signedRecordsOf(ledger.database, 'key_rotation')).map(({ canonical, keyId }) => ({
        ...keyRotationSchema.parse(JSON.parse(canonical)),
        signer: keyId,
      }));
      const next = new Map(records.map((one) => [one.old_key_id, one]));
      let walked = first.keyId;
      for (let one = next.get(walked); one; one = next.get(walked)) {
        expect(one.signer).toBe(walked);
        expect(keyIdOf(one.new_public_key)).toBe(one.new_key_id);
        walked = one.new_key_id;
      }
      expect(walked).toBe(key.keyId);
      expect(key.keyId).not.toBe(old.keyId);
      if (round < 3) await ledger.close();
    }
  });
});
