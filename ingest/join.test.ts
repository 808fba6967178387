import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { importArchive } from '#ingest/archive';
import { collectSource, finishInterrupted } from '#ingest/collect';
import { drainCaptures, keepCapture, openCaptureSpool } from '#ingest/keep';
import { readSweep } from '#ingest/read';
import { emptyParsed, type Source } from '#ingest/source';
import { gcp } from '#ingest/sources/gcp';
import { type ArchiveEntry, temporaryFolder, writeArchive } from '#ingest/testing/archive';
import { captureOf, goodRow, sweepOf } from '#ingest/testing/captures';
import { json, type LocalServer, localSource, serve } from '#ingest/testing/local';
import type { Specimen } from '#ingest/testing/shapes';
import { vastPage } from '#ingest/testing/specimens';
import { venues } from '#ingest/testing/venues';
import type { Capture } from '#store/observation';
import { openStore, type Store } from '#store/store';

const folder = temporaryFolder('join');
/** Parts of its machines stand on two pages. */
const split = venues.filter((one) => one.source === gcp)[1] as Specimen;
const pages = [split.before?.[0] ?? '', split.text];
let store: Store;
let server: LocalServer | null = null;
let hours = 0;
let at = '';

beforeAll(async () => {
  store = await openStore(join(folder.path, 'data'), {});
});
beforeEach(() => {
  // What each way stored is told by its time.
  at = new Date(Date.parse('2026-08-04T00:00:00Z') + hours++ * 3_600_000).toISOString();
});
afterEach(async () => {
  await server?.close();
  server = null;
});
afterAll(async () => {
  await store.close();
  folder.dispose();
});

/** The pages of a sweep as they came, a second apart. */
const captures = (): Capture[] => {
  const sweep = sweepOf(split, split.text).map((one, second) =>
    captureOf(gcp, Buffer.from(one.body ?? []), {
      url: one.url,
      sequence: second,
      last: one.last,
      fetched_at: new Date(Date.parse(at) + second * 1000).toISOString(),
    }),
  );
  return sweep.map((one) => ({ ...one, sweep_id: sweep[0]?.capture_id ?? '' }));
};
const lines = (rows: readonly { native_id: string; price: string }[]) =>
  rows.map(({ native_id, price }) => `${native_id} ${Number(price)}`).sort();
/** What stands in the store of this test, and whether its sweep is complete. */
async function stored() {
  const since = { at: at.replace('T', ' ').replace('Z', '') };
  const of = <Row>(columns: string, table: string) =>
    store.clickhouse.rows<Row>(
      `SELECT ${columns} FROM csi.${table} WHERE source = 'gcp' AND observed_at >= {at:DateTime64(3, 'UTC')}`,
      since,
    );
  const rows = await of<{ native_id: string; price: string }>('native_id, toString(price) AS price', 'observations');
  const sweeps = await of<{ complete: boolean }>('complete', 'sweeps');
  return { lines: lines(rows), complete: sweeps.map((one) => one.complete) };
}
const expected = lines(readSweep(gcp, sweepOf(split, split.text)).observations);

