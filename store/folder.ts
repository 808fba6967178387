import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

/**
 * Takes a data folder for this process. The embedded engines allow one process a folder.
 * @throws Error with one clear sentence where another process has it
 */
export function ownFolder(path: string): OwnedFolder {
  mkdirSync(path, { recursive: true });
  const lock = join(path, 'LOCK');
  const mine = JSON.stringify({ pid: process.pid, started: startOf(process.pid) });
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      writeFileSync(lock, mine, { flag: 'wx' });
      return { path, release: () => rmSync(lock, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = readOwner(lock);
    if (owner && isAlive(owner.pid, owner.started)) {
      throw new Error(
        `the data folder ${path} is in use by process ${owner.pid}: stop it, ask its API instead, or name another folder with --data`,
      );
    }
    rmSync(lock, { force: true });
  }
  throw new Error(`the data folder ${path} is being taken by another process at this moment: try again`);
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
