import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApi } from '#api/app';
import { historyCsv } from '#api/csv';
import { storelessParts } from '#api/testing/parts';
import { fillLedger, type Installation, install } from '#api/testing/store';

// What is made up is said in every answer, by whatever road it leaves.
const folder = mkdtempSync(join(tmpdir(), 'csi-simulated-api-'));
const H100 = 'CSI-H100-SXM-80';
let real: Installation;
let simulated: ReturnType<typeof createApi>;

beforeAll(async () => {
  real = await install('2026-07-29T10:00:00.000Z');
  await fillLedger(real);
  simulated = createApi({ ...storelessParts(folder), store: real.store, clock: () => real.time.now, simulated: true });
});
afterAll(async () => {
  simulated.hub.close();
  await real.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What is described and what is not; a bundle needs a fix that was really computed, and is asked of the demonstration. */
const paths = () => {
  const { paths: described } = simulated.app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'test', version: '1' },
  });
  return [
    ...Object.entries(described ?? {})
      .filter(([path, { get }]) => get && !path.endsWith('/evidence'))
      .map(([path]) =>
        path
          .replace('{series}', H100)
          .replace('{date}', '2026-07-28')
          .replaceAll(/\{\w+\}/g, 'none'),
      ),
    ...[
      '/v1/openapi.json',
      '/docs',
      '/v1/nothing',
      `/v1/fixes/${H100}?format=csv`,
      '/v1/fixes/NONE',
      '/',
      '/assets/gone.js',
    ],
  ];
};

it('says so on every path, of data, problems and pages', async () => {
  expect(paths().length).toBeGreaterThan(15);
  for (const path of paths()) {
    const answer = await simulated.app.request(path);
    expect(answer.headers.get('csi-simulated'), `${answer.status} ${path}`).toBe('true');
    await answer.body?.cancel();
  }
  const refused = await simulated.app.request('/v1/indices', { method: 'DELETE' });
  expect([refused.status, refused.headers.get('csi-simulated')]).toEqual([405, 'true']);
});

it('says so where nothing changed, and to pages of other origins', async () => {
  const first = await simulated.app.request('/v1/indices', { headers: { origin: 'https://example.com' } });
  expect(first.headers.get('access-control-expose-headers')).toContain('CSI-Simulated');
  const headers = { 'if-none-match': first.headers.get('etag') ?? '' };
  const again = await simulated.app.request('/v1/indices', { headers });
  expect([again.status, again.headers.get('csi-simulated')]).toEqual([304, 'true']);
});

it('says so in what is kept as a file', async () => {
  const csv = await simulated.app.request(`/v1/fixes/${H100}?format=csv`);
  expect(csv.headers.get('content-disposition')).toBe(`attachment; filename="SIMULATED_${H100}.csv"`);
  const [header, ...rows] = (await csv.text()).trim().split('\r\n');
  expect(header).toMatch(/,simulated$/);
  expect(rows.length).toBeGreaterThan(0);
  for (const row of rows) expect(row).toMatch(/,true$/);
});

it('says so in the first lines of the documents', async () => {
  const { info } = (await (await simulated.app.request('/v1/openapi.json')).json()) as {
    info: { title: string; description: string };
  };
  expect(info.title).toMatch(/^SIMULATED: /);
  expect(info.description).toMatch(/^Nothing here is real/);
  expect(await (await simulated.app.request('/docs')).text()).toContain('<h1>SIMULATED: ');
});

it('is never said of the real market', async () => {
  for (const path of paths()) {
    const answer = await real.get(path);
    expect(answer.headers.has('csi-simulated'), path).toBe(false);
    expect(answer.headers.get('content-disposition') ?? '').not.toContain('SIMULATED');
    await answer.body?.cancel();
  }
  const history = (await (await real.get(`/v1/fixes/${H100}`)).json()) as Parameters<typeof historyCsv>[0];
  expect(historyCsv(history)).not.toContain('simulated');
});
