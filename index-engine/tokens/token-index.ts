import { capWeights, participantsOf } from '#index-engine/caps';
import { type Rational, roundRational } from '#index-engine/rational';
import { centralThird } from '#index-engine/tokens/central-third';
import { judgeLines, type TokenLine } from '#index-engine/tokens/lines';
import { canonicalHash } from '#methodology/canonical';
import { formatDecimal, parseDecimal, parseRatio } from '#methodology/decimal';
import type { Strike } from '#methodology/strike';
import { type TokenRules, tokenRules, tokenSeriesId } from '#methodology/tokens';
import { PRICE_SCALE } from '#store/clickhouse/observations';
import type { TokenPrice } from '#store/clickhouse/tokens';

export const tokenSides = ['input', 'output', 'blended'] as const;
export type TokenSide = (typeof tokenSides)[number];

/** One side of a model's price: its value, or why it has none. */
export interface TokenValue {
  /** USD per million tokens. */
  value: string | null;
  reason: string | null;
  providers: number;
  minimum: string | null;
  maximum: string | null;
  /** The largest share of a provider: as in force, whether it bound, and whether it was raised to 1/n. */
  cap: { in_force: string; bound: boolean; relaxed: boolean } | null;
}

/** One stored price considered, with its share of the weight of each side after the cap. */
export interface TokenInput {
  token_price_id: string;
  source: string;
  provider: string | null;
  endpoint: string | null;
  variant: string;
  event_at: string;
  prompt_usd_per_million: string | null;
  completion_usd_per_million: string | null;
  tokens: number | null;
  reason: string | null;
  shares: Record<TokenSide, string>;
}

/** What a million tokens of one model cost at one strike. Derived: computed on demand, not signed. */
export interface TokenIndex {
  format: 'csi-token-index/1';
  series: string;
  model: string;
  kind: TokenPrice['kind'];
  date: string;
  strike: string;
  window: { from: string; to: string };
  unit: 'USD/M tokens';
  status: 'normal' | 'unavailable';
  values: Record<TokenSide, TokenValue>;
  /** Tokens paid for in what counts; null where no volume is known. */
  tokens: string | null;
  rejections: Record<string, number>;
  inputs: TokenInput[];
  /** SHA-256 of the ids of the inputs in their order, in canonical JSON. */
  inputs_sha256: string;
  methodology: { version: string; sha256: string };
  /** SHA-256 of all of the above in canonical JSON. */
  hash: string;
}

interface Priced {
  line: TokenLine;
  /** In units of 10^-18 USD per million tokens, times the whole of the blend. */
  price: bigint;
}

