import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { fillClickHouse, fillLedger, type Installation, install } from '#api/testing/store';
import type { NoticesAnswer, Problem, QuarantineAnswer, SourcesAnswer } from '#api/types';
import { catalogue } from '#ingest/catalogue';
import { recordRun } from '#store/ledger/health';
import { addNotice } from '#store/ledger/notices';

let api: Installation;

beforeAll(async () => {
  api = await install('2026-07-29T10:00:00.000Z');
});
afterAll(() => api.close());

const sources = async () => (await (await api.get('/v1/sources')).json()) as SourcesAnswer;
const one = async (id: string) => (await sources()).sources.find((source) => source.id === id);

// In this order: the stores fill up from test to test.
it('says what to do when there is nothing at all', async () => {
  const answer = await sources();
  expect(answer.as_of).toBe('2026-07-29T10:00:00.000Z');
  expect(answer.sources.map((source) => source.health.state)).toEqual(answer.sources.map(() => 'never'));
  expect(answer.hint).toBe(
    'No fix has been published yet. To see some, load a capture archive with npm run -s csi -- import DIR, ' +
      'then compute its fixes with npm run -s csi -- replay --from DATE --to DATE.',
  );
});

it('says that live sources fail where there is no network', async () => {
  const { database } = api.store.ledger;
  const error = 'vast.ai could not be found: no network, or no such host (EAI_AGAIN)';
  for (const source of ['vast', 'vast', 'runpod']) await recordRun(database, { source, at: api.time.now, error });
  const answer = await sources();
  expect(answer.hint).toContain(
    'Live collection fails because this machine does not reach the sources over the network',
  );
  expect(await one('vast')).toMatchObject({ health: { state: 'failing', consecutive_failures: 2, last_error: error } });
  await recordRun(database, { source: 'runpod', at: api.time.now, error: null });
  expect((await sources()).hint).toContain('vast cannot be read because');
});

it('counts what is stored, each thing once', async () => {
  await fillClickHouse(api);
  expect(await one('runpod')).toMatchObject({
    captures: 2,
    observations: 5,
    quarantined: 3,
    last_capture_at: '2026-07-29T09:50:00.000Z',
    rejections: [
      { reason: 'price.not_offered', count: 2, last_at: '2026-07-29T09:50:00.000Z', example: 'a price of 0 again' },
      { reason: 'hardware.unknown_label', count: 1 },
    ],
    // The label out of scope is known, so it is not listed.
    unknown_labels: [{ label: 'H100 Mystery', count: 1 }],
    health: { state: 'fresh', next_run_at: '2026-07-29T10:15:00.000Z' },
  });
  expect(await one('gpurentalprices')).toMatchObject({ captures: 1, health: { state: 'late', last_run_at: null } });
  expect((await sources()).hint).toContain('npm run -s csi -- replay --from 2026-07-20 --to 2026-07-28.');
});

it('goes from fresh to late by the clock', async () => {
  const before = api.time.now;
  api.time.now = new Date('2026-07-29T11:50:00.000Z');
  expect((await one('runpod'))?.health.state).toBe('fresh');
  api.time.now = new Date('2026-07-29T11:50:00.001Z');
  expect((await one('runpod'))?.health.state).toBe('late');
  api.time.now = before;
});

it('names the first strike where nothing stored is due yet', async () => {
  const before = api.time.now;
  api.time.now = new Date('2026-07-20T12:00:00.000Z');
  expect((await sources()).hint).toContain('the first comes after the strike at 16:00 Europe/London');
  api.time.now = before;
});

it('shows the newest quarantined rows, each once', async () => {
  const answer = (await (await api.get('/v1/sources/runpod/quarantine')).json()) as QuarantineAnswer;
  expect(answer.rows.map((row) => row.quarantine_id)).toEqual(['q3', 'q1', 'q2']);
  const two = (await (await api.get('/v1/sources/runpod/quarantine?limit=2')).json()) as QuarantineAnswer;
  expect(two.rows).toEqual(answer.rows.slice(0, 2));
  for (const limit of ['0', '1001', '-1', '1.5', 'ten', '']) {
    const response = await api.get(`/v1/sources/runpod/quarantine?limit=${limit}`);
    expect(response.status, limit).toBe(400);
    expect(await response.json()).toMatchObject({ parameter: 'limit', expected: 'a whole number from 1 to 1000' });
  }
  const unknown = await api.get('/v1/sources/runpods/quarantine');
  expect(unknown.status).toBe(404);
  expect(((await unknown.json()) as Problem).expected).toBe(`one of: ${catalogue.map((one) => one.id).join(', ')}`);
});

it('has no hint once something is published', async () => {
  await fillLedger(api);
  expect((await sources()).hint).toBeNull();
});

it('is ready while both stores answer', async () => {
  expect(await (await api.get('/healthz')).json()).toEqual({ alive: true });
  const ready = await api.get('/readyz');
  expect([ready.status, await ready.json()]).toEqual([200, { ready: true, clickhouse: 'answers', ledger: 'answers' }]);
  const query = vi.spyOn(api.store.clickhouse, 'rows').mockRejectedValue(new Error('gone'));
  const log = vi.spyOn(console, 'error').mockImplementation(() => {});
  const unready = await api.get('/readyz');
  expect([unready.status, await unready.json()]).toEqual([
    503,
    { ready: false, clickhouse: 'does not answer', ledger: 'answers' },
  ]);
  // What failed is told to the log; the client gets no word of it.
  const failed = await api.get('/v1/sources');
  expect(failed.status).toBe(500);
  expect(await failed.text()).not.toMatch(/gone|at .*\.ts/);
  expect(log).toHaveBeenCalledOnce();
  query.mockRestore();
  log.mockRestore();
});

it('tells notices, newest first, as many as asked', async () => {
  const { database } = api.store.ledger;
  const tell = (text: string) =>
    addNotice(database, { at: api.time.now, kind: 'source_silent', subject: 'vast', text });
  await tell('first');
  await tell('second');
  const answer = (await (await api.get('/v1/notices?limit=1')).json()) as NoticesAnswer;
  expect(answer.notices).toMatchObject([{ kind: 'source_silent', subject: 'vast', text: 'second' }]);
  expect(((await (await api.get('/v1/notices')).json()) as NoticesAnswer).notices.length).toBeGreaterThan(1);
  expect((await api.get('/v1/notices?limit=0')).status).toBe(400);
});
