/**
 * OpenRouter: prices of tokens: what each model lists, and what was really paid for it by provider.
 * Page: https://openrouter.ai/api/v1/models, recorded 2026-08; the effective prices are of its own pages and undocumented. Terms: not read.
 * Traps: listed prices are USD per TOKEN as text, effective ones USD per MILLION tokens as numbers; "0" marks a free variant, which is no
 * price; "-1" marks a router whose price depends; an effective price holds caching and discounts and comes with its volume of tokens.
 *
 * Not in the catalogue yet: a token is no GPU-hour, and the framework stores none. `parseTokens` is what will be stored when it does.
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { type CaptureText, emptyParsed, type Parsed } from '#ingest/source';
import { isZero, refuse } from '#ingest/sources/kit/rows';

/** The price of a million tokens is never stated where a token's is, nor the other way round: `per_tokens` says which. */
export interface TokenPrice {
  model: string;
  /** Null where the price is the model's and no single provider's. */
  provider: string | null;
  side: 'input' | 'output';
  evidence: 'listed' | 'transaction';
  price: string | number;
  currency: 'USD';
  per_tokens: 1 | 1_000_000;
  /** Volume the price was paid for, where it is known. */
  tokens: number | null;
}

/** What a capture says of tokens, beside what every capture may say. */
export interface ParsedTokens extends Parsed {
  tokens: TokenPrice[];
}

const price = z.union([z.number(), z.string()]);
const modelsSchema = z.union([
  z.object({ data: z.array(z.unknown()) }).transform(({ data }) => data),
  z.array(z.unknown()),
]);
const modelSchema = z.object({
  id: z.string().min(1).max(200),
  pricing: z.object({ prompt: price, completion: price }),
});
const effectiveSchema = z.object({ data: z.object({ providerSummaries: z.array(z.unknown()) }) });
const summarySchema = z.object({
  providerSlug: z.string().min(1).max(120),
  effectiveInputPrice: price.nullable(),
  effectiveOutputPrice: price.nullable(),
  totalTokens: z.number().nullish(),
});

/** Pure. @throws Error where the response has neither shape */
export function parseTokens(capture: CaptureText): ParsedTokens {
  const parsed: ParsedTokens = { ...emptyParsed(), tokens: [] };
  const answer = parseJson(capture.text);
  const add = (nativeId: string, row: Omit<TokenPrice, 'price' | 'currency'> & { price: string | number | null }) => {
    if (row.price === null) return;
    if (isZero(row.price)) refuse(parsed, 'price.not_offered', 'a price of 0 marks a free variant', nativeId, row);
    else if (Number(row.price) > 0) parsed.tokens.push({ ...row, price: row.price, currency: 'USD' });
    else refuse(parsed, 'price.negative', `${row.price} is no price`, nativeId, row);
  };
  const model = new URL(capture.url).searchParams.get('permaslug');
  if (model !== null) {
    const { providerSummaries } = expectShape(effectiveSchema, answer).data;
    const slug = (summary: unknown) => `${model}/${fieldText(summary, 'providerSlug')}`;
    eachRow(providerSummaries, summarySchema, slug, parsed, (one) => {
      const facts = {
        model,
        provider: one.providerSlug,
        evidence: 'transaction',
        per_tokens: 1_000_000,
        tokens: one.totalTokens ?? null,
      } as const;
      add(slug(one), { ...facts, side: 'input', price: one.effectiveInputPrice });
      add(slug(one), { ...facts, side: 'output', price: one.effectiveOutputPrice });
    });
    return parsed;
  }
  eachRow(
    expectShape(modelsSchema, answer),
    modelSchema,
    (one) => fieldText(one, 'id'),
    parsed,
    ({ id, pricing }) => {
      const facts = { model: id, provider: null, evidence: 'listed', per_tokens: 1, tokens: null } as const;
      add(id, { ...facts, side: 'input', price: pricing.prompt });
      add(id, { ...facts, side: 'output', price: pricing.completion });
    },
  );
  return parsed;
}
