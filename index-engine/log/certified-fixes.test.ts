import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { record, sealed, suspended } from '#api/testing/records';
import { exportLog } from '#index-engine/log/export';
import { readLines } from '#index-engine/log/lines';
import { verifyLog } from '#index-engine/log/verify-log';
import { certificateOf, type SettlementCertificate } from '#index-engine/settlement/certificate';
import { issueCertificate } from '#index-engine/settlement/issue';
import { monthSchedule } from '#index-engine/settlement/schedule';
import { settle } from '#index-engine/settlement/settle';
import { canonicalJson, sha256 } from '#methodology/canonical';
import { type Contract, contract } from '#methodology/contracts';
import { type Ledger, openLedger } from '#store/ledger/client';
import { appendFixes } from '#store/ledger/fixes';
import { signHead } from '#store/ledger/heads';
import { openSigningKey, recordKey, type SigningKey } from '#store/ledger/keys';
import { fixesBetween } from '#store/ledger/settlement-fixes';

const root = mkdtempSync(join(tmpdir(), 'csi-certified-fixes-'));
const month = '2026-07';
const now = new Date('2026-08-05T00:00:00.000Z');
const terms = contract('CSI-H100-SXM-80-BD') as Contract;
const { stamps } = monthSchedule(terms, month);
const strikeAt = (place: number) => stamps[place]?.strike as string;
/** No fix at one place, one without a value and one of too high a level at others; the last place was restated within its cycle. */
const [GONE, SUSPENDED, HIGH, RESTATED] = [3, 5, 8, stamps.length - 1];
let ledger: Ledger;
let key: SigningKey;
/** The log of an operator that published July, as the lines of a copy. */
let published: string[];

async function copy(): Promise<string[]> {
  let text = '';
  for await (const line of exportLog(ledger.database, true)) text += line;
  return text.split('\n').slice(0, -1);
}

async function* bytesOf(lines: readonly string[]): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`${lines.join('\n')}\n`);
}

const verify = (lines: readonly string[]) => verifyLog(readLines(bytesOf(lines), 1_000_000), null);

beforeAll(async () => {
  ledger = await openLedger({ path: join(root, 'ledger') });
  key = openSigningKey(root);
  await recordKey(ledger.database, key, new Date('2026-06-01T00:00:00.000Z'));
  const records = stamps.flatMap(({ date, strike }, place) => {
    if (place === GONE) return [];
    const facts = { series: terms.series, date, strike, value: (2.8 + place / 10_000).toFixed(4) };
    if (place === SUSPENDED) return [{ ...suspended(facts, 'no provider'), strike }];
    return [record(place === HIGH ? { ...facts, level: 6 } : facts)];
  });
  const restated = { ...(records.at(-1) as (typeof records)[number]), revision: 1, value: '2.9000' };
  for (const row of sealed([...records, restated], key)) {
    const publishedAt = new Date(row.strike.getTime() + (1 + row.revision) * 900_000);
    await appendFixes(ledger.database, [{ ...row, publishedAt }], async (transaction, head, at) => {
      await signHead(transaction, key, head, at);
    });
  }
  published = await copy();
});
afterAll(async () => {
  await ledger.close();
  rmSync(root, { recursive: true, force: true });
});

/** The certificate of the fixes that are left, and what is changed in it. */
const forge =
  (
    keep: (strike: string, revision: number) => boolean,
    change: (certificate: SettlementCertificate) => void = () => {},
  ) =>
  async (): Promise<SettlementCertificate> => {
    const all = await fixesBetween(ledger.database, terms.series, new Date('2026-06-01'), new Date('2026-08-01'));
    const fixes = all.filter(({ strike, revision }) => keep(strike.toISOString(), revision));
    const certificate = structuredClone(certificateOf(terms, settle(terms, month, fixes, now), null));
    change(certificate);
    return certificate;
  };

describe('a certificate in the log', () => {
  it('holds as it is issued: with a gap, a suspended fix, one of too high a level, and one restated', async () => {
    await issueCertificate(ledger.database, key, terms, month, { now, replace: false });
    const result = await verify(await copy());
    expect(result).toMatchObject({ passed: true, problem: null, formats: { 'csi-settlement-certificate/1': 1 } });
  });

  const stamp = (certificate: SettlementCertificate, place: number) =>
    certificate.stamps[place] as SettlementCertificate['stamps'][number];
  const all = () => true;

  it.each<[string, ReturnType<typeof forge>, string]>([
    [
      'leaves out a published fix',
      forge((strike) => strike !== strikeAt(10)),
      `of the strike ${strikeAt(10)} it says missed without a fix, and ${terms.series}@${strikeAt(10)}#0 (`,
    ],
    [
      'leaves out a restatement made in time',
      forge((_, revision) => revision === 0),
      `of the strike ${strikeAt(RESTATED)} it lists ${terms.series}@${strikeAt(RESTATED)}#0, and ${terms.series}@${strikeAt(RESTATED)}#1 (`,
    ],
    [
      'lists a fix that was never published',
      forge(all, (one) => Object.assign(stamp(one, 2).fix as object, { hash: 'f'.repeat(64) })),
      `of the strike ${strikeAt(2)} it lists the fix ${terms.series}@${strikeAt(2)}#0 with the hash ffff`,
    ],
    [
      'fills a gap with a fix that was never published',
      forge(all, (one) => Object.assign(stamp(one, GONE).fill?.from[0] as object, { hash: 'e'.repeat(64) })),
      `of the strike ${strikeAt(2)} it lists the fix ${terms.series}@${strikeAt(2)}#0 with the hash eeee`,
    ],
    [
      'calls a fix missed that its contract accepts',
      forge(all, (one) => Object.assign(stamp(one, 2), { state: 'missed' })),
      `of the strike ${strikeAt(2)} it says missed, and ${terms.series}@${strikeAt(2)}#0 is of level 4`,
    ],
    [
      'counts a fix that its contract does not accept',
      forge(all, (one) => Object.assign(stamp(one, HIGH), { state: 'locked' })),
      `of the strike ${strikeAt(HIGH)} it says locked, and ${terms.series}@${strikeAt(HIGH)}#0 is of level 6`,
    ],
    [
      'drops a day of the schedule',
      forge(all, (one) => one.stamps.splice(4, 1)),
      `stamps[4] is of ${strikeAt(5)}, the schedule has ${strikeAt(4)}`,
    ],
    [
      'is of a series that its contract does not average',
      forge(all, (one) => Object.assign(one, { series: 'CSI-H200-SXM-141' })),
      `its series is CSI-H200-SXM-141, its contract averages ${terms.series}`,
    ],
    [
      'lists no fixes at all',
      forge(all, (one) => Object.assign(one, { stamps: null })),
      'no certificate: stamps is missing or malformed',
    ],
  ])('that %s is named, with the strike and the fix', async (_, certify, detail) => {
    const canonical = canonicalJson(await certify());
    const leaf = { index: stamps.length, canonical, hash: sha256(canonical) };
    const header = canonicalJson({ ...JSON.parse(published[0] as string), size: stamps.length + 1 });
    const signed = canonicalJson({ ...leaf, key_id: key.keyId, signature: key.sign(canonical) });
    const { passed, problem } = await verify([header, ...published.slice(1), signed]);
    expect(passed).toBe(false);
    expect(problem?.detail).toContain(detail);
    expect(problem?.detail).toMatch(/^(the certificate CSI-H100-SXM-80-BD\/2026-07: |no certificate)/);
    expect(problem?.leaf_index).toBe(leaf.index);
  });
});
