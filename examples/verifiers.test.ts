import { spawn } from 'node:child_process';
import { webcrypto } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { record, sealed, suspended } from '#api/testing/records';
import { assembleBundle, bundleText } from '#index-engine/evidence';
import { computeFix } from '#index-engine/fix';
import { seal } from '#index-engine/publish';
import type { SettlementCertificate } from '#index-engine/settlement/certificate';
import type { CertificateBundle } from '#index-engine/settlement/certificate-bundle';
import { buildCertificateBundle, issueCertificate } from '#index-engine/settlement/issue';
import { monthSchedule } from '#index-engine/settlement/schedule';
import { verifyCertificate } from '#index-engine/settlement/verify-certificate';
import { loggedAmongOthers } from '#index-engine/testing/log';
import { context, headline, hoursBefore, inputsOf, panel, quote, rulebookV1 } from '#index-engine/testing/market';
import { verifyBundle } from '#index-engine/verify';
import { canonicalHash, canonicalJson } from '#methodology/canonical';
import { type Contract, contract } from '#methodology/contracts';
import { openLedger } from '#store/ledger/client';
import { appendFixes } from '#store/ledger/fixes';
import { openSigningKey, recordKey } from '#store/ledger/keys';
import type { Subtle } from '../terminal/data/verify';
import { verifyBundle as verifyInBrowser } from '../terminal/data/verify-bundle';

/*
 * Three verifiers of one bundle: the product's, the browser's, and the script that shares nothing with either. They must agree that it
 * holds, and each must find any field that was altered, but for what it says that it does not check.
 */

const folder = mkdtempSync(join(tmpdir(), 'csi-verifiers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const key = openSigningKey(folder);
const script = fileURLToPath(new URL('./verify-bundle.mjs', import.meta.url));
const subtle = webcrypto.subtle as unknown as Subtle;

let files = 0;
/** Runs the script on a file and answers its exit code and what it said. */
async function independent(text: string): Promise<{ code: number | null; said: string }> {
  const file = join(folder, `${files++}.json`);
  writeFileSync(file, text);
  const child = spawn(process.execPath, [script, file], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said += chunk;
    });
  }
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  rmSync(file);
  return { code, said };
}

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** The path of every value in a document that is no list or object. */
function pathsOf(value: Json, path: (string | number)[] = []): (string | number)[][] {
  if (value === null || typeof value !== 'object') return [path];
  const members = Array.isArray(value) ? value.map((one, index) => [index, one] as const) : Object.entries(value);
  return members.flatMap(([name, one]) => pathsOf(one, [...path, name]));
}

/** Another value of the same kind. */
function other(value: Json): Json {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value !== 'string' || value === '') return 'x';
  const last = value.at(-1) as string;
  return value.slice(0, -1) + (/[0-8]/.test(last) ? String(Number(last) + 1) : last === 'A' ? 'B' : 'A');
}

/** The document with the value at one path altered, written canonically again. */
function altered(text: string, path: readonly (string | number)[]): string {
  const document = JSON.parse(text) as Json;
  let at = document as Record<string | number, Json>;
  for (const name of path.slice(0, -1)) at = at[name] as Record<string | number, Json>;
  const last = path.at(-1) as string;
  at[last] = other(at[last] as Json);
  return `${canonicalJson(document)}\n`;
}

/** The document with the hashes of its audit path in capitals: the same bytes to whoever reads hexadecimal as it comes. */
function inCapitals(text: string): string {
  const document = JSON.parse(text) as { log: { inclusion: { path: string[] } } };
  const { inclusion } = document.log;
  inclusion.path = inclusion.path.map((one) => one.toUpperCase());
  return `${canonicalJson(document)}\n`;
}

describe('the script', () => {
  it('has fewer than 200 lines, and nothing but Node', () => {
    const text = readFileSync(script, 'utf8');
    expect(text.split('\n').length - 1).toBeLessThan(200);
    const imported = [...text.matchAll(/from '([^']+)'/g)].map(([, name]) => name);
    expect(imported).toEqual(['node:crypto', 'node:fs']);
  });

  it('says what it cannot read', async () => {
    for (const text of [
      'nonsense',
      '{}',
      '{"format":"csi-evidence/1"}',
      '{"format":"toString"}',
      '{"format":"csi-evidence/2"}',
    ]) {
      const { code, said } = await independent(text);
      expect([text, code]).toEqual([text, text.includes('/2') ? 2 : 2]);
      expect(said).toContain('verify-bundle: ');
    }
  });
});

