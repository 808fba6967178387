import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyReversed, temporaryFolder } from '#ingest/testing/archive';
import { type ImportSummary, importAndKill, importInChild } from '#ingest/testing/child';
import { RECORDED_CAPTURES, recordedArchive, warnWithoutRecordings } from '#ingest/testing/recorded';

warnWithoutRecordings();
const archive = recordedArchive ?? '';
/** How many times the import is killed; `KILLS=12` for a long run. */
const KILLS = Number(process.env.KILLS ?? 2);
/** Together about as long as the import takes, so that the last kill still finds work under way. */
const KILL_WITHIN_MS = Math.min(1200, 7000 / KILLS);

describe.skipIf(!recordedArchive)('the whole recorded archive', () => {
  let root: ReturnType<typeof temporaryFolder>;
  let whole: ImportSummary;
  const folder = (name: string) => join(root.path, name);

  beforeAll(async () => {
    root = temporaryFolder('crash');
    whole = await importInChild(folder('forward'), archive);
  });
  afterAll(() => root.dispose());

  it('is imported whole, every fact once', () => {
    expect(whole.report.problems).toEqual([]);
    expect(whole.report.failures).toEqual([]);
    expect(whole.report).toMatchObject({ captures: RECORDED_CAPTURES, known: 0, observations: whole.observations });
    expect(whole).toMatchObject({
      captures: RECORDED_CAPTURES,
      captureRows: RECORDED_CAPTURES,
      outcomes: RECORDED_CAPTURES,
      sweeps: RECORDED_CAPTURES,
      unfinished: 0,
    });
    expect(whole.observations).toBeGreaterThan(26_000);
    expect(whole.observationRows).toBe(whole.observations);
    expect(whole.digestMerged).toBe(whole.digest);
  });

  it('again adds nothing', async () => {
    const { report, ...stands } = await importInChild(folder('forward'), archive);
    expect(report).toMatchObject({ captures: RECORDED_CAPTURES, known: RECORDED_CAPTURES, observations: 0, rows: 0 });
    const { report: _, ...stood } = whole;
    expect(stands).toEqual(stood);
  });

  it('in reverse order gives the same facts, first learned at the same time from the same capture', async () => {
    copyReversed(archive, folder('reversed archive'));
    const { report, ...stands } = await importInChild(folder('reverse'), folder('reversed archive'));
    expect(report.problems).toEqual([]);
    const { report: _, ...stood } = whole;
    expect(stands).toEqual(stood);
  });

  it(
    'killed outright at random moments, and then run to the end, gives the same facts',
    async () => {
      const moments = Array.from({ length: KILLS }, () => Math.round(Math.random() * KILL_WITHIN_MS));
      let kills = 0;
      for (const moment of moments) kills += (await importAndKill(folder('killed'), archive, moment)) ? 1 : 0;
      expect(kills, `killed after ${moments.join(', ')} ms`).toBeGreaterThan(0);
      const { report, ...stands } = await importInChild(folder('killed'), archive);
      const { report: _, ...stood } = whole;
      expect(report.problems, `killed after ${moments.join(', ')} ms`).toEqual([]);
      expect(stands, `killed after ${moments.join(', ')} ms`).toEqual(stood);
    },
    30_000 + KILLS * 15_000,
  );
});
