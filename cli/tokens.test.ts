import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { tokensCommand } from '#cli/tokens';
import { insertTokenPrices, type TokenPrice, tokenPriceId } from '#store/clickhouse/tokens';
import { openStore } from '#store/store';

const folder = mkdtempSync(join(tmpdir(), 'csi-tokens-'));
const options = { data: join(folder, 'data') };
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const price = (provider: string): TokenPrice => {
  const at = '2026-08-01T16:00:00.000Z';
  const fact = {
    ...{
      source: 'openrouter-history',
      model: 'openai/gpt-oss-120b',
      variant: 'standard',
      provider,
      endpoint: provider,
    },
    ...{ kind: 'effective' as const, prompt_usd_per_million: '0.1', completion_usd_per_million: '0.5', tokens: 1000 },
    ...{ event_at: at, observed_at: at, capture_id: 'capture', capture_sha256: '0'.repeat(64) },
  };
  return { token_price_id: tokenPriceId(fact), ...fact };
};

it('csi tokens says how to load prices, lists what they come to, and one from date to date', async () => {
  expect(await tokensCommand(undefined, options)).toMatchObject({
    code: 1,
    text: expect.stringContaining('openrouter-paid'),
  });
  const store = await openStore(options.data, {});
  await insertTokenPrices(store.clickhouse, ['groq', 'novita', 'deepinfra'].map(price));
  await store.close();
  const series = 'CSI-TOKENS-OPENAI:GPT-OSS-120B';
  const all = await tokensCommand(undefined, options);
  expect(all.code).toBe(0);
  expect(all.text).toMatch(new RegExp(`2026-08-02[\\s\\S]*${series} +0.100000 +0.500000 +0.200000`));
  const one = await tokensCommand(series, { ...options, from: '2026-08-01' });
  expect(one.text).toMatch(/2026-08-01 .*no price in the 26 hours before the strike/);
  expect(one.text).toMatch(/2026-08-02 +0.100000/);
  await expect(tokensCommand('CSI-TOKENS-X', options)).rejects.toThrow('`csi tokens` lists');
  await expect(tokensCommand(series, { ...options, date: '2026-08-01' })).rejects.toThrow('--date is for all series');
  await expect(tokensCommand(undefined, { ...options, date: 'today' })).rejects.toThrow('--date must be a date');
});
