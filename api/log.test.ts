import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { record, sealed } from '#api/testing/records';
import { type Installation, install } from '#api/testing/store';
import type {
  ConsistencyAnswer,
  InclusionAnswer,
  LogHeadAnswer,
  LogKeysAnswer,
  LogLeavesAnswer,
  Problem,
} from '#api/types';
import { gossipOf } from '#index-engine/log/export';
import { gossipText, readGossip } from '#index-engine/log/gossip';
import { checkLogProof } from '#index-engine/log/verify-proof';
import { logIdOf } from '#methodology/log-records';
import { growingTree, verifyConsistency, verifyInclusion } from '#methodology/merkle';
import { appendFixes, type LedgerFix } from '#store/ledger/fixes';
import { signHead } from '#store/ledger/heads';
import { rotateSigningKey } from '#store/ledger/key-rotation';
import { openSigningKey, recordKey, signatureHolds } from '#store/ledger/keys';

let api: Installation;
let rows: LedgerFix[];
const read = async <T>(path: string): Promise<T> => (await api.get(path)).json() as Promise<T>;
const publish = (fixes: readonly LedgerFix[]) =>
  appendFixes(api.store.ledger.database, fixes, async (transaction, head, at) => {
    await signHead(transaction, api.key, head, at);
  });

beforeAll(async () => {
  api = await install('2026-07-29T10:00:00.000Z');
});
afterAll(() => api.close());

it('says of an empty log that it is empty', async () => {
  expect(await read('/v1/log/head')).toEqual({ log: null, size: 0, head: null });
  expect(await read('/v1/log/leaves')).toEqual({ size: 0, leaves: [], next: null });
  for (const path of ['/v1/log/proof/consistency', '/v1/log/keys', '/v1/log/gossip']) {
    const answer = await api.get(path);
    expect([path, answer.status]).toEqual([path, 404]);
    expect(((await answer.json()) as Problem).detail).toBe('the log is empty: nothing has been published yet');
  }
});

