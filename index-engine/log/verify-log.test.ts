import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportLog, gossipOf } from '#index-engine/log/export';
import { gossipText, readGossip } from '#index-engine/log/gossip';
import { type Line, readLines } from '#index-engine/log/lines';
import { type LogVerification, verifyLog } from '#index-engine/log/verify-log';
import { canonicalJson, sha256 } from '#methodology/canonical';
import { logIdOf } from '#methodology/log-records';
import { leafHashOf } from '#methodology/merkle';
import { type Ledger, openLedger } from '#store/ledger/client';
import { finishContribution, openContribution } from '#store/ledger/contributions';
import { appendFixes, type LedgerFix } from '#store/ledger/fixes';
import { ensureDailyHead, signHead } from '#store/ledger/heads';
import { rotateSigningKey } from '#store/ledger/key-rotation';
import { openSigningKey, recordKey, type SigningKey } from '#store/ledger/keys';
import { appendSignedRecord } from '#store/ledger/log';

const root = mkdtempSync(join(tmpdir(), 'csi-verify-log-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A ledger of its own, and what a publisher does with it. */
class Operator {
  private readonly heads = new Map<string, string>();
  private constructor(
    readonly ledger: Ledger,
    readonly folder: string,
    public key: SigningKey,
  ) {}

  static async open(name: string, key?: SigningKey): Promise<Operator> {
    const folder = join(root, name);
    const ledger = await openLedger({ path: join(folder, 'ledger') });
    const operator = new Operator(ledger, folder, key ?? openSigningKey(folder));
    await recordKey(ledger.database, operator.key, new Date('2026-07-01T00:00:00Z'));
    return operator;
  }

  async publish(date: string, series: readonly string[], changes: object = {}): Promise<void> {
    const strike = new Date(`${date}T15:00:00.000Z`);
    const rows = series.map((one): LedgerFix => {
      const record = {
        format: 'csi-fix/1',
        series: one,
        strike: strike.toISOString(),
        revision: 0,
        value: '2.8000',
        simulated: false,
        previous_hash: this.heads.get(one) ?? null,
        ...changes,
      };
      const canonical = canonicalJson(record);
      this.heads.set(one, sha256(canonical));
      return {
        ...{ series: one, strike, revision: record.revision, date, value: record.value, level: 4, status: 'normal' },
        ...{ reason: null, p25: null, p75: null, providers: 6, timeZoneDatabase: '2026a', publishedAt: strike },
        ...{ canonical, hash: sha256(canonical), previousHash: record.previous_hash },
        ...{ signature: this.key.sign(canonical), keyId: this.key.keyId },
      };
    });
    await appendFixes(this.ledger.database, rows, async (transaction, head, at) => {
      await signHead(transaction, this.key, head, at);
    });
  }

  headOf(series: string): string {
    return this.heads.get(series) as string;
  }

  async receive(id: string, now: Date): Promise<void> {
    const { database } = this.ledger;
    const until = new Date(now.getTime() + 60_000);
    await openContribution(database, { receiptId: id, contributor: 'c', holder: 'h', now, until });
    const unsigned = { format: 'csi-receipt/1', receipt_id: id, lines: 3, key_id: this.key.keyId };
    const receipt = canonicalJson({ ...unsigned, signature: this.key.sign(canonicalJson(unsigned)) });
    await finishContribution(database, id, 'h', { receipt, keyId: this.key.keyId, at: now });
  }

  async say(what: string, now: Date): Promise<void> {
    const canonical = canonicalJson({ format: 'csi-service/1', service: what });
    await appendSignedRecord(this.ledger.database, this.key, { kind: 'service', subject: what, canonical }, now);
  }

  async rotate(now: Date): Promise<void> {
    await rotateSigningKey(this.folder, this.ledger.database, { now, reason: 'yearly' });
    this.key = openSigningKey(this.folder);
  }

  async copy(receipts = true): Promise<string> {
    let text = '';
    for await (const line of exportLog(this.ledger.database, receipts)) text += line;
    return text;
  }

  async gossip() {
    return gossipText(await gossipOf(this.ledger.database));
  }
}

/** The file in pieces of a few bytes, as a slow disk would give it. */
async function* pieces(file: string | Uint8Array, bytes = 1009): AsyncGenerator<Uint8Array> {
  const all = Buffer.from(file as Uint8Array);
  for (let at = 0; at < all.length; at += bytes) yield all.subarray(at, at + bytes);
}
const check = (file: string | Uint8Array, gossip?: string, lineMax = 100_000): Promise<LogVerification> =>
  verifyLog(readLines(pieces(file), lineMax), gossip === undefined ? null : readGossip(gossip));
const linesOf = (file: string) => file.split('\n').slice(0, -1);
const fileOf = (lines: readonly string[]) => `${lines.join('\n')}\n`;
/** The copy with one line changed as a value. */
const changed = (file: string, line: number, change: (value: Record<string, unknown>) => unknown) =>
  fileOf(linesOf(file).with(line - 1, canonicalJson(change(JSON.parse(linesOf(file)[line - 1] as string)))));

let operator: Operator;
let copy: string;
let early: string;
let one: Operator;
let two: Operator;
let bad: Operator;
const [A, B] = ['CSI-A', 'CSI-B'];

beforeAll(async () => {
  operator = await Operator.open('operator');
  await operator.say('publication', new Date('2026-07-01T00:00:00Z'));
  await operator.publish('2026-07-01', [A, B]);
  await operator.receive('r1', new Date('2026-07-01T16:00:00Z'));
  await operator.publish('2026-07-02', [A, B]);
  early = await operator.gossip();
  await operator.rotate(new Date('2026-07-02T20:00:00Z'));
  const before = operator.headOf(A);
  await operator.publish('2026-07-02', [A], {
    revision: 1,
    value: '2.9000',
    restates: { hash: before, known_at: 'x' },
  });
  await operator.publish('2026-07-03', [A, B], { simulated: true });
  await operator.receive('r2', new Date('2026-07-03T16:00:00Z'));
  await ensureDailyHead(operator.ledger.database, operator.key, new Date('2026-07-03T17:00:00Z'));
  copy = await operator.copy();
  // Two machines with one key on two ledgers, whose logs part on the second day.
  const key = openSigningKey(join(root, 'shared'));
  [one, two] = [await Operator.open('machine-1', key), await Operator.open('machine-2', key)];
  for (const machine of [one, two]) await machine.publish('2026-07-01', [A, B]);
  await one.publish('2026-07-02', [A, B]);
  await two.publish('2026-07-02', [A, B], { value: '3.0000' });
  bad = await Operator.open('bad');
  await bad.publish('2026-07-02', [A]);
}, 120_000);
afterAll(async () => {
  for (const { ledger } of [operator, one, two, bad]) await ledger.close();
});

describe('a copy of the log', () => {
  it('holds, and says what it came to', async () => {
    const gossip = await operator.gossip();
    const result = await check(copy, gossip);
    expect(result).toMatchObject({
      passed: true,
      problem: null,
      size: 11,
      covered: 11,
      series: 2,
      heads: 7,
      simulated: true,
      agreed_with_gossip: 11,
      formats: { 'csi-fix/1': 7, 'csi-receipt/1': 2, 'csi-service/1': 1, 'csi-key-rotation/1': 1 },
    });
    expect(result.keys).toHaveLength(2);
    expect(logIdOf((JSON.parse(copy.split('\n')[0] as string) as { first_public_key: string }).first_public_key)).toBe(
      result.log,
    );
    expect(result.log?.startsWith(result.keys[0] as string)).toBe(true);
    expect(await check(copy, early)).toMatchObject({ passed: true, agreed_with_gossip: 6 });
  });

  it('that withholds what receipts say holds too, and gives nothing of them away', async () => {
    const withheld = await operator.copy(false);
    expect(withheld).not.toContain('csi-receipt');
    const result = await check(withheld, early);
    expect(result).toMatchObject({ passed: true, size: 11, withheld: 2 });
    expect(Object.values(result.formats).reduce((sum, count) => sum + count, 0)).toBe(9);
  });

  it('that withholds what cannot be a receipt does not hold', async () => {
    const withhold = (file: string, of: (leaf: { index: number; canonical: string }) => boolean) =>
      linesOf(file).map((line) => {
        const leaf = JSON.parse(line) as { index: number; canonical: string };
        if (leaf.canonical === undefined || !of(leaf)) return line;
        return canonicalJson({ index: leaf.index, leaf_hash: leafHashOf(leaf.canonical).toString('hex') });
      });
    const all = await check(fileOf(withhold(await one.copy(), () => true)));
    expect(all).toMatchObject({ passed: false, withheld: 4, problem: { line: null } });
    expect(all.problem?.detail).toBe('all 4 leaves are withheld: only receipts may be, and a log has more');
    // The second series' newest fix: no later one names it, and it stands behind the first series' under one head.
    const newest = await check(fileOf(withhold(copy, ({ index }) => index === 9)));
    expect(newest.problem).toMatchObject({ leaf_index: 9 });
    expect(newest.problem?.detail).toContain('stands between leaf 8 and the head over both');
    // A rotation: what follows is signed by a key that nobody introduced.
    const rotation = await check(fileOf(withhold(copy, ({ canonical }) => canonical.includes('csi-key-rotation/1'))));
    expect(rotation.problem?.detail).toContain('is not known here');
  });

  it('fails for one changed byte anywhere, at the line where it is', async () => {
    const bytes = Buffer.from(copy);
    const lines = linesOf(copy);
    const starts = lines.map((_, index) => Buffer.byteLength(fileOf(lines.slice(0, index + 1))));
    const lineAt = (at: number) => starts.findIndex((end) => at < end) + 1;
    let tried = 0;
    for (let at = 0; at < bytes.length; at += 5) {
      for (const replacement of ['0', 'z']) {
        if (bytes[at] === replacement.charCodeAt(0)) continue;
        const altered = Buffer.from(bytes);
        altered[at] = replacement.charCodeAt(0);
        const { passed, problem } = await check(altered);
        const where = `byte ${at} of line ${lineAt(at)}, ${JSON.stringify(replacement)}: ${problem?.detail}`;
        expect(passed, where).toBe(false);
        // The size in the header is wrong at the end; a line feed that is gone joins two lines.
        if (problem?.detail.startsWith('the copy ends after')) expect(lineAt(at)).toBe(1);
        else expect(problem?.line, where).toBe(lineAt(at));
        tried += 1;
      }
    }
    expect(tried).toBeGreaterThan(2000);
  });

  it('fails for a byte that is no text, a line without end and one without measure, and says which', async () => {
    const bytes = Buffer.from(copy);
    bytes[bytes.length - 20] = 0xff;
    expect((await check(bytes)).problem).toMatchObject({ line: 19, detail: 'line 19 is not UTF-8 text' });
    expect((await check(copy.slice(0, -1))).problem?.detail).toContain('line 19 is cut short');
    expect((await check(copy, undefined, 300)).problem?.detail).toMatch(/line \d has more than 300 bytes/);
    expect((await check('')).problem).toMatchObject({ line: null, detail: 'the file is empty' });
    expect((await check('{"a":1}\n')).problem?.detail).toContain('does not begin with the header');
  });

  it('fails where a line is missing, doubled or elsewhere', async () => {
    const lines = linesOf(copy);
    await fc.assert(
      fc.asyncProperty(fc.nat(lines.length - 1), fc.nat(lines.length - 1), async (at, to) => {
        const without = lines.toSpliced(at, 1);
        // Without its last head a log is whole, and shorter by what nobody is bound to.
        const isHead = lines[at]?.startsWith('{"head"') ?? false;
        if (!isHead) expect((await check(fileOf(without))).passed, `without line ${at + 1}`).toBe(false);
        const line = lines[at] as string;
        const moved = without.toSpliced(to, 0, line);
        if (at !== to) expect((await check(fileOf(moved))).passed, `line ${at + 1} as ${to + 1}`).toBe(false);
        if (!isHead) expect((await check(fileOf(lines.toSpliced(to, 0, line)))).passed).toBe(false);
      }),
      { numRuns: 60 },
    );
  });
});

describe('what does not hold is named', () => {
  /** Line 5 is leaf 2, the first fix of the second series. */
  const leaf = (change: (value: Record<string, unknown>) => unknown) => check(changed(copy, 5, change));

  it('an altered record, hash, signature or key of a fix, by leaf, series and strike', async () => {
    const place = { line: 5, leaf_index: 2, series: B, strike: '2026-07-01T15:00:00.000Z' };
    const altered = (await leaf((one) => ({ ...one, canonical: String(one.canonical).replace('2.8000', '2.8001') })))
      .problem;
    expect(altered).toMatchObject(place);
    expect(altered?.detail).toContain('one of them was altered');
    const rehashed = await leaf((one) => {
      const canonical = String(one.canonical).replace('2.8000', '2.8001');
      return { ...one, canonical, hash: sha256(canonical) };
    });
    expect(rehashed.problem).toMatchObject(place);
    expect(rehashed.problem?.detail).toContain('the signature does not hold under key');
    const foreign = await leaf((one) => ({ ...one, key_id: '0123456789abcdef' }));
    expect(foreign.problem).toMatchObject(place);
    expect(foreign.problem?.detail).toContain('signed by the key 0123456789abcdef, which is not known here');
    expect((await leaf((one) => ({ ...one, index: 3 }))).problem?.detail).toContain('the leaf 2 is missing');
    expect((await leaf(({ index }) => ({ index }))).problem?.detail).toBe('neither a leaf nor a signed head');
  });

  it('a record that the operator signed again, by the first head after it', async () => {
    // The second machine's log, told with the heads of the first.
    const [right, wrong] = [linesOf(await one.copy()), linesOf(await two.copy())];
    const told = fileOf(wrong.map((line, index) => (line.startsWith('{"head"') ? (right[index] as string) : line)));
    const { problem } = await check(told);
    expect(problem).toMatchObject({ line: 7 });
    expect(problem?.detail).toMatch(/^the leaves from 2 to 3 give the root .* says .*some were exchanged/);
  });

  it('a receipt that is withheld and altered, by the leaves that may be it', async () => {
    const withheld = changed(await operator.copy(false), 7, (one) => ({ ...one, leaf_hash: '0'.repeat(64) }));
    const { problem } = await check(withheld);
    expect(problem?.line).toBe(10);
    expect(problem?.detail).toContain('the hash of a withheld receipt (leaf 3) was altered');
  });

  it('a fix signed with a key that was rotated away', async () => {
    const stolen = await Operator.open('stolen');
    const old = stolen.key;
    await stolen.publish('2026-07-01', [A]);
    await stolen.rotate(new Date('2026-07-01T20:00:00Z'));
    await stolen.publish('2026-07-02', [A]);
    const file = changed(await stolen.copy(), 6, (one) => ({
      ...one,
      key_id: old.keyId,
      signature: old.sign(String(one.canonical)),
    }));
    await stolen.ledger.close();
    const { problem } = await check(file);
    expect(problem).toMatchObject({ line: 6, leaf_index: 2, series: A });
    expect(problem?.detail).toContain(`signed by the key ${old.keyId}, which was rotated away before`);
  });

  it('a chain that forks or leaves one out, a strike published twice, a revision without the one before', async () => {
    const cases: [object, string][] = [
      [{ previous_hash: 'f'.repeat(64) }, 'previous_hash says ffff'],
      [{ strike: '2026-07-02T15:00:00.000Z' }, 'a second fix of this strike or one before'],
      [{ revision: 2 }, 'revision says 2, of this strike 0 revisions are there before'],
      [
        { strike: '2026-07-02T15:00:00.000Z', revision: 1, restates: { hash: '0'.repeat(64) } },
        'restates.hash says 0000',
      ],
      [{ strike: 'yesterday' }, 'no fix: strike is missing or malformed'],
    ];
    for (const [changes, detail] of cases) {
      const [header, leaf0, head0] = linesOf(await bad.copy()) as [string, string, string];
      const canonical = canonicalJson({
        ...JSON.parse((JSON.parse(leaf0) as { canonical: string }).canonical),
        strike: '2026-07-03T15:00:00.000Z',
        previous_hash: bad.headOf(A),
        ...changes,
      });
      const line = {
        index: 1,
        canonical,
        hash: sha256(canonical),
        key_id: bad.key.keyId,
        signature: bad.key.sign(canonical),
      };
      const { problem } = await check(fileOf([header, leaf0, head0, canonicalJson(line)]));
      expect(problem?.detail).toContain(detail);
      expect(problem).toMatchObject({ line: 4, leaf_index: 1, series: A });
    }
  });
});

describe('gossip', () => {
  it('finds that one key made two logs, and names where they part', async () => {
    const [copyOfOne, gossipOfTwo] = [await one.copy(), await two.gossip()];
    expect((await check(copyOfOne)).passed).toBe(true);
    const { passed, problem, agreed_with_gossip } = await check(copyOfOne, gossipOfTwo);
    expect(passed).toBe(false);
    expect(agreed_with_gossip).toBe(2);
    expect(problem?.detail).toMatch(
      /^FORK: the operator signed two logs\. Of the first 4 leaves .* Both have the first 2 leaves in common/,
    );
  });

  it('finds leaves taken from the end, and another log', async () => {
    const lines = linesOf(copy);
    // Cut behind the head over six leaves, with a header that says so.
    const cut = changed(fileOf(lines.slice(0, 10)), 1, (one) => ({ ...one, size: 6 }));
    expect((await check(cut)).passed).toBe(true);
    const { problem } = await check(cut, await operator.gossip());
    expect(problem).toMatchObject({ line: null });
    expect(problem?.detail).toContain(
      'the copy ends after 6 leaves, and on 2026-07-03T17:00:00.000Z the operator had signed 11',
    );
    const foreign = await bad.gossip();
    expect((await check(copy, foreign)).problem?.detail).toContain('the gossip is of another log');
  });

  it('is small, canonical, and refused for one changed byte anywhere', async () => {
    const text = await operator.gossip();
    expect(readGossip(text).keys).toHaveLength(2);
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += 1) {
      for (const replacement of ['0', 'z']) {
        if (bytes[at] === replacement.charCodeAt(0)) continue;
        const altered = Buffer.from(bytes);
        altered[at] = replacement.charCodeAt(0);
        const where = `byte ${at} ${replacement} ${altered.toString().slice(at - 20, at + 20)}`;
        expect(() => readGossip(altered.toString()), where).toThrow('gossip file');
      }
    }
    expect(() => readGossip(text.replace('"heads":[', '"heads":[{"canonical":"{}","signature":"A"},'))).toThrow(
      'heads[0]',
    );
  });
});

it('reads lines however the bytes come', async () => {
  const text = fc.array(
    fc.string({ unit: 'grapheme', maxLength: 20 }).map((one) => one.replaceAll('\n', ' ')),
    { minLength: 1 },
  );
  await fc.assert(
    fc.asyncProperty(text, fc.integer({ min: 1, max: 40 }), async (lines, bytes) => {
      const read: Line[] = [];
      for await (const line of readLines(pieces(fileOf(lines), bytes), 1000)) read.push(line);
      expect(read).toEqual(lines.map((one, index) => ({ number: index + 1, text: one })));
    }),
  );
});
