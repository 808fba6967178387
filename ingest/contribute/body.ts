import { isUtf8 } from 'node:buffer';
import type { RawRecord } from '#ingest/contribute/seal';

const BYTE_ORDER_MARK = Buffer.of(0xef, 0xbb, 0xbf);

const refused = (reason: string, detail: string): RawRecord => ({ text: `${reason}`, refusal: { reason, detail } });
export const tooLong = (most: number) => refused('line.too_long', `a line must have at most ${most} bytes`);
export const unreadable = (detail: string) => refused('body.unreadable', `${detail}; nothing after this was read`);

export function recordOf(bytes: Uint8Array): RawRecord {
  if (!isUtf8(bytes)) return refused('line.not_utf8', 'a line must be UTF-8 text');
  return { text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8') };
}

/** Reads on to the end: a body counts whole, also past what could be read. */
export async function readOn(body: AsyncIterator<Uint8Array>): Promise<void> {
  while (!(await body.next()).done);
}

/** The body without its byte order mark. */
export async function* withoutMark(body: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let start: Buffer | null = Buffer.alloc(0);
  for await (const bytes of body) {
    const chunk: Buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (start === null) yield chunk;
    else {
      start = Buffer.concat([start, chunk]);
      if (start.byteLength < BYTE_ORDER_MARK.byteLength) continue;
      yield start.subarray(0, 3).equals(BYTE_ORDER_MARK) ? start.subarray(3) : start;
      start = null;
    }
  }
  if (start !== null && start.byteLength > 0) yield start;
}
