import type { Index } from '../../data/market';
import { compareDecimal } from '../../parts/number';

export type ColumnId = 'series' | 'name' | 'value' | 'change' | 'percent' | 'level' | 'status' | 'providers' | 'date';

export interface Sort {
  column: ColumnId;
  descending: boolean;
}

/** Series with a fix first, suspended or not; those that never had one last, whatever the sort. */
export function hasFix(index: Index): boolean {
  return index.latest !== null;
}

/** What a column sorts by; null sorts last in both directions. */
function key(index: Index, column: ColumnId): string | number | null {
  const latest = index.latest;
  switch (column) {
    case 'series':
      return index.series;
    case 'name':
      return index.name;
    case 'value':
      return latest?.value ?? null;
    case 'change':
      return latest?.change ?? null;
    case 'percent':
      return latest?.change_percent ?? null;
    case 'level':
      return latest?.level ?? null;
    case 'status':
      return latest?.status ?? null;
    case 'providers':
      return latest?.providers ?? null;
    case 'date':
      return latest?.strike ?? null;
  }
}

const DECIMALS: ReadonlySet<ColumnId> = new Set(['value', 'change', 'percent']);

function compare(a: Index, b: Index, column: ColumnId): number {
  const left = key(a, column);
  const right = key(b, column);
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  const [x, y] = [String(left), String(right)];
  if (DECIMALS.has(column)) return compareDecimal(x, y);
  return x.localeCompare(y, 'en', { numeric: true });
}

/**
 * The rows of the monitor in order: filtered by every word, sorted, those without any fix last. Unsorted, what has a value comes before
 * what is suspended: prices are what a monitor is opened for. A companion (its id has a suffix) that never had a fix is shown where it is
 * asked for by a filter.
 */
export function arrange(indices: readonly Index[], filter: string, sort: Sort | null): Index[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const kept = indices.filter((index) => {
    if (words.length === 0 && !hasFix(index) && index.series.includes('.')) return false;
    const text =
      `${index.series} ${index.name} ${index.vendor} ${index.family} ${index.latest?.status ?? 'no fix'}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const rank = (index: Index) => {
    if (!hasFix(index)) return 2;
    return sort === null && index.latest?.value === null ? 1 : 0;
  };
  return kept.sort((a, b) => {
    const grouped = rank(a) - rank(b);
    if (grouped !== 0 || !sort) return grouped;
    const missing = Number(key(a, sort.column) === null) - Number(key(b, sort.column) === null);
    if (missing !== 0) return missing;
    const order = compare(a, b, sort.column);
    return (sort.descending ? -order : order) || (a.series < b.series ? -1 : 1);
  });
}

/** A sort as it stands in the address, "-value" for descending; an unknown one is none. */
export function parseSort(text: string | null): Sort | null {
  const match = /^(-?)(series|name|value|change|percent|level|status|providers|date)$/.exec(text ?? '');
  return match ? { column: match[2] as ColumnId, descending: match[1] === '-' } : null;
}

/** The next sort after a click on a column: ascending, descending, none. */
export function nextSort(current: Sort | null, column: ColumnId): Sort | null {
  if (current?.column !== column) return { column, descending: false };
  return current.descending ? null : { column, descending: true };
}

/** The sort as text for the address. */
export function formatSort(sort: Sort | null): string | null {
  return sort ? `${sort.descending ? '-' : ''}${sort.column}` : null;
}

/** How many series stand how: "9 normal, 2 thin, 1 suspended, 4 without a fix". */
export function tally(indices: readonly Index[]): string {
  const counts = new Map<string, number>();
  for (const index of indices) {
    const status = index.latest?.status ?? 'without a fix';
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  return ['normal', 'thin', 'carried', 'suspended', 'without a fix']
    .flatMap((status) => (counts.has(status) ? [`${counts.get(status)} ${status}`] : []))
    .join(', ');
}
