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

/** Two replicas that start at once must not both create the tables: the second waits for this lock. */
const MIGRATION_LOCK = 0x637369;

async function migrateAlone(pool: Pool): Promise<void> {
  const connection = await pool.connect();
  try {
    await connection.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await migrateServer(drizzleServer(connection, { schema }), { migrationsFolder });
    await connection.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    connection.release();
  } catch (error) {
    // Closed rather than returned: that frees the lock too.
    connection.release(true);
    throw error;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // A refused connection on every address of a name has no message of its own.
  return error.message || (error as NodeJS.ErrnoException).code || error.name;
}

/**
 * Opens the ledger and brings its tables up to date; migrations run forward only.
 * @throws Error where the server does not answer or the folder cannot be written
 */
export async function openLedger(target: LedgerTarget): Promise<Ledger> {
  if ('url' in target) {
    const pool = new Pool({ connectionString: target.url, max: 8 });
    // A server that restarts breaks idle connections: without a listener that would end the process. The next query reconnects.
    pool.on('error', () => {});
    // The same while one is taken, between two statements of a transaction: the next of them fails, and the caller hears of it.
    pool.on('connect', (connection) => connection.on('error', () => {}));
    try {
      await migrateAlone(pool);
    } catch (error) {
      await pool.end();
      throw new Error(`the Postgres server could not be used: ${reasonOf(error)}`, { cause: error });
    }
    return { database: drizzleServer(pool, { schema }), close: () => pool.end() };
  }
  mkdirSync(target.path, { recursive: true });
  const engine = await PGlite.create({ dataDir: target.path });
  const database = drizzleEmbedded(engine, { schema });
  await migrateEmbedded(database, { migrationsFolder });
  return { database, close: () => engine.close() };
}
