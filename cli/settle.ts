import { readFile } from 'node:fs/promises';
import { type Answer, type CommonOptions, withStore } from '#cli/context';
import { CannotRun, expectWritable, table, writeOutput } from '#cli/output';
import {
  determinationFrom,
  determine,
  NotDetermined,
  newestDetermination,
} from '#index-engine/settlement/determination';
import {
  buildCertificateBundle,
  certificateFrom,
  issueCertificate,
  NotIssued,
  newestCertificate,
} from '#index-engine/settlement/issue';
import { readSettlement } from '#index-engine/settlement/read';
import { MonthRefused, monthSchedule } from '#index-engine/settlement/schedule';
import { bandSentence, settlementSentence } from '#index-engine/settlement/sentence';
import type { Settlement, SettlementStamp } from '#index-engine/settlement/settle';
import { verifyCertificate } from '#index-engine/settlement/verify-certificate';
import { type Contract, contract, contracts } from '#methodology/contracts';
import type { LedgerDatabase } from '#store/ledger/client';
import type { SignedRecord } from '#store/ledger/log';

/** Stamps of an hourly month that the table shows in full: the rest is told by runs. */
const ROWS_SHOWN = 40;
/** Nothing we write comes near it. */
const FILE_BYTES_MAX = 256 * 1024 * 1024;

function expectContract(id: string | undefined): Contract {
  const found = id === undefined ? undefined : contract(id);
  if (found) return found;
  const rows = contracts().map((one) => [one.id, one.title, one.series, quantityWords(one), one.tick]);
  const list = table(['contract', 'average', 'series', 'GPU-h', 'tick'], rows);
  const problem =
    id === undefined ? 'name a contract with --contract' : `there is no contract ${JSON.stringify(id.slice(0, 60))}`;
  throw new CannotRun(`${problem}; there are\n${list}`);
}

function expectMonth(terms: Contract, month: string | undefined): string {
  if (month === undefined) throw new CannotRun('name a month with --month, such as 2026-07');
  try {
    monthSchedule(terms, month);
    return month;
  } catch (error) {
    if (error instanceof MonthRefused) throw new CannotRun(error.message);
    throw error;
  }
}

function quantityWords({ quantity, time_zone }: Contract): string {
  if (quantity.rule === 'none') return 'none';
  return quantity.rule === 'fixed' ? String(quantity.gpu_hours) : `true hours, ${time_zone}`;
}

const fillWords = ({ fill }: SettlementStamp) =>
  fill === null ? null : `${fill.value}: mean of ${fill.from.map(({ strike }) => strike.slice(0, 16)).join(', ')}`;

const stampRow = (stamp: SettlementStamp) => [
  stamp.strike,
  stamp.state,
  stamp.fix?.value ?? null,
  stamp.fix?.level ?? null,
  stamp.fix?.hash.slice(0, 12) ?? null,
  fillWords(stamp) ?? stamp.reason ?? '',
];

/** Runs of stamps in one state with one value, as one row each: 744 hours would hide what matters. */
function runRows(stamps: readonly SettlementStamp[]): (string | number | null)[][] {
  const runs: SettlementStamp[][] = [];
  const sameAs = (a: SettlementStamp, b: SettlementStamp) =>
    a.state === b.state && a.fix?.value === b.fix?.value && a.reason === b.reason && fillWords(a) === fillWords(b);
  for (const stamp of stamps) {
    const run = runs.at(-1);
    if (run?.[0] && sameAs(run[0], stamp)) run.push(stamp);
    else runs.push([stamp]);
  }
  return runs.map((run) => {
    const [first, last] = [run[0] as SettlementStamp, run.at(-1) as SettlementStamp];
    const [from, , ...rest] = stampRow(first);
    return [from as string, run.length === 1 ? null : last.strike, run.length, first.state, ...rest];
  });
}

function stampTable({ stamps }: Settlement): string {
  return stamps.length <= ROWS_SHOWN
    ? table(['strike', 'state', 'USD/GPU-h', 'level', 'hash', 'filled with, or why not'], stamps.map(stampRow))
    : table(['from', 'to', 'fixes', 'state', 'USD/GPU-h', 'level', 'hash', 'filled with, or why not'], runRows(stamps));
}

function factRows(settlement: Settlement, terms: Contract): [string, string][] {
  const { counts, coverage, price, mean, range, gpu_hours, tick_value, contract_value } = settlement;
  const share = (text: string) => `${(Number(text) * 100).toFixed(2)}%`;
  return [
    ['series', `${terms.series}, levels 1 to ${terms.highest_accepted_level}`],
    ['average', `${terms.title}, ${terms.form}`],
    [
      'fixes',
      `${counts.scheduled}: ${counts.locked} locked, ${counts.provisional} provisional, ${counts.open} open, ${counts.missed} missed (${counts.filled} filled, ${counts.dropped} with no fix before them)`,
    ],
    [
      'coverage',
      `${share(coverage.share)}, longest gap ${coverage.longest_gap} (${share(coverage.longest_gap_share)})`,
    ],
    ['band', settlement.band],
    [
      settlement.final ? 'mean' : 'mean so far',
      mean === null ? 'of nothing' : `${mean} = ${price} at the tick of ${terms.tick}, ${terms.rounding}`,
    ],
    ...(range
      ? ([
          [
            'range',
            `${range.low.price} to ${range.high.price} (open fixes at ${range.low.value} to ${range.high.value})`,
          ],
          ['expected', `${range.expected.price} (open fixes at the last, ${range.expected.value})`],
        ] satisfies [string, string][])
      : []),
    ['GPU-hours', gpu_hours === null ? 'none' : `${gpu_hours}; a tick is worth ${tick_value} ${terms.currency}`],
    ...(contract_value === null
      ? []
      : ([['lot', `${contract_value} ${terms.currency} at ${price}`]] satisfies [string, string][])),
    ['last trading', settlement.last_trading_day],
    [settlement.final ? 'final since' : 'final from', settlement.final_at],
  ];
}

