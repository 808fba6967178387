/** A CSV of invented MLPerf results for tests: the columns that are read, one line a result. */
export function resultsCsv(rows: readonly Partial<Record<(typeof columns)[number], string | number>>[]): string {
  const lines = rows.map((row, at) =>
    columns.map((column) => row[column] ?? defaults[column] ?? `${column} ${at}`).join(','),
  );
  return [columns.join(','), ...lines].join('\n');
}

const columns = [
  'suite',
  'round',
  'division',
  'submitter',
  'system',
  'hw_id',
  'count',
  'benchmark',
  'scenario',
  'result',
  'units',
  'source',
] as const;

const defaults: Partial<Record<(typeof columns)[number], string | number>> = {
  suite: 'inference',
  round: 'v5.1',
  division: 'closed',
  hw_id: 'h100-sxm',
  count: 8,
  benchmark: 'llama2-70b-99',
  scenario: 'offline',
  result: 8000,
  units: 'Tokens/s',
};
