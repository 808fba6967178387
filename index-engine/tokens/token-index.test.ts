import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { centralMeanOf } from '#index-engine/central-mean';
import { interquantileMean } from '#index-engine/statistics';
import { centralThird } from '#index-engine/tokens/central-third';
import { tokenIndex } from '#index-engine/tokens/token-index';
import { strikeOn } from '#methodology/strike';
import { tokenRules } from '#methodology/tokens';
import { type TokenPrice, tokenPriceId } from '#store/clickhouse/tokens';

const { rules } = tokenRules();
const strike = strikeOn('2026-07-28', rules.strike.time, rules.strike.time_zone);
const third = { numerator: 1n, denominator: 3n };
const twoThirds = { numerator: 2n, denominator: 3n };

function price(facts: Partial<TokenPrice>): TokenPrice {
  const at = facts.event_at ?? '2026-07-28T06:00:00.000Z';
  const fact = {
    source: 'openrouter-history',
    model: 'openai/gpt-oss-120b',
    variant: 'standard',
    provider: 'groq',
    endpoint: 'Groq',
    kind: 'effective' as const,
    prompt_usd_per_million: '0.10',
    completion_usd_per_million: '0.50',
    tokens: 1_000_000,
    event_at: at,
    observed_at: at,
    capture_id: 'capture',
    capture_sha256: '0'.repeat(64),
    ...facts,
  };
  return { token_price_id: tokenPriceId(fact), ...fact };
}
const providers = (...prices: string[]) =>
  prices.map((prompt, index) =>
    price({ provider: `p${index}`, endpoint: `e${index}`, prompt_usd_per_million: prompt }),
  );
const paid = (facts: readonly TokenPrice[]) =>
  tokenIndex(facts, { model: 'openai/gpt-oss-120b', kind: 'effective', strike });
const listed = (facts: readonly TokenPrice[]) =>
  tokenIndex(
    facts.map((one) => price({ ...one, kind: 'listed', tokens: null })),
    { model: 'openai/gpt-oss-120b', kind: 'listed', strike },
  );

describe('the central third in big integers', () => {
  const points = fc.array(
    fc.record({ price: fc.integer({ min: 1, max: 5 }), weight: fc.integer({ min: 1, max: 9 }) }),
    {
      minLength: 1,
      maxLength: 12,
    },
  );

  it('agrees with the engine where doubles hold the numbers, and with the plain statistic', () => {
    fc.assert(
      fc.property(points, (given) => {
        const big = centralThird(
          given.map((one) => ({ price: BigInt(one.price), weight: BigInt(one.weight) })),
          third,
          twoThirds,
        )!;
        const sorted = [...given].sort((a, b) => a.price - b.price);
        const engine = centralMeanOf(
          {
            prices: Float64Array.from(sorted, (one) => one.price),
            weights: Float64Array.from(sorted, (one) => one.weight),
          },
          third,
          twoThirds,
        )!;
        expect(big.numerator * engine.denominator).toBe(engine.numerator * big.denominator);
        const plain = interquantileMean(
          given.map((one) => one.price),
          given.map((one) => one.weight),
          1 / 3,
          2 / 3,
        );
        expect(Number(big.numerator) / Number(big.denominator)).toBeCloseTo(plain, 9);
      }),
    );
  });

  it('is exact where the weights are volumes of tokens', () => {
    const huge = 10n ** 15n;
    const of = (...prices: bigint[]) => prices.map((one) => ({ price: one, weight: huge + 1n }));
    const mean = centralThird(of(1n, 2n, 10n ** 20n), third, twoThirds)!;
    expect(mean.numerator).toBe(2n * mean.denominator);
    expect(centralThird([], third, twoThirds)).toBeNull();
  });
});

