import { existsSync } from 'node:fs';
import { open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { Writable } from 'node:stream';

/** How a command ended: it ran and the answer is yes (0), it ran and the answer is no (1). It could not run at all: see `CannotRun`. */
export type ExitCode = 0 | 1;

/** A command that could not run: one sentence for the person, exit code 2. */
export class CannotRun extends Error {}

function cannotWrite(file: string): (error: NodeJS.ErrnoException) => never {
  return (error) => {
    throw new CannotRun(`${file} cannot be written: ${error.code ?? error.message}`);
  };
}

/**
 * Sees to it that a file can be written before anything is done that cannot be undone, and leaves it as it was.
 * @throws CannotRun naming the file and why
 */
export async function expectWritable(file: string): Promise<void> {
  const isNew = !existsSync(file);
  const handle = await open(file, 'a').catch(cannotWrite(file));
  await handle.close();
  if (isNew) await rm(file);
}

/**
 * Has a file made under another name and gives it its own when it is whole, so that what stood there stays until then. What is no file, as a
 * pipe, is written to as it is.
 * @param make writes the file at the path it is given; what it throws is thrown on, and nothing is left
 * @throws CannotRun where the file cannot have its name
 */
export async function makeWhole(file: string, make: (path: string) => Promise<void>): Promise<void> {
  const isOther = await stat(file).then(
    (known) => !known.isFile(),
    () => false,
  );
  // A link stays one: what it leads to is written.
  const path = await realpath(file).catch(() => file);
  const partial = isOther ? path : `${path}.${process.pid}.part`;
  try {
    await make(partial);
    if (!isOther) await rename(partial, path).catch(cannotWrite(file));
  } finally {
    if (!isOther) await rm(partial, { force: true }).catch(cannotWrite(file));
  }
}

/** Writes what a command was asked to write, whole or not at all. @throws CannotRun naming the file and why */
export const writeOutput = (file: string, text: string): Promise<void> =>
  makeWhole(file, (path) => writeFile(path, text).catch(cannotWrite(file)));

const bars = new Set<{ clear(): void }>();

/** A progress bar on standard error: only where a person watches. */
export function progressBar(
  label: string,
  json: boolean,
  stream: NodeJS.WriteStream = process.stderr,
): (done: number, total: number, note?: string) => void {
  if (json || !stream.isTTY) return () => {};
  const bar = { clear: () => stream.write('\r\x1b[2K') };
  bars.add(bar);
  return (done, total, note = '') => {
    const width = 30;
    const filled = total === 0 ? width : Math.round((done / total) * width);
    stream.write(`\r\x1b[2K${label} ${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${done}/${total} ${note}`);
    if (done >= total) {
      bar.clear();
      bars.delete(bar);
    }
  };
}

/** Prints JSON whole, waiting until a slow reader has taken it. */
export async function print(text: string): Promise<void> {
  for (const bar of bars) bar.clear();
  await new Promise<void>((resolve) => {
    const written = (process.stdout as Writable).write(text.endsWith('\n') ? text : `${text}\n`);
    if (written) resolve();
    else process.stdout.once('drain', resolve);
  });
}

/** Rows as an aligned table: text to the left, numbers to the right. */
export function table(header: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  const cells = [header, ...rows.map((row) => row.map((cell) => (cell === null ? '–' : String(cell))))];
  const widths = header.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  const numeric = header.map(
    (_, column) =>
      rows.length > 0 && rows.every((row) => row[column] === null || /^[-+]?[\d.,]+%?$/.test(String(row[column]))),
  );
  return cells
    .map((row) =>
      row
        .map((cell, column) =>
          numeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
