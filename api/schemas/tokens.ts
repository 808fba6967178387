import { z } from '@hono/zod-openapi';
import { day, hash, instant, reason } from '#api/schemas/derived-parts';
import type { TokenHistory, TokenIndex, TokenInput, TokenRow, TokensAnswer, TokenValue } from '#api/types';

const usd = z.string().openapi({ description: 'Decimal, USD per million tokens.', example: '0.166666' });
const share = z.string().openapi({ description: 'Decimal between 0 and 1.', example: '0.250000' });
const kind = z.enum(['effective', 'listed']).openapi({ description: 'Really paid, or listed.' });
const bySide = <Schema extends z.ZodType>(schema: Schema) =>
  z.object({ input: schema, output: schema, blended: schema });

const value = z
  .object({
    value: usd.nullable(),
    reason,
    providers: z.int(),
    minimum: usd.nullable(),
    maximum: usd.nullable(),
    cap: z.object({ in_force: share, bound: z.boolean(), relaxed: z.boolean() }).nullable(),
  })
  .openapi('TokenValue') satisfies z.ZodType<TokenValue>;

const input = z
  .object({
    token_price_id: z.string(),
    source: z.string(),
    provider: z.string().nullable(),
    endpoint: z.string().nullable(),
    variant: z.string(),
    event_at: instant,
    prompt_usd_per_million: usd.nullable(),
    completion_usd_per_million: usd.nullable(),
    tokens: z.int().nullable(),
    reason: z.string().nullable().openapi({ description: 'Why it does not count; null where it does.' }),
    shares: bySide(share),
  })
  .openapi('TokenInput') satisfies z.ZodType<TokenInput>;

const row = z
  .object({
    format: z.literal('csi-token-index/1'),
    series: z.string(),
    model: z.string(),
    kind,
    date: day,
    strike: instant,
    window: z.object({ from: instant, to: instant }),
    unit: z.literal('USD/M tokens'),
    status: z.enum(['normal', 'unavailable']),
    values: bySide(value),
    tokens: z.string().nullable().openapi({ description: 'Tokens paid for in what counts; null where unknown.' }),
    rejections: z.record(z.string(), z.int()),
    inputs_sha256: hash,
    methodology: z.object({ version: z.string(), sha256: z.string() }),
    hash,
  })
  .openapi('TokenRow', {
    description: 'Computed on demand from stored prices by the rules it names; not signed.',
  }) satisfies z.ZodType<TokenRow>;

export const tokenAnswer = row.extend({ inputs: z.array(input) }).openapi('TokenIndex') satisfies z.ZodType<TokenIndex>;

export const tokensAnswer = z
  .object({
    date: day,
    unit: z.literal('USD/M tokens'),
    why: z.string(),
    tokens: z.array(row),
    unavailable: z.int(),
  })
  .openapi('TokensAnswer') satisfies z.ZodType<TokensAnswer>;

export const tokenHistory = z
  .object({
    series: z.string(),
    model: z.string(),
    kind,
    unit: z.literal('USD/M tokens'),
    from: day,
    to: day,
    date: z.array(day),
    strike: z.array(instant),
    value: bySide(z.array(usd.nullable())),
    status: z.array(z.enum(['normal', 'unavailable'])),
    reason: z.array(z.string().nullable()),
    providers: z.array(z.int()),
    tokens: z.array(z.string().nullable()),
    hash: z.array(hash),
  })
  .openapi('TokenHistory', {
    description: 'In columns: all arrays have one length.',
  }) satisfies z.ZodType<TokenHistory>;
