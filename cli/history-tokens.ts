import { type Answer, type CommonOptions, withStore } from '#cli/context';
import { progressBar } from '#cli/output';
import { expectReal } from '#cli/world';
import { importTokenHistory, type TokenHistoryFormat } from '#ingest/history/tokens';

/** `csi import-history KIND FILE…` for token prices, which are stored apart. 1 where a file could not be used. */
export async function importTokenHistoryCommand(
  format: TokenHistoryFormat,
  files: readonly string[],
  options: CommonOptions,
): Promise<Answer> {
  return withStore(options, async (store, _, world) => {
    expectReal(world, 'a recorded history');
    const progress = progressBar('import', options.json ?? false);
    const report = await importTokenHistory(store.clickhouse, { format, files, now: new Date() }, progress);
    const lines = [
      ...report.files.map(({ file, known, rows, tokens, quarantined }) => {
        const refused = quarantined.reduce((sum, one) => sum + one.rows, 0);
        return known
          ? `${file}: read to its end before, nothing to do`
          : `${file}: ${rows} rows read, ${tokens} token prices added, ${refused} quarantined`;
      }),
      ...report.problems.map(({ file, problem }) => `${file}: ${problem}`),
    ];
    return { text: lines.join('\n'), json: report, code: report.problems.length > 0 ? 1 : 0 };
  });
}
