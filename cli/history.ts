import { stat } from 'node:fs/promises';
import { type Answer, type CommonOptions, withStore } from '#cli/context';
import { importTokenHistoryCommand } from '#cli/history-tokens';
import { CannotRun, progressBar, table } from '#cli/output';
import { expectReal } from '#cli/world';
import { historyFormat, historyFormats } from '#ingest/history/formats';
import { type HistoryFileReport, importHistory } from '#ingest/history/load';
import { type TokenHistoryFormat, tokenHistoryFormats } from '#ingest/history/tokens';

const LABELS_SHOWN = 20;

function linesOf(file: HistoryFileReport): string[] {
  const refused = file.quarantined.reduce((sum, { rows }) => sum + rows, 0);
  if (file.known) return [`${file.file}: read to its end before, nothing to do`];
  return [
    `${file.file}: ${file.rows} rows of ${file.lines} lines read, ${file.observations} observations, ${file.withdrawals} withdrawals ` +
      `and ${file.looks} looks added, ${refused} quarantined`,
    ...(file.kinds.length > 0
      ? [
          table(
            ['provider', 'tenor', 'added'],
            file.kinds.map((one) => [one.provider, one.tenor, one.added]),
          ),
        ]
      : []),
    ...(file.quarantined.length > 0
      ? [
          table(
            ['quarantined', 'rows'],
            file.quarantined.map((one) => [one.reason, one.rows]),
          ),
        ]
      : []),
    ...(file.unknownLabels.length > 0
      ? [
          table(
            ['unknown label', 'provider', 'rows'],
            file.unknownLabels.slice(0, LABELS_SHOWN).map((one) => [one.label, one.provider, one.rows]),
          ),
        ]
      : []),
  ];
}

/** `csi import-history KIND FILE…`: loads recorded histories of price changes. 1 where a file could not be used. */
export async function importHistoryCommand(
  kind: string,
  files: readonly string[],
  options: CommonOptions & { looks?: string },
): Promise<Answer> {
  const format = historyFormat(kind);
  const tokens = tokenHistoryFormats.find((one) => one.id === kind);
  if (!format && !tokens) {
    const known = [...historyFormats, ...tokenHistoryFormats].map((one) => one.id);
    throw new CannotRun(`no history is called ${kind}: there are ${known.join(', ')}`);
  }
  for (const path of options.looks === undefined ? files : [...files, options.looks]) {
    if (!(await stat(path).catch(() => null))?.isFile()) throw new CannotRun(`${path} is no file`);
  }
  if (!format) return importTokenHistoryCommand(tokens as TokenHistoryFormat, files, options);
  return withStore(options, async (store, _, world) => {
    expectReal(world, 'a recorded history');
    const started = performance.now();
    const report = await importHistory(
      store.clickhouse,
      { format, files, looks: options.looks ?? null, now: new Date() },
      progressBar('import', options.json ?? false),
    );
    const seconds = (performance.now() - started) / 1000;
    const { looks } = report;
    const lines = [
      ...report.files.flatMap(linesOf),
      ...(looks ? [`${looks.looks} looks read, ${looks.added} added, ${looks.refused} refused`] : []),
      ...report.problems.map(({ file, problem }) => `${file}: ${problem}`),
      `in ${seconds.toFixed(1)} s`,
    ];
    return { text: lines.join('\n'), json: { ...report, seconds }, code: report.problems.length > 0 ? 1 : 0 };
  });
}
