import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { columnsOf } from '#ingest/history/format';
import { importHistory } from '#ingest/history/load';
import { skypilot } from '#ingest/history/skypilot';
import type { ClickHouse } from '#store/clickhouse/client';
import type { Figure } from './measure';

const folder = fileURLToPath(new URL('../../shared/data/history/', import.meta.url));
const FILE = `${folder}skypilot_gpu_price_changes_2022-07_2024-06.csv.gz`;
const LOOKS = `${folder}skypilot_catalog_observations.csv.gz`;
const MEGABYTE = 1_000_000;
const SAMPLE_MS = 20;

/** Runs a task and returns its seconds and how far resident memory rose above where it stood. */
async function watched(task: () => Promise<unknown>): Promise<{ seconds: number; megabytes: number }> {
  const before = process.memoryUsage().rss;
  let most = before;
  const sampling = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, SAMPLE_MS);
  const started = performance.now();
  try {
    await task();
  } finally {
    clearInterval(sampling);
  }
  return { seconds: (performance.now() - started) / 1000, megabytes: (most - before) / MEGABYTE };
}

/** Import of the largest recorded history, against the engine reading the same columns of the same file into a plain table. */
export async function benchHistory(store: ClickHouse): Promise<Figure[]> {
  if (!existsSync(FILE)) return [];
  let rows = 0;
  let observations = 0;
  const whole = await watched(async () => {
    const report = await importHistory(store, { format: skypilot, files: [FILE], looks: LOOKS, now: new Date() });
    const [file] = report.files;
    if (!file) throw new Error(report.problems[0]?.problem ?? 'nothing was imported');
    rows = file.rows;
    observations = file.observations;
  });
  // After it, or what this leaves resident would hide what the import takes.
  const columns = columnsOf(skypilot);
  await store.command(
    `CREATE TABLE csi.bench_plain (${columns.map((column) => `${column} String`).join(', ')}) ENGINE = MergeTree ORDER BY tuple()`,
  );
  const plain = await watched(() => store.insertCsvFile('csi.bench_plain', columns, FILE));
  await store.command('DROP TABLE csi.bench_plain SYNC');
  // What the engine would do with the same file by itself: read it into a table like ours, typed, with nothing checked or identified.
  await store.command('CREATE TABLE csi.bench_typed AS csi.observations');
  const typed = await watched(() =>
    store.command(
      `INSERT INTO csi.bench_typed (source, provider, native_id, label, tenor, event_at, observed_at, price, currency, attributes)
       SELECT 'bench', cloud, concat(cloud, '/', region, '/', zone, '/', instance_type), accelerator, 'INT',
         parseDateTime64BestEffort(observed_at, 3, 'UTC') AS at, at, toDecimal128OrZero(price_spot_usd_hr, 18), 'USD', instance_type
       FROM file('${FILE}', 'CSVWithNames', '${columns.map((column) => `${column} String`).join(', ')}')
       SETTINGS input_format_skip_unknown_fields = 1`,
    ),
  );
  await store.command('DROP TABLE csi.bench_typed SYNC');
  await store.command('CREATE TABLE csi.bench_copy AS csi.observations');
  const copy = await watched(() =>
    store.command("INSERT INTO csi.bench_copy SELECT * FROM csi.observations WHERE source = 'skypilot'"),
  );
  await store.command('DROP TABLE csi.bench_copy SYNC');

  const raw = rows / plain.seconds;
  const rate = rows / whole.seconds;
  return [
    { what: `plain read of the history's columns (${rows} rows)`, value: raw, unit: 'rows/s' },
    {
      what: `import of the history (${rows} rows, ${observations} observations)`,
      value: rate,
      unit: 'rows/s',
      ratio: { of: 'ClickHouse reading the same file into a plain table of text', value: rate / raw },
    },
    {
      what: 'the same against a table of typed observations',
      value: rows / typed.seconds,
      unit: 'rows/s',
      ratio: {
        of: 'the import in ClickHouse reading the same file into such a table',
        value: typed.seconds / whole.seconds,
      },
    },
    {
      what: 'ClickHouse copying those observations from table to table',
      value: observations / copy.seconds,
      unit: 'rows/s',
      ratio: { of: 'the rate of the import', value: whole.seconds / copy.seconds },
    },
    { what: 'import of the history, resident memory above what stood before', value: whole.megabytes, unit: 'MB' },
  ];
}
