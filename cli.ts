#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { answer, type CommonOptions } from '#cli/context';
import { demoCommand } from '#cli/demo';
import { doctorCommand } from '#cli/doctor';
import { evidencePackCommand } from '#cli/evidence-pack';
import { evidenceCommand, fixesCommand, replayCommand, seriesCommand, verifyCommand } from '#cli/fixes';
import {
  addEntryCommand,
  announceCommand,
  changesCommand,
  closeEntryCommand,
  listEntriesCommand,
} from '#cli/governance';
import { importHistoryCommand } from '#cli/history';
import { collectCommand, importCommand } from '#cli/import';
import {
  addVerifierCommand,
  createKeyCommand,
  listKeysCommand,
  listVerifiersCommand,
  revokeKeyCommand,
  revokeVerifierCommand,
  rotateSigningKeyCommand,
} from '#cli/keys';
import { labCommand } from '#cli/lab';
import { exportLogCommand, gossipCommand, logCommand, verifyLogCommand } from '#cli/log';
import { differentialsCommand } from '#cli/methodology';
import { CannotRun } from '#cli/output';
import { restateCommand } from '#cli/restate';
import { fitScuCommand, showScuCommand } from '#cli/scu';
import { serveCommand } from '#cli/serve';
import { determineCommand, settleCommand, verifyCertificateCommand } from '#cli/settle';
import { simulateCommand } from '#cli/simulate';
import { tokensCommand } from '#cli/tokens';
import { KeyNotInForce } from '#store/ledger/keys';

const program = new Command('csi')
  .description('Compute Spot Index: collect, fix, verify and serve.')
  // An option belongs to the command before it: `settle` has options, and a command of its own that has some of the same name.
  .enablePositionalOptions()
  .exitOverride();

/** A command with the options that every command takes. */
function command(name: string, description: string, parent = program, data = './data'): Command {
  return parent
    .command(name)
    .description(description)
    .option('--data <dir>', 'data folder', data)
    .option('--json', 'print JSON');
}

command('import <dir>', 'load a capture archive by its manifest.jsonl').action(
  async (dir: string, options: CommonOptions) => answer(options, await importCommand(dir, options)),
);
command('import-history <kind> <file...>', 'load recorded histories of price changes: skypilot, gcp, aws or azure')
  .option('--looks <file>', 'when each cloud was looked at')
  .action(async (kind: string, files: string[], options) =>
    answer(options, await importHistoryCommand(kind, files, options)),
  );
command('collect', 'run the live sources once')
  .option('--all', 'every source, which is also what happens without --source')
  .option('--source <id...>', 'only these sources')
  .action(async (options) => answer(options, await collectCommand(options)));
command('replay', 'compute every strike of a range of dates with the clock of the recording')
  .requiredOption('--from <date>', 'first local date')
  .requiredOption('--to <date>', 'last local date, included')
  .option('--after-gap', 'the dates between the newest fix and the first of these are to have none, for good')
  .action(async (options) => answer(options, await replayCommand(options)));
command('restate', 'look at the fixes of a range of dates again, with the facts known now')
  .requiredOption('--from <date>', 'first local date')
  .requiredOption('--to <date>', 'last local date, included')
  .action(async (options) => answer(options, await restateCommand(options)));
command('fixes <series>', 'print the fixes of a series')
  .option('--from <date>', 'first date')
  .option('--to <date>', 'last date, included')
  .option('--format <format>', 'csv or json')
  .action(async (series: string, options) => {
    const { text, json, code } = await fixesCommand(series, options);
    await answer({ json: options.json && options.format !== 'csv' }, { text, json, code });
  });
command('series', 'list every series with its last fix').action(async (options) =>
  answer(options, await seriesCommand(options)),
);
command('tokens [series]', 'what a million tokens of each model cost, really paid and listed; one from date to date')
  .option('--date <date>', 'date of all series, the newest without')
  .option('--from <date>', 'first date of one series')
  .option('--to <date>', 'last date of it, included')
  .action(async (series: string | undefined, options) => answer(options, await tokensCommand(series, options)));
command(
  'evidence [series] [date]',
  'write the evidence bundle of a fix; or of a month, what answers to the principles of IOSCO',
)
  .option('-o, --out <path>', 'file of the bundle, or folder for the pack of the month')
  .option('--period <month>', 'a month such as 2026-07')
  .action(async (series: string | undefined, date: string | undefined, options) => {
    if (options.period !== undefined && series === undefined)
      return answer(options, await evidencePackCommand(options));
    if (series === undefined || date === undefined || options.out === undefined || options.period !== undefined)
      throw new CannotRun(
        'name SERIES DATE and -o FILE for the bundle of a fix, or --period MONTH for the pack of a month',
      );
    return answer(options, await evidenceCommand(series, date, options));
  });
