import { fileURLToPath } from 'node:url';
import { createApi } from '#api/app';
import { fixEvents } from '#api/latest';
import { indicativeRow } from '#api/routes/indicative';
import { noticeRow } from '#api/routes/notices';
import { startServer } from '#api/server';
import { healthOf } from '#api/sources';
import type { Hub } from '#api/stream';
import { withStore } from '#cli/context';
import { CannotRun } from '#cli/output';
import type { World } from '#cli/world';
import type { PublisherReport } from '#index-engine/finality/publisher';
import { startIndicative } from '#index-engine/indicate';
import { startFixSchedule } from '#index-engine/schedule';
import { finishInterrupted, type RunReport } from '#ingest/collect';
import { openCaptureSpool } from '#ingest/keep';
import { type Collectors, startCollectors } from '#ingest/schedule';
import { simulatedFetch } from '#ingest/simulated/answers';
import type { Source } from '#ingest/source';
import { newestCapture } from '#store/clickhouse/captures';
import { fixesAfterLeaf, newestLeaf } from '#store/ledger/fixes';
import { allHealth } from '#store/ledger/health';
import type { SigningKey } from '#store/ledger/keys';
import { noticesAfter, recentNotices } from '#store/ledger/notices';
import type { Store } from '#store/store';

/** Says what happened, with its time, on standard error. */
export const log = (line: string) => process.stderr.write(`${new Date().toISOString()} ${line}\n`);

/** Resolves at the first SIGINT or SIGTERM. */
function interrupted(): Promise<string> {
  return new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done(signal));
  });
}

const roles = ['collect', 'fix', 'api'] as const;
type Role = (typeof roles)[number];

function rolesOf(text: string): Set<Role> {
  const asked = text.split(',').map((one) => one.trim());
  const unknown = asked.find((one) => !(roles as readonly string[]).includes(one));
  if (unknown !== undefined)
    throw new CannotRun(`--role takes ${roles.join(', ')}, separated by commas; got ${unknown}`);
  return new Set(asked as Role[]);
}

/** How often the stream looks for fixes that any process has published. */
const LEDGER_WATCH_MS = 2000;

/** What `csi serve` is told. */
export interface ServeOptions {
  data: string;
  port: string;
  host: string;
  role: string;
  collect: boolean;
}

interface ServeSettings {
  port: number;
  host: string;
  asked: ReadonlySet<Role>;
}

/** @throws CannotRun naming the option that is wrong */
export function serveSettings(options: ServeOptions): ServeSettings {
  const port = Number(options.port);
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw new CannotRun(`--port must be a number from 0 to 65535, got ${options.port}`);
  }
  const asked = rolesOf(options.role);
  if (!options.collect) asked.delete('collect');
  return { port, host: options.host, asked };
}

/**
 * `csi serve`: collectors, the daily fixes, the API and the terminal, until interrupted. With `--role` a process does only its part; every
 * process answers /healthz and /readyz. Several may share one ledger: sources and the daily publication are taken by lease.
 */
export async function serveCommand(options: ServeOptions): Promise<void> {
  const settings = serveSettings(options);
  await withStore(options, (store, key, world) => runServer(store, key, world, settings));
}

/** What a market lacks of its past when it is served. Both may be killed at any instant. */
export interface Past {
  /** Runs once the API answers, before anything is collected or published. */
  load(): Promise<void>;
  /** Runs beside the collectors, before anything is published on schedule: no chain takes an earlier fix afterwards. */
  fillIn(signal: AbortSignal): Promise<void>;
}

const NO_PAST: Past = { load: async () => {}, fillIn: async () => {} };

