import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs a command of ours to its end, in a process of its own. */
export async function csi(...args: string[]): Promise<{ code: number | null; out: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'cli.ts', ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      out += chunk;
    });
  }
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, out };
}

/** The product, running as its user would run it. */
export interface Product {
  url: string;
  stop(): Promise<void>;
}

/** Starts `csi serve` on a free port and waits until it says where it listens. */
export async function serve(folder: string, ...options: string[]): Promise<Product> {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--import', 'tsx', 'cli.ts', 'serve', '--data', folder, '--port', '0', ...options],
    {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stderr?.on('data', (chunk) => {
      said += chunk;
      const found = /http:\/\/localhost:\d+/.exec(said)?.[0];
      if (found) resolve(found);
    });
    child.on('close', () => reject(new Error(`the product stopped before it listened: ${said}`)));
  });
  return {
    url,
    stop: async () => {
      child.kill('SIGTERM');
      await closed;
    },
  };
}

/**
 * A capture archive made by hand in the documented shape of the aggregator: `days` days of eight providers' H100 SXM prices with round
 * numbers, and one class with three providers, which must stay suspended.
 */
export function writeArchive(folder: string, days: string[]): void {
  mkdirSync(folder, { recursive: true });
  const providers = [
    'runpod',
    'lambda',
    'hyperstack',
    'datacrunch',
    'crusoe',
    'jarvislabs',
    // A marketplace: a headline begins with one.
    'hyperbolic',
    'voltagepark',
  ];
  const lines = days.map((day, index) => {
    const fetched_at = `${day}T08:00:00.000Z`;
    const offer = (provider: string, gpu: string, vram_gb: number, usd_hr: number) => ({
      provider,
      gpu,
      vram_gb,
      usd_hr,
      kind: 'on-demand',
      source_url: `https://example.com/${provider}`,
      fetched_at,
    });
    const body = JSON.stringify({
      date: day,
      offers: [
        ...providers.map((provider, place) => offer(provider, 'h100-sxm', 80, 2.5 + place / 10 + index / 100)),
        ...providers.slice(0, 3).map((provider) => offer(provider, 'l40s', 48, 1)),
      ],
      providers: Object.fromEntries(providers.map((provider) => [provider, { ok: true, stale: false }])),
    });
    const path = `${day}.json`;
    writeFileSync(join(folder, path), body);
    const sha256 = createHash('sha256').update(body).digest('hex');
    return {
      source: 'gpurentalprices',
      url: 'https://gpurentalprices.com/data',
      fetched_at,
      content_type: 'application/json',
      path,
      sha256,
    };
  });
  writeFileSync(join(folder, 'manifest.jsonl'), lines.map((line) => JSON.stringify(line)).join('\n'));
}
