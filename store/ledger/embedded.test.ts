import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { ledgerContract } from '#store/ledger/testing/contract';

const folder = mkdtempSync(join(tmpdir(), 'csi-ledger-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the ledger, embedded', () => ledgerContract(async () => ({ path: join(folder, 'ledger') })));