/** Serves a store that is open, until interrupted. Of a simulated market it says so, and collects that and nothing else. */
export async function runServer(
  store: Store,
  key: () => SigningKey,
  { sources, market }: World,
  { port, host, asked }: ServeSettings,
  past: Past = NO_PAST,
): Promise<void> {
  const clock = () => new Date();
  let collectors: Collectors | null = null;
  const api = createApi({
    store,
    clock,
    sources,
    nextRuns: () => collectors?.nextRuns() ?? new Map(),
    simulated: market !== null,
    terminalFolder: fileURLToPath(new URL('../terminal/dist', import.meta.url)),
  });
  const server = await startServer(api, port, host).catch((error: Error) => {
    throw new CannotRun(error.message);
  });
  log(
    `${market ? 'SIMULATED ' : ''}Compute Spot Index on http://localhost:${server.port}, data in ${store.folder}, role ${[...asked].join(', ')}`,
  );
  const watch = asked.has('api') ? watchLedger(store, api.hub, clock) : null;
  await past.load();
  const stopping = interrupted();
  const indicative = asked.has('fix')
    ? startIndicative(store, clock, (values) => {
        if (values instanceof Error) log(`indicative failed: ${values.message}`);
        else api.hub.publish('indicative', { values: values.map(indicativeRow) });
      })
    : null;
  if (asked.has('collect')) {
    const added = await finishInterrupted(store, sources);
    if (added > 0) log(`read ${added} observations that an interrupted run had captured`);
    const spool = await openCaptureSpool(store.folder);
    if (spool.waiting > 0) log(`${spool.waiting} captures wait on disk for the store`);
    const onRun = (source: Source, report: RunReport) => {
      const good = `${report.captures} captures, ${report.observations} observations`;
      log(`${source.id}: ${report.error ?? report.skipped ?? good}`);
      void announceSource(store, source, collectors, clock(), api.hub).catch((error: Error) =>
        log(`the stream missed the state of ${source.id}: ${error.message}`),
      );
    };
    const fetch = market ? simulatedFetch(market, clock) : undefined;
    collectors = startCollectors(store, sources, clock, onRun, spool, fetch);
  }
  // After what an interrupted run had captured was read: what was missed is computed from everything that was recorded.
  const stop = new AbortController();
  const publishing = past.fillIn(stop.signal).then(() => {
    if (stop.signal.aborted || !asked.has('fix')) return null;
    const schedule = startFixSchedule(store, key(), clock, logRun);
    log(`next fix ${schedule.nextRun()?.toISOString() ?? 'never'}`);
    return schedule;
  });
  try {
    log(`${await Promise.race([stopping, publishing.then(() => stopping)])}: stopping`);
  } finally {
    stop.abort();
    await collectors?.stop();
    // Where it failed, that is what is thrown, once everything has stopped.
    const schedule = await publishing.catch(() => null);
    await schedule?.stop();
    await indicative?.stop();
    clearInterval(watch ?? undefined);
    await server.close();
  }
}

/** Says what a run of the publisher came to, a line for each thing that somebody should know. */
function logRun(report: PublisherReport | Error): void {
  if (report instanceof Error) {
    log(`fix failed: ${report.message}`);
    return;
  }
  const { strikes, published, yielded, late, recovered, restated, findings, differing, refused } = report;
  if (recovered) log(`fix: ${recovered}`);
  if (published > 0) log(`fix: ${published} published at ${strikes} ${strikes === 1 ? 'strike' : 'strikes'}`);
  if (yielded > 0) log(`fix: another process published ${yielded} of them`);
  for (const text of late) log(`fix: ${text}`);
  for (const { row, reason } of restated) log(`fix: ${row.series} of ${row.strike.toISOString()} restated: ${reason}`);
  for (const { correction } of findings)
    log(`fix: ${correction.series} of ${correction.strike} corrected beside: ${correction.reason}`);
  for (const { series, detail } of differing) log(`fix: ${series} stays as published, though it now ${detail}`);
  for (const { series, date, reason } of refused) log(`fix: ${series} ${date} refused: ${reason}`);
}

/** Tells the stream of every fix and notice that appears in the ledger, whichever process put it there. */
function watchLedger(store: Store, hub: Hub, clock: () => Date): NodeJS.Timeout {
  let lastLeaf: number | null = null;
  let lastNotice: number | null = null;
  let looking = false;
  const look = async () => {
    lastLeaf ??= await newestLeaf(store.ledger.database);
    const rows = await fixesAfterLeaf(store.ledger.database, lastLeaf);
    const events = await fixEvents(
      store,
      rows.map(({ fix }) => fix),
      clock(),
    );
    for (const fix of events) hub.publish('fix', fix);
    lastLeaf = rows.at(-1)?.leaf ?? lastLeaf;
    lastNotice ??= (await recentNotices(store.ledger.database, 1))[0]?.id ?? 0;
    for (const notice of await noticesAfter(store.ledger.database, lastNotice)) {
      hub.publish('notice', noticeRow(notice));
      lastNotice = notice.id;
    }
  };
  const tick = () => {
    if (looking) return;
    looking = true;
    look()
      .catch((error: Error) => log(`the stream could not look for new fixes: ${error.message}`))
      .finally(() => {
        looking = false;
      });
  };
  // At once: what is published from now on is news.
  tick();
  return setInterval(tick, LEDGER_WATCH_MS);
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
