import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

/** A file of a history, by what identifies it. */
export interface HistoryFile {
  sha256: string;
  bytes: number;
  /** The names of its columns. */
  header: string[];
}

const HEADER_BYTES_MAX = 100_000;

async function headerOf(path: string): Promise<string[]> {
  let head = '';
  const read = async (stream: AsyncIterable<Buffer>) => {
    for await (const chunk of stream) {
      head += chunk.toString('utf8');
      if (head.includes('\n') || head.length > HEADER_BYTES_MAX) return;
    }
  };
  const file = createReadStream(path);
  try {
    await (path.endsWith('.gz') ? pipeline(file, createGunzip(), read) : pipeline(file, read));
  } catch (error) {
    // Having read enough aborts what still flows, which is meant.
    if (!head.includes('\n')) throw error;
  }
  const [first = ''] = head.split(/\r?\n/, 1);
  return first.split(',').map((name) => name.trim().replace(/^"(.*)"$/, '$1'));
}

/**
 * Hashes a file as it lies there, packed, and reads its first line.
 * @param columns the names it must have
 * @throws Error saying which column is missing, or that the path cannot be handed to the engine
 */
export async function openHistoryFile(path: string, columns: readonly string[]): Promise<HistoryFile> {
  // The engine takes them for patterns that match other files.
  if (/[*?{}[\]]/.test(path)) throw new Error('its path holds one of * ? { } [ ]: rename it');
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).byteLength;
  }
  const header = await headerOf(path);
  const missing = columns.filter((column) => !header.includes(column));
  if (missing.length > 0) throw new Error(`it has no column ${missing.join(', ')}`);
  return { sha256: hash.digest('hex'), bytes, header };
}
