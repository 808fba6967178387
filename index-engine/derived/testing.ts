import type { FixPoint } from '#index-engine/derived/fix-point';
import { sha256 } from '#methodology/canonical';

/** A fix of level 4 with a value, or without one where that is null. */
export function point(series: string, date: string, value: string | null, facts: Partial<FixPoint> = {}): FixPoint {
  return {
    series,
    date,
    strike: `${date}T15:00:00.000Z`,
    revision: 0,
    value,
    level: value === null ? null : 4,
    status: value === null ? 'suspended' : 'normal',
    reason: value === null ? '3 providers, 5 needed' : null,
    providers: value === null ? 3 : 8,
    hash: sha256(`${series} ${date} ${value}`),
    ...facts,
  };
}
