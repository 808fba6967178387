import type { FixHistory } from '#api/types';

type Cell = string | number | null;

/** A field of RFC 4180: quoted where it has to be. */
function field(cell: Cell): string {
  const text = cell === null ? '' : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

// Units stand in the header: a column taken out of the file still says what it is.
const columns = [
  ['date', 'date'],
  ['strike_utc', 'strike'],
  ['value_usd_per_gpu_hour', 'value'],
  ['level', 'level'],
  ['status', 'status'],
  ['reason', 'reason'],
  ['p25_usd_per_gpu_hour', 'p25'],
  ['p75_usd_per_gpu_hour', 'p75'],
  ['providers', 'providers'],
  ['hash', 'hash'],
] as const satisfies readonly (readonly [string, keyof FixHistory])[];

/**
 * A history as CSV (RFC 4180): the same columns in the same order as its JSON; nothing where JSON has null. One of a simulated market says so
 * in a last column, for a file is soon far from whoever sent it.
 */
export function historyCsv(history: FixHistory, simulated = false): string {
  const mark = (text: string) => (simulated ? [text] : []);
  const lines = history.date.map((_, row) =>
    [...columns.map(([, key]) => field(history[key][row] ?? null)), ...mark('true')].join(','),
  );
  return [[...columns.map(([name]) => name), ...mark('simulated')].join(','), ...lines, ''].join('\r\n');
}
