import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createClient } from '@clickhouse/client';
import { createChdbConnection } from 'chdb/connection';
import { createApi } from '#api/app';
import { startServer } from '#api/server';
import { contributionLimits, type Receipt } from '#ingest/contribute/contribute';
import { writeSettings } from '#store/clickhouse/client';
import { createApiKey } from '#store/ledger/api-keys';
import type { Store } from '#store/store';
import type { Figure } from './measure';

const LINES = 100_000;
const WARM_UP_LINES = 20_000;
const script = fileURLToPath(new URL('./contribute-client.ts', import.meta.url));

const megabytes = (bytes: number) => bytes / 2 ** 20;

/** Has another process contribute prints. @returns the receipt, and the seconds from its first byte to its answer's last */
async function contribution(url: string, token: string, key: string, from: number, to: number) {
  const client = spawn(process.execPath, ['--import', 'tsx', script, url, token, key, String(from), String(to)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(client.stdout)[Symbol.asyncIterator]();
  await lines.next();
  const started = performance.now();
  client.stdin.write('.');
  const { value } = await lines.next();
  const seconds = (performance.now() - started) / 1000;
  const { receipt } = JSON.parse(String(value)) as { receipt?: Receipt };
  if (receipt?.accepted !== to - from) throw new Error(`not every line was accepted: ${value}`);
  return { receipt, seconds };
}

/**
 * Contribution throughput, from HTTP to durable with verdicts and receipt, against a raw insert of the very same rows in batches of the
 * same size, by the client as it comes and as bytes; and how much memory the process came to hold on the way, beyond what it held after a first one.
 */
export async function benchContribute(store: Store): Promise<Figure[]> {
  const facts = { contributor: 'bench', venue: 'bench', scopes: ['contribute'] as const, at: new Date() };
  const { token } = await createApiKey(store.ledger.database, facts);
  const api = createApi({
    store,
    clock: () => new Date(),
    sources: [],
    nextRuns: () => new Map(),
    simulated: true,
    terminalFolder: tmpdir(),
  });
  const server = await startServer(api, 0);
  const url = `http://127.0.0.1:${server.port}/v1/contributions`;
  try {
    await contribution(url, token, 'warm-up', LINES, LINES + WARM_UP_LINES);
    const before = process.memoryUsage.rss();
    let peak = before;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage.rss());
    }, 50);
    const { receipt, seconds } = await contribution(url, token, 'bench', 0, LINES);
    clearInterval(watch);

    const rows = await store.clickhouse.rows<object>(
      `SELECT * FROM csi.observations WHERE source = 'contribution:bench' AND sweep_id = {id:String}`,
      { id: receipt.receipt_id },
    );
    if (rows.length !== LINES) throw new Error(`${rows.length} of ${LINES} facts are stored`);
    await store.clickhouse.command('CREATE TABLE csi.bench_contribute AS csi.observations');
    const rawStarted = performance.now();
    for (let at = 0; at < rows.length; at += contributionLimits.segmentLines) {
      await store.clickhouse.insert('csi.bench_contribute', rows.slice(at, at + contributionLimits.segmentLines));
    }
    const rawSeconds = (performance.now() - rawStarted) / 1000;
    await store.clickhouse.command('TRUNCATE TABLE csi.bench_contribute');
    // The client's own insert writes rows into the statement; under the settings that every insert of ours has.
    const clickhouse_settings = writeSettings;
    const client = createClient({
      connection: createChdbConnection({ path: join(store.folder, 'clickhouse') }),
    } as never);
    const clientStarted = performance.now();
    for (let at = 0; at < rows.length; at += contributionLimits.segmentLines) {
      const values = rows.slice(at, at + contributionLimits.segmentLines);
      await client.insert({ table: 'csi.bench_contribute', values, format: 'JSONEachRow', clickhouse_settings });
    }
    const clientSeconds = (performance.now() - clientStarted) / 1000;
    await client.close();
    await store.clickhouse.command('DROP TABLE csi.bench_contribute');
    const rate = LINES / seconds;
    return [
      {
        what: `contribution of ${LINES} prints, HTTP to durable, verdicts and receipt`,
        value: rate,
        unit: 'rows/s',
        ratio: {
          of: 'a raw insert of the same rows through @clickhouse/client',
          value: rate / (rows.length / clientSeconds),
        },
      },
      {
        what: 'the same contribution against our own raw insert, of rows as bytes',
        value: rows.length / rawSeconds,
        unit: 'rows/s',
        ratio: { of: 'that insert is the contribution', value: rate / (rows.length / rawSeconds) },
      },
      {
        what: 'contribution, resident memory at its peak above its start',
        value: megabytes(peak - before),
        unit: 'MB',
      },
    ];
  } finally {
    await server.close();
  }
}
