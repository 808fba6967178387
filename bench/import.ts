import { importArchive } from '#ingest/archive';
import type { ClickHouse } from '#store/clickhouse/client';
import type { Figure } from './measure';

/**
 * Import throughput: recorded bytes to stored observations, against a raw insert of the very same rows through the same client into a
 * table of the same shape.
 */
export async function benchImport(store: ClickHouse, archive: string): Promise<Figure[]> {
  const started = performance.now();
  const report = await importArchive(store, archive, new Date());
  const seconds = (performance.now() - started) / 1000;

  const rows = await store.rows<object>('SELECT * FROM csi.observations');
  await store.command('CREATE TABLE csi.bench_raw AS csi.observations');
  const rawStarted = performance.now();
  // As many inserts as there were captures: the same batches, nothing but the insert.
  const batch = Math.ceil(rows.length / report.captures);
  for (let at = 0; at < rows.length; at += batch) await store.insert('csi.bench_raw', rows.slice(at, at + batch));
  const rawSeconds = (performance.now() - rawStarted) / 1000;
  await store.command('DROP TABLE csi.bench_raw');

  const rate = report.observations / seconds;
  return [
    { what: 'import of the recorded archive', value: seconds, unit: 's' },
    {
      what: `import, bytes to stored observations (${report.observations} rows, ${report.captures} captures)`,
      value: rate,
      unit: 'rows/s',
      ratio: { of: 'raw insert of the same rows', value: rate / (rows.length / rawSeconds) },
    },
  ];
}
