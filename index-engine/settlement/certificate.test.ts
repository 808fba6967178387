import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { record, sealed, suspended } from '#api/testing/records';
import type { CertificateBundle } from '#index-engine/settlement/certificate-bundle';
import {
  buildCertificateBundle,
  certificateFrom,
  issueCertificate,
  NotIssued,
  newestCertificate,
} from '#index-engine/settlement/issue';
import { readSettlement } from '#index-engine/settlement/read';
import { monthSchedule } from '#index-engine/settlement/schedule';
import { verifyCertificate } from '#index-engine/settlement/verify-certificate';
import { canonicalJson, sha256 } from '#methodology/canonical';
import { type Contract, contract } from '#methodology/contracts';
import { type Ledger, openLedger } from '#store/ledger/client';
import { appendFixes } from '#store/ledger/fixes';
import { openSigningKey, recordKey, type SigningKey } from '#store/ledger/keys';
import { signedRecordsOf } from '#store/ledger/log';

const folder = mkdtempSync(join(tmpdir(), 'csi-certificate-'));
const now = new Date('2026-08-05T00:00:00.000Z');
const month = '2026-07';
const business = contract('CSI-H100-SXM-80-BD') as Contract;
const hourly = contract('CSI-H100-SXM-80-HM') as Contract;
const other = contract('CSI-H200-SXM-141-CD') as Contract;
const overdue = contract('CSI-B200-SXM-180-CD') as Contract;
let ledger: Ledger;
let key: SigningKey;

/** Fixes for every stamp of a month, chained: suspended at some places, left out at others. */
function fixesFor(terms: Contract, { gone = [] as number[], without = [] as number[] } = {}) {
  const records = monthSchedule(terms, month).stamps.flatMap(({ date, strike }, place) => {
    if (gone.includes(place)) return [];
    const facts = { series: terms.series, date, strike, value: (2.8 + place / 10_000).toFixed(4) };
    return [without.includes(place) ? { ...suspended(facts, 'no provider'), strike } : record(facts)];
  });
  return sealed(records, key);
}

beforeAll(async () => {
  ledger = await openLedger({ path: join(folder, 'ledger') });
  key = openSigningKey(folder);
  await recordKey(ledger.database, key, new Date('2026-06-01T00:00:00.000Z'));
  await appendFixes(ledger.database, fixesFor(business, { without: [7] }));
  await appendFixes(ledger.database, fixesFor(hourly, { gone: [100, 101, 300] }));
  await appendFixes(ledger.database, fixesFor(other, { gone: Array.from({ length: 12 }, (_, place) => place) }));
});
afterAll(async () => {
  await ledger.close();
  rmSync(folder, { recursive: true, force: true });
});

const issue = (terms: Contract, replace = false, at = now) =>
  issueCertificate(ledger.database, key, terms, month, { now: at, replace });
const failed = (file: string) => verifyCertificate(Buffer.from(file)).checks.filter(({ passed }) => !passed);

/** A bundle with something in it changed, and written canonically again. */
async function altered(terms: Contract, change: (bundle: CertificateBundle) => void): Promise<string> {
  const issued = await issue(terms);
  const bundle = JSON.parse(await buildCertificateBundle(ledger.database, issued)) as CertificateBundle;
  change(bundle);
  return `${canonicalJson(bundle)}\n`;
}

