import { mkdir, readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Answer, type CommonOptions, withStore } from '#cli/context';
import { type LabJob, withDaysBefore } from '#cli/lab-job';
import { LAB_CLASSES, recordedStrikes } from '#cli/lab-market';
import { CannotRun, progressBar, table, writeOutput } from '#cli/output';
import { inputsOf } from '#index-engine/compute-strike';
import { changed, leavesThatDiffer, ruleChanges } from '#index-engine/lab/candidates';
import { labDocument, STANDING_HEADER, standingRows } from '#index-engine/lab/document';
import type { LabStrike } from '#index-engine/lab/market';
import { type LabReport, nameOf, type Ours, REGIMES, reportOf } from '#index-engine/lab/report';
import type { LabRun } from '#index-engine/lab/run';
import { type LoadedRulebook, readRulebook, rulebookAt } from '#methodology/rulebook';
import { addDays, datesBetween, strikeOn } from '#methodology/strike';

const FIRST_DATE = '2026-03-02';

/** Options of `csi lab`. */
export interface LabOptions extends CommonOptions {
  seeds: string;
  days: string;
  attacked: string;
  /** Dates of the recorded market of the data folder. */
  from?: string;
  to?: string;
  with?: string[];
  rulesTried: boolean;
  write?: string;
}

/** Runs jobs on as many workers as there are processors. Answers come in the order of the jobs, whatever order they ended in. */
async function runJobs(jobs: readonly LabJob[], done: (count: number, name: string) => void): Promise<LabRun[]> {
  const runs: LabRun[] = [];
  let next = 0;
  let ended = 0;
  const work = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(new URL('./lab-worker.mjs', import.meta.url));
      let doing = -1;
      worker.on('error', reject);
      worker.on('message', (run: LabRun | null) => {
        if (run) {
          runs[doing] = run;
          ended += 1;
          done(ended, jobs[doing]?.name ?? '');
        }
        doing = next;
        next += 1;
        const job = jobs[doing];
        if (job) worker.postMessage(job);
        else void worker.terminate().then(() => resolve());
      });
    });
  await Promise.all(Array.from({ length: Math.min(cpus().length, jobs.length) }, work));
  return runs;
}

/** The rulebook in force, what it is compared with, and whatever files were named. */
async function rulebooksOf(
  options: LabOptions,
  loaded: LoadedRulebook,
): Promise<{ ours: Ours[]; rulebooks: LabJob['rulebooks'] }> {
  const ours: Ours[] = [{ id: 'csi', name: 'CSI', why: '', diff: [] }];
  const rulebooks: LabJob['rulebooks'] = [{ id: 'csi', name: 'CSI', rulebook: loaded.rulebook }];
  for (const change of options.rulesTried ? ruleChanges : []) {
    const { loaded: other, diff } = changed(loaded, change);
    const { id, name, why } = change;
    ours.push({ id, name, why, diff });
    rulebooks.push({ id, name, rulebook: other.rulebook });
  }
  for (const path of options.with ?? []) {
    const text = await readFile(path, 'utf8').catch(() => null);
    if (text === null) throw new CannotRun(`${path} is no file`);
    const name = path.replace(/^.*\//, '').replace(/\.json$/, '');
    try {
      const { rulebook } = readRulebook(JSON.parse(text), path);
      ours.push({ id: name, name, why: path, diff: leavesThatDiffer(loaded.rulebook, rulebook) });
      rulebooks.push({ id: name, name, rulebook });
    } catch (error) {
      throw new CannotRun(error instanceof Error ? error.message : String(error));
    }
  }
  return { ours, rulebooks };
}

const wholeNumber = (text: string, what: string, least: number) => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least) throw new CannotRun(`${what} must be a whole number from ${least} on`);
  return value;
};

function simulatedJobs(seeds: readonly number[], days: number, attacked: number, common: Pick<LabJob, 'rulebooks'>) {
  const dates = datesBetween(FIRST_DATE, addDays(FIRST_DATE, days - 1));
  const count = Math.min(attacked, days);
  const chosen = Array.from(
    { length: count },
    (_, index) => dates[Math.floor(((index + 0.5) * days) / count)] as string,
  );
  return seeds.flatMap((seed): LabJob[] => [
    ...chosen.map((date) => ({
      ...common,
      ...{ name: `simulated ${seed}, ${date}`, seed, dates: [date], strikes: null, honest: false, attacked: true },
    })),
    { ...common, name: `simulated ${seed}`, seed, dates, strikes: null, honest: true, attacked: false },
  ]);
}

