import { mkdtempSync, rmSync } from 'node:fs';
import { openStore } from '#store/store';
import { benchContribute } from './bench/contribute';
import { figureTable } from './bench/measure';

const folder = mkdtempSync('/tmp/w/bench-');
const store = await openStore(folder, {});
console.log(figureTable(await benchContribute(store)));
await store.close();
rmSync(folder, { recursive: true, force: true });
