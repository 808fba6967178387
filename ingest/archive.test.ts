import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importArchive, readManifest } from '#ingest/archive';
import { finishInterrupted } from '#ingest/collect';
import { gpurentalprices } from '#ingest/sources/gpurentalprices';
import { vast } from '#ingest/sources/vast';
import { type ArchiveEntry, temporaryFolder, writeArchive } from '#ingest/testing/archive';
import { captureOf } from '#ingest/testing/captures';
import { ecbAnswer, gpurentalpricesAnswer, runpodAnswer, vastPage } from '#ingest/testing/specimens';
import { captureById, insertCaptures, unfinishedCaptures } from '#store/clickhouse/captures';
import { ClickHouse } from '#store/clickhouse/client';
import type { Store } from '#store/store';

const NOW = new Date('2026-08-10T00:00:00Z');
const folder = temporaryFolder('archive');
let store: ClickHouse;
let archives = 0;

beforeAll(async () => {
  store = await ClickHouse.open({ path: join(folder.path, 'clickhouse') });
});
afterAll(async () => {
  await store.close();
  folder.dispose();
});

/** Writes an archive of its own and imports it. */
async function imported(entries: readonly ArchiveEntry[]) {
  const path = join(folder.path, `archive-${archives++}`);
  mkdirSync(path);
  writeArchive(path, entries);
  return importArchive(store, path, NOW);
}

const count = async (table: string, where = '1') =>
  (await store.rows<{ n: number }>(`SELECT count() AS n FROM csi.${table} WHERE ${where}`))[0]?.n ?? 0;
const at = (minute: number) => `2026-08-04T10:${String(minute).padStart(2, '0')}:00.000Z`;
const good = (minute: number): ArchiveEntry => ({
  source: 'runpod',
  body: runpodAnswer,
  line: { fetched_at: at(minute) },
});

describe('importArchive: each bad line is reported and the next goes on', () => {
  it('a folder without a manifest is no archive', async () => {
    await expect(importArchive(store, folder.path, NOW)).rejects.toThrow(/is no capture archive: it has no manifest/);
  });

  it.each<[string, ArchiveEntry, RegExp]>([
    ['not JSON', '{"source": "vast", "url":', /^not whole JSON$/],
    ['JSON of another shape', '[1, 2]', /expected object/],
    ['a number', '42', /expected object/],
    ['a missing field', '{"source":"vast"}', /url/],
    ['an unknown source', { source: 'nobody', body: '{}' }, /^no source is called nobody$/],
    [
      'another sum',
      { source: 'vast', body: vastPage, line: { sha256: 'a'.repeat(64) } },
      /has SHA-256 [0-9a-f]{64}, the manifest says a{64}/,
    ],
    ['a sum that is none', { source: 'vast', body: vastPage, line: { sha256: 'abc' } }, /sha256/],
    [
      'a path above the archive',
      { source: 'vast', body: vastPage, line: { path: '../outside.gz' } },
      /lies outside the archive/,
    ],
    [
      'a path that climbs later',
      { source: 'vast', body: vastPage, line: { path: 'vast/../../x.gz' } },
      /lies outside the archive/,
    ],
    [
      'an absolute path',
      { source: 'vast', body: vastPage, line: { path: '/etc/hostname' } },
      /lies outside the archive/,
    ],
    ['the archive itself', { source: 'vast', body: vastPage, line: { path: '.' } }, /lies outside the archive/],
    [
      'a file that is not there',
      { source: 'vast', body: vastPage, line: { path: 'vast/none.gz' } },
      /cannot be read: ENOENT/,
    ],
    ['a folder', { source: 'vast', body: vastPage, line: { path: 'vast' } }, /cannot be read/],
    [
      'an instant in the future',
      { source: 'vast', body: vastPage, line: { fetched_at: '2026-08-10T00:05:01Z' } },
      /lies in the future/,
    ],
    [
      'an instant without a zone',
      { source: 'vast', body: vastPage, line: { fetched_at: '2026-08-04T10:00:00' } },
      /fetched_at/,
    ],
    ['a status that is none', { source: 'vast', body: vastPage, line: { status: 65_736 } }, /status/],
    [
      'a gzip cut short',
      { source: 'vast', body: vastPage, packed: gzipSync(vastPage).subarray(0, 120) },
      /cannot be read: unexpected end of file/,
    ],
    [
      'no gzip at all',
      { source: 'vast', body: vastPage, packed: Buffer.from(vastPage) },
      /cannot be read: incorrect header/,
    ],
  ])('%s', async (_name, entry, problem) => {
    const before = await count('captures');
    const minute = archives;
    const report = await imported([entry, good(minute)]);
    expect(report.problems).toEqual([{ line: 1, problem: expect.stringMatching(problem) }]);
    expect(report.problems[0]?.problem).not.toContain('\n');
    expect(report).toMatchObject({ captures: 1, failures: [] });
    expect(report.observations).toBeGreaterThan(0);
    // Only the good line left anything behind.
    expect(await count('captures')).toBe(before + 1);
  });

  it('a link out of the archive', async () => {
    const path = join(folder.path, 'with-link');
    mkdirSync(path);
    writeFileSync(join(folder.path, 'outside.json'), vastPage);
    writeArchive(path, [{ source: 'vast', body: vastPage, line: { path: 'link.json', encoding: 'identity' } }]);
    symlinkSync(join(folder.path, 'outside.json'), join(path, 'link.json'));
    const report = await importArchive(store, path, NOW);
    expect(report.problems[0]?.problem).toMatch(/lies outside the archive/);
  });

  it.each(['gzip', 'identity'] as const)(
    'a %s body over the limit is a refused capture, kept without its bytes',
    async (encoding) => {
      const body = Buffer.alloc(gpurentalprices.budget.body_bytes + 1_000_000, ' ');
      const fetched_at = encoding === 'gzip' ? at(50) : at(51);
      const report = await imported([
        { source: 'gpurentalprices', body, line: { encoding, fetched_at } },
        good(encoding === 'gzip' ? 52 : 53),
      ]);
      expect(report.problems).toEqual([]);
      expect(report.captures).toBe(2);
      expect(report.failures).toMatchObject([
        { source: 'gpurentalprices', failure: expect.stringMatching(/^body\.over_limit/) },
      ]);
      const [row] = await store.rows<{ capture_id: string }>(
        "SELECT capture_id FROM csi.captures WHERE source = 'gpurentalprices' AND fetched_at = parseDateTime64BestEffort({at:String}, 3, 'UTC')",
        { at: fetched_at },
      );
      expect((await captureById(store, row?.capture_id ?? ''))?.body).toBeNull();
    },
  );

  it('reads a manifest without touching a body', async () => {
    const path = join(folder.path, 'manifest-only');
    mkdirSync(path);
    writeArchive(path, [good(1), 'broken', '', good(2)]);
    const { lines, problems } = await readManifest(path);
    expect(lines.map((line) => line.line)).toEqual([1, 4]);
    expect(problems).toEqual([{ line: 2, problem: 'not whole JSON' }]);
  });
});

