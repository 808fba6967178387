import { table } from '#cli/output';
import type { Source } from '#ingest/source';
import { type Explanation, explainLabel, suggestClasses } from '#ingest/suggest';
import type { UnidentifiedLabel } from '#store/clickhouse/unknown-labels';

interface Met {
  source: string;
  label: string;
  memory_gb: number | null;
  count: number;
}

/** What is to be made of the labels that are stored without a class. */
export interface LabelReport {
  /** Nobody has looked at these: with the classes they might be. */
  unknown: (Met & { detail: string; suggestions: string[] })[];
  /** Somebody did, and wrote down why they have no class. */
  deliberate: (Met & { reason: string })[];
}

const UNKNOWN_SHOWN = 40;
const EXAMPLES = 3;

/** As its source's words, else as those of the venue it speaks of, where a source only repeats them. */
function explain({ source, venue, label, memory_gb: memoryGb }: UnidentifiedLabel, cloud: string): Explanation {
  const asSource = explainLabel({ source, label, memoryGb }, cloud);
  if (asSource.is !== 'unknown' || venue === '') return asSource;
  const asVenue = explainLabel({ source: venue, label, memoryGb });
  return asVenue.is === 'unknown' ? asSource : asVenue;
}

/** Sorts stored labels by what is known of them today; one that has a class by now is no longer listed. Pure. */
export function reportLabels(rows: readonly UnidentifiedLabel[], sources: readonly Source[]): LabelReport {
  const clouds = new Map(sources.map((source) => [source.id, source.provider ?? source.id]));
  const unknown = new Map<string, LabelReport['unknown'][number]>();
  const deliberate = new Map<string, LabelReport['deliberate'][number]>();
  for (const row of rows) {
    const { source, label, memory_gb, rows: count } = row;
    const known = explain(row, clouds.get(source) ?? row.venue);
    const met = { source, label, memory_gb, count };
    const key = JSON.stringify([source, label, memory_gb, known]);
    if (known.is === 'unknown') {
      const before = unknown.get(key);
      if (before) before.count += count;
      else unknown.set(key, { ...met, detail: known.detail, suggestions: suggestClasses(label) });
    } else if (known.is === 'deliberate') {
      const before = deliberate.get(key);
      if (before) before.count += count;
      else deliberate.set(key, { ...met, reason: known.reason });
    }
  }
  const mostFirst = (a: Met, b: Met) => b.count - a.count || (a.label < b.label ? -1 : 1);
  return { unknown: [...unknown.values()].sort(mostFirst), deliberate: [...deliberate.values()].sort(mostFirst) };
}

/** The report as text: unknown labels one by one, the others by the reason they were given. */
export function labelText({ unknown, deliberate }: LabelReport): string {
  const lines = [
    unknown.length === 0
      ? 'Every label met so far is known.'
      : table(
          ['source', 'label nobody knows', 'GB', 'rows', 'might be'],
          unknown
            .slice(0, UNKNOWN_SHOWN)
            .map((one) => [one.source, one.label, one.memory_gb, one.count, one.suggestions.join(', ') || null]),
        ),
  ];
  if (unknown.length > UNKNOWN_SHOWN) lines.push(`and ${unknown.length - UNKNOWN_SHOWN} more: --json lists them all`);
  if (deliberate.length === 0) return lines.join('\n');
  const reasons = [...new Set(deliberate.map((one) => one.reason))].map((reason) => {
    const all = deliberate.filter((one) => one.reason === reason);
    const names = [...new Set(all.map((one) => one.label))];
    const more = names.length > EXAMPLES ? `, and ${names.length - EXAMPLES} more` : '';
    const rows = all.reduce((sum, one) => sum + one.count, 0);
    return { reason, names: names.slice(0, EXAMPLES).join(', ') + more, rows };
  });
  const rows = reasons.sort((a, b) => b.rows - a.rows).map((one) => [one.reason, one.names, one.rows]);
  const labels = new Set(deliberate.map((one) => JSON.stringify([one.source, one.label]))).size;
  const total = deliberate.reduce((sum, one) => sum + one.count, 0);
  const counted = `Without a class on purpose: ${labels} labels, ${total} rows.`;
  return [...lines, '', counted, table(['reason', 'labels', 'rows'], rows)].join('\n');
}
