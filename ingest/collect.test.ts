import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { collectSource, type RunReport } from '#ingest/collect';
import { sweepLive } from '#ingest/fetch';
import type { Source } from '#ingest/source';
import { runpod } from '#ingest/sources/runpod';
import { vast } from '#ingest/sources/vast';
import { temporaryFolder } from '#ingest/testing/archive';
import {
  type Answer,
  type BookOffer,
  bookAnswer,
  json,
  type LocalServer,
  localSource,
  serve,
} from '#ingest/testing/local';
import { runpodAnswer, vastPage } from '#ingest/testing/specimens';
import { unfinishedCaptures } from '#store/clickhouse/captures';
import { allHealth } from '#store/ledger/health';
import type { Capture } from '#store/observation';
import { openStore, type Store } from '#store/store';

const folder = temporaryFolder('collect');
let store: Store;
let server: LocalServer;

beforeAll(async () => {
  store = await openStore(join(folder.path, 'data'), {});
});
afterEach(async () => {
  await server?.close();
});
afterAll(async () => {
  await store.close();
  folder.dispose();
});

// Every run has an hour of its own, so that what it stored can be told from the others'.
let hours = 0;
const start = Date.parse('2026-08-04T00:00:00Z');
const tick = (stepMs = 1) => {
  let now = start + hours++ * 3_600_000;
  return () => {
    now += stepMs;
    return new Date(now);
  };
};

/** Plays a source on a local server, runs it once, and says what came of it. */
async function collected(source: Source, answer: Answer, limits: Partial<Source['budget']> = {}, stepMs = 1) {
  server = await serve(answer);
  return run(localSource(source, server.url, { limits }), stepMs);
}

