import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { drizzle as drizzleServer } from 'drizzle-orm/node-postgres';
import { migrate as migrateServer } from 'drizzle-orm/node-postgres/migrator';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import { drizzle as drizzleEmbedded } from 'drizzle-orm/pglite';
import { migrate as migrateEmbedded } from 'drizzle-orm/pglite/migrator';
import { Pool } from 'pg';
import * as schema from '#store/ledger/schema';

/** The ledger's database, whichever engine runs it. */
export type LedgerDatabase = PgDatabase<PgQueryResultHKT, typeof schema>;

/** Where the ledger lives: PGlite in a folder, or a Postgres server. */
export type LedgerTarget = { path: string } | { url: string };

/** An open ledger. */
export interface Ledger {
  database: LedgerDatabase;
  close(): Promise<void>;
}

const migrationsFolder = fileURLToPath(new URL('./migrations', import.meta.url));

/**
 * Opens the ledger and brings its tables up to date; migrations run forward only.
 * @throws Error where the server does not answer or the folder cannot be written
 */
export async function openLedger(target: LedgerTarget): Promise<Ledger> {
  if ('url' in target) {
    const pool = new Pool({ connectionString: target.url, max: 8 });
    const database = drizzleServer(pool, { schema });
    await migrateServer(database, { migrationsFolder });
    return { database, close: () => pool.end() };
  }
  mkdirSync(target.path, { recursive: true });
  const engine = await PGlite.create({ dataDir: target.path });
  const database = drizzleEmbedded(engine, { schema });
  await migrateEmbedded(database, { migrationsFolder });
  return { database, close: () => engine.close() };
}
