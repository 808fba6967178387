import { join } from 'node:path';
import { ClickHouse } from '#store/clickhouse/client';
import { ownFolder } from '#store/folder';
import { type Ledger, openLedger } from '#store/ledger/client';
import { finishRotation } from '#store/ledger/key-rotation';

/** Both stores of one installation. */
export interface Store {
  folder: string;
  clickhouse: ClickHouse;
  ledger: Ledger;
  close(): Promise<void>;
}

/**
 * Opens the stores of a data folder: embedded engines in it, or servers where `CLICKHOUSE_URL` and `DATABASE_URL` name
 * them; with `CLICKHOUSE_CLUSTER` the tables are replicated and distributed.
 * @throws Error in one sentence where another process owns the folder or a server does not answer
 */
export async function openStore(folder: string, environment: NodeJS.ProcessEnv = process.env): Promise<Store> {
  const { CLICKHOUSE_URL, CLICKHOUSE_CLUSTER, DATABASE_URL } = environment;
  // With both on servers the folder holds nothing that two processes could not share.
  const owned = CLICKHOUSE_URL && DATABASE_URL ? null : ownFolder(folder);
  let clickhouse: ClickHouse | null = null;
  try {
    clickhouse = await ClickHouse.open(
      CLICKHOUSE_URL
        ? { url: CLICKHOUSE_URL, ...(CLICKHOUSE_CLUSTER ? { cluster: CLICKHOUSE_CLUSTER } : {}) }
        : { path: join(folder, 'clickhouse') },
    );
    const ledger = await openLedger(DATABASE_URL ? { url: DATABASE_URL } : { path: join(folder, 'ledger') });
    const open = { clickhouse, ledger };
    await finishRotation(folder, ledger.database);
    return {
      folder,
      ...open,
      close: async () => {
        await open.ledger.close();
        await open.clickhouse.close();
        owned?.release();
      },
    };
  } catch (error) {
    await clickhouse?.close();
    owned?.release();
    throw error;
  }
}