async function run(source: Source, stepMs = 1) {
  const clock = tick(stepMs);
  const from = clock().toISOString();
  const report: RunReport = await collectSource(store, source, clock, { insist: true });
  const since = `source = '${source.id}' AND %s >= parseDateTime64BestEffort('${from}', 3, 'UTC')`;
  const of = <Row>(what: string, table: string, time: string) =>
    store.clickhouse.rows<Row>(`SELECT ${what} FROM csi.${table} WHERE ${since.replace('%s', time)}`);
  const captures = await of<Pick<Capture, 'status' | 'bytes'> & { body_encoding: string; body: string; all: string }>(
    'status, bytes, body_encoding, body, concat(url, request, content_type) AS all',
    'captures',
    'fetched_at',
  );
  const [sweep] = await of<{ complete: boolean }>('complete', 'sweeps', 'observed_at');
  const observations = await of<{ native_id: string; price: string }>(
    'native_id, toString(price) AS price',
    'observations',
    'observed_at',
  );
  const health = (await allHealth(store.ledger.database)).get(source.id);
  expect(health?.lastError).toBe(report.error);
  if (report.error !== null) {
    // One plain sentence: no stack, no line ends, no bare class names.
    expect(report.error).toMatch(/^[^\n]{15,}$/);
    expect(report.error).not.toMatch(/^\w*Error\b|^undefined|\[object/);
    expect(health?.consecutiveFailures).toBeGreaterThan(0);
    expect(sweep?.complete ?? false).toBe(false);
  }
  return { report, captures, observations, complete: sweep?.complete ?? null, asked: server?.asked ?? [] };
}

const template = JSON.parse(vastPage).offers[0] as BookOffer;
const book = (totals: readonly number[], from = 1000, is_bid = false): BookOffer[] =>
  totals.map((dph_total, index) => ({ ...template, id: from + index, dph_total, dph_base: dph_total, is_bid }));
/** 150 offers in steps, 30 of them at one price, and 70 bids. */
const wholeBook = [
  ...book(Array.from({ length: 120 }, (_, index) => 0.1 + index / 100)),
  ...book(
    Array.from({ length: 30 }, () => 0.5),
    3000,
  ),
  ...book(
    Array.from({ length: 70 }, (_, index) => 0.05 + index / 100),
    5000,
    true,
  ),
];

describe('paging the whole book', () => {
  it('reads every offer once, over pages that overlap', async () => {
    const { report, captures, observations, complete, asked } = await collected(vast, bookAnswer(wholeBook));
    expect(report.error).toBeNull();
    expect(observations.length).toBe(wholeBook.length);
    expect(new Set(observations.map((one) => one.native_id)).size).toBe(wholeBook.length);
    expect(complete).toBe(true);
    expect(captures.length).toBe(asked.length);
    expect(asked.length).toBe(3 + 2);
    expect(await unfinishedCaptures(store.clickhouse)).toEqual([]);
  });

  it('a price at which more stand than a page holds: all that can be reached, and never called complete', async () => {
    const crowd = [...book(Array.from({ length: 100 }, () => 0.5)), ...book([0.1, 0.2, 0.9, 1.1], 3000)];
    const { report, observations, complete, asked } = await collected(vast, bookAnswer(crowd));
    expect(report.error).toBeNull();
    expect(observations.length).toBe(64 + 4);
    expect(complete).toBe(false);
    expect(asked.length).toBeLessThan(8);
  });

  it('a server that ignores the price asked for is stopped by the budget', async () => {
    const page = book(Array.from({ length: 64 }, (_, index) => 1 + index / 100));
    const { report, observations, complete, asked } = await collected(
      vast,
      (response) => json(response, { offers: page }),
      { requests: 5 },
    );
    expect(report.error).toBe('stopped after its budget of 5 requests');
    expect(asked.length).toBe(5);
    expect(observations.length).toBe(64);
    expect(complete).toBe(false);
  });

  it('pages without a price to page by end at once, and the page is kept', async () => {
    const offers = book(Array.from({ length: 64 }, () => 1)).map(({ dph_total, ...offer }) => ({
      ...offer,
      total: dph_total,
    }));
    const { report, captures, complete, asked } = await collected(vast, (response) => json(response, { offers }));
    expect(report.error).toMatch(/dph_total/);
    expect(asked.length).toBe(1);
    expect(captures.length).toBe(1);
    expect(complete).toBe(false);
  });

  it('the budget of time ends a sweep', async () => {
    const { report, asked } = await collected(vast, bookAnswer(wholeBook), { sweep_seconds: 240 }, 100_000);
    expect(report.error).toBe('stopped after its budget of 240 s');
    expect(asked.length).toBeLessThan(4);
  });
});

describe('answers that are none', () => {
  it.each([
    [429, 3],
    [500, 3],
    [503, 3],
    [403, 1],
    [404, 1],
  ])('status %i: kept, said, nothing stored, after %i tries', async (status, tries) => {
    const { report, captures, observations, asked } = await collected(vast, (response) => {
      response.statusCode = status;
      response.end('<h1>no</h1>');
    });
    expect(report.error).toMatch(new RegExp(`^127\\.0\\.0\\.1:\\d+ answered with status ${status}$`));
    expect(captures).toMatchObject([{ status, body: '<h1>no</h1>' }]);
    expect(observations).toEqual([]);
    expect(asked.length).toBe(tries);
  });

  it('an error in the middle: the pages before it stand, and nothing counts as withdrawn', async () => {
    const answer = bookAnswer(wholeBook);
    const { report, captures, observations, complete } = await collected(vast, (response, body, index) => {
      if (index < 2) return answer(response, body, index);
      response.statusCode = 500;
      response.end();
    });
    expect(report.error).toMatch(/answered with status 500$/);
    expect(captures.map((one) => one.status).sort()).toEqual([200, 200, 500]);
    expect(observations.length).toBeGreaterThan(64);
    expect(complete).toBe(false);
  });

  it('an HTML page that says it is well: kept, said, nothing stored', async () => {
    const { report, captures, observations } = await collected(vast, (response) => {
      response.setHeader('content-type', 'text/html');
      response.end('<html>We will be back</html>');
    });
    expect(report.error).toMatch(/^the body is not whole JSON/);
    expect(captures).toMatchObject([{ status: 200, body: '<html>We will be back</html>' }]);
    expect(observations).toEqual([]);
  });

  it('a redirect is not followed', async () => {
    const { report, captures } = await collected(runpod, (response) => {
      response.writeHead(302, { location: 'http://127.0.0.1:9/' });
      response.end();
    });
    expect(report.error).toMatch(/^127\.0\.0\.1:\d+ could not be reached: .*redirect/);
    expect(captures).toEqual([]);
  });

  it('a body over the limit is cut off, and kept as refused', async () => {
    let sent = 0;
    const { report, captures, observations } = await collected(
      runpod,
      (response) => {
        const block = Buffer.alloc(65_536, ' ');
        const more = () => {
          if (response.destroyed || sent > 50_000_000) return;
          sent += block.length;
          if (response.write(block)) setImmediate(more);
          else response.once('drain', more);
        };
        more();
      },
      { body_bytes: 200_000 },
    );
    expect(report.error).toMatch(/over the limit of 200000/);
    expect(captures).toMatchObject([{ status: 200, body_encoding: 'refused', body: '' }]);
    expect(captures[0]?.bytes).toBeGreaterThan(200_000);
    expect(observations).toEqual([]);
    expect(sent).toBeLessThan(10_000_000);
  });
});

describe('servers that do not answer', () => {
  it('silence ends at the time for one answer', async () => {
    const { report, captures } = await collected(runpod, () => {}, { timeout_ms: 150 });
    expect(report.error).toMatch(/^127\.0\.0\.1:\d+ did not answer within 0\.15 s$/);
    expect(captures).toEqual([]);
  });

  it('a slow drip ends there too', async () => {
    const began = Date.now();
    const { report, observations } = await collected(
      runpod,
      (response) => {
        const timer = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(timer));
      },
      { timeout_ms: 200 },
    );
    expect(report.error).toMatch(/did not answer within 0\.2 s$/);
    expect(Date.now() - began).toBeLessThan(1500);
    expect(observations).toEqual([]);
  });

  it('a connection that breaks in the middle of an answer', async () => {
    const { report, observations } = await collected(runpod, (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': runpodAnswer.length });
      response.write(runpodAnswer.slice(0, 200));
      setTimeout(() => response.destroy(), 20);
    });
    expect(report.error).toMatch(/^127\.0\.0\.1:\d+ could not be reached: /);
    expect(observations).toEqual([]);
  });

  it('nobody at home', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const { report } = await run(localSource(runpod, `http://127.0.0.1:${port}/`));
    expect(report.error).toBe(`127.0.0.1:${port} refused the connection`);
  });
});

