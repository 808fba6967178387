import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { expect, it, onTestFinished, vi } from 'vitest';

const BUDGET_KIB = 110;

it(`is at most ${BUDGET_KIB} KiB of script in all, and loads the chart only when it is opened`, {
  timeout: 60_000,
}, async () => {
  // What is shipped is the production build; under a test runner vite would take the libraries' development halves.
  vi.stubEnv('NODE_ENV', 'production');
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const built = await build({
    configFile: fileURLToPath(new URL('./vite.config.ts', import.meta.url)),
    logLevel: 'error',
    build: { write: false },
  });
  const outputs = (Array.isArray(built) ? built : [built]) as Rolldown.RolldownOutput[];
  const chunks = outputs.flatMap(({ output }) => output.filter((file) => file.type === 'chunk'));
  const size = (code: string) =>
    brotliCompressSync(code, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length / 1024;
  const total = chunks.reduce((sum, chunk) => sum + size(chunk.code), 0);
  const entry = chunks.filter((chunk) => chunk.isEntry);
  console.info(
    chunks.map((chunk) => `${chunk.fileName} ${size(chunk.code).toFixed(1)} KiB`).join('\n'),
    `\n${total.toFixed(1)} KiB in all`,
  );
  expect(total).toBeLessThanOrEqual(BUDGET_KIB);
  expect(entry).toHaveLength(1);
  const first = [...entry, ...chunks.filter((chunk) => entry[0]?.imports.includes(chunk.fileName))];
  expect(first.some((chunk) => chunk.moduleIds.some((id) => id.includes('lightweight-charts')))).toBe(false);
});
