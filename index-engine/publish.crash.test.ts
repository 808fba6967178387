import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asc } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beginService } from '#index-engine/finality/service';
import { startPublishing } from '#index-engine/finality/testing/processes';
import { morningPrices, SIX } from '#index-engine/finality/testing/service';
import { flawsOf } from '#index-engine/finality/testing/whole';
import { insertObservations } from '#store/clickhouse/observations';
import { openLedger } from '#store/ledger/client';
import { openSigningKey } from '#store/ledger/keys';
import { fixes } from '#store/ledger/schema';
import { openStore } from '#store/store';

/** How many times the publisher is killed; `KILLS=300` for a long run. */
const KILLS = Number(process.env.KILLS ?? 8);
/** Every strike of an hour is one more to be killed in: enough of them that none is left only at the end. */
const HOURS = Math.max(24, KILLS * 2);
const FROM = '2026-07-20';
const BEGIN = new Date('2026-07-21T00:00:00.000Z');
const NOW = new Date(BEGIN.getTime() + HOURS * 3_600_000 + 900_000).toISOString();
/** Boundaries of the stores that some strikes pass. */
const BOUNDARIES = 40;
const KILL_WITHIN_MS = 600;

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'csi-publish-crash-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A folder with a market in it, and a service that has begun. */
async function prepare(name: string): Promise<string> {
  const folder = join(root, name);
  const store = await openStore(folder, {});
  const days = Math.ceil(HOURS / 24) + 2;
  await insertObservations(store.clickhouse, [
    ...morningPrices(FROM, days, SIX),
    ...morningPrices(FROM, days, ['3', '3.1', '3.2', '3.3', '3.4', '3.5'], 'H200-SXM-141'),
  ]);
  await beginService(store.ledger.database, openSigningKey(folder), BEGIN, BEGIN);
  await store.close();
  return folder;
}

/** The ledger of a folder: what does not hold in it, the bytes of its fixes, and how many each strike of the hour has. */
async function look(folder: string): Promise<{ flaws: string[]; canonical: string[]; hourly: Map<string, number> }> {
  const ledger = await openLedger({ path: join(folder, 'ledger') });
  const rows = await ledger.database
    .select({ canonical: fixes.canonical, series: fixes.series, strike: fixes.strike })
    .from(fixes)
    .orderBy(asc(fixes.series), asc(fixes.strike), asc(fixes.revision));
  const flaws = await flawsOf(ledger.database);
  await ledger.close();
  const hourly = new Map<string, number>();
  for (const { series, strike } of rows) {
    const at = strike.toISOString();
    if (series.endsWith('.H')) hourly.set(at, (hourly.get(at) ?? 0) + 1);
  }
  return { flaws, canonical: rows.map((row) => row.canonical), hourly };
}

async function publishAll(folder: string): Promise<void> {
  const child = startPublishing(folder, NOW, { environment: { DATABASE_URL: '', CLICKHOUSE_URL: '' } });
  await child.ready;
  child.begin();
  expect(await child.ended).toMatchObject({ differing: [], refused: [] });
}

describe('a publisher killed outright', () => {
  it(
    'leaves every fix once, chained, signed and logged, or not at all; and what is computed again has the same bytes',
    async () => {
      const straight = await prepare('straight');
      await publishAll(straight);
      const whole = await look(straight);
      expect(whole.flaws).toEqual([]);
      const folder = await prepare('killed');
      const killed = { boundary: 0, moment: 0 };
      let most = 0;
      for (let kill = 0; kill < KILLS; kill += 1) {
        const isByMoment = kill % 4 === 0;
        const at = 1 + Math.floor(Math.random() * BOUNDARIES);
        const after = Math.round(Math.random() * KILL_WITHIN_MS);
        const child = startPublishing(folder, NOW, {
          environment: { DATABASE_URL: '', CLICKHOUSE_URL: '', ...(isByMoment ? {} : { KILL_AT: String(at) }) },
        });
        await child.ready;
        child.begin();
        const timer = isByMoment ? setTimeout(() => child.kill(), after) : undefined;
        if ((await child.ended) === null) killed[isByMoment ? 'moment' : 'boundary'] += 1;
        clearTimeout(timer);
        const { flaws, canonical, hourly } = await look(folder);
        const where = `kill ${kill}, ${isByMoment ? `after ${after} ms` : `at boundary ${at}`}`;
        expect(flaws, where).toEqual([]);
        for (const [strike, count] of hourly) expect(count, `${where}: ${strike}`).toBe(whole.hourly.get(strike));
        expect(canonical.length, where).toBeGreaterThanOrEqual(most);
        most = canonical.length;
        if (kill % 25 === 24) console.log(`${kill + 1} kills: ${most} fixes, nothing amiss`);
      }
      console.log(
        `killed ${killed.boundary} times at a boundary of the stores, ${killed.moment} at a moment; ${most} of ${whole.canonical.length} fixes were there`,
      );
      expect(killed.boundary + killed.moment).toBeGreaterThan(KILLS / 2);
      await publishAll(folder);
      const again = await look(folder);
      expect(again.flaws).toEqual([]);
      expect(again.canonical).toEqual(whole.canonical);
    },
    120_000 + KILLS * 20_000,
  );
});
