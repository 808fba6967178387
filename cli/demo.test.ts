import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sparticuz from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FixAnswer, InputsAnswer, LatestFix, SourcesAnswer } from '#api/types';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'csi-demo-'));
const data = join(folder, 'market');
const children = new Set<ChildProcess>();

function start(...args: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'cli.ts', ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  const said = { text: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said.text += chunk;
    });
  }
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { child, said, closed };
}

async function run(...args: string[]): Promise<{ code: number | null; out: string }> {
  const { said, closed } = start(...args);
  return { code: await closed, out: said.text };
}

interface Running {
  url: string;
  said: { text: string };
  /** Until it has said something. */
  waits(pattern: RegExp): Promise<string>;
  /** @returns its exit code */
  stop(): Promise<number | null>;
}

/** Starts a command that serves, and waits until it says where, and until every source was asked once. */
async function serving(...args: string[]): Promise<Running> {
  const { child, said, closed } = start(...args, '--port', '0');
  const waits = async (pattern: RegExp) => {
    for (;;) {
      const found = pattern.exec(said.text)?.[0];
      if (found) return found;
      if (child.exitCode !== null) throw new Error(said.text);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const url = await waits(/http:\/\/localhost:\d+/);
  await waits(/sim-cloud-l: /);
  return {
    url,
    said,
    waits,
    stop: async () => {
      child.kill('SIGTERM');
      return closed;
    },
  };
}

let demo: Running;
const get = async <T>(path: string): Promise<T> => {
  const answer = await fetch(demo.url + path);
  expect([answer.status, answer.headers.get('csi-simulated')], path).toEqual([200, 'true']);
  return (await answer.json()) as T;
};

beforeAll(async () => {
  demo = await serving('demo', '--data', data, '--days', '3', '--seed', '11');
}, 120_000);
afterAll(async () => {
  await demo?.stop();
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

describe('csi demo', () => {
  it('fixes the past it loaded, the great classes on evidence of the day', async () => {
    const latest = await get<LatestFix[]>('/v1/fixes/latest');
    for (const series of ['CSI-A100-SXM-80', 'CSI-B200-SXM-180', 'CSI-H100-SXM-80', 'CSI-H200-SXM-141']) {
      const fix = latest.find((one) => one.series === series);
      expect(fix?.value, series).toMatch(/^\d+\.\d{4}$/);
      expect(fix?.level, series).toBeLessThanOrEqual(4);
    }
    expect(latest.some(({ level }) => level === 1)).toBe(true);
  });

  it('fixes near the true price, on simulated evidence alone', async () => {
    const latest = await get<LatestFix[]>('/v1/fixes/latest');
    const { date } = latest.find((one) => one.series === 'CSI-H100-SXM-80') as LatestFix;
    const { revisions } = await get<FixAnswer>(`/v1/fixes/CSI-H100-SXM-80/${date}`);
    const { inputs } = await get<InputsAnswer>(`/v1/fixes/CSI-H100-SXM-80/${date}/inputs`);
    expect(revisions[0]?.fix.providers.every(({ venue }) => venue.startsWith('sim-'))).toBe(true);
    expect(inputs.length).toBeGreaterThan(20);
    for (const one of inputs) expect([one.source.slice(0, 4), one.attributes.simulated]).toEqual(['sim-', true]);
  });

  it('is collected live from the simulated sources, and from no other', async () => {
    const { sources } = await get<SourcesAnswer>('/v1/sources');
    expect(sources).toHaveLength(16);
    for (const one of sources) {
      expect(one.title).toMatch(/^Simulated /);
      expect(one.health.next_run_at).not.toBeNull();
    }
    expect(sources.filter(({ health }) => health.state === 'fresh').length).toBeGreaterThan(10);
    expect(demo.said.text).not.toMatch(/vast|lambda/);
  });

  it('is live while its hours fill in, and publishes on schedule after them', async () => {
    await demo.waits(/next fix /);
    const { text } = demo.said;
    const [live, filled, next] = ['sim-cloud-l: ', 'hourly fixes from', 'next fix '].map((one) => text.indexOf(one));
    expect(text.indexOf('daily fixes from')).toBeLessThan(live as number);
    expect(live).toBeLessThan(filled as number);
    expect(filled).toBeLessThan(next as number);
  }, 120_000);

  it('says so in the stream, in files, and of errors', async () => {
    const csv = await fetch(`${demo.url}/v1/fixes/CSI-H100-SXM-80?format=csv`);
    expect(csv.headers.get('content-disposition')).toContain('SIMULATED_');
    const date = (await get<LatestFix[]>('/v1/fixes/latest'))[0]?.date;
    const bundle = await fetch(`${demo.url}/v1/fixes/CSI-H100-SXM-80/${date}/evidence`);
    expect(bundle.headers.get('content-disposition')).toContain('SIMULATED_');
    const gone = await fetch(`${demo.url}/v1/fixes/CSI-NONE`);
    expect([gone.status, gone.headers.get('csi-simulated')]).toEqual([404, 'true']);
    const stream = await fetch(`${demo.url}/v1/stream`);
    const first = await stream.body?.getReader().read();
    expect(Buffer.from(first?.value ?? []).toString()).toContain('"simulated":true');
  });

  it('is marked on every screen, with and without the stream', async () => {
    if (!existsSync(join(root, 'terminal/dist/index.html'))) throw new Error('build the terminal first: npm run build');
    let browser: Browser | undefined;
    try {
      browser = await chromium.launch({
        executablePath: await sparticuz.executablePath(),
        args: [...sparticuz.args, '--no-sandbox'],
        headless: true,
      });
      const series = 'CSI-H100-SXM-80';
      const screens = ['/mon', `/gp/${series}`, `/fix/${series}`, '/src', '/src/sim-exchange', '/nowhere'];
      for (const blocked of [false, true]) {
        const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
        if (blocked) await page.route('**/v1/stream', (route) => route.abort());
        for (const path of screens) {
          await page.goto(demo.url + path);
          const mark = page.locator('header strong.simulated');
          const message = `${path}, stream blocked: ${blocked}`;
          await expect.poll(() => mark.isVisible(), { message }).toBe(true);
          expect(await mark.innerText()).toBe('SIMULATED MARKET');
          await expect.poll(() => page.title()).toMatch(/^SIMULATED /);
        }
      }
      const phone = await browser.newPage({ viewport: { width: 390, height: 800 } });
      await phone.goto(`${demo.url}/mon`);
      await expect.poll(() => phone.locator('header strong.simulated').isVisible()).toBe(true);
    } finally {
      await browser?.close();
    }
  }, 120_000);
});

describe('the folder of a simulated market', () => {
  it('is left whole where it is stopped while its hours fill in, and they go on from there', async () => {
    const stopped = join(folder, 'stopped');
    const args = ['demo', '--data', stopped, '--days', '3', '--seed', '12'];
    const first = await serving(...args);
    expect(await first.stop()).toBe(0);
    expect(first.said.text).toContain('SIGTERM: stopping');
    expect(first.said.text).toMatch(/hourly fixes: \d+ published, and the next start goes on from there/);
    expect(first.said.text).not.toContain('next fix');
    const second = await serving(...args);
    const filled = await second.waits(/hourly fixes from .*/);
    expect(await second.stop()).toBe(0);
    expect(Number(/: (\d+) published/.exec(filled)?.[1])).toBeGreaterThan(0);
    const log = await run('log', 'export', '--data', stopped, '-o', join(stopped, 'log.ndjson'));
    expect(log.code, log.out).toBe(0);
    const verified = await run('log', 'verify', join(stopped, 'log.ndjson'));
    expect(verified.code, verified.out).toBe(0);
  }, 240_000);

  it('goes on where it was: only the gap is loaded, and every command says what it is', async () => {
    await demo.stop();
    const before = await run('series', '--data', data, '--json');
    expect([before.code, before.out], before.out).toEqual([0, expect.stringContaining('SIMULATED MARKET')]);
    demo = await serving('demo', '--data', data);
    expect(demo.said.text).toMatch(/market of seed 11/);
    const observations = Number(/: (\d+) observations/.exec(demo.said.text)?.[1]);
    expect(observations).toBeLessThan(200);
    expect(demo.said.text).not.toMatch(/fixes from/);
    const other = await run('demo', '--data', data, '--seed', '12');
    expect([other.code, other.out], other.out).toEqual([2, expect.stringContaining('holds the market of seed 11')]);
  }, 120_000);

  it('stays marked under serve, which asks no real source', async () => {
    await demo.stop();
    demo = await serving('serve', '--data', data);
    expect(demo.said.text).toContain('SIMULATED Compute Spot Index');
    const { sources } = await get<SourcesAnswer>('/v1/sources');
    expect(sources.every(({ id }) => id.startsWith('sim-'))).toBe(true);
    await demo.stop();
  }, 120_000);

  it('takes in nothing real', async () => {
    const archive = join(folder, 'archive');
    mkdirSync(archive);
    writeFileSync(join(archive, 'manifest.jsonl'), '');
    for (const command of [
      ['import', archive],
      ['import-history', 'skypilot', join(archive, 'manifest.jsonl')],
    ]) {
      const { code, out } = await run(...command, '--data', data);
      expect([code, out], out).toEqual([2, expect.stringContaining('cannot be put into a simulated market')]);
    }
    const { code, out } = await run('collect', '--source', 'vast', '--data', data);
    expect([code, out], out).toEqual([2, expect.stringContaining('no source is called vast: there are sim-exchange')]);
  }, 60_000);

  it('is refused by everything once its mark is gone', async () => {
    const copy = join(folder, 'unmarked');
    cpSync(data, copy, { recursive: true });
    renameSync(join(copy, 'SIMULATED'), join(folder, 'SIMULATED'));
    for (const command of ['serve', 'series', 'doctor']) {
      const { code, out } = await run(command, '--data', copy);
      expect([code, out], out).toEqual([2, expect.stringMatching(/is simulated, and its mark is gone/)]);
    }
    const again = await run('demo', '--data', copy);
    expect([again.code, again.out], again.out).toEqual([2, expect.stringContaining('is not marked as simulated')]);
    writeFileSync(join(copy, 'SIMULATED'), 'yes');
    const damaged = await run('series', '--data', copy);
    expect([damaged.code, damaged.out], damaged.out).toEqual([2, expect.stringContaining('cannot be read')]);
    expect(JSON.parse(readFileSync(join(data, 'SIMULATED'), 'utf8'))).toMatchObject({ seed: 11 });
  }, 60_000);
});

describe('the folder of the real market', () => {
  it('is never taken for a demonstration', async () => {
    const real = join(folder, 'real');
    expect((await run('series', '--data', real)).code).not.toBe(2);
    const { code, out } = await run('demo', '--data', real);
    expect([code, out], out).toEqual([2, expect.stringContaining('is not marked as simulated')]);
    expect(existsSync(join(real, 'SIMULATED'))).toBe(false);
    const named = await run('demo', '--data', './data');
    expect([named.code, named.out], named.out).toEqual([2, expect.stringContaining('name')]);
  }, 60_000);
});
