/**
 * Imports a capture archive into a data folder, then prints what stands there as one line of JSON. A process of its own, because an
 * embedded engine serves one folder a process, and because tests kill it.
 */
import { join } from 'node:path';
import { importArchive } from '#ingest/archive';
import { sha256 } from '#methodology/canonical';
import { unfinishedCaptures } from '#store/clickhouse/captures';
import { ClickHouse } from '#store/clickhouse/client';
import { ownFolder } from '#store/folder';
import type { ImportSummary } from './child.ts';

const [folder, archive] = process.argv.slice(2);
if (!folder || !archive) throw new Error('usage: import-archive <data folder> <archive>');

const owned = ownFolder(folder);
const store = await ClickHouse.open({ path: join(folder, 'clickhouse') });
console.log('open');
const report = await importArchive(store, archive, new Date('2026-08-10T00:00:00Z'));

async function count(what: string, table: string): Promise<number> {
  const [row] = await store.rows<{ n: number }>(`SELECT ${what} AS n FROM csi.${table}`);
  return row?.n ?? 0;
}

/** SHA-256 over every stored fact: its id, when it was first learned, and from which capture. */
async function digest(query: string): Promise<string> {
  const rows = await store.rows<{ observation_id: string; observed_at: string; capture_id: string }>(query);
  return sha256(
    rows
      .map((row) => `${row.observation_id} ${row.observed_at} ${row.capture_id}`)
      .sort()
      .join('\n'),
  );
}

const facts = 'SELECT observation_id, observed_at, capture_id FROM csi.observations';
const asRead = await digest(`${facts} ORDER BY observed_at, capture_id LIMIT 1 BY observation_id`);
const tables = ['observations', 'captures', 'capture_outcomes', 'quarantine', 'sweeps', 'exchange_rates'];
for (const table of tables) await store.command(`OPTIMIZE TABLE csi.${table} FINAL`);
const summary: ImportSummary = {
  report,
  digest: asRead,
  digestMerged: await digest(facts),
  observations: await count('uniqExact(observation_id)', 'observations'),
  observationRows: await count('count()', 'observations'),
  captures: await count('uniqExact(capture_id)', 'captures'),
  captureRows: await count('count()', 'captures'),
  outcomes: await count('count()', 'capture_outcomes'),
  quarantined: await count('uniqExact(quarantine_id)', 'quarantine'),
  quarantineRows: await count('count()', 'quarantine'),
  sweeps: await count('count()', 'sweeps'),
  unfinished: (await unfinishedCaptures(store)).length,
};
await store.close();
owned.release();
console.log(JSON.stringify(summary));