function certificateWords(record: SignedRecord | null): string {
  if (record === null) return 'no certificate has been issued';
  const { outcome, settlement_price, previous } = certificateFrom(record);
  const price = settlement_price === null ? `no settlement price (${outcome})` : `settlement price ${settlement_price}`;
  return `certificate ${record.hash} of ${record.at.toISOString()}: ${price}${previous ? `, replaces ${previous}` : ''}`;
}

function determinationWords(record: SignedRecord | null): string[] {
  if (record === null) return [];
  const { price, by, at, reasons } = determinationFrom(record);
  return [`determined at ${price} by ${by} at ${at} (${record.hash.slice(0, 12)} in the log): ${reasons}`];
}

async function issued(
  database: LedgerDatabase,
  key: Parameters<typeof issueCertificate>[1],
  terms: Contract,
  month: string,
  options: { now: Date; replace: boolean },
): Promise<SignedRecord> {
  try {
    return await issueCertificate(database, key, terms, month, options);
  } catch (error) {
    if (error instanceof NotIssued) throw new CannotRun(error.message);
    throw error;
  }
}

/** Options of `csi settle`. */
export interface SettleOptions extends CommonOptions {
  contract?: string;
  month?: string;
  out?: string;
  certificate?: boolean;
  replace?: boolean;
}

/**
 * `csi settle --contract ID --month 2026-07`: what the month settles at as far as its fixes go. 1 where the rules alone give no price.
 * With `--certificate` the certificate is issued; with `--out` its bundle is written.
 */
export async function settleCommand(options: SettleOptions): Promise<Answer> {
  const terms = expectContract(options.contract);
  const month = expectMonth(terms, options.month);
  if (options.replace && !options.certificate) throw new CannotRun('--replace goes with --certificate');
  // A certificate is in the log for good, so that its file must not fail after it.
  if (options.out !== undefined) await expectWritable(options.out);
  return withStore(options, async (store, key) => {
    const { database } = store.ledger;
    const now = new Date();
    const settlement = await readSettlement(database, terms, month, now);
    const record = options.certificate
      ? await issued(database, key(), terms, month, { now, replace: options.replace ?? false })
      : await newestCertificate(database, terms.id, month);
    const determination = await newestDetermination(database, terms.id, month);
    const lines = [
      settlementSentence(settlement, terms),
      bandSentence(settlement, terms),
      '',
      ...factRows(settlement, terms).map(([name, words]) => `${name.padEnd(12)}  ${words}`),
      '',
      stampTable(settlement),
      '',
      certificateWords(record),
      ...determinationWords(determination),
    ];
    if (options.out !== undefined) {
      if (!record)
        throw new CannotRun(`${terms.id} of ${month} has no certificate to write: issue it with --certificate`);
      const bundle = await buildCertificateBundle(database, record);
      await writeOutput(options.out, bundle);
      lines.push(
        `${options.out}: ${Buffer.byteLength(bundle)} bytes; check it with \`csi settle verify ${options.out}\``,
      );
    }
    return {
      text: lines.join('\n'),
      json: {
        settlement,
        certificate: record && { ...certificateFrom(record), hash: record.hash, signature: record.signature },
        determination: determination && { ...determinationFrom(determination), hash: determination.hash },
      },
      code: settlement.band === 'settles' && settlement.price !== null ? 0 : 1,
    };
  });
}

/**
 * `csi settle determine`: the calculation agent's price of a month whose rules give none, with reasons. Signed, logged and public.
 */
export async function determineCommand(
  options: CommonOptions & { contract?: string; month?: string; price: string; by: string; reasons: string },
): Promise<Answer> {
  const terms = expectContract(options.contract);
  const month = expectMonth(terms, options.month);
  const { price, by, reasons } = options;
  return withStore(options, async ({ ledger: { database } }, key) => {
    const record = await determine(database, key(), terms, month, { price, by, reasons }, new Date()).catch(
      (error: unknown) => {
        throw error instanceof NotDetermined ? new CannotRun(error.message) : error;
      },
    );
    return {
      text: determinationWords(record).join('\n'),
      json: { ...determinationFrom(record), hash: record.hash, signature: record.signature },
    };
  });
}

/** `csi settle verify FILE`: checks a certificate and computes it again, with no database and no network. 1 where anything does not hold. */
export async function verifyCertificateCommand(file: string): Promise<Answer> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new CannotRun(`${file} cannot be read: ${error.code ?? error.message}`);
  });
  if (bytes.length > FILE_BYTES_MAX)
    throw new CannotRun(`${file} has ${bytes.length} bytes: no certificate is so large`);
  const verification = verifyCertificate(bytes);
  const { passed, checks, certificate, keyId } = verification;
  const mark = certificate?.simulated ? ', of a SIMULATED market' : '';
  const outcome =
    certificate?.settlement_price == null
      ? `has no settlement price (${certificate?.outcome})`
      : `settles at ${certificate.settlement_price} ${certificate.contract.currency}/GPU-h`;
  const verdict = passed
    ? `verified${mark}: ${certificate?.contract.id} of ${certificate?.month} ${outcome}. Compare key ${keyId} with the one the operator publishes at /v1/keys.`
    : 'NOT VERIFIED: what failed is named above.';
  const lines = checks.map((check) => `${check.passed ? '✓' : '✗'} ${check.name.padEnd(11)} ${check.detail}`);
  return { text: [...lines, verdict].join('\n'), json: verification, code: passed ? 0 : 1 };
}
