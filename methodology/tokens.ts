import { z } from 'zod';
import { canonicalHash } from '#methodology/canonical';
import { readReference } from '#methodology/reference';

const ratio = z.string().regex(/^(\d+\/[1-9]\d*|\d+(\.\d+)?)$/, 'a ratio such as "1/3" or "0.25"');
const count = z.int().positive();
const why = z.string().min(1);

/** The schema of tokens.json: every number that affects a price of tokens. */
export const tokensSchema = z.strictObject({
  format: z.literal('csi-tokens/1'),
  version: z.string().regex(/^\d+\.\d+$/),
  title: z.string().min(1),
  unit: z.literal('USD/M tokens'),
  why,
  strike: z.strictObject({ time: z.string().regex(/^\d\d:\d\d$/), time_zone: z.string().min(1), why }),
  window_hours: count,
  window_why: why,
  kinds: z
    .array(
      z.strictObject({
        suffix: z.string().regex(/^(\.[A-Z]+)?$/),
        kind: z.enum(['effective', 'listed']),
        /** Each line by the tokens it was paid for, or every provider the same. */
        weights: z.enum(['tokens', 'providers']),
        words: z.string().min(1),
        why,
      }),
    )
    .min(1),
  variants: z.array(z.string().min(1)).min(1),
  variants_why: why,
  minimum_providers: count,
  minimum_providers_why: why,
  maximum_tokens: count,
  maximum_tokens_why: why,
  /** Tokens in and out in a blended million. */
  blend: z.strictObject({ input: count, output: count, why }),
  caps: z.strictObject({ provider: ratio, why }),
  estimator: z.strictObject({ name: z.literal('interquantile_mean'), low: ratio, high: ratio, why }),
  rounding: z.strictObject({
    value_decimals: z.int().min(0).max(9),
    share_decimals: z.int().min(2).max(9),
    mode: z.literal('half_even'),
  }),
});

/** The rules of the prices of tokens, as frozen data. */
export type TokenRules = Readonly<z.output<typeof tokensSchema>>;

const loaded: TokenRules = readReference('tokens.json', tokensSchema);
const sha256 = canonicalHash(loaded);

/** The rules in force, with the SHA-256 of their canonical JSON. */
export function tokenRules(): { rules: TokenRules; sha256: string } {
  return { rules: loaded, sha256 };
}

const PREFIX = 'CSI-TOKENS-';

/** The id of a model's series of one kind. A model's own name is kept whole, but for the slash, which an address cannot hold. */
export function tokenSeriesId(model: string, suffix: string): string {
  return `${PREFIX}${model.toUpperCase().replaceAll('/', ':')}${suffix}`;
}
