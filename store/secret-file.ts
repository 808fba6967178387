import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Waits until the names in a folder are on the disk. Windows opens no folder, and needs no such thing. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Writes a secret that its owner alone may read, and waits until it is on the disk. @throws Error where there is such a file */
export function writeSecret(path: string, text: string): void {
  const handle = openSync(path, 'wx', 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  chmodSync(path, 0o600);
  syncFolder(dirname(path));
}

/** Written whole before it gets its name, so that a crash leaves no half secret; whoever names it first wins. */
function makeSecret(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const partial = `${path}.${randomUUID()}.new`;
  writeSecret(partial, text);
  try {
    linkSync(partial, path);
    syncFolder(dirname(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(partial, { force: true });
  }
}

/**
 * Reads a secret that its owner alone may read, making it at first use.
 * @param make its text, where there is none yet
 * @throws Error where the file is readable by others
 */
export function readSecret(path: string, make: () => string): string {
  if (!existsSync(path)) makeSecret(path, make());
  const mode = statSync(path).mode & 0o777;
  // Windows knows no such modes: every file there reads as 0666.
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new Error(`${path} can be read by others (mode ${mode.toString(8)}): make it yours alone with chmod 600`);
  }
  return readFileSync(path, 'utf8');
}
