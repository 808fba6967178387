import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importTokenHistory, type TokenHistoryFormat, tokenHistoryFormats } from '#ingest/history/tokens';
import { ClickHouse } from '#store/clickhouse/client';
import { readTokenPrices } from '#store/clickhouse/tokens';

const NOW = new Date('2026-09-01T00:00:00Z');
const [paid, listed] = tokenHistoryFormats as [TokenHistoryFormat, TokenHistoryFormat];
const folder = mkdtempSync(join(tmpdir(), 'csi-token-history-'));
let store: ClickHouse;
beforeAll(async () => {
  store = await ClickHouse.open({ path: join(folder, 'clickhouse') });
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

let files = 0;
function file(lines: readonly string[], name = `${files++}.csv.gz`): string {
  const path = join(folder, name);
  const text = `${lines.join('\n')}\n`;
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text);
  return path;
}
const run = (format: TokenHistoryFormat, ...paths: string[]) =>
  importTokenHistory(store, { format, files: paths, now: NOW });
const all = (models: readonly string[], asOf = NOW) =>
  readTokenPrices(store, { from: new Date(0), to: NOW, asOf, models });

const PAID =
  'scraped_at,permaslug,variant,provider_name,provider_slug,effective_input_price,effective_output_price,total_tokens';
const LISTED =
  'scraped_at,permaslug,variant,endpoint_id,provider_slug,price_prompt,price_completion,is_disabled,unasked';

describe('what was paid', () => {
  const lines = [
    PAID,
    '2026-07-17T18:03:14+00:00,m/paid,standard,Google Vertex,google-vertex,0.7889566723393513,7.497657180842279,23012656261',
    '2026-07-17T18:03:14+00:00,m/paid,standard,Google Vertex (US),google-vertex,0.82,8,444',
    '2026-07-18T15:58:57+00:00,m/paid,standard,Google Vertex,google-vertex,1.3941754341694665e-05,0,1',
    '2026-07-18T15:58:57+00:00,m/paid,free,Google Vertex,google-vertex,0,0,9',
    '2026-07-19T15:58:57+00:00,m/paid,standard,Google Vertex',
    'yesterday,m/paid,standard,Google Vertex,google-vertex,1,2,3',
    '2027-07-18T15:58:57+00:00,m/paid,standard,Google Vertex,google-vertex,1,2,3',
  ];

  it('is per million, at its own instant, endpoint by endpoint; what cannot be read is refused', async () => {
    const path = file(lines);
    const report = await run(paid, path);
    expect(report).toMatchObject({
      problems: [],
      files: [
        {
          ...{ known: false, rows: 7, tokens: 3 },
          quarantined: [
            { reason: 'event.not_an_instant', rows: 2 },
            { reason: 'price.not_offered', rows: 1 },
            { reason: 'price.not_a_number', rows: 1 },
          ],
        },
      ],
    });
    const prices = await all(['m/paid']);
    expect(prices.map((one) => [one.event_at, one.endpoint, one.prompt_usd_per_million, one.tokens])).toEqual([
      ['2026-07-17T18:03:14.000Z', 'Google Vertex', '0.7889566723393513', 23012656261],
      ['2026-07-18T15:58:57.000Z', 'Google Vertex', '0.000013941754341695', 1],
      ['2026-07-17T18:03:14.000Z', 'Google Vertex (US)', '0.82', 444],
    ]);
    expect(prices[1]).toMatchObject({ completion_usd_per_million: null, kind: 'effective', provider: 'google-vertex' });
    // Known from when it was looked at, and not before.
    expect((await all(['m/paid'], new Date('2026-07-18T00:00:00Z'))).length).toBe(2);
    expect(await run(paid, path)).toMatchObject({ files: [{ known: true, tokens: 0 }] });
    // The same rows in another file are the same facts.
    expect(await run(paid, file([...lines, '']))).toMatchObject({ files: [{ tokens: 0 }] });
  });

  it('two prices of one endpoint at one look say neither', async () => {
    const report = await run(
      paid,
      file([PAID, ...['1', '2'].map((price) => `2026-07-17T18:03:14Z,m/twice,standard,A,a,${price},3,1`)]),
    );
    expect(report.files).toMatchObject([{ tokens: 0, quarantined: [{ reason: 'duplicate.in_sweep', rows: 2 }] }]);
  });
});

describe('what was listed', () => {
  it('is per token, and nothing where the endpoint is disabled', async () => {
    const report = await run(
      listed,
      file(
        [
          LISTED,
          '2026-07-17T18:03:14Z,m/listed,standard,e-1,ai21/fp8,0.000002,0.000008,False,x',
          '2026-07-17T18:03:14Z,m/listed,standard,e-2,ai21,0.000002,0.000008,True,x',
        ],
        'plain.csv',
      ),
    );
    expect(report.files).toMatchObject([{ rows: 2, tokens: 1 }]);
    expect(await all(['m/listed'])).toMatchObject([
      { prompt_usd_per_million: '2', completion_usd_per_million: '8', endpoint: 'e-1', kind: 'listed', tokens: null },
    ]);
  });
});

it.each<[string, () => string, RegExp]>([
  ['lacks a column', () => file(['scraped_at,permaslug', '2026-07-17T18:03:14Z,a']), /^it has no column variant, /],
  ['holds no row', () => file([PAID]), /^no row of it says when/],
  [
    'is cut short',
    () => {
      const path = join(folder, 'cut.csv.gz');
      writeFileSync(
        path,
        gzipSync(`${PAID}\n${'2026-07-17T18:03:14Z,a,standard,A,a,1,2,3\n'.repeat(5000)}`).subarray(0, 200),
      );
      return path;
    },
    /unexpected end of file/,
  ],
  ['is not there', () => join(folder, 'nowhere.csv'), /ENOENT/],
])('a file that %s is reported, and the next goes on', async (_name, path, problem) => {
  const next = file([PAID, `2026-07-17T18:03:14Z,m/next-${files},standard,A,a,1,2,3`]);
  const report = await run(paid, path(), next);
  expect(report.problems.map((one) => one.problem)).toEqual([expect.stringMatching(problem)]);
  expect(report.files).toMatchObject([{ tokens: 1 }]);
});

const recorded = fileURLToPath(new URL('../../../shared/data/tokens/', import.meta.url));
it.skipIf(!existsSync(recorded))(
  'reads the recorded files',
  async () => {
    const ofPaid = await run(paid, join(recorded, 'effective_pricing_daily.csv.gz'));
    expect(ofPaid).toMatchObject({ problems: [], files: [{ rows: 22_773 }] });
    const ofListed = await run(listed, join(recorded, 'endpoints_daily_2026-07-17_2026-08-08.csv.gz'));
    expect(ofListed).toMatchObject({ problems: [], files: [{ rows: 24_537 }] });
    for (const {
      files: [one],
    } of [ofPaid, ofListed]) {
      const refused = (one?.quarantined ?? []).reduce((sum, { rows }) => sum + rows, 0);
      expect((one?.tokens ?? 0) + refused).toBe(one?.rows);
    }
  },
  60_000,
);
