import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningServer, startServer } from '#api/server';
import { type Contributing, openContributing } from '#api/testing/contributing';
import { requirements } from '#ingest/contribute/line';

const document = readFileSync(new URL('./CONTRIBUTING-PRINTS.md', import.meta.url), 'utf8');
let here: Contributing;
let server: RunningServer;
beforeAll(async () => {
  here = await openContributing();
  server = await startServer(here.api, 0);
});
afterAll(async () => {
  await server.close();
  await here.close();
});

/** Runs a script of the document. */
async function run(
  script: string,
  environment: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  const shell = spawn('bash', ['-c', script], { env: { ...process.env, ...environment } });
  let output = '';
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk;
    });
  }
  const code = await new Promise<number | null>((resolve) => shell.on('close', resolve));
  return { code, output };
}

it('the example with curl works as it is written', async () => {
  const script = [...document.matchAll(/```sh\n([\s\S]*?)```/g)]
    .map((match) => match[1])
    .find((one) => one?.startsWith('curl'));
  const token = await here.keyOf('example-exchange', 'example-exchange');
  const environment = { CSI_URL: `http://127.0.0.1:${server.port}`, CSI_KEY: token };
  const { code, output } = await run(script ?? '', environment);
  expect(code, output).toBe(0);
  const lines = output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { verdict?: string; receipt?: object });
  expect(lines.slice(0, -1).map((line) => line.verdict)).toEqual(Array.from({ length: 5 }, () => 'accepted'));
  expect(lines.at(-1)?.receipt).toMatchObject({ format: 'csi-receipt/1', lines: 5, accepted: 5 });
  expect((await run(script ?? '', environment)).output).toBe(output);
});

it('names every form and every field', () => {
  for (const [form, { must, may }] of Object.entries(requirements)) {
    for (const name of [form, ...must, ...may]) expect(document, name).toContain(`\`${name}\``);
  }
});