describe('of an evidence bundle', () => {
  const inputs = {
    ...inputsOf(...panel('2', '2.5', '3', '3.5', '4'), quote({ provider: 'e', price: '3', currency: 'EUR' })),
    rates: [
      {
        ...{ date: '2026-07-27', currency: 'EUR', usd_per_unit: '1.1', source: 'ecb' },
        ...{ observed_at: hoursBefore(20), capture_id: 'c' },
      },
    ],
    sweeps: [{ source: 'test', sweep_id: 'later', observed_at: hoursBefore(3), complete: true, covers: ['p1'] }],
  };
  const previous = { ...computeFix(inputs, rulebookV1, context).record, date: '2026-07-27' };
  const before = { record: previous, hash: canonicalHash(previous) };
  const computed = computeFix(inputs, rulebookV1, { ...context, previous: before });
  const row = seal(computed, key, new Date('2026-07-28T15:15:00Z'));
  const { rulebook } = rulebookV1;
  const log = loggedAmongOthers(row.canonical, key);
  const bundle = bundleText(assembleBundle(computed, row, key.publicKey, rulebook, headline, previous, log));
  // A fix suspended and without a fix before: nothing to multiply.
  const none = computeFix(inputsOf(), rulebookV1, { ...context, series: headline });
  const suspendedRow = seal(none, key, new Date('2026-07-28T15:15:00Z'));
  const thin = bundleText(
    assembleBundle(
      none,
      suspendedRow,
      key.publicKey,
      rulebook,
      headline,
      null,
      loggedAmongOthers(suspendedRow.canonical, key),
    ),
  );

  it('all three say that it holds', async () => {
    for (const text of [bundle, thin]) {
      expect(verifyBundle(Buffer.from(text)).passed).toBe(true);
      expect((await verifyInBrowser(text, subtle)).checks.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
      const { code, said } = await independent(text);
      expect([code, said]).toEqual([0, expect.stringContaining('verified: CSI-H100-SXM-80 of')]);
    }
  });

  it('all three find every altered field', async () => {
    const paths = pathsOf(JSON.parse(bundle) as Json);
    expect(paths.length).toBeGreaterThan(500);
    const missed: string[] = [];
    for (const [index, path] of paths.entries()) {
      const text = altered(bundle, path);
      const name = path.join('.');
      if (verifyBundle(Buffer.from(text)).passed) missed.push(`product: ${name}`);
      if ((await verifyInBrowser(text, subtle)).verdict === 'passed') missed.push(`browser: ${name}`);
      // A process each: every field of the proofs, and of the rest every so many.
      const isOfProof = ['proof', 'log', 'format'].includes(String(path[0])) || path.length === 1;
      if (path[0] !== 'series' && (isOfProof || index % 29 === 0) && (await independent(text)).code === 0) {
        missed.push(`script: ${name}`);
      }
    }
    expect(missed).toEqual([]);
  });

  /** Providers of one, two, three … machines, so that weights are no shares of a number. */
  const uneven = (...prices: string[]) =>
    prices.map((price, index) =>
      quote({ provider: `p${index}`, native_id: `p${index}`, price, gpus: 8 * (index + 1) }),
    );
  const dayBefore = { ...computeFix(inputsOf(...uneven('2', '2.5', '3', '3.5', '4')), rulebookV1, context).record };

  it.each([
    ['fell', 4, ['1.9', '2.4', '2.9', '3.5', '4'], 4],
    ['rose', 4, ['2.1', '2.6', '3.1', '3.5', '4.2'], 4],
    ['fell by a third', 4, ['1.3', '1.7', '2', '2.3', '2.7'], 4],
    ['moved, of three that are left,', 4, ['2.1', '2.4', '3.3'], 5],
    ['were those of trades, and of one kind with nothing,', 2, ['2.1', '2.6', '3.1', '3.5', '4.2'], 4],
  ] as const)('all three say so where prices %s since the fix before', async (_, level, prices, now) => {
    const earlier = { ...dayBefore, date: '2026-07-27', level };
    const last = { record: earlier, hash: canonicalHash(earlier) };
    const later = computeFix(inputsOf(...uneven(...prices)), rulebookV1, { ...context, previous: last });
    expect([later.record.level, later.record.change?.price === null]).toEqual([now, level === 2]);
    const sealed = seal(later, key, new Date('2026-07-28T15:15:00Z'));
    const place = loggedAmongOthers(sealed.canonical, key);
    const text = bundleText(assembleBundle(later, sealed, key.publicKey, rulebook, headline, earlier, place));
    expect(verifyBundle(Buffer.from(text)).passed).toBe(true);
    expect((await verifyInBrowser(text, subtle)).verdict).toBe('passed');
    const { code, said } = await independent(text);
    expect([code, said]).toEqual([0, expect.stringContaining('verified: CSI-H100-SXM-80 of')]);
  });

  it('none takes a hash in another spelling', async () => {
    const text = inCapitals(bundle);
    expect(verifyBundle(Buffer.from(text)).passed).toBe(false);
    expect((await verifyInBrowser(text, subtle)).verdict).toBe('failed');
    expect((await independent(text)).code).toBe(1);
  });

  it('the script computes the value again that matched prices give, and says so where it differs', async () => {
    const lie = { ...computed, record: { ...computed.record, value: '9.9999' } };
    const signed = seal(lie, key, new Date());
    const proof = loggedAmongOthers(signed.canonical, key);
    const forged = bundleText(assembleBundle(lie, signed, key.publicKey, rulebook, headline, previous, proof));
    const { code, said } = await independent(forged);
    expect([code, said]).toEqual([1, expect.stringContaining('✗ arithmetic')]);
    // All that the browser checks holds: it says that it computes nothing again.
    const { verdict, checks } = await verifyInBrowser(forged, subtle);
    expect([verdict, checks.at(-1)?.verdict]).toEqual(['passed', 'unchecked']);
  });

  it('a browser without WebCrypto or Ed25519 never says that it holds', async () => {
    expect((await verifyInBrowser(bundle, undefined)).verdict).toBe('failed');
    const without: Subtle = {
      digest: subtle.digest.bind(subtle),
      verify: subtle.verify.bind(subtle),
      importKey: () => Promise.reject(Object.assign(new Error('unknown'), { name: 'NotSupportedError' })),
    };
    expect((await verifyInBrowser(bundle, without)).verdict).toBe('unchecked');
    for (const text of ['nonsense', 'null', '{"format":"csi-evidence/2"}'])
      expect((await verifyInBrowser(text, subtle)).verdict).toBe('failed');
  });
});

describe('of a certificate', () => {
  const month = '2026-07';
  const terms = contract('CSI-H100-SXM-80-BD') as Contract;
  let bundle: string;

  beforeAll(async () => {
    const ledger = await openLedger({ path: join(folder, 'ledger') });
    await recordKey(ledger.database, key, new Date('2026-06-01T00:00:00.000Z'));
    const records = monthSchedule(terms, month).stamps.map(({ date, strike }, place) => {
      const facts = { series: terms.series, date, strike, value: (2.8 + place / 10_000).toFixed(4) };
      return place === 7 ? { ...suspended(facts, 'no provider'), strike } : record(facts);
    });
    await appendFixes(ledger.database, sealed(records, key));
    const now = new Date('2026-08-05T00:00:00.000Z');
    const issued = await issueCertificate(ledger.database, key, terms, month, { now, replace: false });
    bundle = await buildCertificateBundle(ledger.database, issued);
    await ledger.close();
  });

  it('all three say that it holds', async () => {
    expect(verifyCertificate(Buffer.from(bundle)).passed).toBe(true);
    expect((await verifyInBrowser(bundle, subtle)).verdict).toBe('passed');
    const { code, said } = await independent(bundle);
    expect([code, said]).toEqual([
      0,
      expect.stringContaining('verified: CSI-H100-SXM-80-BD of 2026-07 settles at 2.8'),
    ]);
  });

  it('all three find altered fields', async () => {
    const missed: string[] = [];
    for (const [index, path] of pathsOf(JSON.parse(bundle) as Json).entries()) {
      const isOfProof = ['proof', 'log', 'keys'].includes(String(path[0])) || path.length < 3;
      if (!isOfProof && index % 37 !== 0) continue;
      const text = altered(bundle, path);
      const name = path.join('.');
      if (verifyCertificate(Buffer.from(text)).passed) missed.push(`product: ${name}`);
      if ((await verifyInBrowser(text, subtle)).verdict === 'passed') missed.push(`browser: ${name}`);
      if ((await independent(text)).code === 0) missed.push(`script: ${name}`);
    }
    expect(missed).toEqual([]);
  });

  it('none takes a hash in another spelling', async () => {
    const text = inCapitals(bundle);
    expect(verifyCertificate(Buffer.from(text)).passed).toBe(false);
    expect((await verifyInBrowser(text, subtle)).verdict).toBe('failed');
    expect((await independent(text)).code).toBe(1);
  });

  /** The bundle with its certificate changed, signed and logged again by the operator itself. */
  function forged(change: (certificate: SettlementCertificate) => void, headAt = '2026-08-05T00:00:00.000Z'): string {
    const document = JSON.parse(bundle) as CertificateBundle;
    change(document.certificate);
    const canonical = canonicalJson(document.certificate);
    Object.assign(document.proof, { hash: canonicalHash(document.certificate), signature: key.sign(canonical) });
    document.log = loggedAmongOthers(canonical, key, headAt);
    return `${canonicalJson(document)}\n`;
  }

  it('signed again without a change it holds', async () => {
    const text = forged(() => {});
    expect(verifyCertificate(Buffer.from(text)).passed).toBe(true);
    expect((await independent(text)).code).toBe(0);
  });

  it.each<[string, Partial<SettlementCertificate>]>([
    ['arithmetic +settlement_price is 2.99', { settlement_price: '2.99' }],
    ['arithmetic +mean is 1/2', { mean: '1/2' }],
    ['arithmetic +band is review', { band: 'review' }],
    ['arithmetic +contract_value is 1.00', { contract_value: '1.00' }],
    ['arithmetic +outcome is review', { outcome: 'review' }],
    ['fixes +simulated is true', { simulated: true }],
    ['terms +the month of 2026-07-01T15:00:00.000Z is 2026-07', { month: '2026-08' }],
    [
      'terms +final_at, 2026-07-31T00:00:00.000Z, at 2026-08-01T15:00:00.000Z',
      { final_at: '2026-07-31T00:00:00.000Z' },
    ],
    ['log +the head.s time at 2026-08-06T00:00:00.000Z or later', { final_at: '2026-08-06T00:00:00.000Z' }],
    ['terms +rounding.tick is 0.5', { rounding: { tick: '0.5', mode: 'half_even' } }],
    ['terms +gpu_hours is 731', { gpu_hours: 731, tick_value: '7.31' }],
  ])('script and product find it signed again: %s', async (what, change) => {
    const text = forged((certificate) => Object.assign(certificate, change));
    expect(verifyCertificate(Buffer.from(text)).passed).toBe(false);
    const { code, said } = await independent(text);
    expect([code, said]).toEqual([1, expect.stringMatching(new RegExp(`✗ ${what}`))]);
  });

  it('script and product find an accepted fix that is called missed', async () => {
    const text = forged(({ stamps }) => Object.assign(stamps[3] as object, { state: 'missed' }));
    expect(verifyCertificate(Buffer.from(text)).passed).toBe(false);
    const { code, said } = await independent(text);
    expect([code, said]).toEqual([
      1,
      expect.stringMatching(/✗ arithmetic +the state of 2026-07-07T15.* is missed, right is locked/),
    ]);
  });

  it('the product says which is later, the head or what it covers', () => {
    const text = forged(() => {}, '2026-07-28T15:15:00.000Z');
    const wrong = verifyCertificate(Buffer.from(text)).checks.filter(({ passed }) => !passed);
    expect(wrong.map(({ name }) => name)).toEqual(['log']);
    expect(wrong[0]?.detail).toContain('and the head over the certificate was signed on 2026-07-28T15:15:00.000Z');
  });
});
