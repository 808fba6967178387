import type { NoticeKind, NoticeRow } from '#api/types';
import type { View } from '../../app/view';

/** The kinds of notice in the order of the filter, as readers say them. */
export const KINDS: readonly [NoticeKind, string][] = [
  ['disruption', 'Disruption'],
  ['late', 'Late'],
  ['suspension', 'Suspension'],
  ['restatement', 'Restatement'],
  ['annotation', 'Annotation'],
  ['methodology_change', 'Methodology'],
  ['key_rotation', 'Key'],
  ['source_silent', 'Source silent'],
  ['source_recovered', 'Source back'],
  ['source_drift', 'Source drift'],
  ['source_paused', 'Source paused'],
];

/** The kind that a part of an address names, in any case; null where there is none. */
export function kindOf(text: string): NoticeKind | null {
  const wanted = text.toLowerCase();
  return KINDS.find(([kind]) => kind === wanted)?.[0] ?? null;
}

export const kindWords = (kind: string): string =>
  KINDS.find(([one]) => one === kind)?.[1] ?? kind.replaceAll('_', ' ');

const STRIKE = / of (\d{4}-\d{2}-\d{2}T\d{2}:\d{2})Z | at (\d{4}-\d{2}-\d{2}T\d{2}:\d{2})Z: /;

/** Where a notice leads: the fix it is of, the source it is about; null where it is about neither. */
export function placeOf({ kind, subject, text }: NoticeRow): View | null {
  if (kind.startsWith('source_')) return { fn: 'SRC', source: subject };
  if (!subject.startsWith('CSI-')) return null;
  const strike = STRIKE.exec(text);
  const minute = strike?.[1] ?? strike?.[2];
  return { fn: 'FIX', series: subject, date: minute ? `${minute}:00.000Z` : null };
}
