import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Installation, install } from '#api/testing/store';
import type { Problem, TokenHistory, TokenIndex, TokensAnswer } from '#api/types';
import { insertTokenPrices, type TokenPrice, tokenPriceId } from '#store/clickhouse/tokens';

let api: Installation;
/** Before anything was stored. */
let empty: TokensAnswer;
const PAID = 'CSI-TOKENS-OPENAI:GPT-OSS-120B';

function price(provider: string, day: string, facts: Partial<TokenPrice> = {}): TokenPrice {
  const at = `${day}T16:00:00.000Z`;
  const fact = {
    source: 'openrouter-history',
    model: 'openai/gpt-oss-120b',
    variant: 'standard',
    provider,
    endpoint: provider,
    kind: 'effective' as const,
    prompt_usd_per_million: '0.1',
    completion_usd_per_million: '0.5',
    tokens: 1000,
    event_at: at,
    observed_at: at,
    capture_id: 'capture',
    capture_sha256: '0'.repeat(64),
    ...facts,
  };
  return { token_price_id: tokenPriceId(fact), ...fact };
}

beforeAll(async () => {
  api = await install('2026-08-20T10:00:00.000Z');
  empty = await read('/v1/tokens');
  const providers = ['groq', 'novita', 'deepinfra'];
  await insertTokenPrices(api.store.clickhouse, [
    ...providers.map((one) => price(one, '2026-08-01')),
    ...providers.map((one) => price(one, '2026-08-02', { prompt_usd_per_million: '0.2' })),
    ...providers.map((one) =>
      price(one, '2026-08-02', { kind: 'listed', tokens: null, prompt_usd_per_million: '0.3' }),
    ),
    price('groq', '2026-08-02', { model: 'rare/model', tokens: 5 }),
  ]);
});
afterAll(() => api.close());

async function read<T>(path: string): Promise<T> {
  const response = await api.get(path);
  expect(response.status, path).toBe(200);
  return (await response.json()) as T;
}

describe('prices of tokens', () => {
  it('stand at the first strike after the newest look: what was paid first, and never mixed with what is listed', async () => {
    const { date, tokens, unavailable } = await read<TokensAnswer>('/v1/tokens');
    expect(date).toBe('2026-08-03');
    expect(tokens.map((one) => [one.series, one.values.input.value])).toEqual([
      [PAID, '0.200000'],
      [`${PAID}.LS`, '0.300000'],
    ]);
    expect(unavailable).toBe(1);
    expect(tokens[0]).not.toHaveProperty('inputs');
  });

  it('have a history in columns of one length, with a reason where there is no value', async () => {
    const history = await read<TokenHistory>(`/v1/tokens/${PAID}`);
    expect(history.date).toEqual(['2026-08-01', '2026-08-02', '2026-08-03']);
    expect(history.value.input).toEqual([null, '0.100000', '0.200000']);
    expect(history.reason).toEqual(['no price in the 26 hours before the strike', null, null]);
    const { date } = await read<TokenHistory>(`/v1/tokens/${PAID}?from=2026-08-02&to=2026-08-03`);
    expect(date).toEqual(['2026-08-02']);
  });

  it('name every stored price considered, and come out again with the same hash', async () => {
    const one = await read<TokenIndex>(`/v1/tokens/${PAID}/2026-08-03`);
    expect(one.inputs.map(({ provider, reason }) => [provider, reason])).toEqual([
      ['deepinfra', null],
      ['groq', null],
      ['novita', null],
    ]);
    const { hash } = await read<TokenHistory>(`/v1/tokens/${PAID}`);
    expect(one.hash).toBe(hash[2]);
  });

  it('of a model nobody knows are a problem, and so is a history too long', async () => {
    const unknown = (await (await api.get('/v1/tokens/CSI-TOKENS-GPT')).json()) as Problem;
    expect([unknown.status, unknown.expected]).toEqual([404, expect.stringContaining(PAID)]);
    const long = (await (await api.get(`/v1/tokens/${PAID}?from=2020-01-01`)).json()) as Problem;
    expect(long).toMatchObject({ status: 400, parameter: 'from' });
  });

  it('are none where none is stored', () => {
    expect(empty).toMatchObject({ tokens: [], unavailable: 0 });
  });
});
