#!/usr/bin/env -S node --max-semi-space-size=32
// The `csi` command: runs cli.ts through tsx, so that an installed checkout needs no build step.
import { tsImport } from 'tsx/esm/api';

await tsImport('../cli.ts', import.meta.url);