describe('the price of tokens of a model', () => {
  it('is the central third of what was paid, weighed by tokens, and names its inputs', () => {
    const facts = providers('0.10', '0.12', '0.14', '0.90');
    const index = paid(facts);
    // A quarter each: half of the second and half of the third lie inside, and a sixth of neither end.
    expect(index.values.input).toMatchObject({
      value: '0.130000',
      providers: 4,
      minimum: '0.100000',
      maximum: '0.900000',
    });
    expect(index.values.output.value).toBe('0.500000');
    expect(index).toMatchObject({ series: 'CSI-TOKENS-OPENAI:GPT-OSS-120B', status: 'normal', tokens: '4000000' });
    expect(index.inputs.map((one) => one.shares.input)).toEqual(facts.map(() => '0.250000'));
  });

  it('forms the blended price at each endpoint first, by the mix of the rules', () => {
    const { input, output } = rules.blend;
    const each = (Number(input) * 0.1 + Number(output) * 0.5) / (input + output);
    expect(paid(providers('0.10', '0.10', '0.10')).values.blended.value).toBe(each.toFixed(6));
  });

  it('caps a provider, whatever it sold, and says so', () => {
    const facts = providers('0.10', '0.12', '0.14', '0.16', '0.18');
    facts[0] = price({ ...facts[0], tokens: 1_000_000_000 });
    const index = paid(facts);
    expect(index.values.input.cap).toEqual({ in_force: '0.500000', bound: true, relaxed: false });
    expect(index.inputs[0]?.shares.input).toBe('0.500000');
    // Below it the volume speaks, however few they are.
    const few = providers('0.10', '0.12', '0.14').map((one, index) =>
      price({ ...one, tokens: [8, 7, 5][index] as number }),
    );
    expect(paid(few).inputs.map((one) => one.shares.input)).toEqual(['0.400000', '0.350000', '0.250000']);
  });

  it('takes all endpoints of a provider as one', () => {
    const facts = [
      ...providers('0.10', '0.20'),
      price({ provider: 'deepinfra', endpoint: 'a', prompt_usd_per_million: '0.30' }),
      price({ provider: 'deepinfra/turbo', endpoint: 'b', prompt_usd_per_million: '0.30' }),
    ];
    const index = listed(facts);
    expect(index.values.input.providers).toBe(3);
    const shares = index.inputs.map((one) => [one.provider, one.shares.input]);
    expect(shares).toEqual([
      ['deepinfra', '0.166667'],
      ['deepinfra/turbo', '0.166667'],
      ['p0', '0.333333'],
      ['p1', '0.333333'],
    ]);
    expect(index.tokens).toBeNull();
  });

  it('has none with too few providers, and says how many', () => {
    const index = paid([...providers('0.10', '0.12'), price({ provider: 'p1', endpoint: 'other' })]);
    expect(index).toMatchObject({ status: 'unavailable' });
    expect(index.values.input).toMatchObject({ value: null, reason: '2 providers, 3 needed', cap: null });
    const oneSide = [...providers('0.10', '0.12'), price({ provider: 'p3', completion_usd_per_million: null })];
    const half = paid(oneSide);
    expect([half.values.input.providers, half.values.output.reason]).toEqual([3, '2 providers, 3 needed']);
    expect(half.values.blended.value).toBeNull();
    expect(paid([]).values.output.reason).toBe('no price in the 26 hours before the strike');
  });

  it('leaves out with a reason what is no price of this product', () => {
    const base = providers('0.10', '0.12', '0.14');
    const out: [Partial<TokenPrice>, string][] = [
      [{ variant: 'batch' }, 'variant.other'],
      [{ provider: null }, 'provider.unknown'],
      [{ tokens: null }, 'volume.unknown'],
      [{ tokens: 0 }, 'volume.unknown'],
      [{ tokens: rules.maximum_tokens + 1 }, 'volume.absurd'],
    ];
    for (const [facts, reason] of out) {
      const index = paid([...base, price({ provider: 'p9', endpoint: 'e9', prompt_usd_per_million: '9', ...facts })]);
      expect([index.rejections, index.values.input], reason).toEqual([{ [reason]: 1 }, paid(base).values.input]);
      expect(index.hash).not.toBe(paid(base).hash);
    }
  });

  it('counts the last look of a line in its window, and one source of several', () => {
    const base = providers('0.10', '0.12', '0.14');
    const old = base.map((one) =>
      price({
        ...one,
        prompt_usd_per_million: '5',
        event_at: '2026-07-27T16:00:00.000Z',
        observed_at: '2026-07-27T16:00:00.000Z',
      }),
    );
    const again = base.map((one) =>
      price({
        ...one,
        source: 'openrouter',
        prompt_usd_per_million: '5',
        event_at: '2026-07-27T18:00:00.000Z',
        observed_at: '2026-07-27T18:00:00.000Z',
      }),
    );
    const index = paid([...old, ...again, ...base]);
    expect(index.values).toEqual(paid(base).values);
    expect(index.rejections).toEqual({ 'look.superseded': 3, 'duplicate.source': 3 });
  });

  it('knows nothing from after its strike, or from before its window', () => {
    const base = providers('0.10', '0.12', '0.14');
    const late = price({ provider: 'p9', event_at: '2026-07-28T15:00:00.000Z' });
    const learned = price({ provider: 'p8', observed_at: '2026-07-28T15:00:00.000Z' });
    const early = price({ provider: 'p7', event_at: '2026-07-27T12:59:59.999Z' });
    expect(paid([...base, late, learned, early])).toEqual(paid(base));
  });

  const drawn = fc.array(
    fc.record({
      provider: fc.integer({ min: 0, max: 5 }),
      cents: fc.integer({ min: 1, max: 4 }),
      tokens: fc.integer({ min: 1, max: 10 ** 12 }),
    }),
    { minLength: 3, maxLength: 9 },
  );
  const market = (rows: readonly { provider: number; cents: number; tokens: number }[], times = 1) =>
    rows.map(({ provider, cents, tokens }, index) =>
      price({
        provider: `p${provider}`,
        endpoint: `e${index}`,
        prompt_usd_per_million: (cents * times * 0.25).toFixed(2),
        tokens,
      }),
    );

  it('does not depend on the order of the facts', () => {
    fc.assert(
      fc.property(drawn, (rows) => {
        const facts = market(rows);
        expect(paid([...facts].reverse())).toEqual(paid(facts));
      }),
      { numRuns: 50 },
    );
  });

  it('is homogeneous: every price times four is the value times four, and every share of weight sums to one', () => {
    fc.assert(
      fc.property(drawn, (rows) => {
        const one = paid(market(rows));
        const four = paid(market(rows, 4));
        if (one.values.input.value === null) return;
        expect(Number(four.values.input.value)).toBeCloseTo(4 * Number(one.values.input.value), 5);
        const shares = one.inputs.reduce((sum, input) => sum + Number(input.shares.input), 0);
        expect(shares).toBeCloseTo(1, 4);
        const value = Number(one.values.input.value);
        expect(value).toBeGreaterThanOrEqual(Number(one.values.input.minimum) - 1e-6);
        expect(value).toBeLessThanOrEqual(Number(one.values.input.maximum) + 1e-6);
      }),
      { numRuns: 50 },
    );
  });
});