describe('a certificate', () => {
  it('is one however often it is issued, whenever that is, and by two at once', async () => {
    const [first, second] = await Promise.all([issue(business), issue(business)]);
    const third = await issue(business, true, new Date('2026-09-01T00:00:00.000Z'));
    expect([second, third]).toEqual([first, first]);
    expect(await signedRecordsOf(ledger.database, 'certificate', 'CSI-H100-SXM-80-BD/2026-07')).toHaveLength(1);
    expect(await newestCertificate(ledger.database, business.id, month)).toEqual(first);
  });

  it('says every fix, the fills, the mean and the price', async () => {
    const certificate = certificateFrom(await issue(business));
    expect(certificate).toMatchObject({
      outcome: 'settled',
      band: 'settles',
      gpu_hours: 730,
      final_at: '2026-08-01T15:00:00.000Z',
      coverage: { scheduled: 22, observed: 21, missed: 1, filled: 1, dropped: 0 },
      previous: null,
    });
    expect(certificate.stamps[7]).toMatchObject({
      state: 'missed',
      reason: 'suspended: no provider',
      fill: { value: '14003/5000', from: [{ value: '2.8006' }] },
    });
    // 22 × 2.8 and the places 0 to 21 without 7, for which 6 stands: (231 − 1) / 10,000.
    const [top, bottom] = (certificate.mean ?? '').split('/').map(Number) as [number, number];
    expect(top / bottom).toBeCloseTo((22 * 2.8 + 0.023) / 22, 12);
    expect([certificate.settlement_price, certificate.contract_value]).toEqual(['2.80', '2044.00']);
  });

  it('is refused while a fix may still change', async () => {
    await expect(issue(business, false, new Date('2026-07-31T16:00:00.000Z'))).rejects.toThrow(NotIssued);
    await expect(issue(business, false, new Date('2026-07-31T16:00:00.000Z'))).rejects.toThrow(
      /cannot be certified yet: 1 of 22 fixes may still change, until 2026-08-01T15:00/,
    );
  });

  it('is refused while a fix may still come late, and says so; once a later one is there it is final, and verifies', async () => {
    await appendFixes(ledger.database, fixesFor(overdue, { gone: [30] }));
    await expect(issue(overdue)).rejects.toThrow(
      new NotIssued(
        'CSI-B200-SXM-180-CD of 2026-07 cannot be certified yet: 1 of 31 fixes may still change; 2026-07-31T15:00:00.000Z was not published ' +
          'in time: its fix may still come late, as long as no later one of the series is published',
      ),
    );
    const [last] = fixesFor(overdue, { gone: [30] }).slice(-1);
    const [next] = sealed([record({ series: overdue.series, date: '2026-08-01' })], key);
    await appendFixes(ledger.database, [{ ...next!, previousHash: last!.hash }]);
    const issued = await issue(overdue);
    expect(certificateFrom(issued)).toMatchObject({ coverage: { missed: 1, filled: 1 }, outcome: 'settled' });
    const { passed } = verifyCertificate(Buffer.from(await buildCertificateBundle(ledger.database, issued)));
    expect(passed).toBe(true);
  });

  it('is refused for a month that was over when the series began', async () => {
    const june = issueCertificate(ledger.database, key, business, '2026-06', { now, replace: false });
    await expect(june).rejects.toThrow(
      new NotIssued(
        'CSI-H100-SXM-80-BD has no certificate of 2026-06: the last strike of that month is at 2026-06-30T15:00:00.000Z, and the first fix ' +
          'of CSI-H100-SXM-80 is of 2026-07-01T15:00:00.000Z; there is one for months in which the series has fixes',
      ),
    );
    const { final, price } = await readSettlement(ledger.database, business, '2026-06', now);
    expect([final, price]).toEqual([true, null]);
  });

  it('of a month that the rules do not settle has no settlement price', async () => {
    const issued = await issue(other);
    const certificate = certificateFrom(issued);
    expect(certificate).toMatchObject({
      outcome: 'determination',
      settlement_price: null,
      contract_value: null,
      coverage: { missed: 12, dropped: 12 },
    });
    expect(certificate.calculated_price).not.toBeNull();
    const { passed, checks } = verifyCertificate(Buffer.from(await buildCertificateBundle(ledger.database, issued)));
    expect([passed, checks.find(({ name }) => name === 'recomputed')?.detail]).toEqual([
      true,
      expect.stringMatching(/^no settlement price \(determination\)/),
    ]);
  });

  it('under other terms replaces the one before only when told to, and names it', async () => {
    const first = await issue(business);
    const finer: Contract = { ...business, tick: '0.001' };
    await expect(issue(finer)).rejects.toThrow(/its terms or fixes say otherwise now.*--replace/);
    const second = await issue(finer, true);
    expect(certificateFrom(second)).toMatchObject({ previous: first.hash, settlement_price: '2.801' });
    expect((await issue(finer)).hash).toBe(second.hash);
    // The terms it was first issued under are the shipped ones: the replacement is replaced in turn, never undone.
    await expect(issue(business)).rejects.toThrow(NotIssued);
    const back = await issue(business, true);
    expect(certificateFrom(back).previous).toBe(second.hash);
  });
});

