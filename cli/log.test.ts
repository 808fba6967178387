import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rotateSigningKeyCommand } from '#cli/keys';
import { exportLogCommand, gossipCommand, logCommand, verifyLogCommand } from '#cli/log';
import { CannotRun } from '#cli/output';
import { canonicalJson } from '#methodology/canonical';
import { leafHashOf } from '#methodology/merkle';
import { openSigningKey, recordKey } from '#store/ledger/keys';
import { appendSignedRecord } from '#store/ledger/log';
import { openStore } from '#store/store';

const folder = mkdtempSync(join(tmpdir(), 'csi-cli-log-'));
const data = join(folder, 'data');
const copy = join(folder, 'copy.ndjson');
const gossip = join(folder, 'gossip.json');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function say(...what: string[]): Promise<void> {
  const store = await openStore(data, {});
  const key = openSigningKey(data);
  await recordKey(store.ledger.database, key, new Date('2026-07-01T00:00:00Z'));
  for (const service of what) {
    const canonical = canonicalJson({ format: 'csi-service/1', service });
    const entry = { kind: 'service', subject: service, canonical };
    await appendSignedRecord(store.ledger.database, key, entry, new Date('2026-07-01T00:00:00Z'));
  }
  await store.close();
}

beforeAll(async () => {
  await openStore(data, {}).then((store) => store.close());
});

describe('csi log', () => {
  it('says that an empty log is empty, and exports none', async () => {
    expect(await logCommand({ data })).toMatchObject({
      code: 1,
      text: 'the log is empty: nothing has been published yet',
    });
    await expect(exportLogCommand({ data, out: copy })).rejects.toThrow(CannotRun);
    await expect(gossipCommand({ data })).rejects.toThrow('the log is empty');
    await expect(rotateSigningKeyCommand({ data, reason: 'why' })).rejects.toThrow('has no signing key yet');
    expect(readdirSync(folder)).toEqual(['data']);
  });

  it('exports a copy that verifies, and gossip that it verifies against', async () => {
    await say('a', 'b', 'c');
    expect((await gossipCommand({ data, out: gossip })).text).toContain('3 heads of the log');
    await say('d');
    const rotated = await rotateSigningKeyCommand({ data, reason: '  the yearly change ' });
    expect(rotated.text).toContain('in leaf 4 of the log');
    expect(rotated.json).toMatchObject({ record: { reason: 'the yearly change' } });
    await expect(rotateSigningKeyCommand({ data, reason: ' ' })).rejects.toThrow('--reason must say why');
    expect(openSigningKey(data).keyId).toBe((rotated.json as { record: { new_key_id: string } }).record.new_key_id);
    expect((await logCommand({ data })).text).toContain('5 leaves, 5 of them under a signed head');
    expect((await exportLogCommand({ data, out: copy })).json).toEqual({ file: copy, size: 5 });
    const { code, text, json } = await verifyLogCommand(copy, { against: gossip });
    expect([code, text]).toEqual([0, expect.stringContaining('verified: compare the first key')]);
    expect(json).toMatchObject({ passed: true, size: 5, agreed_with_gossip: 3, heads: 5 });
  });

  it('names the first place that does not hold, and ends with 1', async () => {
    const lines = readFileSync(copy, 'utf8').split('\n');
    const altered = join(folder, 'altered.ndjson');
    const place = lines.findIndex((line) => line.includes('\\"service\\":\\"c\\"'));
    writeFileSync(altered, lines.with(place, (lines[place] as string).replace('\\"c\\"', '\\"x\\"')).join('\n'));
    const { code, text } = await verifyLogCommand(altered, {});
    expect(code).toBe(1);
    expect(text).toContain(`NOT VERIFIED: the first that does not hold is line ${place + 1}, leaf 2: hash says`);
    expect(text).toContain('what held before it:');
  });

  it('says how many leaves a copy withholds, and that nothing of them was checked', async () => {
    const lines = readFileSync(copy, 'utf8').split('\n');
    const place = lines.findIndex((line) => line.includes('\\"service\\":\\"c\\"'));
    const { index, canonical } = JSON.parse(lines[place] as string) as { index: number; canonical: string };
    const withheld = canonicalJson({ index, leaf_hash: leafHashOf(canonical).toString('hex') });
    const less = join(folder, 'less.ndjson');
    writeFileSync(less, lines.with(place, withheld).join('\n'));
    const { text, json } = await verifyLogCommand(less, {});
    expect(json).toMatchObject({ withheld: 1, formats: { 'csi-service/1': 3 } });
    expect(text).toContain('4 of 5 leaves shown (1 csi-key-rotation/1, 3 csi-service/1), each hash');
    expect(text).toContain('1 of 5 leaves withheld: their content, signature and chain were not checked');
    expect(text).toContain('verified as far as it is shown, 1 of 5 leaves being withheld: compare the first key');
    expect(text).not.toMatch(/each a chain without a gap\n/);
  });

  it('cannot run on files that are not there, or no gossip', async () => {
    await expect(verifyLogCommand(join(folder, 'none'), {})).rejects.toThrow('cannot be read: ENOENT');
    await expect(verifyLogCommand(folder, {})).rejects.toThrow(new CannotRun(`${folder} cannot be read: EISDIR`));
    const out = join(folder, 'no', 'file');
    const sentence = new CannotRun(`${out} cannot be written: ENOENT`);
    await expect(exportLogCommand({ data, out })).rejects.toThrow(sentence);
    await expect(gossipCommand({ data, out })).rejects.toThrow(sentence);
    await expect(verifyLogCommand(copy, { against: copy })).rejects.toThrow('the gossip file is not JSON');
  });
});
