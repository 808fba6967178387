import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AnswerMemory } from '#ingest/ask';
import { pausedUntil } from '#ingest/breaker';
import { type CollectOptions, collectSource, finishInterrupted } from '#ingest/collect';
import { drainCaptures, openCaptureSpool } from '#ingest/keep';
import { noticeSilence } from '#ingest/schedule';
import type { Source } from '#ingest/source';
import { runpod } from '#ingest/sources/runpod';
import { temporaryFolder } from '#ingest/testing/archive';
import { type Answer, json, type LocalServer, localSource, serve } from '#ingest/testing/local';
import { runpodAnswer } from '#ingest/testing/specimens';
import { dropLease, takeLease } from '#store/ledger/leases';
import { recentNotices } from '#store/ledger/notices';
import { openStore, type Store } from '#store/store';

const folder = temporaryFolder('faults');
let store: Store;
let server: LocalServer;
let now = Date.parse('2026-08-05T00:00:00Z');
const clock = () => new Date(now);

beforeAll(async () => {
  store = await openStore(join(folder.path, 'data'), {});
});
afterEach(() => server?.close());
afterAll(async () => {
  await store.close();
  folder.dispose();
});

async function collect(answer: Answer, changes: Partial<Source> = {}, options: CollectOptions = {}) {
  server = await serve(answer);
  now += 3_600_000;
  return collectSource(store, localSource(runpod, server.url, changes), clock, options);
}
const refuse: Answer = (response) => {
  response.statusCode = 503;
  response.end();
};
const kinds = async (subject: string) =>
  (await recentNotices(store.ledger.database, 100)).filter((one) => one.subject === subject).map((one) => one.kind);

describe('a failure that passes', () => {
  it('is tried again, and what comes then is taken', async () => {
    const report = await collect(
      (response, _body, index) => (index < 2 ? refuse(response, null, index) : json(response, runpodAnswer)),
      { id: 'runpod' },
    );
    expect(report).toMatchObject({ error: null, captures: 1 });
    expect(report.observations).toBeGreaterThan(0);
    expect(server.asked.length).toBe(3);
  });

  it('a server that wants longer than the sweep may take is left alone', async () => {
    const report = await collect(
      (response) => {
        response.statusCode = 429;
        response.setHeader('retry-after', '3600');
        response.end();
      },
      { limits: { sweep_seconds: 5 } } as Partial<Source>,
    );
    expect(report.error).toContain('answered with status 429');
    expect(server.asked.length).toBe(1);
  });
});

describe('conditional requests', () => {
  it('an answer that still holds is captured anew with the bytes it had, and its prices are seen anew', async () => {
    const memory = new AnswerMemory();
    const seen: (string | undefined)[] = [];
    server = await serve((response) => {
      seen.push(response.req.headers['if-none-match']);
      if (response.req.headers['if-none-match'] === '"v1"') {
        response.statusCode = 304;
        response.end();
        return;
      }
      response.setHeader('etag', '"v1"');
      json(response, runpodAnswer);
    });
    const source = localSource(runpod, server.url);
    now += 3_600_000;
    const first = await collectSource(store, source, clock, { memory });
    now += 3_600_000;
    const second = await collectSource(store, source, clock, { memory });
    expect(seen).toEqual([undefined, '"v1"']);
    expect(second).toMatchObject({ error: null, observations: first.observations });
    const rows = await store.clickhouse.rows<{ sha256: string; request: string }>(
      "SELECT sha256, request FROM csi.captures WHERE source = 'runpod' ORDER BY fetched_at DESC LIMIT 2",
    );
    expect(rows[0]?.sha256).toBe(rows[1]?.sha256);
    expect(rows[0]?.request).toContain('"revalidated"');
  });

  it('remembers no more than its limits', () => {
    const memory = new AnswerMemory({ answers: 2, bytes: 10 });
    const answer = (size: number) => ({
      status: 200,
      type: '',
      body: Buffer.alloc(size),
      bytes: size,
      revalidated: null,
    });
    const headers = new Headers({ etag: '"x"' });
    for (const name of ['a', 'b', 'c']) memory.keep(name, answer(3), headers);
    expect([memory.get('a'), memory.get('b'), memory.get('c')].map((one) => one !== undefined)).toEqual([
      false,
      true,
      true,
    ]);
    memory.keep('d', answer(9), headers);
    expect(memory.get('c')).toBeUndefined();
    memory.keep('e', answer(11), headers);
    expect(memory.get('e')).toBeUndefined();
  });
});

describe('the circuit', () => {
  const failed = (consecutiveFailures: number) => ({
    source: 'x',
    lastRunAt: new Date(0),
    lastSuccessAt: null,
    lastError: 'gone',
    consecutiveFailures,
  });
  it('opens at five failures, doubles its pause, and never beyond six hours', () => {
    const pause = (failures: number) => (pausedUntil(failed(failures), new Date(1))?.getTime() ?? 0) / 1000;
    expect([4, 5, 6, 7, 30].map(pause)).toEqual([0, 300, 600, 1200, 21_600]);
    expect(pausedUntil(failed(5), new Date(301_000))).toBeNull();
    expect(pausedUntil(undefined, new Date())).toBeNull();
  });

  it('a paused source is not asked, unless a person insists; it is told when it pauses and when it comes back', async () => {
    const flaky = { id: 'flaky' };
    for (let run = 0; run < 5; run += 1) {
      await collect(refuse, flaky);
      await server.close();
    }
    now -= 3_590_000;
    const paused = await collect(refuse, flaky);
    expect(paused).toMatchObject({
      error: null,
      skipped: expect.stringMatching(/^paused until .* after 5 failures: /),
    });
    expect(server.asked.length).toBe(0);
    await server.close();
    const insisted = await collect((response) => json(response, runpodAnswer), flaky, { insist: true });
    expect(insisted).toMatchObject({ error: null, skipped: null });
    expect(await kinds('flaky')).toEqual(['source_recovered', 'source_paused']);
  });
});

