import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HistoryReport } from '#ingest/history/load';
import { manyRows, writeHistory } from '#ingest/history/testing/files';
import { temporaryFolder } from '#ingest/testing/archive';

const script = fileURLToPath(new URL('./testing/import.ts', import.meta.url));
const LINES = 500;
const INSTANTS = 500;
/** Every instant changes every spot price; the list price never changes, so it is told once. */
const OBSERVATIONS = LINES * INSTANTS + LINES;

interface Ended {
  code: number | null;
  output: string;
}

/** Imports in a process of its own, and kills it outright at the first output that holds `killAt`. */
function imported(folder: string, file: string, killAt?: string): Promise<Ended> {
  const child = spawn(process.execPath, ['--import', 'tsx', script, folder, 'skypilot', file]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk;
      if (killAt !== undefined && output.includes(killAt)) child.kill('SIGKILL');
    });
  }
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
}

const summary = ({ output }: Ended) =>
  JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as { report: HistoryReport; stands: unknown };

describe('an import of a history that is killed', () => {
  const folder = temporaryFolder('history-crash');
  let file: string;
  beforeAll(() => {
    file = writeHistory(folder.path, 'many.csv.gz', 'skypilot', manyRows(LINES, INSTANTS));
  });
  afterAll(() => folder.dispose());

  it('and run again leaves the same rows, once each, and a third run adds none', async () => {
    const whole = summary(await imported(join(folder.path, 'whole'), file));
    expect(whole.report.files[0]).toMatchObject({ rows: LINES * INSTANTS, observations: OBSERVATIONS });

    const killed = join(folder.path, 'killed');
    expect((await imported(killed, file, 'chunk 1 of 3')).code).toBeNull();
    const again = summary(await imported(killed, file));
    expect(again.report.files[0]?.known).toBe(false);
    expect(again.report.files[0]?.observations).toBeLessThan(OBSERVATIONS);
    expect(again.stands).toEqual(whole.stands);

    const third = summary(await imported(killed, file));
    expect(third.report.files[0]).toMatchObject({ known: true, observations: 0 });
    expect(third.stands).toEqual(whole.stands);
  }, 120_000);
});