/** The price of one side at one endpoint, or null where it is not told. */
function priceOf(fact: TokenPrice, side: TokenSide, { blend }: TokenRules): bigint | null {
  const exact = (text: string | null) => (text === null ? null : parseDecimal(text, PRICE_SCALE));
  const prompt = exact(fact.prompt_usd_per_million);
  const completion = exact(fact.completion_usd_per_million);
  const whole = BigInt(blend.input + blend.output);
  if (side === 'blended') {
    if (prompt === null || completion === null) return null;
    return prompt * BigInt(blend.input) + completion * BigInt(blend.output);
  }
  const own = side === 'input' ? prompt : completion;
  return own === null ? null : own * whole;
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** Whole weights before the cap: the tokens of each line, or one for each provider, shared by its lines. */
function weightsOf(priced: readonly Priced[], weights: TokenRules['kinds'][number]['weights']): bigint[] {
  if (weights === 'tokens') return priced.map(({ line }) => BigInt(line.fact.tokens ?? 0));
  const lines = new Map<string, bigint>();
  for (const { line } of priced) lines.set(line.provider, (lines.get(line.provider) ?? 0n) + 1n);
  let common = 1n;
  for (const many of lines.values()) common = (common / greatestCommonDivisor(common, many)) * many;
  return priced.map(({ line }) => common / (lines.get(line.provider) as bigint));
}

const none = (reason: string, providers: number): TokenValue => ({
  value: null,
  reason,
  providers,
  minimum: null,
  maximum: null,
  cap: null,
});

/** Estimates one side, and says what share each line has of its weight. */
function estimate(
  lines: readonly TokenLine[],
  side: TokenSide,
  rules: TokenRules,
  weights: TokenRules['kinds'][number]['weights'],
): { value: TokenValue; shares: Map<TokenLine, Rational> } {
  const priced = lines.flatMap((line): Priced[] => {
    const price = line.reason === null ? priceOf(line.fact, side, rules) : null;
    return price === null ? [] : [{ line, price }];
  });
  const providers = [...new Set(priced.map(({ line }) => line.provider))];
  const shares = new Map<TokenLine, Rational>();
  if (providers.length < rules.minimum_providers) {
    if (lines.length === 0)
      return { value: none(`no price in the ${rules.window_hours} hours before the strike`, 0), shares };
    const many = `${providers.length} provider${providers.length === 1 ? '' : 's'}`;
    return { value: none(`${many}, ${rules.minimum_providers} needed`, providers.length), shares };
  }
  const own = weightsOf(priced, weights);
  const total = (provider: string) =>
    priced.reduce((sum, { line }, index) => (line.provider === provider ? sum + (own[index] as bigint) : sum), 0n);
  const cap = parseRatio(rules.caps.provider);
  // No venue to cap: each provider stands for itself.
  const capped = capWeights(
    participantsOf(providers.map((provider) => ({ provider, venue: provider, weight: Number(total(provider)) }))),
    cap,
    cap,
  );
  const scaled = priced.map(({ line }, index) => {
    const scale = capped.scaleOf[providers.indexOf(line.provider)] as number;
    return (own[index] as bigint) * (capped.multipliers[scale] as bigint);
  });
  const whole = scaled.reduce((sum, weight) => sum + weight, 0n);
  priced.forEach(({ line }, index) => {
    shares.set(line, { numerator: scaled[index] as bigint, denominator: whole });
  });
  const points = priced.map(({ price }, index) => ({ price, weight: scaled[index] as bigint }));
  const mean = centralThird(points, parseRatio(rules.estimator.low), parseRatio(rules.estimator.high));
  if (mean === null) return { value: none('no weight is left', providers.length), shares };
  const decimals = rules.rounding.value_decimals;
  const unit = 10n ** BigInt(PRICE_SCALE) * BigInt(rules.blend.input + rules.blend.output);
  const usd = ({ numerator, denominator }: Rational) =>
    formatDecimal(roundRational({ numerator, denominator: denominator * unit }, decimals), decimals);
  const prices = priced.map(({ price }) => price).sort((a, b) => (a < b ? -1 : 1));
  const share = rules.rounding.share_decimals;
  return {
    value: {
      value: usd(mean),
      reason: null,
      providers: providers.length,
      minimum: usd({ numerator: prices[0] as bigint, denominator: 1n }),
      maximum: usd({ numerator: prices.at(-1) as bigint, denominator: 1n }),
      cap: {
        in_force: formatDecimal(roundRational(capped.provider.inForce, share), share),
        bound: capped.provider.bound || capped.venue.bound,
        relaxed: capped.provider.relaxed,
      },
    },
    shares,
  };
}

/** Which price of tokens is meant. */
export interface TokenQuestion {
  model: string;
  kind: TokenPrice['kind'];
  strike: Strike;
}

/**
 * What a million tokens of a model cost at a strike: input, output, and a blended one whose mix is data. Pure, and independent of the order
 * of the facts.
 * @param facts of this model and kind; what lies outside the window or was learned after it is dropped here
 * @throws Error where the rules know no such kind
 */
export function tokenIndex(facts: readonly TokenPrice[], { model, kind, strike }: TokenQuestion): TokenIndex {
  const { rules, sha256 } = tokenRules();
  const family = rules.kinds.find((one) => one.kind === kind);
  if (!family) throw new Error(`the rules of tokens know no prices of kind ${kind}`);
  const to = strike.instant.toISOString();
  const from = new Date(strike.instant.getTime() - rules.window_hours * 3_600_000).toISOString();
  const own = facts.filter((one) => one.model === model && one.kind === kind);
  const lines = judgeLines(own, { from, to }, rules, family.weights);
  const estimates = {
    input: estimate(lines, 'input', rules, family.weights),
    output: estimate(lines, 'output', rules, family.weights),
    blended: estimate(lines, 'blended', rules, family.weights),
  };
  const rejections: Record<string, number> = {};
  for (const { reason } of lines) if (reason !== null) rejections[reason] = (rejections[reason] ?? 0) + 1;
  const decimals = rules.rounding.share_decimals;
  const shareOf = (line: TokenLine, side: TokenSide) => {
    const share = estimates[side].shares.get(line);
    return share ? formatDecimal(roundRational(share, decimals), decimals) : '0';
  };
  const inputs = lines.map((line): TokenInput => {
    const { token_price_id, source, provider, endpoint, variant, event_at, tokens } = line.fact;
    const { prompt_usd_per_million, completion_usd_per_million } = line.fact;
    return {
      ...{ token_price_id, source, provider, endpoint, variant, event_at },
      ...{ prompt_usd_per_million, completion_usd_per_million, tokens, reason: line.reason },
      shares: { input: shareOf(line, 'input'), output: shareOf(line, 'output'), blended: shareOf(line, 'blended') },
    };
  });
  const values = {
    input: estimates.input.value,
    output: estimates.output.value,
    blended: estimates.blended.value,
  };
  const record: Omit<TokenIndex, 'hash'> = {
    format: 'csi-token-index/1',
    series: tokenSeriesId(model, family.suffix),
    model,
    kind,
    date: strike.date,
    strike: to,
    window: { from, to },
    unit: rules.unit,
    status: tokenSides.some((side) => values[side].value !== null) ? 'normal' : 'unavailable',
    values,
    tokens:
      family.weights === 'tokens'
        ? lines.reduce((sum, line) => (line.reason === null ? sum + BigInt(line.fact.tokens ?? 0) : sum), 0n).toString()
        : null,
    rejections,
    inputs,
    inputs_sha256: canonicalHash(inputs.map((one) => one.token_price_id)),
    methodology: { version: rules.version, sha256 },
  };
  return { ...record, hash: canonicalHash(record) };
}
