import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A data folder that this process owns until it releases it. */
export interface OwnedFolder {
  path: string;
  release(): void;
}

/** When a process started, as the kernel counts it; null where that cannot be read. Tells a live owner from a recycled pid. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

function isAlive(pid: number, started: string | null): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return started === null || startOf(pid) === null || startOf(pid) === started;
}

const inUse = (path: string, owner: number) =>
  new Error(
    `the data folder ${path} is in use by process ${owner}: stop it, ask its API instead, or name another folder with --data`,
  );

/**
 * Takes a data folder for this process. The embedded engines allow one process a folder.
 * @throws Error with one clear sentence where another process has it
 */
export function ownFolder(path: string): OwnedFolder {
  mkdirSync(path, { recursive: true });
  const lock = join(path, 'LOCK');
  // Written whole under another name first: nobody ever sees a lock of ours without its owner.
  const mine = `${lock}.${randomUUID()}`;
  writeFileSync(mine, JSON.stringify({ pid: process.pid, started: startOf(process.pid) }), { flag: 'wx' });
  try {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      if (named(mine, lock)) return { path, release: () => rmSync(lock, { force: true }) };
      const owner = readOwner(lock);
      if (owner && isAlive(owner.pid, owner.started)) throw inUse(path, owner.pid);
      removeStale(path, lock);
    }
  } finally {
    rmSync(mine, { force: true });
  }
  throw new Error(`the data folder ${path} is being taken by another process at this moment: try again`);
}

/** Gives a file a second name, unless that name is taken: the one step that two processes cannot both succeed in. */
function named(file: string, name: string): boolean {
  try {
    linkSync(file, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Takes a dead owner's lock out of the way. Another process may have taken over since we looked: then its lock is put back. */
function removeStale(path: string, lock: string): void {
  const aside = `${lock}.${randomUUID()}`;
  try {
    renameSync(lock, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const owner = readOwner(aside);
  const alive = owner !== null && isAlive(owner.pid, owner.started);
  if (alive) named(aside, lock);
  rmSync(aside, { force: true });
  if (alive) throw inUse(path, owner.pid);
}

function readOwner(lock: string): { pid: number; started: string | null } | null {
  try {
    const { pid, started } = JSON.parse(readFileSync(lock, 'utf8')) as { pid?: unknown; started?: unknown };
    return typeof pid === 'number' ? { pid, started: typeof started === 'string' ? started : null } : null;
  } catch {
    // A lock cut short by a crash, or one just released: nobody holds it.
    return null;
  }
}
