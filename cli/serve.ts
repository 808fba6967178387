import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createApi } from '#api/app';
import { fixEvents } from '#api/latest';
import { startServer } from '#api/server';
import { healthOf } from '#api/sources';
import type { Hub } from '#api/stream';
import { withStore } from '#cli/context';
import { CannotRun } from '#cli/output';
import { startFixSchedule } from '#index-engine/schedule';
import { catalogue } from '#ingest/catalogue';
import { finishInterrupted } from '#ingest/collect';
import { type Collectors, startCollectors } from '#ingest/schedule';
import type { Source } from '#ingest/source';
import { newestCapture } from '#store/clickhouse/captures';
import type { LedgerFix } from '#store/ledger/fixes';
import { allHealth } from '#store/ledger/health';
import type { Store } from '#store/store';

const log = (line: string) => process.stderr.write(`${new Date().toISOString()} ${line}\n`);

/** Resolves at the first SIGINT or SIGTERM. */
function interrupted(): Promise<string> {
  return new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done(signal));
  });
}

/** `csi serve`: collectors, the daily fixes, the API and the terminal, until interrupted. */
export async function serveCommand(options: {
  data: string;
  port: string;
  host: string;
  collect: boolean;
}): Promise<void> {
  const port = Number(options.port);
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw new CannotRun(`--port must be a number from 0 to 65535, got ${options.port}`);
  }
  const clock = () => new Date();
  await withStore(options, async (store, key) => {
    const stopping = interrupted();
    const signingKey = key();
    const added = await finishInterrupted(store);
    if (added > 0) log(`read ${added} observations that an interrupted run had captured`);
    let collectors: Collectors | null = null;
    const api = createApi({
      store,
      clock,
      sources: catalogue,
      nextRuns: () => collectors?.nextRuns() ?? new Map(),
      simulated: false,
      terminalFolder: fileURLToPath(new URL('../terminal/dist', import.meta.url)),
    });
    const server = await startServer(api, port, options.host).catch((error: Error) => {
      throw new CannotRun(error.message);
    });
    log(`Compute Spot Index on http://localhost:${server.port}, data in ${resolve(options.data)}`);

    const announce = async (rows: LedgerFix[]) => {
      for (const fix of await fixEvents(store, rows, clock())) api.hub.publish('fix', fix);
    };
    const schedule = startFixSchedule(store, signingKey, clock, {
      published: (rows) =>
        void announce(rows).catch((error: Error) => log(`the stream missed ${rows.length} fixes: ${error.message}`)),
      ended: (report) =>
        log(report instanceof Error ? `fix failed: ${report.message}` : `fix: ${report.published} published`),
    });
    log(`next fix ${schedule.nextRun()?.toISOString() ?? 'never'}`);
    if (options.collect) {
      collectors = startCollectors(store, catalogue, clock, (source, report) => {
        log(
          `${source.id}: ${report.error ?? report.skipped ?? `${report.captures} captures, ${report.observations} observations`}`,
        );
        void announceSource(store, source, collectors, clock(), api.hub).catch((error: Error) =>
          log(`the stream missed the state of ${source.id}: ${error.message}`),
        );
      });
    }
    log(`${await stopping}: stopping`);
    await collectors?.stop();
    await schedule.stop();
    await server.close();
  });
}

/** Tells the stream how a source is doing. */
async function announceSource(
  store: Store,
  source: Source,
  collectors: Collectors | null,
  now: Date,
  hub: Hub,
): Promise<void> {
  const [health, newest] = await Promise.all([
    allHealth(store.ledger.database),
    newestCapture(store.clickhouse, source.id),
  ]);
  const next = collectors?.nextRuns().get(source.id) ?? null;
  hub.publish('source', { id: source.id, health: healthOf(source, health.get(source.id), newest, next, now) });
}