describe('a price whose parts stand on two pages', () => {
  it('is read from a live sweep', async () => {
    server = await serve((response, _body, index) => json(response, pages[index] ?? ''));
    const now = Date.parse(at);
    let ticks = 0;
    const report = await collectSource(store, localSource(gcp, server.url), () => new Date(now + ticks++), {
      environment: { GCP_API_KEY: 'key' },
    });
    expect(report).toMatchObject({ error: null, captures: 2, observations: expected.length });
    expect(expected.length).toBeGreaterThan(4);
    expect(await stored()).toEqual({ lines: expected, complete: [true] });
  });

  const entry = (capture: Capture, sweep: object | undefined): ArchiveEntry => ({
    source: 'gcp',
    body: Buffer.from(capture.body ?? []),
    line: { url: capture.url, fetched_at: capture.fetched_at, ...(sweep ? { sweep } : {}) } as never,
  });
  async function imported(entries: readonly ArchiveEntry[]) {
    const path = join(folder.path, `archive-${hours}-${Math.random()}`);
    mkdirSync(path);
    writeArchive(path, entries);
    return importArchive(store.clickhouse, path, new Date('2026-09-01T00:00:00Z'));
  }

  it('is read from an archive, in whatever order its manifest is, and once', async () => {
    const both = captures().reverse();
    const entries = both.map((one) => entry(one, { id: 'monday', pages: 2 }));
    expect(await imported(entries)).toMatchObject({ captures: 2, problems: [], failures: [] });
    expect(await stored()).toEqual({ lines: expected, complete: [true] });
    expect(await imported(entries)).toMatchObject({ captures: 2, known: 2, observations: 0 });
  });

  it('is none where each line is a sweep of its own', async () => {
    const report = await imported(captures().map((one) => entry(one, undefined)));
    expect(report.failures.map((one) => one.failure)).toEqual([
      expect.stringMatching(/^canary: /),
      expect.stringMatching(/^canary: /),
    ]);
    expect((await stored()).lines).toEqual([]);
  });

  it('a sweep that lacks a page is incomplete, and says what it lacks', async () => {
    const [, second] = captures();
    const report = await imported([entry(second as Capture, { id: 'tuesday', pages: 2 })]);
    expect(report).toMatchObject({ captures: 1, observations: 0 });
    expect((await stored()).complete).toEqual([false]);
  });

  it('a page that can be read by itself is read, and its sweep is still not whole', async () => {
    const line = { fetched_at: at, sweep: { id: 'wednesday', pages: 2 } };
    const report = await imported([{ source: 'vast', body: vastPage, line }]);
    expect(report).toMatchObject({ captures: 1, observations: 4, failures: [] });
    const [sweep] = await store.clickhouse.rows<{ complete: boolean }>(
      "SELECT complete FROM csi.sweeps WHERE source = 'vast'",
    );
    expect(sweep).toEqual({ complete: false });
  });

  it.each<[string, (one: Capture, two: Capture) => ArchiveEntry[], RegExp]>([
    [
      'a page too many',
      (one, two) => [entry(one, { id: 'x', pages: 1 }), entry(two, { id: 'x', pages: 1 })],
      /has its 1 pages already/,
    ],
    [
      'a page twice',
      (one) => [entry(one, { id: 'x', pages: 2 }), entry(one, { id: 'x', pages: 2 })],
      /is in its sweep already/,
    ],
    [
      'two sizes',
      (one, two) => [entry(one, { id: 'x', pages: 2 }), entry(two, { id: 'x', pages: 3 })],
      /has 2 pages, said its first line/,
    ],
    [
      'more pages than its source may ask',
      (one) => [entry(one, { id: 'x', pages: 900 })],
      /over the budget of 30 requests/,
    ],
    ['no number of pages', (one) => [entry(one, { id: 'x' })], /pages/],
  ])('a sweep with %s is reported', async (_name, entries, problem) => {
    const [one, two] = captures();
    const report = await imported(entries(one as Capture, two as Capture));
    expect(report.problems.map((each) => each.problem)).toEqual([expect.stringMatching(problem)]);
    expect((await stored()).complete.filter(Boolean)).toEqual([]);
  });

  it('is read from the spool, though one page went to the store and one to disk', async () => {
    const spool = await openCaptureSpool(join(folder.path, 'spool'));
    const [one, two] = captures() as [Capture, Capture];
    expect(await keepCapture(store, spool, one)).toBe(false);
    const down = { ...store, clickhouse: { insertText: () => Promise.reject(new Error('down')) } as never };
    expect(await keepCapture(down, spool, two)).toBe(true);
    expect(await drainCaptures(store, spool)).toBe(1);
    expect(await finishInterrupted(store)).toBe(expected.length);
    expect(await stored()).toEqual({ lines: expected, complete: [true] });
  });
});

describe('joining', () => {
  const capture = (sequence: number, facts: Partial<Capture> = {}) =>
    captureOf(plain, `${sequence}`, {
      sequence,
      last: sequence === 1,
      url: `https://example.org/${sequence}`,
      ...facts,
    });
  const plain: Source = {
    ...gcp,
    id: 'joined',
    parse: () => emptyParsed(),
    canary: () => null,
  };

  it('hands over the pages that could be read, in order, and takes each result for its page', () => {
    const seen: string[][] = [];
    const source: Source = {
      ...plain,
      parse: () => ({ ...emptyParsed(), rows: [goodRow({ native_id: 'same on every page' })] }),
      join: (given) => {
        seen.push(given.map(({ text }) => text));
        return given.map(({ text }) => ({ ...emptyParsed(), rows: [goodRow({ native_id: `of ${text}` })] }));
      },
    };
    const reading = readSweep(source, [capture(0), capture(7, { status: 500 }), capture(1)]);
    expect(seen).toEqual([['0', '1']]);
    expect(reading.observations.map((one) => one.native_id).sort()).toEqual(['of 0', 'of 1', 'same on every page']);
    expect(reading.outcomes.map((one) => one.observations)).toEqual([2, 0, 1]);
  });

  it('what it leaves out makes the sweep incomplete', () => {
    const source: Source = {
      ...plain,
      join: (given) => given.map(() => ({ ...emptyParsed(), rows: [goodRow()], complete: false })),
    };
    expect(readSweep(source, [capture(0), capture(1)])).toMatchObject({ failure: null, sweep: { complete: false } });
  });

  it.each<[string, Source['join']]>([
    [
      'throws',
      () => {
        throw new Error('nothing fits');
      },
    ],
    ['answers for another number of pages', () => [{ ...emptyParsed(), rows: [goodRow()] }]],
  ])('one that %s refuses the sweep whole', (_name, join) => {
    const source: Source = {
      ...plain,
      parse: () => ({ ...emptyParsed(), rows: [goodRow()] }),
      ...(join ? { join } : {}),
    };
    const reading = readSweep(source, [capture(0), capture(1)]);
    expect(reading.observations).toEqual([]);
    expect(reading.failure).toMatch(/^join\.failed: (nothing fits|1 results for 2 pages)$/);
    expect(reading.sweep.complete).toBe(false);
  });
});
