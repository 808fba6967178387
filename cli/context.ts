import { resolve } from 'node:path';
import { CannotRun, type ExitCode, print } from '#cli/output';
import { expectOneWorld, markOf, type World, worldOf } from '#cli/world';
import { openSigningKey, type SigningKey } from '#store/ledger/keys';
import { openStore, type Store } from '#store/store';

/** Options every command takes. */
export interface CommonOptions {
  data: string;
  json?: boolean;
}

/** What a command answers: for people, and for programs. */
export interface Answer {
  text: string;
  json: unknown;
  code?: ExitCode;
}

/**
 * Opens the stores of the data folder, runs, and closes them again, whatever happens. A simulated market is always in its folder, never on
 * a server that somebody might take for another, and every command says what it is.
 */
export async function withStore<T>(
  options: CommonOptions,
  run: (store: Store, key: () => SigningKey, world: World) => Promise<T>,
): Promise<T> {
  const folder = resolve(options.data);
  const mark = markOf(folder);
  const store = await openStore(folder, mark ? {} : process.env).catch((error: Error) => {
    throw new CannotRun(error.message);
  });
  try {
    await expectOneWorld(store.clickhouse, folder, mark);
    if (mark) process.stderr.write(`SIMULATED MARKET in ${folder}: nothing in it is real\n`);
    return await run(store, () => openSigningKey(folder), worldOf(mark));
  } finally {
    await store.close();
  }
}

/** Prints an answer in the form asked for and sets the exit code. */
export async function answer(options: { json?: boolean }, { text, json, code = 0 }: Answer): Promise<void> {
  await print(options.json ? JSON.stringify(json, null, 2) : text);
  process.exitCode = code;
}
