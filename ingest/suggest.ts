import { distance } from 'fastest-levenshtein';
import { aliases } from '#methodology/aliases';

const SUGGESTIONS = 3;
/** Share of a label that may differ for a suggestion to be worth a look. */
const FURTHEST = 0.5;

/**
 * Classes a person might have meant by a label nobody knows, nearest first: for `doctor`, which asks a person to add an alias. Nothing
 * is ever identified by nearness.
 */
export function suggestClasses(label: string): string[] {
  const wanted = (label.toLowerCase().match(/[a-z0-9]+/g) ?? []).join(' ');
  const best = new Map<string, number>();
  for (const { labels, classes } of aliases().aliases) {
    for (const known of labels) {
      const apart = distance(wanted, known) / Math.max(wanted.length, known.length, 1);
      for (const id of classes) best.set(id, Math.min(best.get(id) ?? 1, apart));
    }
  }
  return [...best]
    .filter(([, apart]) => apart <= FURTHEST)
    .sort(([a, near], [b, far]) => near - far || (a < b ? -1 : 1))
    .slice(0, SUGGESTIONS)
    .map(([id]) => id);
}
