import { stat } from 'node:fs/promises';
import { type Answer, type CommonOptions, withStore } from '#cli/context';
import { CannotRun, progressBar, table } from '#cli/output';
import { importArchive } from '#ingest/archive';
import { catalogue } from '#ingest/catalogue';
import { collectSource, finishInterrupted } from '#ingest/collect';

/** `csi import DIR`: loads a capture archive by its manifest. 1 where a line could not be used. */
export async function importCommand(folder: string, options: CommonOptions): Promise<Answer> {
  if (!(await stat(folder).catch(() => null))?.isDirectory()) throw new CannotRun(`${folder} is no folder`);
  return withStore(options, async (store) => {
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
  const unknown = wanted.find((id) => !catalogue.some((source) => source.id === id));
  if (unknown !== undefined)
    throw new CannotRun(`no source is called ${unknown}: there are ${catalogue.map((source) => source.id).join(', ')}`);
  const sources = catalogue.filter((source) => wanted.length === 0 || wanted.includes(source.id));
  return withStore(options, async (store) => {
    await finishInterrupted(store);
    const progress = progressBar('collect', options.json ?? false);
    const reports = [];
    for (const [index, source] of sources.entries()) {
      progress(index, sources.length, source.id);
      reports.push(await collectSource(store, source, () => new Date(), { insist: true }));
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
