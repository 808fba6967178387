import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore } from '#store/store';
import { benchContribute } from './contribute';
import { benchFix } from './fix';
import { benchHistory } from './history';
import { benchImport } from './import';
import { benchLog } from './log';
import { type Figure, figureTable } from './measure';
import { benchPublish } from './publish';
import { benchLongReplay, benchReplay } from './replay';

const archive = fileURLToPath(new URL('../../shared/data/recorded', import.meta.url));
if (!existsSync(join(archive, 'manifest.jsonl'))) {
  console.error(`the benchmarks need the recorded archive, which is not at ${archive}`);
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'csi-bench-'));
const store = await openStore(folder, {});
const figures: Figure[] = [];
try {
  figures.push(...(await benchImport(store.clickhouse, archive)));
  figures.push(...(await benchFix(store.clickhouse)));
  figures.push(...(await benchReplay(store)));
  figures.push(...(await benchPublish(store)));
  figures.push(...(await benchLog(store.clickhouse)));
  // Last: their observations would be read by what comes after.
  figures.push(...(await benchHistory(store.clickhouse)));
  figures.push(...(await benchLongReplay(store.clickhouse)));
  figures.push(...(await benchContribute(store)));
} finally {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
}
console.log(figureTable(figures));
