import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A publisher in a process of its own. */
export interface PublishingProcess {
  ready: Promise<void>;
  begin(): void;
  /** What it said at its end; null where it was killed. */
  ended: Promise<Record<string, unknown> | null>;
  /** Ends it outright. */
  kill(): void;
}

const script = fileURLToPath(new URL('./publish-child.ts', import.meta.url));

/** Starts a process that publishes what is due at an instant, or the dates of a range. */
export function startPublishing(
  folder: string,
  now: string,
  {
    range = [],
    environment = {},
  }: { range?: readonly [string, string] | []; environment?: Record<string, string> } = {},
): PublishingProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', script, folder, now, ...range], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  });
  // A process that was killed does not take what is written to it.
  child.stdin.on('error', () => {});
  const lines: string[] = [];
  const reader = createInterface(child.stdout);
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const ready = new Promise<void>((resolve) => reader.once('line', () => resolve()));
  reader.on('line', (line) => lines.push(line));
  return {
    ready: Promise.race([ready, closed]),
    begin: () => {
      child.stdin.write('.');
    },
    ended: closed.then(() => (lines[1] === undefined ? null : (JSON.parse(lines[1]) as Record<string, unknown>))),
    kill: () => {
      child.kill('SIGKILL');
    },
  };
}
