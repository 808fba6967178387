import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { assembleBundle, bundleText } from '#index-engine/evidence';
import { computeFix } from '#index-engine/fix';
import { seal } from '#index-engine/publish';
import { loggedAmongOthers } from '#index-engine/testing/log';
import { context, headline, hoursBefore, inputsOf, panel, quote, rulebookV1 } from '#index-engine/testing/market';
import { verifyBundle } from '#index-engine/verify';
import { canonicalHash, canonicalJson } from '#methodology/canonical';
import { openSigningKey } from '#store/ledger/keys';

const folder = mkdtempSync(join(tmpdir(), 'csi-verify-'));
afterAll(() => rmSync(folder, { recursive: true }));
const key = openSigningKey(folder);

const rates = [
  {
    date: '2026-07-27',
    currency: 'EUR',
    usd_per_unit: '1.1',
    source: 'ecb',
    observed_at: hoursBefore(20),
    capture_id: 'c',
  },
];
const sweeps = [{ source: 'test', sweep_id: 'later', observed_at: hoursBefore(3), complete: true, covers: ['p1'] }];
const inputs = {
  ...inputsOf(...panel('2', '2.5', '3', '3.5', '4'), quote({ provider: 'e', price: '3', currency: 'EUR' })),
  rates,
  sweeps,
};
const first = computeFix(inputs, rulebookV1, context);
const previous = { ...first.record, date: '2026-07-27' };
const computed = computeFix(inputs, rulebookV1, {
  ...context,
  previous: { record: previous, hash: canonicalHash(previous) },
});
const row = seal(computed, key, new Date('2026-07-28T15:15:00Z'));
const { rulebook } = rulebookV1;
const log = loggedAmongOthers(row.canonical, key);
const bundle = assembleBundle(computed, row, key.publicKey, rulebook, headline, previous, log);
const file = Buffer.from(bundleText(bundle));

describe('verifyBundle', () => {
  it('holds for the bundle of a fix, and names what matched', () => {
    const result = verifyBundle(file);
    expect(result.checks.filter((check) => !check.passed)).toEqual([]);
    expect(result).toMatchObject({ passed: true, series: 'CSI-H100-SXM-80', value: computed.record.value });
    expect(result.checks.map((check) => check.name)).toEqual([
      'file',
      'hash',
      'key',
      'signature',
      'methodology',
      'chain',
      'inputs',
      'log',
      'series',
      'recomputed',
    ]);
  });

  it('fails for one changed byte anywhere, and says where', () => {
    // A stride that shares no factor with the lengths of the rows meets every field; three replacements meet digits, letters and marks.
    let tried = 0;
    for (let at = 0; at < file.length; at += 17) {
      for (const replacement of ['0', 'a', ' ']) {
        const byte = replacement.charCodeAt(0);
        if (file[at] === byte) continue;
        const changed = Buffer.from(file);
        changed[at] = byte;
        const result = verifyBundle(changed);
        const failed = result.checks.filter((check) => !check.passed);
        expect(result.passed, `byte ${at} as ${JSON.stringify(replacement)}`).toBe(false);
        expect(failed[0]?.detail.length).toBeGreaterThan(10);
        tried += 1;
      }
    }
    expect(tried).toBeGreaterThan(1000);
  });

  it('names the row that was altered', () => {
    const altered = structuredClone(bundle);
    const observation = altered.inputs.observations[2];
    if (!observation) throw new Error('no third row');
    observation.price = '3.01';
    const inputsCheck = verifyBundle(Buffer.from(bundleText(altered))).checks.find((check) => check.name === 'inputs');
    expect(inputsCheck?.detail).toContain('inputs.observations[2]');
  });

  it('names the field of the record that was altered, though hashed and signed anew', () => {
    const lie = { ...computed, record: { ...computed.record, value: '9.9999' } };
    const signed = seal(lie, key, new Date());
    const proof = loggedAmongOthers(signed.canonical, key);
    const forged = assembleBundle(lie, signed, key.publicKey, rulebook, headline, previous, proof);
    const failed = verifyBundle(Buffer.from(bundleText(forged))).checks.filter((check) => !check.passed);
    expect(failed.map((check) => check.name)).toEqual(['recomputed']);
    expect(failed[0]?.detail).toContain('fix.value says "9.9999"');
  });

  it('names what does not hold of the proof that it is in the log', () => {
    const detailOf = (change: (log: typeof bundle.log) => void) => {
      const altered = structuredClone(bundle);
      change(altered.log);
      const failed = verifyBundle(Buffer.from(bundleText(altered))).checks.filter((check) => !check.passed);
      expect(failed.map((check) => check.name)).toEqual(['log']);
      return failed[0]?.detail;
    };
    const other = openSigningKey(join(folder, 'other'));
    expect(
      detailOf((one) => {
        one.inclusion.leaf_index = 1;
      }),
    ).toContain('log.inclusion does not lead from the record');
    expect(
      detailOf((one) => {
        one.inclusion.tree_size = 5;
      }),
    ).toContain('log.inclusion.tree_size says 5, the head has 4 leaves');
    expect(
      detailOf((one) => {
        one.inclusion.path.reverse();
      }),
    ).toContain('log.inclusion does not lead');
    expect(
      detailOf((one) => {
        one.head.canonical = one.head.canonical.replace('"size":4', '"size":6');
      }),
    ).toContain('log.head.signature does not hold');
    expect(
      detailOf((one) => {
        one.head.canonical = one.head.canonical.replace('{"at"', '{ "at"');
      }),
    ).toContain('log.head.canonical is not canonical JSON');
    expect(
      detailOf((one) => {
        one.head.key_id = other.keyId;
      }),
    ).toContain(`log.head.key_id says ${other.keyId}`);
    expect(detailOf((one) => Object.assign(one, loggedAmongOthers(row.canonical, other)))).toContain(
      `log.head is signed by ${other.keyId}, which is none of the keys here`,
    );
    const stranger = loggedAmongOthers(canonicalJson({ format: 'another record' }), key);
    expect(detailOf((one) => Object.assign(one, stranger))).toContain('log.inclusion does not lead from the record');
  });

  it('says what a file that is no bundle is', () => {
    expect(verifyBundle(Buffer.from('{"a":1}')).checks[0]?.detail).toContain('not an evidence bundle');
    expect(verifyBundle(Buffer.from('nonsense')).checks[0]?.detail).toContain('not JSON');
    expect(verifyBundle(Buffer.of(0xff, 0xfe)).checks[0]?.detail).toContain('not UTF-8');
    expect(verifyBundle(file.subarray(0, file.length - 1)).passed).toBe(false);
  });
});
