import { stat } from 'node:fs/promises';
import { type Answer, type CommonOptions, withStore } from '#cli/context';
import { CannotRun, progressBar, table } from '#cli/output';
import { expectReal } from '#cli/world';
import { importArchive } from '#ingest/archive';
import { collectSource, finishInterrupted } from '#ingest/collect';
import { simulatedFetch } from '#ingest/simulated/answers';

/** `csi import DIR`: loads a capture archive by its manifest. 1 where a line could not be used. */
export async function importCommand(folder: string, options: CommonOptions): Promise<Answer> {
  if (!(await stat(folder).catch(() => null))?.isDirectory()) throw new CannotRun(`${folder} is no folder`);
  return withStore(options, async (store, _, world) => {
    expectReal(world, 'a capture archive');
    const started = performance.now();
    await finishInterrupted(store);
    const report = await importArchive(
      store.clickhouse,
      folder,
      new Date(),
      progressBar('import', options.json ?? false),
    ).catch((error: Error) => {
      throw new CannotRun(error.message);
    });
    const seconds = (performance.now() - started) / 1000;
    const failed = report.problems.length + report.failures.length;
    const lines = [
      `${report.captures} captures (${report.known} known before), ${report.rows} rows read, ${report.observations} observations added, ` +
        `${report.quarantined} quarantined, in ${seconds.toFixed(1)} s`,
      ...report.problems.map(({ line, problem }) => `manifest line ${line}: ${problem}`),
      ...report.failures.map(({ source, path, failure }) => `${source} ${path}: ${failure}`),
    ];
    return { text: lines.join('\n'), json: { ...report, seconds }, code: failed > 0 ? 1 : 0 };
  });
}

/** `csi collect`: runs every live source once. 1 where one failed. */
export async function collectCommand(options: CommonOptions & { source?: string[] }): Promise<Answer> {
  const wanted = options.source ?? [];
  return withStore(options, async (store, _, world) => {
    const unknown = wanted.find((id) => !world.sources.some((source) => source.id === id));
    if (unknown !== undefined) {
      const names = world.sources.map((source) => source.id).join(', ');
      throw new CannotRun(`no source is called ${unknown}: there are ${names}`);
    }
    const sources = world.sources.filter((source) => wanted.length === 0 || wanted.includes(source.id));
    const clock = () => new Date();
    const asked = world.market ? { fetch: simulatedFetch(world.market, clock) } : {};
    await finishInterrupted(store, world.sources);
    const progress = progressBar('collect', options.json ?? false);
    const reports = [];
    for (const [index, source] of sources.entries()) {
      progress(index, sources.length, source.id);
      reports.push(await collectSource(store, source, clock, { insist: true, ...asked }));
    }
    progress(sources.length, sources.length);
    const text = table(
      ['source', 'captures', 'observations', 'quarantined', 'result'],
      reports.map((one) => [
        one.source,
        one.captures,
        one.observations,
        one.quarantined,
        one.error ?? one.skipped ?? 'ok',
      ]),
    );
    return { text, json: reports, code: reports.some((one) => one.error !== null) ? 1 : 0 };
  });
}
