import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ImportReport } from '#ingest/archive';

/** What stands in a data folder after an import. `…Rows` count physical rows after merging. */
export interface ImportSummary {
  report: ImportReport;
  digest: string;
  digestMerged: string;
  observations: number;
  observationRows: number;
  captures: number;
  captureRows: number;
  outcomes: number;
  quarantined: number;
  quarantineRows: number;
  sweeps: number;
  unfinished: number;
}

const script = fileURLToPath(new URL('./import-archive.ts', import.meta.url));

function start(
  folder: string,
  archive: string,
): { child: ChildProcess; output: () => string; ended: Promise<number | null> } {
  const child = spawn(process.execPath, ['--import', 'tsx', script, folder, archive], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  return { child, output: () => output, ended };
}

/** Imports an archive in a process of its own. @throws Error with that process's output where it fails */
export async function importInChild(folder: string, archive: string): Promise<ImportSummary> {
  const { output, ended } = start(folder, archive);
  const code = await ended;
  if (code !== 0) throw new Error(`the import ended with ${code}: ${output()}`);
  return JSON.parse(output().trimEnd().split('\n').at(-1) ?? '') as ImportSummary;
}

/**
 * Starts an import and kills it outright some milliseconds after its store is open.
 * @returns whether it died by the kill; false where it had ended before
 */
export async function importAndKill(folder: string, archive: string, afterMs: number): Promise<boolean> {
  const { child, output, ended } = start(folder, archive);
  const isOpen = new Promise<void>((resolve) =>
    child.stdout?.on('data', () => output().includes('open\n') && resolve()),
  );
  await Promise.race([isOpen, ended]);
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  child.kill('SIGKILL');
  const code = await ended;
  if (code !== null && code !== 0) throw new Error(`the import failed before it was killed: ${output()}`);
  return code === null;
}
