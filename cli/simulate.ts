import { readFile } from 'node:fs/promises';
import { type Answer, type CommonOptions, withStore } from '#cli/context';
import { expectRange } from '#cli/dates';
import { CannotRun, progressBar, table } from '#cli/output';
import { expectPastRange, RunRefused, recordParallelRun } from '#index-engine/governance/changes';
import { type SimulatedFix, simulateChange } from '#index-engine/simulate';
import type { SimulatedSettlement } from '#index-engine/simulate-settlements';
import { type LoadedRulebook, readRulebook, rulebookAt } from '#methodology/rulebook';

/** Options of `csi methodology simulate`. */
export interface SimulateOptions extends CommonOptions {
  with: string;
  from: string;
  to: string;
  /** Put the result into the log, as the parallel run that a version needs before it is used. */
  record?: boolean;
}

async function readChanged(path: string): Promise<LoadedRulebook> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) throw new CannotRun(`${path} is no file`);
  try {
    return readRulebook(JSON.parse(text), path);
  } catch (error) {
    throw new CannotRun(error instanceof Error ? error.message : String(error));
  }
}

const words = (fix: SimulatedFix | null) =>
  fix === null ? 'not begun' : fix.value === null ? 'suspended' : `${fix.value} (level ${fix.level})`;

const settledWords = ({ band, price }: SimulatedSettlement) =>
  band === 'settles' ? (price ?? 'no price') : `${price ?? 'no price'} (${band})`;

/** Turns a parallel run that proves nothing into a sentence. */
const refusal = (error: unknown) => (error instanceof RunRefused ? new CannotRun(error.message) : error);

/** `csi methodology simulate --with FILE`: history under both rulebooks, and every fix and settlement that would differ. 1 where any does. */
export async function simulateCommand(options: SimulateOptions): Promise<Answer> {
  const range = expectRange(options);
  try {
    // Before the run, which takes its time.
    if (options.record) expectPastRange(range, new Date());
  } catch (error) {
    throw refusal(error);
  }
  const changed = await readChanged(options.with);
  const current = rulebookAt(new Date(`${range.from}T12:00:00Z`));
  return withStore(options, async (store, key) => {
    const progress = progressBar('simulate', options.json ?? false);
    const report = await simulateChange(store.clickhouse, { current, changed }, range, progress);
    const recorded = options.record
      ? await recordParallelRun(store.ledger.database, key(), report, new Date()).catch((error: unknown) => {
          throw refusal(error);
        })
      : null;
    const rows = report.differing.map((one) => [
      `${one.strike.slice(0, 16)}Z`,
      one.series,
      words(one.current),
      words(one.changed),
      one.change === null ? '' : `${(Number(one.change) * 100).toFixed(2)}%`,
    ]);
    const { settlements, differing: settling } = report.settlements;
    const settledRows = settling.map((one) => [
      one.contract,
      one.final ? one.month : `${one.month}, so far`,
      settledWords(one.current),
      settledWords(one.changed),
    ]);
    const lines = [
      `${report.strikes} strikes, ${report.fixes} fixes: ${report.same} the same, ${report.differing.length} would differ`,
      `rulebook ${report.current.version} (${report.current.sha256.slice(0, 12)}) against ${report.changed.version} (${report.changed.sha256.slice(0, 12)})`,
      ...(rows.length > 0 ? ['', table(['strike', 'series', 'now', 'changed', 'change'], rows)] : []),
      '',
      `${settlements} months of contracts: ${settlements - settling.length} the same, ${settling.length} would settle otherwise`,
      ...(settling.length > 0 ? ['', table(['contract', 'month', 'now', 'changed'], settledRows)] : []),
      ...(recorded ? [`recorded as a parallel run, ${recorded.slice(0, 12)} in the log`] : []),
    ];
    return { text: lines.join('\n'), json: { ...report, recorded }, code: report.differing.length > 0 ? 1 : 0 };
  });
}