describe('importArchive: what is stored', () => {
  it('the same response twice is one capture; rates read again add nothing', async () => {
    const rates: ArchiveEntry = {
      source: 'ecb',
      body: ecbAnswer,
      line: { fetched_at: at(30), content_type: 'text/xml' },
    };
    const again: ArchiveEntry = {
      source: 'ecb',
      body: ecbAnswer,
      line: { fetched_at: at(31), content_type: 'text/xml' },
    };
    const first = await imported([rates, rates]);
    expect(first).toMatchObject({ captures: 2, known: 1, failures: [], problems: [] });
    const stored = await count('exchange_rates');
    expect(stored).toBe(9);
    await imported([again]);
    expect(await count('exchange_rates')).toBe(stored);
    expect(await count('captures', "source = 'ecb'")).toBe(2);
  });

  it('a refused response is a capture, a quarantined row, and an incomplete sweep', async () => {
    const fetched_at = at(40);
    const report = await imported([{ source: 'vast', body: '<html>busy</html>', line: { fetched_at } }]);
    expect(report).toMatchObject({ captures: 1, observations: 0, quarantined: 1 });
    expect(report.failures[0]?.failure).toMatch(/^body\.unreadable: the body is not whole JSON/);
    const sweeps = await store.rows<{ complete: boolean }>(
      "SELECT complete FROM csi.sweeps WHERE source = 'vast' AND observed_at = parseDateTime64BestEffort({at:String}, 3, 'UTC')",
      { at: fetched_at },
    );
    expect(sweeps).toEqual([{ complete: false }]);
  });

  it('text that JSON can hold but UTF-8 cannot is refused row by row, and the rest of the response stands', async () => {
    const answer = JSON.parse(gpurentalpricesAnswer);
    const body = JSON.stringify({
      ...answer,
      offers: [...answer.offers, { ...answer.offers[0], gpu: 'h100 \ud83d', note: '😀'.repeat(300) }],
    });
    const report = await imported([{ source: 'gpurentalprices', body, line: { fetched_at: at(41) } }]);
    expect(report).toMatchObject({ problems: [], failures: [], rows: answer.offers.length, quarantined: 1 });
  });
});

describe('after a crash', () => {
  it('captures that were kept and never read are read at the next start', async () => {
    const capture = captureOf(vast, vastPage, { fetched_at: at(55) });
    await insertCaptures(store, [capture]);
    expect((await unfinishedCaptures(store)).map((one) => one.capture_id)).toEqual([capture.capture_id]);
    const before = await count('observations', "source = 'vast'");
    // Only the observations are touched: no ledger is needed.
    expect(await finishInterrupted({ clickhouse: store } as Store)).toBe(4);
    expect(await count('observations', "source = 'vast'")).toBe(before + 4);
    expect(await unfinishedCaptures(store)).toEqual([]);
    expect(await finishInterrupted({ clickhouse: store } as Store)).toBe(0);
  });

  it('a live sweep cut between its pages is read, and never taken as complete', async () => {
    const capture = captureOf(vast, vastPage, { fetched_at: at(56), last: false });
    await insertCaptures(store, [capture]);
    await finishInterrupted({ clickhouse: store } as Store);
    const sweeps = await store.rows<{ complete: boolean }>(
      'SELECT complete FROM csi.sweeps WHERE sweep_id = {id:String}',
      { id: capture.sweep_id },
    );
    expect(sweeps).toEqual([{ complete: false }]);
  });
});
