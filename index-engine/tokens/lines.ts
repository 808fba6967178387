import { byText } from '#methodology/canonical';
import type { TokenRules } from '#methodology/tokens';
import type { TokenPrice } from '#store/clickhouse/tokens';

/** One stored price and what becomes of it before any weight. */
export interface TokenLine {
  fact: TokenPrice;
  /** Who serves the tokens: a provider's endpoints are one provider. */
  provider: string;
  /** Why it does not count; null where it does. */
  reason: string | null;
}

const lineOf = ({ source, model, variant, provider, endpoint }: TokenPrice) =>
  [source, model, variant, provider ?? '', endpoint ?? ''].join('\n');

/** "deepinfra/turbo" is an endpoint of DeepInfra's. */
export const providerOf = (slug: string): string => slug.split('/')[0] as string;

/** Of several sources that show one venue the one that looked last: the same endpoint told twice must not count twice. */
function lastSource(facts: readonly TokenPrice[]): string | null {
  let newest: TokenPrice | null = null;
  for (const fact of facts) {
    if (
      !newest ||
      fact.event_at > newest.event_at ||
      (fact.event_at === newest.event_at && fact.source < newest.source)
    ) {
      newest = fact;
    }
  }
  return newest?.source ?? null;
}

/**
 * Judges the facts of one model and kind that happened in the window and were known before its end: the last look of each line of one
 * source counts, of the variants that are one product. In one order, whatever order they come in.
 */
export function judgeLines(
  facts: readonly TokenPrice[],
  window: { from: string; to: string },
  rules: TokenRules,
  weights: TokenRules['kinds'][number]['weights'],
): TokenLine[] {
  const known = facts
    .filter((one) => one.event_at >= window.from && one.event_at < window.to && one.observed_at < window.to)
    .sort(
      (a, b) =>
        byText(lineOf(a), lineOf(b)) || byText(a.event_at, b.event_at) || byText(a.token_price_id, b.token_price_id),
    );
  const source = lastSource(known);
  return known.map((fact, index) => {
    const next = known[index + 1];
    const reasonOf = (): string | null => {
      if (!rules.variants.includes(fact.variant)) return 'variant.other';
      if (fact.provider === null) return 'provider.unknown';
      if (fact.source !== source) return 'duplicate.source';
      if (next && lineOf(next) === lineOf(fact)) return 'look.superseded';
      if (weights === 'tokens' && !fact.tokens) return 'volume.unknown';
      if (weights === 'tokens' && (fact.tokens ?? 0) > rules.maximum_tokens) return 'volume.absurd';
      return null;
    };
    return { fact, provider: providerOf(fact.provider ?? ''), reason: reasonOf() };
  });
}
