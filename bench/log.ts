import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { computeStrike, globalStrike, inputsOf } from '#index-engine/compute-strike';
import { assembleBundle, bundleText } from '#index-engine/evidence';
import type { CopyLine } from '#index-engine/log/copy';
import { readLines } from '#index-engine/log/lines';
import type { LogProof } from '#index-engine/log/proof';
import { verifyLog } from '#index-engine/log/verify-log';
import { seal } from '#index-engine/publish';
import { verifyBundle } from '#index-engine/verify';
import { canonicalJson, sha256 } from '#methodology/canonical';
import { keyIdOf, logIdOf } from '#methodology/log-records';
import { growingTree, inclusionPath, leafHashOf, verifyInclusion } from '#methodology/merkle';
import { levelTree } from '#methodology/merkle-levels';
import { rulebookAt } from '#methodology/rulebook';
import { seriesCatalogue } from '#methodology/series';
import type { ClickHouse } from '#store/clickhouse/client';
import type { SigningKey } from '#store/ledger/keys';
import { type Figure, medianTime } from './measure';

const LEAVES = 100_000;
/** Fixes under one head, as a strike publishes them. */
const LEAVES_A_HEAD = 60;
const SERIES = 60;
/** A leaf in the middle: the last ones have a shorter way up. */
const PROVEN = 50_000;

function makeKey(): SigningKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  const publicKey = privateKey.export({ format: 'jwk' }).x as string;
  const keyId = keyIdOf(publicKey);
  return { publicKey, keyId, sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64url') };
}

function headText(key: SigningKey, size: number, root: string): string {
  const at = '2026-07-28T15:15:00.000Z';
  return canonicalJson({ format: 'csi-tree-head/1', log: logIdOf(key.publicKey), size, root, at, key_id: key.keyId });
}

/** A log of so many fixes with the bytes of a recorded one, as the lines of a copy. */
function copyOf(key: SigningKey, record: object): Buffer {
  const tree = growingTree();
  const heads = new Map<number, string>();
  const parts = [
    { format: 'csi-log/1', log: logIdOf(key.publicKey), first_public_key: key.publicKey, size: LEAVES } as object,
  ].map((one) => Buffer.from(`${canonicalJson(one)}\n`));
  for (let index = 0; index < LEAVES; index += 1) {
    const series = index % SERIES;
    const strike = new Date(Date.UTC(2020, 0, 1) + Math.floor(index / SERIES) * 3_600_000).toISOString();
    const previous_hash = heads.get(series) ?? null;
    const canonical = canonicalJson({ ...record, series: `CSI-${series}`, strike, previous_hash });
    const hash = sha256(canonical);
    heads.set(series, hash);
    tree.append(leafHashOf(canonical));
    const line: CopyLine = { index, canonical, hash, key_id: key.keyId, signature: key.sign(canonical) };
    parts.push(Buffer.from(`${canonicalJson(line)}\n`));
    if (tree.size % LEAVES_A_HEAD === 0 || tree.size === LEAVES) {
      const head = headText(key, tree.size, tree.root());
      parts.push(Buffer.from(`${canonicalJson({ head, signature: key.sign(head) })}\n`));
    }
  }
  return Buffer.concat(parts);
}

async function* pieces(file: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.length; at += 2 ** 20) yield file.subarray(at, at + 2 ** 20);
}

/** The transparency log: verifying a bundle and a whole log, and what a proof takes. */
export async function benchLog(store: ClickHouse): Promise<Figure[]> {
  const loaded = rulebookAt(new Date('2026-07-28T12:00:00Z'));
  const strike = globalStrike('2026-07-28', loaded);
  const series = seriesCatalogue(loaded.rulebook).find((one) => one.id === 'CSI-H100-SXM-80');
  const inputs = await inputsOf(store, strike, loaded, ['H100-SXM-80']);
  const computed = computeStrike(inputs, loaded, strike, new Map(), ['GLOBAL', 'EU']).find(
    ({ record }) => record.series === series?.id,
  );
  if (!series || !computed) throw new Error('no H100 fix');
  const key = makeKey();
  const row = seal(computed, key, strike.instant);

  const tree = levelTree();
  for (let index = 0; index < LEAVES; index += 1) {
    tree.append(leafHashOf(index === PROVEN ? row.canonical : String(index)));
  }
  const root = Buffer.from(tree.rootOf(0, LEAVES)).toString('hex');
  const head = headText(key, LEAVES, root);
  const inclusion = inclusionPath(LEAVES, PROVEN, tree.rootOf);
  const log: LogProof = { inclusion, head: { canonical: head, key_id: key.keyId, signature: key.sign(head) } };
  const text = bundleText(assembleBundle(computed, row, key.publicKey, loaded.rulebook, series, null, log));
  const bundle = Buffer.from(text);
  const verified = verifyBundle(bundle);
  if (!verified.passed) throw new Error(JSON.stringify(verified.checks));
  const bundleTime = await medianTime(51, () => verifyBundle(bundle));
  const bundleHash = await medianTime(51, () => createHash('sha256').update(bundle).digest());
  const make = await medianTime(1001, () => inclusionPath(LEAVES, PROVEN, tree.rootOf));
  const check = await medianTime(1001, () => verifyInclusion(row.canonical, inclusion, root));

  const copy = copyOf(key, computed.record);
  const started = performance.now();
  const whole = await verifyLog(readLines(pieces(copy), 2 ** 24), null);
  const seconds = (performance.now() - started) / 1000;
  if (!whole.passed) throw new Error(JSON.stringify(whole.problem));
  const copyHash = (await medianTime(3, () => createHash('sha256').update(copy).digest())) / 1000;
  return [
    {
      what: `verify a bundle (H100 SXM as recorded, ${(bundle.length / 1024).toFixed(0)} KiB): hashes, proofs, and the fix computed again`,
      value: bundleTime,
      unit: 'ms',
      ratio: { of: 'SHA-256 of its bytes', value: bundleTime / bundleHash },
    },
    {
      what: `verify a log of ${LEAVES} leaves (${(copy.length / 2 ** 20).toFixed(0)} MiB, ${whole.heads} signed heads): every hash, signature and chain`,
      value: seconds,
      unit: 's',
      ratio: { of: 'SHA-256 of its bytes', value: seconds / copyHash },
    },
    { what: `proof of inclusion in ${LEAVES} leaves: hashes`, value: inclusion.path.length, unit: 'hashes' },
    {
      what: 'the same with its signed head, as a bundle carries it',
      value: Buffer.byteLength(canonicalJson(log)),
      unit: 'bytes',
      ratio: { of: 'the bundle', value: Buffer.byteLength(canonicalJson(log)) / bundle.length },
    },
    { what: 'to make such a proof, the tree in memory', value: make, unit: 'ms' },
    { what: 'to check it', value: check, unit: 'ms' },
  ];
}