describe('notices', () => {
  it('a changed shape is told once, not at every run', async () => {
    const reshaped: Answer = (response) => json(response, { gpus: [] });
    for (let run = 0; run < 3; run += 1) {
      await collect(reshaped, { id: 'reshaped' });
      await server.close();
    }
    expect(await kinds('reshaped')).toEqual(['source_drift']);
  });

  it('a silence is told once; another silence again', async () => {
    const source = localSource(runpod, 'http://127.0.0.1:9/', { id: 'quiet' });
    const answer: Answer = (response) => json(response, runpodAnswer);
    await collect(answer, { id: 'quiet' });
    const hoursOn = (hours: number) => new Date(now + hours * 3_600_000);
    await noticeSilence(store, [source], hoursOn(1));
    expect(await kinds('quiet')).toEqual([]);
    for (const hours of [3, 4, 5]) await noticeSilence(store, [source], hoursOn(hours));
    expect(await kinds('quiet')).toEqual(['source_silent']);
    now += 10 * 3_600_000;
    await server.close();
    await collect(answer, { id: 'quiet' });
    await noticeSilence(store, [source], hoursOn(3));
    expect(await kinds('quiet')).toEqual(['source_silent', 'source_silent']);
  });
});

describe('keys', () => {
  it('a source without its key is not asked and not called failing; with it the key goes out, and into no capture', async () => {
    const keyed: Partial<Source> = {
      id: 'keyed',
      key_variable: 'TEST_KEY',
      authorise: (key) => ({ authorization: `Bearer ${key}` }),
    };
    const without = await collect((response) => json(response, runpodAnswer), keyed, { environment: {} });
    expect(without).toMatchObject({ error: null, skipped: 'needs a key: set TEST_KEY' });
    expect(server.asked.length).toBe(0);
    await server.close();
    let sent: string | undefined;
    const answer: Answer = (response) => {
      sent = response.req.headers.authorization;
      json(response, runpodAnswer);
    };
    await collect(answer, keyed, { environment: { TEST_KEY: 'sesame-open' } });
    expect(sent).toBe('Bearer sesame-open');
    const [found] = await store.clickhouse.rows<{ n: number }>(
      "SELECT count() AS n FROM csi.captures WHERE position(concat(url, request, body), 'sesame') > 0",
    );
    expect(found?.n).toBe(0);
  });
});

describe('leases', () => {
  it('one holder at a time, renewed by it, taken over when it runs out or is given back', async () => {
    const { database } = store.ledger;
    const take = (holder: string, seconds: number, at: number) =>
      takeLease(database, { name: 'source:x', holder, now: new Date(at), seconds });
    expect(await take('a', 60, 0)).toBe(true);
    expect(await take('b', 60, 1000)).toBe(false);
    expect(await take('a', 60, 30_000)).toBe(true);
    expect(await take('b', 60, 61_000)).toBe(false);
    expect(await take('b', 60, 91_000)).toBe(true);
    await dropLease(database, 'source:x', 'a');
    expect(await take('a', 60, 92_000)).toBe(false);
    await dropLease(database, 'source:x', 'b');
    expect(await take('a', 60, 93_000)).toBe(true);
  });
});

describe('the store down', () => {
  it('captures wait on disk, in order, bounded, and are read when it is back; nothing is lost, nothing stands twice', async () => {
    const spool = await openCaptureSpool(join(folder.path, 'spooling'));
    const down = { ...store, clickhouse: failingInserts(store.clickhouse) };
    const source = (server: LocalServer) => localSource(runpod, server.url);
    const before = await count();
    server = await serve((response) => json(response, runpodAnswer));
    const reports = [];
    for (let run = 0; run < 3; run += 1) {
      now += 3_600_000;
      reports.push(await collectSource(down, source(server), clock, { spool, insist: true }));
    }
    expect(reports.map((one) => one.error)).toEqual(
      Array(3).fill('the observation store does not answer: 1 captures wait on disk'),
    );
    expect(spool.waiting).toBe(3);
    expect(await count()).toBe(before);
    await expect(drainCaptures(down, spool)).rejects.toThrow('down');
    expect(spool.waiting).toBe(3);
    // Another process: what waited is still there.
    const again = await openCaptureSpool(join(folder.path, 'spooling'));
    expect(await drainCaptures(store, again)).toBe(3);
    const added = await finishInterrupted(store);
    expect(added).toBeGreaterThan(0);
    expect(await count()).toBe(before + added);
    expect(await finishInterrupted(store)).toBe(0);
  });
});

const count = async () =>
  (await store.clickhouse.rows<{ n: number }>('SELECT count() AS n FROM csi.observations'))[0]?.n ?? 0;

/** The store as it is, but that no insert gets through. */
function failingInserts(clickhouse: Store['clickhouse']): Store['clickhouse'] {
  return new Proxy(clickhouse, {
    get: (target, name, receiver) =>
      name === 'insert' || name === 'insertText'
        ? () => Promise.reject(new Error('down'))
        : (Reflect.get(target, name, receiver) as unknown),
  });
}
