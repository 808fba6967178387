import { isUtf8 } from 'node:buffer';
import { recordOf, tooLong, withoutMark } from '#ingest/contribute/body';
import type { RawRecord } from '#ingest/contribute/seal';

const NEWLINE = 0x0a;

/** Lines of text, one JSON value each; blank lines are none. */
export async function* readNdjson(body: AsyncIterable<Uint8Array>, lineBytesMax: number): AsyncGenerator<RawRecord[]> {
  let rest: Buffer = Buffer.alloc(0);
  let skipping = false;
  const linesOf = (block: Buffer): RawRecord[] => {
    const records: RawRecord[] = [];
    // One look at a block of good text, and only else a look at each line.
    if (isUtf8(block)) {
      for (const text of block.toString('utf8').split('\n')) {
        if (text.length > lineBytesMax) records.push(tooLong(lineBytesMax));
        else if (text.trim() !== '') records.push({ text });
      }
      return records;
    }
    for (let at = 0; at <= block.byteLength; ) {
      const end = block.indexOf(NEWLINE, at);
      const line = block.subarray(at, end < 0 ? block.byteLength : end);
      if (line.byteLength > lineBytesMax) records.push(tooLong(lineBytesMax));
      else if (line.toString('latin1').trim() !== '') records.push(recordOf(line));
      at = end < 0 ? block.byteLength + 1 : end + 1;
    }
    return records;
  };
  for await (let chunk of withoutMark(body)) {
    if (skipping) {
      const end = chunk.indexOf(NEWLINE);
      if (end < 0) continue;
      skipping = false;
      chunk = chunk.subarray(end + 1);
    }
    const last = chunk.lastIndexOf(NEWLINE);
    if (last >= 0) {
      yield linesOf(Buffer.concat([rest, chunk.subarray(0, last)]));
      rest = Buffer.from(chunk.subarray(last + 1));
    } else rest = Buffer.concat([rest, chunk]);
    if (rest.byteLength > lineBytesMax) {
      yield [tooLong(lineBytesMax)];
      rest = Buffer.alloc(0);
      skipping = true;
    }
  }
  if (rest.byteLength > 0) yield linesOf(rest);
}
