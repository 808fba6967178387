// A thread does not inherit what loads TypeScript in the main one: it brings its own, as bin/csi.mjs does.
import { tsImport } from 'tsx/esm/api';

await tsImport('./judge-worker.ts', import.meta.url);
