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
  url: z.string().min(1).max(8000),
  fetched_at: z.iso.datetime({ offset: true }),
  content_type: z.string().max(200),
  path: z.string().min(1).max(1000),
  encoding: z.enum(['gzip', 'identity']).default('identity'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  status: z.int().min(100).max(599).default(200),
  /** The round of collection it belongs to, by the archive's own name, and how many pages that had; without it, one by itself. */
  sweep: z.strictObject({ id: z.string().min(1).max(200), pages: z.int().min(1).max(1000) }).optional(),
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
  tokens: number;
  signals: number;
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

type NumberedLine = ManifestLine & { line: number };

/** The lines of a manifest, sweep by sweep, in the order in which each begins. */
function sweepsOf(lines: readonly NumberedLine[]): NumberedLine[][] {
  const sweeps = new Map<string, NumberedLine[]>();
  for (const line of lines) {
    const key = line.sweep ? `${line.source}\n${line.sweep.id}` : String(line.line);
    const sweep = sweeps.get(key);
    if (sweep) sweep.push(line);
    else sweeps.set(key, [line]);
  }
  return [...sweeps.values()];
}

/**
 * The captures of one sweep as a live one would have left them: in order of time, whatever that of the manifest. One that lacks a page
 * has no last one, so it is never taken as complete.
 */
function asSweep(captures: readonly Capture[], pages: number): Capture[] {
  const inOrder = [...captures].sort((a, b) =>
    a.fetched_at === b.fetched_at ? (a.capture_id < b.capture_id ? -1 : 1) : a.fetched_at < b.fetched_at ? -1 : 1,
  );
  return inOrder.map((capture, sequence) => ({
    ...capture,
    sequence,
    sweep_id: inOrder[0]?.capture_id ?? capture.capture_id,
    last: sequence === pages - 1,
  }));
}

/**
 * Loads a capture archive through the same code as live collection. Each line is a sweep of its own, unless it names one.
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
    tokens: 0,
    signals: 0,
    quarantined: 0,
    failures: [],
    problems,
  };
  let done = 0;
  for (const sweep of sweepsOf(lines)) {
    const captures: Capture[] = [];
    const first = sweep[0] as NumberedLine;
    const source = sourceById(first.source);
    const pages = first.sweep?.pages ?? 1;
    for (const line of sweep) {
      try {
        if (!source) throw new Error(`no source is called ${line.source}`);
        if (pages > Math.max(1, source.budget.requests)) {
          throw new Error(`a sweep of ${pages} pages is over the budget of ${source.budget.requests} requests`);
        }
        if ((line.sweep?.pages ?? 1) !== pages) throw new Error(`its sweep has ${pages} pages, said its first line`);
        if (captures.length === pages) throw new Error(`its sweep has its ${pages} pages already`);
        const capture = await readCapture(folder, line, source, now);
        if (captures.some((one) => one.capture_id === capture.capture_id)) {
          throw new Error(`${line.path} is in its sweep already`);
        }
        captures.push(capture);
      } catch (error) {
        problems.push({ line: line.line, problem: words(error) });
      }
      done += 1;
      progress(done, lines.length);
    }
    if (!source || captures.length === 0) continue;
    try {
      const recorded = await recordSweep(store, source, asSweep(captures, pages));
      add(report, recorded);
      if (recorded.failure) report.failures.push({ source: source.id, path: first.path, failure: recorded.failure });
    } catch (error) {
      problems.push({ line: first.line, problem: words(error) });
    }
  }
  return report;
}

const words = (error: unknown) => (error instanceof Error ? error.message : String(error));

function add(report: ImportReport, recorded: Recorded): void {
  report.captures += recorded.captures;
  report.known += recorded.known;
  report.rows += recorded.rows;
  report.observations += recorded.observations;
  report.tokens += recorded.tokens;
  report.signals += recorded.signals;
  report.quarantined += recorded.quarantined;
}
