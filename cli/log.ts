import { createReadStream, createWriteStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Answer, type CommonOptions, withStore } from '#cli/context';
import { CannotRun, expectWritable, makeWhole, table, writeOutput } from '#cli/output';
import { LINE_BYTES_MAX } from '#index-engine/log/copy';
import { exportLog, gossipOf } from '#index-engine/log/export';
import { type CheckedGossip, gossipText, readGossip } from '#index-engine/log/gossip';
import { readLines } from '#index-engine/log/lines';
import { type LogProblem, type LogVerification, verifyLog } from '#index-engine/log/verify-log';
import { treeHeadOf } from '#store/ledger/heads';
import { logSize, newestHeads } from '#store/ledger/log-reads';

const HEADS_SHOWN = 10;

/** `csi log`: the newest signed heads. 1 where there is none. */
export async function logCommand(options: CommonOptions): Promise<Answer> {
  return withStore(options, async (store) => {
    const { database } = store.ledger;
    const heads = (await newestHeads(database, HEADS_SHOWN)).map(treeHeadOf);
    const size = await logSize(database);
    const newest = heads[0];
    if (!newest) return { text: 'the log is empty: nothing has been published yet', json: { size, heads }, code: 1 };
    const text = [
      `log ${newest.log}`,
      `${size} leaves, ${newest.size} of them under a signed head`,
      '',
      table(
        ['signed', 'leaves', 'root', 'key'],
        heads.map(({ at, size: leaves, root, key_id }) => [at, leaves, root, key_id]),
      ),
    ];
    return { text: text.join('\n'), json: { size, heads } };
  });
}

/** What the stores say of an empty log is for the person. */
const orCannotRun = (error: Error): never => {
  throw new CannotRun(error.message);
};

/** `csi log export --out FILE`: the whole log as NDJSON. The file gets its name when it is whole. */
export async function exportLogCommand(options: CommonOptions & { out: string; receipts?: boolean }): Promise<Answer> {
  // By the name that was asked for: the partial file's would tell nobody anything.
  await expectWritable(options.out);
  return withStore(options, async (store) => {
    await makeWhole(options.out, (path) =>
      pipeline(Readable.from(exportLog(store.ledger.database, options.receipts ?? false)), createWriteStream(path)),
    ).catch(orCannotRun);
    const size = await logSize(store.ledger.database);
    return {
      text: `${options.out}: ${size} leaves; check it with \`csi log verify ${options.out}\``,
      json: { file: options.out, size },
    };
  });
}

/** `csi log gossip --out FILE`: the newest heads and every key, for others to keep and publish elsewhere. */
export async function gossipCommand(options: CommonOptions & { out?: string }): Promise<Answer> {
  return withStore(options, async (store) => {
    const gossip = await gossipOf(store.ledger.database).catch(orCannotRun);
    const text = gossipText(gossip);
    if (options.out === undefined) return { text, json: gossip };
    await writeOutput(options.out, text);
    return {
      text: `${options.out}: ${gossip.heads.length} heads of the log ${gossip.log}; compare a copy with it by \`csi log verify COPY --against ${options.out}\``,
      json: { file: options.out, heads: gossip.heads.length, log: gossip.log },
    };
  });
}

async function readAgainst(file: string): Promise<CheckedGossip> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CannotRun(`${file} cannot be read: ${error.code ?? error.message}`);
  });
  try {
    return readGossip(text);
  } catch (error) {
    throw new CannotRun(`${file}: ${error instanceof Error ? error.message : error}`);
  }
}

function problemWords({ line, leaf_index, series, strike, detail }: LogProblem): string {
  const places = [
    ...(line === null ? [] : [`line ${line}`]),
    ...(leaf_index === null ? [] : [`leaf ${leaf_index}`]),
    ...(series === null ? [] : [strike === null ? series : `${series} of ${strike}`]),
  ];
  return `${places.length === 0 ? 'at its end' : places.join(', ')}: ${detail}`;
}

/** What was checked of the leaves; of the withheld nothing can be said but that they are there. */
function leafLines({ size, formats, series, withheld }: LogVerification): string[] {
  const counted = Object.entries(formats)
    .sort()
    .map(([format, count]) => `${count} ${format}`);
  const kinds = counted.length > 0 ? ` (${counted.join(', ')})` : '';
  if (withheld === 0) {
    return [`${size} leaves${kinds}, each hash, signature and place; ${series} series, each a chain without a gap`];
  }
  return [
    `${size - withheld} of ${size} leaves shown${kinds}, each hash, signature and place; ${series} series, each a chain without a gap as far as it is shown`,
    `${withheld} of ${size} leaves withheld: their content, signature and chain were not checked, and one of them may be the newest fix of a series or another record; only receipts may be withheld`,
  ];
}

function verificationLines(result: LogVerification): string[] {
  const { size, covered, heads, newest_head: newest, keys, agreed_with_gossip: agreed } = result;
  return [
    `log ${result.log ?? 'unknown'}`,
    ...leafLines(result),
    `${heads} signed heads, each root and signature${newest ? `; the newest covers ${newest.size} leaves and was signed on ${newest.at}` : ''}`,
    ...(size > covered && result.passed
      ? [`${size - covered} leaves are newer than the newest head: nobody is bound to them yet`]
      : []),
    `keys, each vouched for by the one before: ${keys.join(', ')}`,
    ...(agreed === null ? [] : [`${agreed} leaves are those of the gossip`]),
  ];
}

function verdictOf({ problem, withheld, size, simulated, keys }: LogVerification): string {
  if (problem) return `NOT VERIFIED: the first that does not hold is ${problemWords(problem)}`;
  const mark = simulated ? ', of a SIMULATED market' : '';
  const shown = withheld === 0 ? '' : ` as far as it is shown, ${withheld} of ${size} leaves being withheld`;
  return `verified${shown}${mark}: compare the first key, ${keys[0]}, with the one the operator publishes at /v1/keys.`;
}

/** `csi log verify FILE`: checks a copy of the log, offline. 1 where anything does not hold, or more than receipts is withheld. */
export async function verifyLogCommand(file: string, options: { against?: string }): Promise<Answer> {
  const gossip = options.against === undefined ? null : await readAgainst(options.against);
  const handle = await open(file).catch((error: NodeJS.ErrnoException) => {
    throw new CannotRun(`${file} cannot be read: ${error.code ?? error.message}`);
  });
  const isFolder = (await handle.stat()).isDirectory();
  await handle.close();
  if (isFolder) throw new CannotRun(`${file} cannot be read: EISDIR`);
  const result = await verifyLog(readLines(createReadStream(file, { highWaterMark: 2 ** 20 }), LINE_BYTES_MAX), gossip);
  const checked = result.problem ? ['what held before it:'] : [];
  return {
    text: [...checked, ...verificationLines(result), verdictOf(result)].join('\n'),
    json: result,
    code: result.passed ? 0 : 1,
  };
}
