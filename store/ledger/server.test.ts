import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLedger } from '#store/ledger/client';
import { ledgerContract } from '#store/ledger/testing/contract';
import { hasPostgres, startPostgres, type TestPostgres } from '#store/ledger/testing/postgres';

if (!hasPostgres)
  console.warn('no Postgres: set DATABASE_URL_TEST to run the ledger tests on a server; they are skipped');

describe.skipIf(!hasPostgres)('the ledger, on a server', () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(async () => {
    await postgres.close();
  });

  it('replicas that start at once on an empty database all come up', async () => {
    const replicas = await Promise.all(Array.from({ length: 8 }, () => openLedger({ url: postgres.url })));
    for (const one of replicas) await one.database.execute(sql`SELECT count(*) FROM fixes`);
    await Promise.all(replicas.map((one) => one.close()));
  });

  it('goes on after the server broke its connections', async () => {
    const ledger = await openLedger({ url: postgres.url });
    await ledger.database.execute(sql`SELECT 1`);
    await postgres.breakConnections();
    await new Promise((resolve) => setTimeout(resolve, 200));
    await ledger.database.execute(sql`SELECT 1`);
    await ledger.close();
  });

  // In a block of its own: what it sets up must come after the empty database was met.
  describe('as every ledger', () => ledgerContract(async () => ({ url: postgres.url })));
});

it('a server that is not there is named in one sentence', async () => {
  await expect(openLedger({ url: 'postgres://postgres@127.0.0.1:9/none' })).rejects.toThrow(
    /^the Postgres server could not be used: .*ECONNREFUSED.*$/,
  );
});
