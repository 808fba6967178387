import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogue } from '#ingest/catalogue';
import { collectSource, type RunReport } from '#ingest/collect';
import type { Source } from '#ingest/source';
import { temporaryFolder } from '#ingest/testing/archive';
import { type Answer, type LocalServer, localSource, serve } from '#ingest/testing/local';
import { handMade, type Specimen } from '#ingest/testing/specimens';
import { openStore, type Store } from '#store/store';

const folder = temporaryFolder('collect-all');
let store: Store;
const servers: LocalServer[] = [];
let now = Date.parse('2026-08-06T00:00:00Z');
const clock = () => new Date(now++);

beforeAll(async () => {
  store = await openStore(join(folder.path, 'data'), {});
});
afterAll(async () => {
  for (const server of servers) await server.close();
  await store.close();
  folder.dispose();
});

const specimenOf = (source: Source): Specimen => {
  const found = handMade.find((one) => one.source.id === source.id);
  if (!found) throw new Error(`no specimen of ${source.id}`);
  return found;
};
const healthy =
  (specimen: Specimen): Answer =>
  (response, _body, index) => {
    response.setHeader('content-type', specimen.content_type);
    // A chained source asks elsewhere first: the answers around its own come in their order.
    const answers = [...(specimen.before ?? []), specimen.text, ...(specimen.after ?? [])];
    response.end(answers[index] ?? specimen.text);
  };

/** What goes wrong out there, by name. None of it may store a row, none may keep another source from storing its own. */
const faults: Record<string, (specimen: Specimen) => Answer> = {
  'asks for patience (429)': () => (response) => {
    response.statusCode = 429;
    response.setHeader('retry-after', '1');
    response.end();
  },
  'breaks (500)': () => (response) => {
    response.statusCode = 500;
    response.end('oops');
  },
  'never answers': () => async () => {
    await pause(60_000, undefined, { ref: false });
  },
  'cuts its answer short': (specimen) => (response) => {
    response.setHeader('content-type', specimen.content_type);
    response.end(specimen.text.slice(0, Math.floor(specimen.text.length / 2)));
  },
  'shows another page': () => (response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>We have moved</title><h1>Hello</h1>');
  },
  'drips one byte at a time': (specimen) => async (response) => {
    response.setHeader('content-type', specimen.content_type);
    for (const byte of specimen.text.slice(0, 400)) {
      if (response.destroyed) return;
      response.write(byte);
      await pause(20, undefined, { ref: false });
    }
  },
  'answers without end': (specimen) => async (response) => {
    response.setHeader('content-type', specimen.content_type);
    const block = ' '.repeat(65_536);
    while (!response.destroyed) {
      if (!response.write(block)) await new Promise((resolve) => setTimeout(resolve, 1));
    }
  },
  'hangs up': () => (response) => {
    response.destroy();
  },
};

async function collect(source: Source, answer: Answer): Promise<RunReport> {
  const server = await serve(answer);
  servers.push(server);
  const limits = { timeout_ms: 600, sweep_seconds: 5, body_bytes: Math.min(source.budget.body_bytes, 2_000_000) };
  const local = localSource(source, server.url, { limits });
  const environment = source.key_variable === null ? {} : { [source.key_variable]: 'id:secret' };
  return collectSource(store, local, clock, { environment, insist: true });
}

const pricesOf = async (source: Source, from: number) => {
  const of = (columns: string, table: string) =>
    `SELECT ${columns}, observed_at FROM csi.${table} WHERE source = {source:String}`;
  const tokens = "concat(model, variant, kind, provider, endpoint), concat(toString(prompt_usd_per_million), '')";
  const rows = await store.clickhouse.rows<{ native_id: string; price: string; observed_at: string }>(
    `${of('native_id, toString(price) AS price', 'observations')}
     UNION ALL ${of(tokens, 'token_prices')} UNION ALL ${of('concat(native_id, name), toString(value)', 'signals')}`,
    { source: source.id },
  );
  return rows.filter((row) => Date.parse(row.observed_at) >= from).map((row) => `${row.native_id} ${row.price}`);
};

describe('collect --all', () => {
  /** What each source said when it was well. */
  const untouched = new Map<string, Set<string>>();
  const rows = new Map<string, number>();

  it('every source that answers well is stored', async () => {
    for (const source of catalogue) {
      const before = now;
      const report = await collect(source, healthy(specimenOf(source)));
      const prices = await pricesOf(source, before);
      untouched.set(source.id, new Set(prices));
      rows.set(source.id, report.rows);
      // A source of several requests gets one answer for all of them here, so that only one of them can be read.
      if (source.requests(clock()).length === 1 && !source.follow) expect(report.error, source.id).toBeNull();
      if (specimenOf(source).withUnknownLabels || source.evidence.length === 0)
        expect(prices.length, source.id).toBeGreaterThan(0);
    }
  }, 120_000);

  it('of broken ones nothing is stored that they did not say when well, and the others go on as if nothing were', async () => {
    const names = Object.keys(faults);
    for (const [index, source] of catalogue.entries()) {
      now += 3_600_000;
      const before = now;
      const name = names[index % names.length] as string;
      const specimen = specimenOf(source);
      const report = await collect(source, (faults[name] as (typeof faults)[string])(specimen));
      expect(report.error, `${source.id} ${name}`).toMatch(/^[^\n]{10,}$/);
      const said = untouched.get(source.id) ?? new Set();
      for (const price of await pricesOf(source, before)) expect(said.has(price), `${source.id}: ${price}`).toBe(true);
      const next = catalogue[(index + 1) % catalogue.length] as Source;
      now += 3_600_000;
      const after = now;
      // Counted as read, not as added: a source that dates its own prices says nothing new here.
      const well = await collect(next, healthy(specimenOf(next)));
      expect(well.rows, `${next.id} after ${source.id}`).toBe(rows.get(next.id));
      for (const price of await pricesOf(next, after)) expect(untouched.get(next.id)?.has(price), price).toBe(true);
    }
  }, 240_000);
});
