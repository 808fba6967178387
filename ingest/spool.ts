import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { type FileHandle, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Segments on disk, in order, for a store that does not answer. What `append` returned for is there after a crash. */
export interface Spool {
  /** Segments that wait. */
  readonly waiting: number;
  readonly bytes: number;
  /** @throws SpoolFull where the segment does not fit; nothing is written then */
  append(segment: Uint8Array): Promise<void>;
  /**
   * Hands the waiting segments to `store`, oldest first, and removes each once it is stored. Stops at the first that is not.
   * A crash may hand the one at hand over again: `store` must bear that.
   * @returns how many were stored
   * @throws whatever `store` threw
   */
  drain(store: (segment: Buffer) => Promise<void>): Promise<number>;
}

/** The spool holds as much as it may. */
export class SpoolFull extends Error {
  override readonly name = 'SpoolFull';
}

const SEGMENT = /^(\d{12})\.segment$/;
const DIGEST_BYTES = 32;

const nameOf = (number: number) => `${String(number).padStart(12, '0')}.segment`;
const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

/** Makes the names in a folder durable, where the system can. */
async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle | null = null;
  try {
    handle = await open(folder, 'r');
    await handle.sync();
  } catch (error) {
    // Windows opens no folders.
    if (!['EPERM', 'EISDIR', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    await handle?.close();
  }
}

/** Writes a file so that it is there whole or not at all, whatever happens. */
async function writeDurably(folder: string, name: string, parts: readonly Uint8Array[]): Promise<void> {
  const partial = join(folder, `${randomUUID()}.partial`);
  try {
    const handle = await open(partial, 'wx', 0o600);
    try {
      for (const part of parts) await handle.writeFile(part);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, join(folder, name));
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** The bytes of a segment. @throws Error where the disk gave back other bytes than were written */
async function readSegment(path: string): Promise<Buffer> {
  const file = await readFile(path);
  const segment = file.subarray(DIGEST_BYTES);
  if (!digestOf(segment).equals(file.subarray(0, DIGEST_BYTES))) {
    throw new Error(`${path} is damaged: its bytes are not those that were written`);
  }
  return segment;
}

/** Opens a spool in a folder, with what an earlier process left in it. One process at a time. */
export async function openSpool(folder: string, limits: { bytes: number }): Promise<Spool> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const waiting: { number: number; bytes: number }[] = [];
  for (const name of (await readdir(folder)).sort()) {
    const number = SEGMENT.exec(name)?.[1];
    if (number !== undefined) {
      waiting.push({ number: Number(number), bytes: (await stat(join(folder, name))).size });
    } else if (name.endsWith('.partial')) await rm(join(folder, name), { force: true });
  }
  let next = (waiting.at(-1)?.number ?? -1) + 1;
  let bytes = waiting.reduce((sum, one) => sum + one.bytes, 0);
  let draining: Promise<number> | null = null;

  async function drainAll(store: (segment: Buffer) => Promise<void>): Promise<number> {
    let stored = 0;
    for (let first = waiting[0]; first; first = waiting[0]) {
      const path = join(folder, nameOf(first.number));
      await store(await readSegment(path));
      await rm(path);
      waiting.shift();
      bytes -= first.bytes;
      stored += 1;
    }
    if (stored > 0) await syncFolder(folder);
    return stored;
  }

  let writing: Promise<void> = Promise.resolve();

  return {
    get waiting() {
      return waiting.length;
    },
    get bytes() {
      return bytes;
    },
    append(segment) {
      const size = segment.byteLength + DIGEST_BYTES;
      const written = writing.then(async () => {
        if (bytes + size > limits.bytes) {
          throw new SpoolFull(`the spool holds ${bytes} of ${limits.bytes} bytes: ${size} more do not fit`);
        }
        const number = next;
        next += 1;
        await writeDurably(folder, nameOf(number), [digestOf(segment), segment]);
        waiting.push({ number, bytes: size });
        bytes += size;
      });
      // One after another: their order on disk is the order of the calls.
      writing = written.catch(() => {});
      return written;
    },
    drain(store) {
      draining ??= drainAll(store).finally(() => {
        draining = null;
      });
      return draining;
    },
  };
}
