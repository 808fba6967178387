import { readFile } from 'node:fs/promises';
import { type Answer, type CommonOptions, withStore } from '#cli/context';
import { CannotRun, table } from '#cli/output';
import { announceRulebook, rulebookChanges } from '#index-engine/governance/changes';
import { closeEntry, entriesOf, openEntry, type Register, RegisterRefusal } from '#index-engine/governance/registers';
import { type LoadedRulebook, readRulebook } from '#methodology/rulebook';

/** Runs, and turns what a register refuses into a sentence. */
async function refusing<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw error instanceof RegisterRefusal ? new CannotRun(error.message) : error;
  });
}

/** `csi governance conflict add`, `csi governance complaint add`: opens an entry. It is signed, logged and public. */
export async function addEntryCommand(
  register: Register,
  options: CommonOptions & { party: string; text: string },
): Promise<Answer> {
  const { party, text } = options;
  return withStore(options, async ({ ledger }, key) => {
    const id = await refusing(openEntry(ledger.database, key(), register, { party, text }, new Date()));
    return { text: `${id} is in the register, signed and in the log`, json: { id } };
  });
}

/** `csi governance conflict close`, `csi governance complaint resolve`: says that an entry is done, and how. */
export async function closeEntryCommand(
  register: Register,
  id: string,
  options: CommonOptions & { text: string },
): Promise<Answer> {
  const { text } = options;
  return withStore(options, async ({ ledger }, key) => {
    await refusing(closeEntry(ledger.database, key(), register, { id, text }, new Date()));
    return { text: `${id} is closed`, json: { id } };
  });
}

/** `csi governance conflict list`, `csi governance complaint list`: every entry, and whether it is open. */
export async function listEntriesCommand(register: Register, options: CommonOptions): Promise<Answer> {
  return withStore(options, async ({ ledger }) => {
    const entries = await entriesOf(ledger.database, register);
    const rows = entries.map(({ id, party, opened, closed }) => [
      id,
      opened.at.slice(0, 10),
      party,
      opened.text,
      closed ? `${closed.at.slice(0, 10)}: ${closed.text}` : 'open',
    ]);
    const text =
      rows.length > 0 ? table(['id', 'opened', 'party', 'what', 'closed'], rows) : `no ${register} was ever entered`;
    return { text, json: entries };
  });
}

async function readFuture(path: string): Promise<LoadedRulebook> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new CannotRun(`${path} is no file`);
  });
  try {
    return readRulebook(JSON.parse(text), path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CannotRun(error instanceof SyntaxError ? `${path} is not JSON: ${why}` : why);
  }
}

/** `csi methodology announce --file FILE`: announces a version of the rules that is to come: signed, logged, and a notice. */
export async function announceCommand(options: CommonOptions & { file: string; summary: string }): Promise<Answer> {
  const summary = options.summary.trim();
  if (summary === '') throw new CannotRun('--summary must say what changes, and why: it is published');
  const loaded = await readFuture(options.file);
  return withStore(options, async ({ ledger }, key) => {
    const hash = await announceRulebook(ledger.database, key(), loaded, summary, new Date()).catch((error: Error) => {
      throw new CannotRun(error.message);
    });
    const { version, effective_from } = loaded.rulebook;
    return {
      text: `version ${version} is announced, in force from ${effective_from} on (${hash.slice(0, 12)} in the log)`,
      json: { version, sha256: loaded.sha256, effective_from, hash },
    };
  });
}

/** `csi methodology log`: every version announced or used, oldest first. */
export async function changesCommand(options: CommonOptions): Promise<Answer> {
  return withStore(options, async ({ ledger }) => {
    const changes = await rulebookChanges(ledger.database);
    const rows = changes.map((one) => [
      one.version,
      one.event,
      one.effective_from,
      one.first_strike,
      one.sha256.slice(0, 12),
      one.summary,
    ]);
    const header = ['version', 'event', 'in force from', 'first strike', 'SHA-256', 'what'];
    return { text: rows.length > 0 ? table(header, rows) : 'no version was announced or used yet', json: changes };
  });
}