describe('a run', () => {
  it('counts failures in a row, and a good run ends them', async () => {
    const failures = async () => (await allHealth(store.ledger.database)).get('runpod');
    await collected(runpod, (response) => json(response, '{}'));
    const before = (await failures())?.consecutiveFailures ?? 0;
    await server.close();
    await collected(runpod, (response) => json(response, '[]'));
    expect((await failures())?.consecutiveFailures).toBe(before + 1);
    await server.close();
    const { report, observations, complete } = await collected(runpod, (response) => json(response, runpodAnswer));
    expect(report).toMatchObject({ error: null, captures: 1, observations: 8, quarantined: 1 });
    expect(observations.length).toBe(8);
    expect(complete).toBe(true);
    expect(await failures()).toMatchObject({ consecutiveFailures: 0, lastError: null });
  });

  it('keeps the request and no header in its captures', async () => {
    const { captures } = await collected(runpod, (response) => {
      response.setHeader('set-cookie', 'session=secret-cookie');
      json(response, runpodAnswer);
    });
    expect(JSON.stringify(captures)).not.toMatch(/user-agent|compute-spot-index|secret-cookie|authorization/i);
    expect(captures[0]?.all).toContain('gpuTypes');
  });

  it('never throws, not even where its health cannot be recorded', async () => {
    server = await serve((response) => json(response, runpodAnswer));
    const { database } = store.ledger;
    await database.execute(sql`ALTER TABLE source_health RENAME TO source_health_away`);
    const report = await collectSource(store, localSource(runpod, server.url), tick());
    await database.execute(sql`ALTER TABLE source_health_away RENAME TO source_health`);
    expect(report.observations).toBe(8);
    expect(report.error).toMatch(/^its health was not recorded: /);
  });

  it('never throws where captures cannot be kept, and asks for nothing more', async () => {
    server = await serve(bookAnswer(wholeBook));
    const sweep = await sweepLive(localSource(vast, server.url), tick(), () =>
      Promise.reject(new Error('the disk is full')),
    );
    expect(sweep.failure).toBe('the disk is full');
    expect(server.asked.length).toBe(1);
  });
});
