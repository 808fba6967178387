import { resolve } from 'node:path';
import { CannotRun, type ExitCode, print } from '#cli/output';
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

/** Opens the stores of the data folder, runs, and closes them again, whatever happens. */
export async function withStore<T>(
  options: CommonOptions,
  run: (store: Store, key: () => SigningKey) => Promise<T>,
): Promise<T> {
  const folder = resolve(options.data);
  const store = await openStore(folder).catch((error: Error) => {
    throw new CannotRun(error.message);
  });
  try {
    return await run(store, () => openSigningKey(folder));
  } finally {
    await store.close();
  }
}

/** Prints an answer in the form asked for and sets the exit code. */
export async function answer(options: { json?: boolean }, { text, json, code = 0 }: Answer): Promise<void> {
  await print(options.json ? JSON.stringify(json, null, 2) : text);
  process.exitCode = code;
}
