import { createReadStream } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { join, normalize, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import { makeCapture } from '#ingest/capture';
import { sourceById } from '#ingest/catalogue';
import { type Recorded, recordSweep } from '#ingest/record';
import type { Source } from '#ingest/source';
import { admission } from '#methodology/admission';
import { sha256 } from '#methodology/canonical';
import type { ClickHouse } from '#store/clickhouse/client';
import type { Capture } from '#store/observation';

const lineSchema = z.object({
  source: z.string().min(1),
  url: z.string().min(1).max(2000),
  fetched_at: z.iso.datetime({ offset: true }),
  content_type: z.string().max(200),
  path: z.string().min(1).max(1000),
  encoding: z.enum(['gzip', 'identity']).default('identity'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  status: z.int().min(100).max(599).default(200),
});

/** A line of a manifest: one response as it came. */
export type ManifestLine = z.infer<typeof lineSchema>;

/** A line of the manifest that could not be used, and why. */
export interface ArchiveProblem {
  line: number;
  problem: string;
}

/** What importing an archive came to. */
export interface ImportReport {
  captures: number;
  known: number;
  rows: number;
  observations: number;
  quarantined: number;
  /** Sweeps that were refused whole, by source. */
  failures: { source: string; path: string; failure: string }[];
  problems: ArchiveProblem[];
}

/**
 * Reads the manifest of a capture archive: JSON lines, each naming a file beside it.
 * @throws Error where there is no manifest
 */
export async function readManifest(
  folder: string,
): Promise<{ lines: (ManifestLine & { line: number })[]; problems: ArchiveProblem[] }> {
  const path = join(folder, 'manifest.jsonl');
  const text = await readFile(path, 'utf8').catch(() => {
    throw new Error(`${folder} is no capture archive: it has no manifest.jsonl`);
  });
  const lines: (ManifestLine & { line: number })[] = [];
  const problems: ArchiveProblem[] = [];
  text.split('\n').forEach((content, index) => {
    if (content.trim() === '') return;
    const line = index + 1;
    try {
      const checked = lineSchema.safeParse(JSON.parse(content));
      if (checked.success) lines.push({ ...checked.data, line });
      else problems.push({ line, problem: z.prettifyError(checked.error).replaceAll('\n', ' ') });
    } catch {
      problems.push({ line, problem: 'not whole JSON' });
    }
  });
  return { lines, problems };
}

/** Reads a body up to the source's limit; null where it is larger, with what was read of its size. */
async function readBody(path: string, gzip: boolean, limit: number): Promise<{ body: Buffer | null; bytes: number }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const collect = async (stream: AsyncIterable<Buffer>) => {
    for await (const chunk of stream) {
      bytes += chunk.byteLength;
      if (bytes > limit) return;
      chunks.push(chunk);
    }
  };
  const read = createReadStream(path);
  try {
    await (gzip ? pipeline(read, createGunzip(), collect) : pipeline(read, collect));
  } catch (error) {
    // Stopping at the limit aborts what still flows, which is meant.
    if (bytes <= limit) throw error;
  }
  return bytes > limit ? { body: null, bytes } : { body: Buffer.concat(chunks), bytes };
}

/** Where a line's file is. @throws Error where that is outside the archive, by its name or through a link */
async function pathInside(folder: string, stated: string): Promise<string> {
  const root = await realpath(folder);
  const named = resolve(root, normalize(stated));
  const real = named.startsWith(root + sep) ? await realpath(named).catch(() => named) : named;
  if (!real.startsWith(root + sep)) throw new Error(`${stated} lies outside the archive`);
  return real;
}

async function readCapture(folder: string, line: ManifestLine, source: Source, now: Date): Promise<Capture> {
  const path = await pathInside(folder, line.path);
  const fetched = new Date(line.fetched_at);
  if (fetched.getTime() > now.getTime() + admission.future_tolerance_seconds * 1000) {
    throw new Error(`fetched_at ${line.fetched_at} lies in the future`);
  }
  const { body, bytes } = await readBody(path, line.encoding === 'gzip', source.budget.body_bytes).catch(
    (error: Error) => {
      throw new Error(`${line.path} cannot be read: ${error.message}`);
    },
  );
  if (body !== null && sha256(body) !== line.sha256) {
    throw new Error(`${line.path} has SHA-256 ${sha256(body)}, the manifest says ${line.sha256}`);
  }
  return makeCapture({
    source: source.id,
    sequence: 0,
    last: true,
    url: line.url,
    request: '{"method":"GET"}',
    status: line.status,
    content_type: line.content_type,
    fetched_at: fetched.toISOString(),
    body,
    bytes,
    sha256: line.sha256,
  });
}

/**
 * Loads a capture archive through the same code as live collection. Each line is a sweep of its own.
 * A line that cannot be used is reported and the next goes on.
 * @param now the importing machine's clock: captures from its future are refused
 */
export async function importArchive(
  store: ClickHouse,
  folder: string,
  now: Date,
  progress: (done: number, total: number) => void = () => {},
): Promise<ImportReport> {
  const { lines, problems } = await readManifest(folder);
  const report: ImportReport = {
    captures: 0,
    known: 0,
    rows: 0,
    observations: 0,
    quarantined: 0,
    failures: [],
    problems,
  };
  for (const [index, line] of lines.entries()) {
    const source = sourceById(line.source);
    try {
      if (!source) throw new Error(`no source is called ${line.source}`);
      const capture = await readCapture(folder, line, source, now);
      const recorded = await recordSweep(store, source, [capture]);
      add(report, recorded);
      if (recorded.failure) report.failures.push({ source: source.id, path: line.path, failure: recorded.failure });
    } catch (error) {
      problems.push({ line: line.line, problem: error instanceof Error ? error.message : String(error) });
    }
    progress(index + 1, lines.length);
  }
  return report;
}

function add(report: ImportReport, recorded: Recorded): void {
  report.captures += recorded.captures;
  report.known += recorded.known;
  report.rows += recorded.rows;
  report.observations += recorded.observations;
  report.quarantined += recorded.quarantined;
}
