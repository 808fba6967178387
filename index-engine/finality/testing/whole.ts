import { asc } from 'drizzle-orm';
import { canonicalJson, sha256 } from '#methodology/canonical';
import { growingTree, leafHashOf } from '#methodology/merkle';
import type { LedgerDatabase } from '#store/ledger/client';
import { allKeys, signatureHolds } from '#store/ledger/keys';
import { fixes, logLeaves, logState, signedRecords, treeHeads } from '#store/ledger/schema';

/**
 * Everything that does not hold in a ledger, in words: fixes hashed, signed, once each, in one chain a series without a gap; a log without
 * a gap whose leaves are the records, whose root is what was signed. Empty where all holds.
 */
export async function flawsOf(database: LedgerDatabase): Promise<string[]> {
  const rows = await database.select().from(fixes);
  const records = await database.select().from(signedRecords);
  const leaves = await database.select().from(logLeaves).orderBy(asc(logLeaves.index));
  const [state] = await database.select().from(logState);
  const heads = await database.select().from(treeHeads);
  const keys = new Map((await allKeys(database)).map(({ keyId, publicKey }) => [keyId, publicKey]));
  const flaws: string[] = [];
  const flaw = (holds: boolean, text: string) => {
    if (!holds) flaws.push(text);
  };
  for (const { canonical, hash, signature, keyId } of [...rows, ...records]) {
    flaw(sha256(canonical) === hash, `${hash} is not the hash of its record`);
    flaw(canonicalJson(JSON.parse(canonical)) === canonical, `${hash} is not canonical`);
    flaw(signatureHolds(canonical, signature, keys.get(keyId) ?? ''), `${hash} is not signed by ${keyId}`);
  }
  for (const series of new Set(rows.map((row) => row.series))) {
    const own = rows.filter((row) => row.series === series);
    const after = new Map(own.map((row) => [row.previousHash, row]));
    let length = 0;
    for (let next = after.get(null); next; next = after.get(next.hash)) length += 1;
    flaw(length === own.length, `the chain of ${series} holds ${length} of its ${own.length} fixes`);
  }
  const texts = new Map([...rows, ...records].map(({ hash, canonical }) => [hash, canonical]));
  const tree = growingTree();
  const roots = new Map<number, string>();
  for (const [place, leaf] of leaves.entries()) {
    const text = texts.get(leaf.hash);
    flaw(leaf.index === place, `leaf ${place} is numbered ${leaf.index}`);
    flaw(text !== undefined && leafHashOf(text).toString('hex') === leaf.leafHash, `leaf ${place} is of no record`);
    flaw(
      place === 0 || leaf.at >= (leaves[place - 1]?.at ?? leaf.at) || leaf.kind !== 'fix',
      `leaf ${place} is dated back`,
    );
    tree.append(Buffer.from(leaf.leafHash, 'hex'));
    roots.set(tree.size, tree.root());
  }
  flaw(new Set(leaves.map(({ hash }) => hash)).size === leaves.length, 'a record is in the log twice');
  flaw(leaves.length === texts.size, `${texts.size} records, ${leaves.length} leaves`);
  flaw(state?.size === leaves.length, `the log says ${state?.size} leaves and has ${leaves.length}`);
  flaw(
    canonicalJson(state?.peaks ?? null) === canonicalJson(tree.peaks()),
    'the peaks of the log are not those of its leaves',
  );
  for (const { size, root, canonical, signature, keyId } of heads) {
    flaw(roots.get(size) === root, `the head at ${size} has another root than its leaves`);
    flaw(signatureHolds(canonical, signature, keys.get(keyId) ?? ''), `the head at ${size} is not signed`);
  }
  return flaws;
}