command('verify <file>', 'recompute a fix from its evidence bundle').action(async (file: string, options) =>
  answer(options, await verifyCommand(file)),
);
command('doctor', 'list every source: evidence, terms, key, last canary; and the labels nobody knows').action(
  async (options: CommonOptions) => answer(options, await doctorCommand(options)),
);
const settle = command('settle', 'what a month of a contract settles at, as far as its fixes go')
  .enablePositionalOptions()
  .option('--contract <id>', 'which contract, such as CSI-H100-SXM-80-BD')
  .option('--month <month>', 'delivery month, such as 2026-07')
  .option('--certificate', 'issue the certificate of a month whose fixes are all final')
  .option('--replace', 'where one is issued that says otherwise, issue another that names it')
  .option('-o, --out <file>', 'write the certificate with all its proof into this file')
  .action(async (options) => answer(options, await settleCommand(options)));
command(
  'determine',
  "the calculation agent's price of a month whose rules give none: signed, logged and public",
  settle,
)
  .requiredOption('--contract <id>', 'which contract, such as CSI-H100-SXM-80-BD')
  .requiredOption('--month <month>', 'delivery month, such as 2026-07')
  .requiredOption('--price <usd>', 'USD per GPU-hour, in whole ticks')
  .requiredOption('--by <who>', 'who determines')
  .requiredOption('--reasons <text>', 'from what, and why')
  .action(async (options) => answer(options, await determineCommand(options)));
command('verify <file>', 'check a certificate and compute it again', settle).action(async (file: string, options) =>
  answer(options, await verifyCertificateCommand(file)),
);
const keys = program.command('keys').description('keys of contributors, and of those who verify delivered hardware');
command('create', 'make a key: shown once, stored hashed', keys)
  .requiredOption('--contributor <name>', 'who gets it')
  .option('--venue <id>', 'the venue that the contributor operates and may speak for')
  .option('--scope <scope...>', 'what it allows', ['contribute'])
  .action(async (options) => answer(options, await createKeyCommand(options)));
command('list', 'list every key', keys).action(async (options: CommonOptions) =>
  answer(options, await listKeysCommand(options)),
);
command('revoke <id>', 'make a key worthless', keys).action(async (id: string, options: CommonOptions) =>
  answer(options, await revokeKeyCommand(id, options)),
);
const verifier = keys.command('verifier').description('who signs measurements of delivered hardware');
command('add <id> <key>', 'register an Ed25519 public key: base64url, or a PEM file', verifier).action(
  async (id: string, key: string, options: CommonOptions) =>
    answer(options, await addVerifierCommand(id, key, options)),
);
command('list', 'list every verifier', verifier).action(async (options: CommonOptions) =>
  answer(options, await listVerifiersCommand(options)),
);
command('revoke <id>', 'trust a verifier no longer', verifier).action(async (id: string, options: CommonOptions) =>
  answer(options, await revokeVerifierCommand(id, options)),
);
const signing = keys.command('signing').description('the key that signs everything that is published');
command('rotate', 'put a new signing key in the place of the old one, which signs that', signing)
  .requiredOption('--reason <text>', 'why, which is published')
  .action(async (options) => answer(options, await rotateSigningKeyCommand(options)));
const log = command('log', 'the transparency log: its newest signed heads')
  .enablePositionalOptions()
  .action(async (options: CommonOptions) => answer(options, await logCommand(options)));
command('export', 'write the whole log: every leaf and every signed head', log)
  .requiredOption('-o, --out <file>', 'file to write')
  .option('--receipts', 'with the texts of receipts, which say who contributed how much: not for the public')
  .action(async (options) => answer(options, await exportLogCommand(options)));
command('gossip', 'write the newest heads and every key, for others to keep', log)
  .option('-o, --out <file>', 'file to write, standard output without')
  .action(async (options) => answer(options, await gossipCommand(options)));
command('verify <file>', 'check an exported copy of the log, with no database and no network', log)
  .option('--against <gossip>', 'heads that somebody kept: finds a fork')
  .action(async (file: string, options) => answer(options, await verifyLogCommand(file, options)));