describe('a log with fixes', () => {
  const dates = ['2026-07-24', '2026-07-25', '2026-07-26', '2026-07-27', '2026-07-28'];
  beforeAll(async () => {
    const { database } = api.store.ledger;
    await recordKey(database, api.key, new Date('2026-07-01T00:00:00.000Z'));
    rows = sealed(
      dates.map((date) => record({ series: 'CSI-H100-SXM-80', date })),
      api.key,
    );
    await publish(rows.slice(0, 3));
    await publish(rows.slice(3));
    const { folder } = api.store;
    await rotateSigningKey(folder, database, { now: api.time.now, reason: 'yearly' });
  });

  it('says of a first size above the second that it is, and not how large the log is', async () => {
    const { detail } = await read<Problem>('/v1/log/proof/consistency?first=5&second=3');
    expect(detail).toBe('first cannot be 5: the larger log, second, has 3 leaves');
  });

  it('shows its newest head, signed by the key in force', async () => {
    const { log, size, head } = await read<LogHeadAnswer>('/v1/log/head');
    expect([log, size, head?.size]).toEqual([logIdOf(api.key.publicKey), 6, 6]);
    const now = openSigningKey(api.store.folder);
    expect(head?.key_id).toBe(now.keyId);
    expect(signatureHolds(head?.canonical ?? '', head?.signature ?? '', now.publicKey)).toBe(true);
    expect(JSON.parse(head?.canonical ?? '')).toMatchObject({ log, size: 6, root: head?.root, at: head?.at });
  });

  it('shows its leaves page by page, whose hashes give the root of the head', async () => {
    const tree = growingTree();
    let next: string | null = '/v1/log/leaves?from=0&to=2';
    const first = await read<LogLeavesAnswer>(next);
    expect(first.leaves.map(({ index, kind, subject, hash }) => [index, kind, subject, hash])).toEqual([
      [0, 'fix', 'CSI-H100-SXM-80', rows[0]?.hash],
      [1, 'fix', 'CSI-H100-SXM-80', rows[1]?.hash],
    ]);
    expect([first.size, first.next]).toEqual([6, null]);
    for (next = '/v1/log/leaves'; next; ) {
      const page: LogLeavesAnswer = await read(next);
      for (const leaf of page.leaves) tree.append(Buffer.from(leaf.leaf_hash, 'hex'));
      next = page.next;
    }
    expect(tree.root()).toBe((await read<LogHeadAnswer>('/v1/log/head')).head?.root);
    expect((await read<LogLeavesAnswer>('/v1/log/leaves?from=6')).leaves).toEqual([]);
  });

  it('proves every record under the first head that covers it, and under any size', async () => {
    for (const [index, { hash, canonical }] of rows.entries()) {
      const proof = await read<InclusionAnswer>(`/v1/log/proof/inclusion?hash=${hash}`);
      expect(proof.inclusion).toMatchObject({ leaf_index: index, tree_size: index < 3 ? 3 : 5 });
      const { inclusion, head } = proof;
      if (!head) throw new Error('no head');
      expect(checkLogProof(canonical, { inclusion, head }, () => api.key.publicKey).problem).toBeNull();
      for (let size = index + 1; size <= 6; size += 1) {
        const under = await read<InclusionAnswer>(`/v1/log/proof/inclusion?hash=${hash}&size=${size}`);
        expect(verifyInclusion(canonical, under.inclusion, under.root)).toBe(true);
        expect(under.head === null).toBe(![3, 5, 6].includes(size));
      }
    }
  });

  it('proves that it only grew', async () => {
    for (let second = 1; second <= 6; second += 1) {
      for (let first = 1; first <= second; first += 1) {
        const path = `/v1/log/proof/consistency?first=${first}&second=${second}`;
        const { first_root, second_root, ...proof } = await read<ConsistencyAnswer>(path);
        expect(verifyConsistency(proof, first_root, second_root)).toBe(true);
      }
    }
    const { second_size, second_root } = await read<ConsistencyAnswer>('/v1/log/proof/consistency?first=3');
    expect({ size: second_size, root: second_root }).toMatchObject(
      (({ head }) => ({ size: head?.size, root: head?.root }))(await read<LogHeadAnswer>('/v1/log/head')),
    );
  });

  it('shows the keys from the first through every rotation', async () => {
    const { log, first_public_key, key_in_force, rotations } = await read<LogKeysAnswer>('/v1/log/keys');
    expect([log, first_public_key]).toEqual([logIdOf(api.key.publicKey), api.key.publicKey]);
    expect(rotations.map(({ leaf_index }) => leaf_index)).toEqual([5]);
    const [{ canonical, signature } = { canonical: '', signature: '' }] = rotations;
    expect(signatureHolds(canonical, signature, first_public_key)).toBe(true);
    expect(JSON.parse(canonical)).toMatchObject({ old_key_id: api.key.keyId, new_key_id: key_in_force });
  });

  it('gives the gossip as the file that the command writes', async () => {
    const answer = await api.get('/v1/log/gossip');
    const text = await answer.text();
    expect(text).toBe(gossipText(await gossipOf(api.store.ledger.database)));
    expect(readGossip(text).heads.map(({ size }) => size)).toEqual([3, 5, 6]);
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="csi-log-gossip.json"');
  });

  it.each([
    ['/v1/log/head?size=1', 400, 'unknown-parameter', 'size'],
    ['/v1/log/leaves?from=7', 400, 'invalid-parameter', 'from'],
    ['/v1/log/leaves?from=-1', 400, 'invalid-parameter', 'from'],
    ['/v1/log/leaves?from=3&to=2', 400, 'invalid-parameter', 'to'],
    ['/v1/log/proof/inclusion', 400, 'invalid-parameter', 'hash'],
    ['/v1/log/proof/inclusion?hash=abc', 400, 'invalid-parameter', 'hash'],
    [`/v1/log/proof/inclusion?hash=${'0'.repeat(64)}`, 404, 'unknown-leaf', 'hash'],
    ['/v1/log/proof/consistency?first=0', 400, 'invalid-parameter', 'first'],
    ['/v1/log/proof/consistency?first=1.5', 400, 'invalid-parameter', 'first'],
    ['/v1/log/proof/consistency?first=5&second=3', 400, 'invalid-parameter', 'first'],
    ['/v1/log/proof/consistency?second=7', 400, 'invalid-parameter', 'second'],
    ['/v1/log/proof/consistency?second=9007199254740993', 400, 'invalid-parameter', 'second'],
  ])('%s is refused, and what would be right is said', async (path, status, type, parameter) => {
    const answer = await api.get(path);
    const problem = (await answer.json()) as Problem;
    expect([answer.status, problem.type, problem.parameter]).toEqual([status, `/problems/${type}`, parameter]);
    expect(problem.expected?.length).toBeGreaterThan(5);
  });

  it('refuses a size that does not hold the record, or that there is not', async () => {
    const path = `/v1/log/proof/inclusion?hash=${rows[4]?.hash}`;
    expect((await (await api.get(`${path}&size=4`)).json()) as Problem).toMatchObject({
      status: 404,
      expected: '5 to 6',
    });
    expect((await (await api.get(`${path}&size=7`)).json()) as Problem).toMatchObject({
      status: 400,
      parameter: 'size',
    });
  });

  it('answers whose copy still holds with nothing', async () => {
    for (const path of [
      '/v1/log/head',
      '/v1/log/gossip',
      '/v1/log/leaves',
      `/v1/log/proof/inclusion?hash=${rows[0]?.hash}`,
    ]) {
      const etag = (await api.get(path)).headers.get('etag') ?? '';
      expect([path, (await api.get(path, { 'if-none-match': etag })).status]).toEqual([path, 304]);
    }
  });
});