describe('the verification of a certificate', () => {
  it.each([business, hourly])('of $id holds, and computes it again', async (terms) => {
    const issued = await issue(terms);
    const { passed, checks, certificate } = verifyCertificate(
      Buffer.from(await buildCertificateBundle(ledger.database, issued)),
    );
    expect(checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(checks.find(({ name }) => name === 'log')?.detail).toMatch(/^leaf \d+ of \d+ in log [0-9a-f]{16}/);
    expect([passed, certificate?.contract.id]).toEqual([true, terms.id]);
  });

  it.each<[string, (bundle: CertificateBundle) => void, string, RegExp]>([
    [
      'a price',
      ({ certificate }) => Object.assign(certificate, { settlement_price: '2.81' }),
      'recomputed',
      /certificate\.settlement_price says "2\.81", computed "2\.80"/,
    ],
    ['a mean', ({ certificate }) => Object.assign(certificate, { mean: '14/5' }), 'recomputed', /certificate\.mean/],
    [
      'a fill',
      ({ certificate }) => Object.assign(certificate.stamps[7]?.fill ?? {}, { value: '3/1' }),
      'recomputed',
      /stamps\.7\.fill\.value/,
    ],
    ['a stamp left out', ({ certificate }) => void certificate.stamps.pop(), 'recomputed', /certificate\.stamps\.21/],
    [
      'a level',
      ({ certificate }) => Object.assign(certificate.stamps[3]?.fix ?? {}, { level: 1 }),
      'recomputed',
      /stamps\.3\.fix\.level says 1, computed 4/,
    ],
    [
      'a term',
      ({ certificate }) => Object.assign(certificate.contract, { tick: '0.001' }),
      'terms',
      /contract hashes to/,
    ],
    [
      'a mark taken off',
      ({ certificate }) => Object.assign(certificate, { simulated: true }),
      'recomputed',
      /certificate\.simulated/,
    ],
    [
      'the value in a record',
      ({ fixes }) => Object.assign(fixes[3]?.fix ?? {}, { value: '9.0000' }),
      'fixes',
      /fixes\[3\] .* hashes to/,
    ],
    ['a record left out', ({ fixes }) => void fixes.splice(3, 1), 'fixes', /is not in the bundle/],
    [
      'a record twice',
      ({ fixes }) => void fixes.push(structuredClone(fixes[0] as (typeof fixes)[number])),
      'fixes',
      /twice/,
    ],
    [
      'a signature',
      ({ fixes }) => Object.assign(fixes[3] ?? {}, { signature: fixes[4]?.signature }),
      'fixes',
      /fixes\[3\].*signature does not hold/,
    ],
    ['a key', ({ keys }) => Object.assign(keys[0] ?? {}, { key_id: '0'.repeat(16) }), 'keys', /keys\[0\]\.key_id says/],
    [
      'a place in the log',
      ({ log }) => Object.assign(log.inclusion, { leaf_index: 0 }),
      'log',
      /does not lead from the record/,
    ],
    [
      'a head',
      ({ log }) =>
        Object.assign(log.head, { signature: log.head.signature.replace(/^./, (one) => (one === 'A' ? 'B' : 'A')) }),
      'log',
      /log\.head\.signature does not hold/,
    ],
    [
      'final too early',
      ({ certificate }) => Object.assign(certificate, { final_at: '2026-07-31T15:00:00.000Z' }),
      'recomputed',
      /the last fix is final at 2026-08-01/,
    ],
    [
      'a month without a calendar',
      ({ certificate }) => Object.assign(certificate, { month: '2031-01' }),
      'recomputed',
      /known from 2024-01-01/,
    ],
  ])('names what differs: %s', async (_, change, name, detail) => {
    const problems = failed(await altered(business, change));
    expect(problems.map((one) => one.name)).toContain(name);
    expect(problems.find((one) => one.name === name)?.detail).toMatch(detail);
    // Whatever was changed inside the certificate, the signature is off too.
    expect(problems.length).toBeGreaterThan(0);
  });

  it('finds a byte changed anywhere', async () => {
    const issued = await issue(business);
    const file = Buffer.from(await buildCertificateBundle(ledger.database, issued));
    expect(verifyCertificate(file).passed).toBe(true);
    fc.assert(
      fc.property(fc.nat({ max: file.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const changed = Buffer.from(file);
        changed[at] = (changed[at] as number) ^ by;
        const { passed, checks } = verifyCertificate(changed);
        expect(passed).toBe(false);
        expect(checks.some((check) => !check.passed && check.detail !== '')).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    ['{', /not JSON/],
    ['{}', /not a certificate bundle/],
    ['\ufeff{}', /not JSON/],
  ])('refuses what is no bundle: %j', (text, detail) => {
    expect(failed(text)[0]).toMatchObject({ name: 'file', detail: expect.stringMatching(detail) });
  });

  it('agrees with the settlement of the ledger', async () => {
    const settlement = await readSettlement(ledger.database, hourly, month, now);
    const certificate = certificateFrom(await issue(hourly));
    expect([certificate.mean, certificate.settlement_price]).toEqual([settlement.mean, settlement.price]);
    expect(sha256(canonicalJson(certificate.stamps))).toBe(sha256(canonicalJson(settlement.stamps)));
    expect(settlement.counts).toMatchObject({ locked: 741, missed: 3, filled: 3 });
  });
});
