import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Another process of ours, which says lines and can be told to go. */
export interface OtherProcess {
  pid: number;
  /** The nth line it said, from 0. */
  line(index: number): Promise<string>;
  tell(): void;
  /** Ends it outright and waits for its end. */
  kill(): Promise<void>;
}

/** Starts a script of `store/testing` in a process of its own. */
export function startProcess(script: string, ...args: string[]): OtherProcess {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  return {
    pid: child.pid ?? 0,
    line: (index) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const lines = output.split('\n');
          if (lines.length > index + 1) resolve(lines[index] ?? '');
        };
        look();
        child.stdout.on('data', look);
        ended.then(() => reject(new Error(`it ended after saying ${JSON.stringify(output)}`)));
      }),
    tell: () => {
      child.stdin.write('.');
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
