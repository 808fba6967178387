import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startCollectors } from '#ingest/schedule';
import type { Source } from '#ingest/source';
import { runpod } from '#ingest/sources/runpod';
import { temporaryFolder } from '#ingest/testing/archive';
import { type Answer, json, type LocalServer, localSource, serve } from '#ingest/testing/local';
import { runpodAnswer } from '#ingest/testing/specimens';
import { allHealth } from '#store/ledger/health';
import { openStore, type Store } from '#store/store';

const folder = temporaryFolder('schedule');
const servers: LocalServer[] = [];
let store: Store;

beforeAll(async () => {
  store = await openStore(join(folder.path, 'data'), {});
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
afterAll(async () => {
  await store.close();
  folder.dispose();
});

const good: Answer = (response) => json(response, runpodAnswer);
const answerAfter =
  (milliseconds: number): Answer =>
  async (response) => {
    await pause(milliseconds);
    json(response, runpodAnswer);
  };

async function source(
  id: string,
  answer: Answer,
  facts: Partial<Source> = {},
): Promise<{ source: Source; server: LocalServer }> {
  const server = await serve(answer);
  servers.push(server);
  // Once a year: what these tests see is the first round.
  return { source: localSource(runpod, server.url, { id, schedule: '0 0 1 1 *', ...facts }), server };
}

/** Starts collectors and waits until every source ran once. */
async function firstRound(sources: readonly Source[]) {
  const runs: [string, string | null][] = [];
  let done: () => void = () => {};
  const all = new Promise<void>((resolve) => {
    done = resolve;
  });
  const collectors = startCollectors(
    store,
    sources,
    () => new Date(),
    (one, report) => {
      runs.push([one.id, report.error]);
      if (runs.length === sources.length) done();
    },
  );
  await all;
  return { collectors, runs };
}

describe('startCollectors', () => {
  it('runs every source once at the start, and one that fails leaves the others alone', async () => {
    const bad = await source('bad', (response) => {
      response.statusCode = 500;
      response.end();
    });
    const [first, last] = [await source('first', good), await source('last', good)];
    const { collectors, runs } = await firstRound([first.source, bad.source, last.source]);
    const ended = new Map(runs.map(([id, error]) => [id, error === null]));
    expect(ended).toEqual(
      new Map([
        ['first', true],
        ['last', true],
        ['bad', false],
      ]),
    );
    expect([first, bad, last].map((one) => one.server.asked.length)).toEqual([1, 3, 1]);
    const health = await allHealth(store.ledger.database);
    expect(health.get('bad')?.lastError).toMatch(/answered with status 500$/);
    expect(health.get('last')?.lastError).toBeNull();
    expect([...collectors.nextRuns().keys()]).toEqual(['first', 'bad', 'last']);
    for (const next of collectors.nextRuns().values()) expect(next?.getTime()).toBeGreaterThan(Date.now());
    await collectors.stop();
  });

  it('of two collectors on one ledger each source has one; when that one stops the other takes over', async () => {
    const shared = await source('shared', good, { schedule: '* * * * * *' });
    const elsewhere = { ...store, folder: '/another/machine' };
    const start = (where: Store) =>
      startCollectors(
        where,
        [shared.source],
        () => new Date(),
        () => {},
      );
    const one = start(store);
    while (shared.server.asked.length === 0) await pause(5);
    let byOther = 0;
    const other = startCollectors(
      elsewhere,
      [shared.source],
      () => new Date(),
      () => {
        byOther += 1;
      },
    );
    await pause(2200);
    expect(shared.server.asked.length).toBeGreaterThan(1);
    expect(byOther).toBe(0);
    await one.stop();
    while (byOther === 0) await pause(20);
    await other.stop();
  });

  it('stop waits for the run under way, and starts no other', async () => {
    const slow = await source('slow', answerAfter(300));
    // As many as are asked at once, and one that has to wait.
    const others = [];
    for (let place = 0; place < 3; place += 1) others.push(await source(`slow-${place}`, answerAfter(300)));
    const never = await source('never', good);
    const ended: string[] = [];
    const collectors = startCollectors(
      store,
      [slow.source, ...others.map((one) => one.source), never.source],
      () => new Date(),
      (one) => ended.push(one.id),
    );
    while (slow.server.asked.length === 0) await pause(5);
    expect(ended).toEqual([]);
    await collectors.stop();
    expect(ended.sort()).toEqual(['slow', 'slow-0', 'slow-1', 'slow-2']);
    await pause(50);
    expect(never.server.asked.length).toBe(0);
  });

  it('runs on its schedule, and never doubles a run, not even that of the first round', async () => {
    // Due every second, and slower than that.
    const busy = await source('busy', answerAfter(1300), { schedule: '* * * * * *' });
    const collectors = startCollectors(
      store,
      [busy.source],
      () => new Date(),
      () => {},
    );
    await pause(4200);
    await collectors.stop();
    expect(busy.server.asked.length).toBeGreaterThanOrEqual(2);
    expect(busy.server.busiest()).toBe(1);
    const asked = busy.server.asked.length;
    await pause(1200);
    expect(busy.server.asked.length).toBe(asked);
  });

  it('stop before anything ran ends at once', async () => {
    const one = await source('one', good);
    const collectors = startCollectors(
      store,
      [],
      () => new Date(),
      () => {},
    );
    await collectors.stop();
    expect(one.server.asked.length).toBe(0);
  });
});
