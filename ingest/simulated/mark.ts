import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const markSchema = z.object({ format: z.literal('csi-simulated/1'), seed: z.int(), note: z.string() });

/** What marks a data folder as that of a simulated market: the file `SIMULATED` in it. */
export interface SimulatedMark {
  /** The market of which seed it holds. */
  seed: number;
}

const NAME = 'SIMULATED';
const NOTE =
  'Every price, trade and fix in this folder is made up by `csi demo`. Nothing real may be put into it; without this file it would be taken for real.';

/**
 * The mark of a data folder; null where it has none.
 * @throws Error where there is one that cannot be read: the folder is simulated, and nobody knows which market it holds
 */
export function readMark(folder: string): SimulatedMark | null {
  const path = join(folder, NAME);
  if (!existsSync(path)) return null;
  try {
    return { seed: markSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).seed };
  } catch {
    throw new Error(`${path} marks the folder as simulated and cannot be read: restore it, or remove the whole folder`);
  }
}

/** Marks a data folder as simulated. It is made where it is not there yet. */
export function writeMark(folder: string, { seed }: SimulatedMark): void {
  mkdirSync(folder, { recursive: true });
  const partial = join(folder, `${NAME}.partial`);
  writeFileSync(partial, `${JSON.stringify({ format: 'csi-simulated/1', seed, note: NOTE }, null, 2)}\n`);
  renameSync(partial, join(folder, NAME));
}
