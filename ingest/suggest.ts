import { distance } from 'fastest-levenshtein';
import { identify, nameOf, type StatedHardware } from '#ingest/identify';
import { aliases } from '#methodology/aliases';
import { instance, isTabledCloud, whyUnknownInstance } from '#methodology/instances';

const SUGGESTIONS = 3;
/** Share of a label that may differ for a suggestion to be worth a look. */
const FURTHEST = 0.5;

/**
 * Classes a person might have meant by a label nobody knows, nearest first: for `doctor`, which asks a person to add an alias. Nothing
 * is ever identified by nearness.
 */
export function suggestClasses(label: string): string[] {
  const wanted = nameOf(label);
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

/** What is to be made of a label that was met: its class, or the reason somebody gave for having none, or nothing yet. */
export type Explanation =
  | { readonly is: 'class'; readonly hardwareClass: string }
  | { readonly is: 'deliberate'; readonly reason: string }
  | { readonly is: 'unknown'; readonly detail: string };

function explained(stated: StatedHardware): Explanation {
  const identity = identify(stated);
  if (identity.hardwareClass !== null) return { is: 'class', hardwareClass: identity.hardwareClass };
  return identity.deliberate
    ? { is: 'deliberate', reason: identity.detail }
    : { is: 'unknown', detail: identity.detail };
}

/**
 * Explains a label under the rules as they stand: as identification reads it, or as the name of an instance type where its source is a
 * cloud that sells by those.
 * @param cloud the cloud whose instance types the label may name
 */
export function explainLabel(stated: StatedHardware, cloud: string = stated.source): Explanation {
  const asLabel = explained(stated);
  if (asLabel.is !== 'unknown' || !isTabledCloud(cloud)) return asLabel;
  const known = instance(cloud, stated.label);
  if (known) return explained({ source: cloud, label: known.label, memoryGb: known.memory_gb });
  const reason = whyUnknownInstance(cloud, stated.label);
  return reason === null ? asLabel : { is: 'deliberate', reason };
}
