import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { record, sealed } from '#api/testing/records';
import {
  determinationFrom,
  determine,
  NotDetermined,
  newestDetermination,
} from '#index-engine/settlement/determination';
import { issueCertificate } from '#index-engine/settlement/issue';
import { monthSchedule } from '#index-engine/settlement/schedule';
import { type Contract, contract } from '#methodology/contracts';
import { type Ledger, openLedger } from '#store/ledger/client';
import { appendFixes } from '#store/ledger/fixes';
import { openSigningKey, recordKey, type SigningKey } from '#store/ledger/keys';
import { signedRecordsOf } from '#store/ledger/log';

const folder = mkdtempSync(join(tmpdir(), 'csi-determination-'));
const now = new Date('2026-08-05T00:00:00.000Z');
const month = '2026-07';
const business = contract('CSI-H100-SXM-80-BD') as Contract;
const thin = contract('CSI-H200-SXM-141-CD') as Contract;
let ledger: Ledger;
let key: SigningKey;

beforeAll(async () => {
  ledger = await openLedger({ path: join(folder, 'ledger') });
  key = openSigningKey(folder);
  await recordKey(ledger.database, key, new Date('2026-06-01T00:00:00.000Z'));
  const fixes = (terms: Contract, without: number) =>
    monthSchedule(terms, month)
      .stamps.slice(without)
      .map(({ date, strike }) => record({ series: terms.series, date, strike, value: '2.8000' }));
  await appendFixes(ledger.database, sealed(fixes(business, 0), key));
  await appendFixes(ledger.database, sealed(fixes(thin, 12), key));
});
afterAll(async () => {
  await ledger.close();
  rmSync(folder, { recursive: true, force: true });
});

const said = { price: '2.810', by: 'the determination committee', reasons: 'eighteen fixes, all within a cent' };
const of = (terms: Contract, changed: Partial<typeof said> = {}, at = now) =>
  determine(ledger.database, key, terms, month, { ...said, ...changed }, at);

describe('a determination', () => {
  it('needs a certificate that says the rules give no price', async () => {
    await expect(of(thin)).rejects.toThrow(
      new NotDetermined('CSI-H200-SXM-141-CD/2026-07 has no certificate: issue it first, it says what the rules give'),
    );
    await issueCertificate(ledger.database, key, business, month, { now, replace: false });
    await expect(of(business)).rejects.toThrow(/settles by its rules at 2\.80: there is nothing to determine/);
  });

  it('is a whole number of ticks above nothing, with who and why', async () => {
    await issueCertificate(ledger.database, key, thin, month, { now, replace: false });
    await expect(of(thin, { price: '2.8105' })).rejects.toThrow(
      /2\.8105 is no price of .*: it has whole ticks of 0\.001, such as 2\.81/,
    );
    await expect(of(thin, { price: '0' })).rejects.toThrow(/is no price/);
    await expect(of(thin, { price: '-1' })).rejects.toThrow(/price: a decimal/);
    await expect(of(thin, { reasons: ' ' })).rejects.toThrow(/reasons: .*a text has 1 to 4000 characters/);
    expect(await newestDetermination(ledger.database, thin.id, month)).toBeNull();
  });

  it('is signed and logged, and the next one names the one that it replaces', async () => {
    const first = await of(thin);
    const second = await of(thin, { price: '2.82' }, new Date('2026-08-06T00:00:00.000Z'));
    expect(determinationFrom(second)).toMatchObject({ price: '2.820', previous: first.hash, by: said.by });
    expect((await newestDetermination(ledger.database, thin.id, month))?.hash).toBe(second.hash);
    expect(await signedRecordsOf(ledger.database, 'determination')).toHaveLength(2);
  });
});
