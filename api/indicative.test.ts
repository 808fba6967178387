import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Contributing, openContributing } from '#api/testing/contributing';
import { insertIndicative } from '#store/clickhouse/indicative';

let here: Contributing;
beforeAll(async () => {
  here = await openContributing();
});
afterAll(() => here.close());

const row = (series: string, minutesAgo: number, value: string) => ({
  series,
  at: new Date(here.time.now.getTime() - minutesAgo * 60_000).toISOString(),
  value,
  level: 4,
  providers: 6,
});

it('the last indicative value of every series, labelled, and none that nobody computes any more', async () => {
  await insertIndicative(here.store.clickhouse, [
    row('CSI-H100-SXM-80', 2, '3.1'),
    row('CSI-H100-SXM-80', 1, '3.2'),
    row('CSI-A100-SXM-80', 30, '1.7'),
  ]);
  const response = await here.api.app.request('/v1/indicative');
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({
    label: 'indicative',
    unit: 'USD/GPU-h',
    values: [{ ...row('CSI-H100-SXM-80', 1, '3.2000') }],
  });
});
