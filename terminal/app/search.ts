/** What of a series, or of a source, search can find. */
export interface Findable {
  id: string;
  name: string;
  /** Further words: class, vendor, family… */
  words: readonly string[];
  /** Among equals, the higher first: one with a value before one without. */
  weight: number;
}

/** Tokens of an id or a name: "CSI-H100-SXM-80.NC" is csi, h100, sxm, 80, nc. */
export function tokens(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

function tokenScore(query: string, candidates: readonly string[], text: string): number {
  if (candidates.includes(query)) return 100;
  // A shorter remainder is a nearer match: "h1" finds H100 before H100X.
  const prefixed = candidates
    .filter((token) => token.startsWith(query))
    .map((token) => 60 - Math.min(20, token.length - query.length));
  if (prefixed.length > 0) return Math.max(...prefixed);
  return query.length >= 2 && text.includes(query) ? 20 : 0;
}

/**
 * How well something matches, 0 where some word of the query does not. Whole tokens beat beginnings, beginnings beat
 * middles: H20 must find H20 before H200, and A10 must not find A100 first.
 */
export function score(query: string, item: Findable): number {
  const wanted = tokens(query);
  if (wanted.length === 0) return 1 + item.weight;
  if (query.trim().toLowerCase() === item.id.toLowerCase()) return 10_000;
  const idTokens = tokens(item.id);
  const others = [...tokens(item.name), ...item.words.flatMap(tokens)];
  const text = `${item.id} ${item.name}`.toLowerCase();
  let total = 0;
  for (const token of wanted) {
    const own = tokenScore(token, idTokens, text) * 2;
    const best = Math.max(own, tokenScore(token, others, text));
    if (best === 0) return 0;
    total += best;
  }
  // Fewer suffixes first: the headline before its segments.
  return total + item.weight - Math.min(9, idTokens.length);
}

/** The best matches, best first, ties by id. */
export function search<T extends Findable>(query: string, items: readonly T[], limit: number): T[] {
  return items
    .map((item) => ({ item, score: score(query, item) }))
    .filter((match) => match.score > 0)
    .sort((a, b) => b.score - a.score || (a.item.id < b.item.id ? -1 : 1))
    .slice(0, limit)
    .map((match) => match.item);
}
