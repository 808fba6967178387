/**
 * OpenRouter: prices of tokens: what each model lists, and what was really paid for it at each provider's endpoint.
 * Page: https://openrouter.ai/api/v1/models, recorded 2026-08; the most used models and the effective prices are read from the site's own,
 * undocumented pages (shape of public clients, 2026-08). Terms: not read.
 * Traps: listed prices are USD per TOKEN as text, effective ones USD per MILLION tokens as numbers; "0" marks a free variant, which is no
 * price; "-1" marks a router whose price depends; listed prices are after discounts; some models cost more for long prompts, and the price
 * kept is that of short ones; an effective price holds caching and discounts and comes with its volume of tokens, over a window the page
 * does not name; it is an endpoint's, and one provider may have several. An id ends in its variant (":batch") where it is not standard.
 */
import { z } from 'zod';
import { eachRow, expectShape, fieldText, parseJson } from '#ingest/shape';
import { type CaptureText, emptyParsed, type Parsed, type Source, type SourceRequest } from '#ingest/source';
import { carried, carrying } from '#ingest/sources/kit/carry';

const MODELS = 'https://openrouter.ai/api/v1/models';
const RANKING = 'https://openrouter.ai/api/frontend/v1/rankings/models?view=week';
const EFFECTIVE = 'https://openrouter.ai/api/frontend/v1/stats/effective-pricing';
/** How many of the most used models are asked what was paid for them. */
const MODELS_ASKED = 60;
const STANDARD = 'standard';

const price = z.union([z.number(), z.string()]);
const name = z.string().regex(/^[\w./:~@+-]{1,200}$/);
const modelsSchema = z.union([
  z.object({ data: z.array(z.unknown()) }).transform(({ data }) => data),
  z.array(z.unknown()),
]);
const modelSchema = z.object({
  id: name,
  canonical_slug: name,
  pricing: z.object({ prompt: price, completion: price }),
});
const rankingSchema = z.object({
  data: z.array(
    z.object({
      model_permaslug: name,
      variant: name,
      total_prompt_tokens: z.number().nonnegative(),
      total_completion_tokens: z.number().nonnegative(),
    }),
  ),
});
const effectiveSchema = z.object({ data: z.object({ providerSummaries: z.array(z.unknown()) }) });
const summarySchema = z.object({
  endpointId: z.string().min(1).max(120).nullish(),
  providerSlug: name,
  effectiveInputPrice: price.nullable(),
  effectiveOutputPrice: price.nullable(),
  totalTokens: z.int().nonnegative().nullish(),
});

/** The model and variant that a request for effective prices asks about; null for other pages. */
function askedOf(url: string): { model: string; variant: string } | null {
  const { searchParams } = new URL(url);
  const [model, variant] = [searchParams.get('permaslug'), searchParams.get('variant')];
  return model === null || variant === null ? null : { model, variant };
}

/** Asks what was paid for the first of a queue of models, each `slug variant`. */
function askPaid(queue: readonly string[]): SourceRequest | null {
  const [permaslug, variant] = (queue[0] ?? '').split(' ');
  if (!permaslug || !variant) return null;
  const query = new URLSearchParams({ permaslug, variant });
  return { method: 'GET', url: carrying(`${EFFECTIVE}?${query}`, { queue: queue.slice(1).join('\n') }) };
}

function readModels(parsed: Parsed, answer: unknown): void {
  eachRow(
    expectShape(modelsSchema, answer),
    modelSchema,
    (one) => fieldText(one, 'id'),
    parsed,
    ({ id, canonical_slug, pricing }) => {
      parsed.tokens.push({
        event_at: null,
        model: canonical_slug,
        variant: id.split(':')[1] ?? STANDARD,
        provider: null,
        endpoint: null,
        kind: 'listed',
        prompt: pricing.prompt,
        completion: pricing.completion,
        per_tokens: 1,
        tokens: null,
      });
    },
  );
}

function readPaid(parsed: Parsed, answer: unknown, { model, variant }: { model: string; variant: string }): void {
  eachRow(
    expectShape(effectiveSchema, answer).data.providerSummaries,
    summarySchema,
    (one) => `${model}/${fieldText(one, 'providerSlug')}`,
    parsed,
    (one) => {
      parsed.tokens.push({
        event_at: null,
        model,
        variant,
        provider: one.providerSlug,
        endpoint: one.endpointId ?? null,
        kind: 'effective',
        prompt: one.effectiveInputPrice,
        completion: one.effectiveOutputPrice,
        per_tokens: 1_000_000,
        tokens: one.totalTokens ?? null,
      });
    },
  );
}

export const openrouter: Source = {
  id: 'openrouter',
  title: 'OpenRouter token prices',
  homepage: 'https://openrouter.ai',
  provider: null,
  venue_type: 'broker',
  evidence: [],
  aggregator: true,
  schedule: '51 */6 * * *',
  freshness_objective_seconds: 93_600,
  budget: { requests: 70, body_bytes: 8_000_000, sweep_seconds: 300, pause_ms: 1000, timeout_ms: 30_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://openrouter.ai/terms' },
  key_variable: null,
  tested_on: 'documented',
  requests: () => [{ method: 'GET', url: MODELS }],
  follow(capture: CaptureText) {
    if (capture.url === MODELS) return { method: 'GET', url: RANKING };
    if (capture.url !== RANKING) return askPaid((carried(capture.url).queue ?? '').split('\n').filter(Boolean));
    const used = expectShape(rankingSchema, parseJson(capture.text)).data;
    const volume = (one: (typeof used)[number]) => one.total_prompt_tokens + one.total_completion_tokens;
    const most = used.sort((a, b) => volume(b) - volume(a)).map((one) => `${one.model_permaslug} ${one.variant}`);
    return askPaid([...new Set(most)].slice(0, MODELS_ASKED));
  },
  parse(capture) {
    const parsed = emptyParsed();
    const answer = parseJson(capture.text);
    const asked = askedOf(capture.url);
    if (capture.url === RANKING) expectShape(rankingSchema, answer);
    else if (asked) readPaid(parsed, answer, asked);
    else readModels(parsed, answer);
    return parsed;
  },
  canary: (parsed) =>
    parsed.tokens.some(({ model }) => /^(openai|anthropic|google)\//.test(model))
      ? null
      : 'no price of a model of OpenAI, Anthropic or Google',
};
