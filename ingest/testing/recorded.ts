import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/** Recorded market data lies beside the repository and is no part of it. */
const dataFolder = fileURLToPath(new URL('../../../shared/data/', import.meta.url));

/** The recorded capture archive, or null where this machine has none. */
export const recordedArchive: string | null = existsSync(`${dataFolder}recorded/manifest.jsonl`)
  ? `${dataFolder}recorded`
  : null;

/** How many captures the recorded archive holds. */
export const RECORDED_CAPTURES = 49;

/** Says once, in words, why tests on recorded data do not run. */
export function warnWithoutRecordings(): void {
  if (!recordedArchive) console.warn('no recorded market data beside the repository: tests on it are skipped');
}

/** Bodies of a source's recordings, oldest first, as text; none where there are no recordings. */
export function recordedBodies(source: string): { name: string; text: string }[] {
  if (!recordedArchive) return [];
  const folder = `${recordedArchive}/${source}`;
  return readdirSync(folder)
    .sort()
    .map((name) => ({ name, text: gunzipSync(readFileSync(`${folder}/${name}`)).toString('utf8') }));
}

/** A native response kept for parser tests, or null. */
export function rawResponse(path: string): string | null {
  const file = `${dataFolder}raw/${path}`;
  if (!existsSync(file)) return null;
  return path.endsWith('.gz') ? gunzipSync(readFileSync(file)).toString('utf8') : readFileSync(file, 'utf8');
}
