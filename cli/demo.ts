import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { withStore } from '#cli/context';
import { CannotRun, progressBar } from '#cli/output';
import { log, type Past, runServer, type ServeOptions, serveSettings } from '#cli/serve';
import { markOf } from '#cli/world';
import { type Region, type Schedule, scheduleOf, strikesOf } from '#index-engine/compute-strike';
import { replay } from '#index-engine/replay';
import { finishInterrupted } from '#ingest/collect';
import { loadPast } from '#ingest/simulated/load';
import { writeMark } from '#ingest/simulated/mark';
import type { SimulatedMarket } from '#ingest/simulated/market';
import { simulatedSources } from '#ingest/simulated/sources';
import { rulebookAt } from '#methodology/rulebook';
import { seriesCatalogue } from '#methodology/series';
import { addDays, localDate } from '#methodology/strike';
import { lastFixes } from '#store/ledger/fixes';
import type { SigningKey } from '#store/ledger/keys';
import type { Store } from '#store/store';

const DEFAULT_SEED = 1;
const MOST_DAYS = 1000;
const DAY_MS = 86_400_000;
/** Where the product keeps real data unless told otherwise. */
const REAL_FOLDER = './data';

function wholeNumber(name: string, text: string, most: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= most) return number;
  throw new CannotRun(`${name} must be a whole number from 1 to ${most}, got ${text}`);
}

/** Takes a folder for a simulated market: one that is marked as such, or one that holds nothing, which is then marked before anything else. */
function takeFolder(folder: string, seed: number | null): void {
  const mark = markOf(folder);
  if (mark) {
    if (seed === null || seed === mark.seed) return;
    throw new CannotRun(`${folder} holds the market of seed ${mark.seed}: leave --seed out, or name another folder`);
  }
  if (folder === resolve(REAL_FOLDER)) throw new CannotRun(`${folder} is the folder of the real market: name another`);
  let held: string[] = [];
  try {
    held = readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw new CannotRun(`${folder} cannot be read: ${error}`);
  }
  if (held.length > 0) {
    throw new CannotRun(
      `${folder} is not marked as simulated and holds ${held[0]}: name a folder that is not there yet`,
    );
  }
  writeMark(folder, { seed: seed ?? DEFAULT_SEED });
}

/**
 * Dates whose strikes of a schedule may lack their fixes: from the newest that has any, or the first whose windows have been looked at
 * whole, to today.
 */
async function datesToFix(
  store: Store,
  schedules: readonly Schedule[],
  from: Date,
  now: Date,
): Promise<{ from: string; to: string }> {
  const loaded = rulebookAt(now);
  const to = localDate(now, 'UTC');
  const struck = new Set(
    seriesCatalogue(loaded.rulebook).flatMap((one) => (schedules.includes(scheduleOf(one)) ? [one.id] : [])),
  );
  const last = [...(await lastFixes(store.ledger.database)).values()].filter(({ series }) => struck.has(series));
  const newest = last.map(({ date }) => date).sort();
  if (newest.length > 0) return { from: newest.at(-1) as string, to };
  const whole = from.getTime() + loaded.rulebook.window.hours * 3_600_000;
  let first = localDate(from, 'UTC');
  while (strikesOf(first, loaded).some(({ strike }) => strike.instant.getTime() < whole)) first = addDays(first, 1);
  return { from: first, to };
}

/**
 * Brings a simulated market up to now: looks at whatever nobody has looked at yet, and publishes the fixes of the strikes since. What is struck
 * each day comes first: every class has its history within a minute or two, and the hours fill in while the market goes on.
 */
function pastOf(store: Store, key: () => SigningKey, market: SimulatedMarket, days: number): Past {
  const started = performance.now();
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  const from = new Date(Date.now() - days * DAY_MS);
  const publish = async (name: string, schedules: readonly Schedule[], signal?: AbortSignal) => {
    const range = await datesToFix(store, schedules, from, new Date());
    if (range.from > range.to) return;
    // What is not due yet is the schedule's to publish.
    const told = progressBar(name, false);
    const { published, withValue } = await replay(store, key(), { ...range, schedules, signal }, new Date(), told);
    if (signal?.aborted) {
      log(`${name}: ${published} published, and the next start goes on from there`);
      return;
    }
    if (published === 0) return;
    log(`${name} from ${range.from} to ${range.to}: ${published} published, ${withValue} with a value, ${seconds()}`);
  };
  return {
    load: async () => {
      log(`market of seed ${market.seed}: loading what is not there yet of its last ${days} days`);
      await finishInterrupted(store, simulatedSources(market.parameters));
      const now = new Date();
      const loaded = await loadPast(store.clickhouse, market, from, now, progressBar('market', false));
      log(`looked at the simulated market from ${loaded.from}: ${loaded.observations} observations, ${seconds()}`);
      await publish('daily fixes', Object.keys(rulebookAt(now).rulebook.strikes) as Region[]);
    },
    fillIn: (signal) => publish('hourly fixes', ['HOURLY'], signal),
  };
}

/**
 * `csi demo`: the product on a simulated market, in a data folder of its own, which is marked. Its past is loaded at once, only as far as it
 * is not there yet; from then on it is collected live.
 */
export async function demoCommand(
  options: Pick<ServeOptions, 'data' | 'port' | 'host'> & { days: string; seed?: string },
) {
  const settings = serveSettings({ ...options, role: 'collect,fix,api', collect: true });
  const days = wholeNumber('--days', options.days, MOST_DAYS);
  const seed = options.seed === undefined ? null : wholeNumber('--seed', options.seed, Number.MAX_SAFE_INTEGER);
  takeFolder(resolve(options.data), seed);
  await withStore(options, async (store, key, world) => {
    if (!world.market) throw new CannotRun(`${store.folder} lost its mark`);
    await runServer(store, key, world, settings, pastOf(store, key, world.market, days));
  });
}