async function recordedJobs(
  options: LabOptions,
  loaded: LoadedRulebook,
  seed: number,
  common: Pick<LabJob, 'rulebooks'>,
): Promise<LabJob[]> {
  const { from, to = from } = options;
  if (from === undefined || to === undefined) return [];
  const { time, time_zone } = loaded.rulebook.strikes.GLOBAL;
  return withStore(options, async ({ clickhouse }) => {
    const strikes: LabStrike[] = [];
    for (const date of withDaysBefore(from, to)) {
      const inputs = await inputsOf(clickhouse, strikeOn(date, time, time_zone), loaded, LAB_CLASSES);
      strikes.push(...recordedStrikes(date, inputs, loaded));
    }
    return LAB_CLASSES.map((hardwareClass): LabJob => {
      const own = strikes.filter(({ context }) => context.series.hardwareClass === hardwareClass);
      const dates = datesBetween(from, to);
      return {
        ...{ ...common, name: `recorded ${hardwareClass}`, seed, dates, strikes: own },
        ...{ honest: true, attacked: true },
      };
    });
  });
}

async function writeDocument(folder: string, report: LabReport): Promise<string> {
  const { markdown, plots } = labDocument(report);
  await mkdir(join(folder, 'lab'), { recursive: true });
  for (const [name, svg] of Object.entries(plots)) await writeOutput(join(folder, 'lab', name), svg);
  await writeOutput(join(folder, 'lab.md'), markdown);
  return join(folder, 'lab.md');
}

/** The command that writes the same document again; the data folder is whoever's it is. */
function typed({ seeds, days, attacked, from, to, with: others = [], rulesTried, write }: LabOptions): string {
  const recorded = from === undefined ? [] : [`--from ${from}`, `--to ${to ?? from}`];
  const tried = [...(rulesTried ? [] : ['--no-rules-tried']), ...(others.length > 0 ? ['--with', ...others] : [])];
  const written = write === undefined ? [] : ['--write docs'];
  return ['csi lab', `--seeds ${seeds} --days ${days} --attacked ${attacked}`, ...recorded, ...tried, ...written].join(
    ' ',
  );
}

/** `csi lab`: attacks on simulated markets, and on the recorded one of the data folder. 1 where the promise does not hold for our own rules. */
export async function labCommand(options: LabOptions): Promise<Answer> {
  const days = wholeNumber(options.days, '--days', 1);
  const attacked = wholeNumber(options.attacked, '--attacked', 0);
  const seeds = options.seeds.split(',').map((seed) => wholeNumber(seed, '--seeds', 0));
  const loaded = rulebookAt(new Date(`${FIRST_DATE}T12:00:00Z`));
  const { ours, rulebooks } = await rulebooksOf(options, loaded);
  const common = { rulebooks };
  const jobs = [
    ...(await recordedJobs(options, loaded, seeds[0] as number, common)),
    ...simulatedJobs(seeds, days, attacked, common),
  ];
  const progress = progressBar('lab', options.json ?? false);
  const runs = await runJobs(jobs, (done, name) => progress(done, jobs.length, name));
  const run: LabRun = { honest: runs.flatMap((one) => one.honest), attacked: runs.flatMap((one) => one.attacked) };
  const markets = (['simulated', 'recorded'] as const)
    .map((market) => reportOf(market, run, ours))
    .filter((one) => one.strikes > 0);
  const report: LabReport = { command: typed(options), seeds, days, ours, markets };
  const written = options.write === undefined ? null : await writeDocument(resolve(options.write), report);
  const verdicts = markets.flatMap((one) => one.verdicts.map((verdict) => ({ market: one.market, ...verdict })));
  const lines = markets.flatMap((one) =>
    REGIMES.flatMap((regime) => {
      const rows = standingRows(one, regime, ours);
      return rows.length > 0 ? [`${one.market}, ${regime}:`, table(STANDING_HEADER, rows), ''] : [];
    }),
  );
  const said = verdicts.map(
    (one) =>
      `${one.kept ? 'holds' : 'does not hold'}: ${nameOf(one.estimator, ours)}, ${one.market}, ${one.regime}` +
      `${one.lowestWorst ? '' : ', worst case not lowest'}${one.lowestMedian ? '' : ', median not lowest'}` +
      `${one.trackingRatio === null ? '' : `, tracking ${one.trackingRatio.toFixed(2)} × the best`}`,
  );
  return {
    text: [...lines, ...said, ...(written ? ['', `written: ${written}`] : [])].join('\n'),
    json: report,
    code: verdicts.every(({ estimator, kept }) => estimator !== 'csi' || kept) ? 0 : 1,
  };
}