const scu = program.command('scu').description('the Standard Compute Unit: what each hardware class is rated');
command('show [class]', 'print the frozen ratings of every class, or how one came to its own', scu).action(
  async (id: string | undefined, options: CommonOptions) => answer(options, showScuCommand(id)),
);
command('fit', 'compute the ratings again from the datasheets and MLPerf results, and show where they came from', scu)
  .requiredOption('--mlperf <file>', 'collection of MLPerf results: CSV, or CSV packed with gzip')
  .option('--compare <file>', "another's ratings: list and take apart differences above 3%")
  .option('--class <id>', 'show every result behind this class')
  .option('-o, --out <file>', 'write the ratings as scu.json holds them')
  .action(async (options) => answer(options, await fitScuCommand(options)));
const methodology = program.command('methodology').description('what the rules rest on');
command('differentials', 'measure grade differentials by matched pairs, and ratios that are rules', methodology)
  .requiredOption('--from <date>', 'first day, in UTC')
  .requiredOption('--to <date>', 'last day, included')
  .option('--classes', 'show each hardware class beside all of them together')
  .option('-o, --out <file>', 'freeze the measurement in this file')
  .action(async (options) => answer(options, await differentialsCommand(options)));
command(
  'simulate',
  'run history under another rulebook beside the one in force, and print every fix and settlement that would differ',
  methodology,
)
  .requiredOption('--with <file>', 'the other rulebook')
  .requiredOption('--from <date>', 'first date of strikes')
  .requiredOption('--to <date>', 'last date, included')
  .option('--record', 'put the result into the log: the parallel run that a version needs before it is used')
  .action(async (options) => answer(options, await simulateCommand(options)));
command('announce', 'announce a version of the rules that is to come: signed, logged, and a notice', methodology)
  .requiredOption('--file <file>', 'its rulebook')
  .requiredOption('--summary <text>', 'what changes, and why')
  .action(async (options) => answer(options, await announceCommand(options)));
command('log', 'every version of the rules that was announced or used', methodology).action(
  async (options: CommonOptions) => answer(options, await changesCommand(options)),
);
const governance = program
  .command('governance')
  .description('registers that the operator keeps: signed, logged, public');
for (const { register, done, who } of [
  { register: 'conflict', done: 'close', who: 'whose conflict it is' },
  { register: 'complaint', done: 'resolve', who: 'who complains, as far as it may be public' },
] as const) {
  const group = governance.command(register).description(`the register of ${register}s`);
  command('add', `enter a ${register}`, group)
    .requiredOption('--party <name>', who)
    .requiredOption('--text <text>', 'what it is')
    .action(async (options) => answer(options, await addEntryCommand(register, options)));
  command(`${done} <id>`, `say that a ${register} is done`, group)
    .requiredOption('--text <text>', 'what was done')
    .action(async (id: string, options) => answer(options, await closeEntryCommand(register, id, options)));
  command('list', `list every ${register}`, group).action(async (options: CommonOptions) =>
    answer(options, await listEntriesCommand(register, options)),
  );
}
command('lab', 'attack simulated and recorded markets: how far each of ten estimators is moved, for how much')
  .option('--seeds <list>', 'simulated markets, by comma', '1,2,3')
  .option('--days <days>', 'strikes of each', '20')
  .option('--attacked <count>', 'of which so many are attacked', '1')
  .option('--from <date>', 'first date of the recorded market of the data folder, which is left out without')
  .option('--to <date>', 'last date of it, included')
  .option('--with <file...>', 'other rulebooks beside the one in force')
  .option('--no-rules-tried', 'without the changes of the rules that show what each rule is for')
  .option('--write <dir>', 'write lab.md and its plots into this folder')
  .action(async (options) => answer(options, await labCommand(options)));
command('serve', 'run collectors, fixes, API and terminal')
  .option('--port <port>', 'port to listen on', process.env.PORT ?? '8080')
  .option('--host <address>', 'address to listen on', process.env.HOST ?? '127.0.0.1')
  .option('--role <roles>', 'collect, fix, api: what this process does', process.env.CSI_ROLE ?? 'collect,fix,api')
  .option('--no-collect', 'do not run the collectors')
  .action(async (options) => serveCommand(options));
command('demo', 'serve a simulated market, its past loaded at once, from a folder of its own', program, './data-demo')
  .option('--port <port>', 'port to listen on', process.env.PORT ?? '8080')
  .option('--host <address>', 'address to listen on', process.env.HOST ?? '127.0.0.1')
  .option('--days <days>', 'days of history, where there is none yet', '90')
  .option('--seed <number>', 'which market; a folder keeps its own')
  .action(async (options) => demoCommand(options));

// Whoever reads has seen enough (`csi series | head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (error instanceof CannotRun || error instanceof KeyNotInForce) {
    process.stderr.write(`csi: ${error.message}\n`);
    process.exitCode = 2;
  } else {
    process.stderr.write(
      `csi: unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exitCode = 2;
  }
}
