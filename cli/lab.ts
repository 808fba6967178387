import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Answer } from '#cli/context';
import type { LabJob } from '#cli/lab-job';
import { CannotRun, progressBar, table } from '#cli/output';
import type { LabRun } from '#index-engine/lab/run';
import { cellsOf, standingsOf, trackingOf } from '#index-engine/lab/summary';
import { rulebookAt } from '#methodology/rulebook';
import { addDays, datesBetween } from '#methodology/strike';

const FIRST = '2026-03-02';

/** Runs jobs on as many workers as there are processors. Answers come back in the order of the jobs, whatever order they ended in. */
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

export interface LabOptions {
  json?: boolean;
  seeds?: string;
  days?: string;
  attacked?: string;
  with?: string[];
}

export async function labCommand(options: LabOptions): Promise<Answer> {
  const loaded = rulebookAt(new Date(`${FIRST}T12:00:00Z`));
  const rulebooks: LabJob['rulebooks'] = [{ id: 'csi', name: 'CSI', rulebook: loaded.rulebook, prototype: null }];
  for (const path of options.with ?? []) {
    const [file = '', prototype = null] = path.split('@');
    const text = file === '' ? JSON.stringify(loaded.rulebook) : await readFile(file, 'utf8').catch(() => null);
    if (text === null) throw new CannotRun(`${file} is no file`);
    const id = path.replace(/^.*\//, '').replace('.json', '');
    rulebooks.push({ id, name: id, rulebook: JSON.parse(text), prototype });
  }
  const days = Number(options.days ?? 20);
  const attacked = Number(options.attacked ?? 3);
  const dates = datesBetween(FIRST, addDays(FIRST, days - 1));
  const seeds = (options.seeds ?? '1,2,3').split(',').map(Number);
  const common = { rulebooks, screened: false };
  const jobs: LabJob[] = [];
  for (const seed of seeds) {
    for (let index = 0; index < attacked; index += 1) {
      const date = dates[Math.floor(((index + 0.5) * days) / attacked)] as string;
      jobs.push({ ...common, name: `simulated ${seed} ${date}`, seed, dates: [date], honest: false, attacked: true });
    }
    jobs.push({ ...common, name: `simulated ${seed}`, seed, dates, honest: true, attacked: false });
  }
  const progress = progressBar('lab', options.json ?? false);
  const runs = await runJobs(jobs, (done, name) => progress(done, jobs.length, name));
  const run: LabRun = { honest: runs.flatMap((one) => one.honest), attacked: runs.flatMap((one) => one.attacked) };
  const cells = cellsOf(run);
  const parts: string[] = [];
  for (const regime of ['trades', 'quotes', null] as const) {
    const of = cells.filter((one) => regime === null || one.regime === regime);
    const tracking = trackingOf(run).filter((one) => one.regime === regime);
    const rows =
      of.length > 0
        ? standingsOf(of)
        : tracking.map(({ estimator }) => ({
            estimator,
            worst: 0,
            median: 0,
            mean: 0,
            noValue: 0,
            worstCell: { attack: '', budget: 0, direction: '', variant: '' },
          }));
    parts.push(
      `${regime ?? 'both'}:`,
      table(
        ['estimator', 'worst', 'median', 'mean', 'te strike', 'te window', 'bias', 'missing', 'worst cell'],
        rows.map((one) => {
          const t = tracking.find(({ estimator }) => estimator === one.estimator);
          return [
            one.estimator,
            one.worst.toFixed(2),
            one.median.toFixed(3),
            one.mean.toFixed(2),
            t?.atStrike?.error.toFixed(1) ?? null,
            t?.overWindow?.error.toFixed(1) ?? null,
            t?.overWindow?.bias.toFixed(1) ?? null,
            t?.missing ?? null,
            `${one.worstCell.attack} ${one.worstCell.budget} ${one.worstCell.direction} ${one.worstCell.variant} nv ${one.noValue.toFixed(2)}`,
          ];
        }),
      ),
      '',
    );
  }
  if (cells.length > 0)
    parts.push(
      table(
        ['attack', 'dir', 'budget', ...Object.keys(cells[0]?.by ?? {})],
        cells.map((cell) => [
          cell.attack,
          cell.direction,
          cell.budget,
          ...Object.values(cell.by).map(({ bp }) => bp.toFixed(1)),
        ]),
      ),
    );
  return { text: parts.join('\n'), json: { cells, tracking: trackingOf(run) } };
}
