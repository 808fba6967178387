import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { ManifestLine } from '#ingest/archive';
import { FETCHED_AT } from '#ingest/testing/captures';
import { sha256 } from '#methodology/canonical';

/** A folder that is removed by `dispose`. */
export function temporaryFolder(name: string): { path: string; dispose(): void } {
  const path = mkdtempSync(join(tmpdir(), `csi-${name}-`));
  return { path, dispose: () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }) };
}

/** A line of a hand-made archive: a body and what the manifest says of it, or the text of a line as it is. */
export type ArchiveEntry =
  | string
  | { source: string; body: string | Buffer; line?: Partial<ManifestLine>; packed?: Buffer };

/** Writes a capture archive: every body gzipped beside its manifest. */
export function writeArchive(folder: string, entries: readonly ArchiveEntry[]): void {
  const lines = entries.map((entry, index) => {
    if (typeof entry === 'string') return entry;
    const path = `${entry.source}/${index}.gz`;
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    const gzip = entry.line?.encoding !== 'identity';
    writeFileSync(join(folder, path), entry.packed ?? (gzip ? gzipSync(entry.body) : entry.body));
    return JSON.stringify({
      source: entry.source,
      url: `https://example.org/${entry.source}`,
      fetched_at: FETCHED_AT,
      content_type: 'application/json',
      path,
      encoding: 'gzip',
      sha256: sha256(entry.body),
      ...entry.line,
    });
  });
  writeFileSync(join(folder, 'manifest.jsonl'), `${lines.join('\n')}\n`);
}

/** Copies an archive with its manifest in reverse order. */
export function copyReversed(from: string, to: string): void {
  const lines = readFileSync(join(from, 'manifest.jsonl'), 'utf8').trimEnd().split('\n').reverse();
  for (const line of lines) {
    const { path } = JSON.parse(line) as { path: string };
    mkdirSync(join(to, dirname(path)), { recursive: true });
    writeFileSync(join(to, path), readFileSync(join(from, path)));
  }
  writeFileSync(join(to, 'manifest.jsonl'), `${lines.join('\n')}\n`);
}
