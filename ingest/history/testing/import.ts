/**
 * Imports a history into a data folder and prints a line for each chunk, then what stands there as one line of JSON. A process of its own,
 * because tests kill it.
 */
import { historyFormat } from '#ingest/history/formats';
import { importHistory } from '#ingest/history/load';
import { NOW, stands } from '#ingest/history/testing/stored';
import { ClickHouse } from '#store/clickhouse/client';

const [path, kind, file] = process.argv.slice(2);
const format = historyFormat(kind ?? '');
if (!path || !format || !file) throw new Error('usage: import <clickhouse folder> <kind> <file>');

const store = await ClickHouse.open({ path });
const report = await importHistory(store, { format, files: [file], looks: null, now: NOW }, (done, total) =>
  console.log(`chunk ${done} of ${total}`),
);
console.log(JSON.stringify({ report, stands: await stands(store, format.source) }));
await store.close();
