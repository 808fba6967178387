import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { record, sealed } from '#api/testing/records';
import { withStore } from '#cli/context';
import { CannotRun } from '#cli/output';
import { determineCommand, settleCommand, verifyCertificateCommand } from '#cli/settle';
import { monthSchedule } from '#index-engine/settlement/schedule';
import { type Contract, contract } from '#methodology/contracts';
import { appendFixes } from '#store/ledger/fixes';
import { recordKey } from '#store/ledger/keys';

const folder = mkdtempSync(join(tmpdir(), 'csi-settle-'));
const options = { data: join(folder, 'data') };
const terms = contract('CSI-H100-SXM-80-BD') as Contract;
const july = { ...options, contract: terms.id, month: '2026-07' };
const file = join(folder, 'certificate.json');

beforeAll(() =>
  withStore(options, async ({ ledger: { database } }, key) => {
    await recordKey(database, key(), new Date('2026-06-01T00:00:00.000Z'));
    const days = monthSchedule(terms, '2026-07').stamps.filter((_, place) => place !== 4);
    const records = days.map(({ date }) => record({ series: terms.series, date, value: '2.8000' }));
    await appendFixes(database, sealed(records, key()));
  }),
);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('csi settle', () => {
  it('says in words and a table what a month settles at, and marks what is filled', async () => {
    const { text, code } = await settleCommand(july);
    expect(code).toBe(0);
    expect(text).toContain('CSI-H100-SXM-80-BD of 2026-07: the settlement price is 2.80 USD/GPU-h.');
    expect(text).toContain('21 of 22 fixes (95.5%), the longest gap 1 fix');
    expect(text).toMatch(/2026-07-08T15:00:00\.000Z\s+missed.*14\/5: mean of 2026-07-07T15:00/);
    expect(text).toContain('no certificate has been issued');
  });

  it('signs nothing where the certificate could not be written', async () => {
    const out = join(folder, 'no', 'certificate.json');
    await expect(settleCommand({ ...july, certificate: true, out })).rejects.toThrow(
      new CannotRun(`${out} cannot be written: ENOENT`),
    );
    expect((await settleCommand(july)).text).toContain('no certificate has been issued');
  });

  it('issues the certificate, which verifies, and names what was changed in it', async () => {
    await expect(settleCommand({ ...july, out: file })).rejects.toThrow(/has no certificate to write/);
    const { text } = await settleCommand({ ...july, certificate: true, out: file });
    expect(text).toMatch(/certificate [0-9a-f]{64} of .*: settlement price 2\.80/);
    const { text: verified, code } = await verifyCertificateCommand(file);
    expect([code, verified]).toEqual([0, expect.stringContaining('of 2026-07 settles at 2.80 USD/GPU-h')]);
    writeFileSync(file, readFileSync(file, 'utf8').replace('"settlement_price":"2.80"', '"settlement_price":"2.90"'));
    const changed = await verifyCertificateCommand(file);
    expect(changed.code).toBe(1);
    expect(changed.text).toContain('certificate.settlement_price says "2.90", computed "2.80"');
  });

  it('of a month without fixes is 1, and says that the rules do not settle it', async () => {
    const { text, code } = await settleCommand({ ...july, contract: 'CSI-H100-SXM-80-HM' });
    expect(code).toBe(1);
    expect(text).toMatch(/band\s+determination/);
    expect(text).toContain('0 of 744 fixes (0%)');
  });

  it('shows what was determined where the rules give no price', async () => {
    const hourly = { ...july, contract: 'CSI-H100-SXM-80-HM' };
    const said = { price: '2.81', by: 'the committee', reasons: 'no fix was published' };
    await expect(determineCommand({ ...hourly, ...said })).rejects.toThrow(/has no certificate: issue it first/);
    await expect(determineCommand({ ...july, ...said })).rejects.toThrow(/settles by its rules at 2\.80/);
  });

  it.each([
    [{ contract: 'X' }, /there is no contract "X"; there are\n.*\nCSI-A100-SXM-80-BD/],
    [{ contract: undefined }, /name a contract with --contract/],
    [{ month: undefined }, /name a month with --month/],
    [{ month: '2026-7' }, /a month is written such as 2026-07/],
    [{ month: '2029-01' }, /known from 2024-01-01 to 2028-12-31 only/],
    [{ replace: true }, /--replace goes with --certificate/],
  ])('could not run with %j', async (wrong, sentence) => {
    await expect(settleCommand({ ...july, ...wrong } as typeof july)).rejects.toThrow(sentence);
  });

  it('could not verify what is not there', async () => {
    await expect(verifyCertificateCommand(join(folder, 'nothing'))).rejects.toThrow(/cannot be read: ENOENT/);
  });
});
