import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A server in a process of its own, which can be ended at any moment. */
export interface ServerChild {
  url: string;
  token: string;
  /** Resident memory, in bytes. */
  memory(): Promise<number>;
  /** Ends it outright, and waits for its end. */
  kill(): Promise<void>;
}

const script = fileURLToPath(new URL('./serve.ts', import.meta.url));

/** Starts a server over a data folder. */
export async function startServerChild(folder: string, environment: Record<string, string> = {}): Promise<ServerChild> {
  const child = spawn(process.execPath, ['--import', 'tsx', script, folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const line = await lines.next();
    if (line.done) throw new Error('the server ended');
    return line.value;
  };
  const { port, token } = JSON.parse(await next()) as { port: number; token: string };
  return {
    url: `http://127.0.0.1:${port}`,
    token,
    memory: async () => {
      child.stdin.write('.');
      return Number(await next());
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
