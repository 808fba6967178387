import { readOn, recordOf, tooLong, unreadable, withoutMark } from '#ingest/contribute/body';
import type { RawRecord } from '#ingest/contribute/seal';

/** The members of a JSON array. They are told apart by their brackets, and each is then parsed on its own: no nesting grows a stack. */
export async function* readJsonArray(
  body: AsyncIterable<Uint8Array>,
  lineBytesMax: number,
): AsyncGenerator<RawRecord[]> {
  const chunks = withoutMark(body)[Symbol.asyncIterator]();
  let parts: Buffer[] = [];
  let held = 0;
  let place = 'before' as 'before' | 'within' | 'after';
  let depth = 0;
  let inString = false;
  let escaped = false;
  let members = 0;
  const take = (end: Buffer, isLast: boolean): RawRecord[] => {
    const bytes = Buffer.concat([...parts, end]);
    const length = held + end.byteLength;
    parts = [];
    held = 0;
    if (length > lineBytesMax) return [tooLong(lineBytesMax)];
    if (isLast && members === 0 && bytes.toString('latin1').trim() === '') return [];
    members += 1;
    return [recordOf(bytes)];
  };
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    const chunk = next.value;
    const records: RawRecord[] = [];
    let from = 0;
    for (let at = 0; at < chunk.byteLength; at += 1) {
      const byte = chunk[at] as number;
      if (place === 'within') {
        if (inString) {
          if (escaped) escaped = false;
          else if (byte === 0x5c) escaped = true;
          else if (byte === 0x22) inString = false;
        } else if (byte === 0x22) inString = true;
        else if (byte === 0x5b || byte === 0x7b) depth += 1;
        else if (depth > 0 && (byte === 0x5d || byte === 0x7d)) depth -= 1;
        else if (byte === 0x2c && depth === 0) {
          records.push(...take(chunk.subarray(from, at), false));
          from = at + 1;
        } else if (byte === 0x5d) {
          records.push(...take(chunk.subarray(from, at), true));
          place = 'after';
        }
      } else if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) {
        if (place === 'before' && byte === 0x5b) {
          place = 'within';
          from = at + 1;
        } else {
          records.push(unreadable(place === 'before' ? 'the body must be a JSON array' : 'text follows the array'));
          yield records;
          return readOn(chunks);
        }
      }
    }
    if (place === 'within' && from < chunk.byteLength) {
      held += chunk.byteLength - from;
      // A member over the limit is not kept, but its end is still looked for.
      if (held <= lineBytesMax) parts.push(Buffer.from(chunk.subarray(from)));
      else parts = [];
    }
    yield records;
  }
  if (place !== 'after') yield [unreadable(place === 'before' ? 'the body is empty' : 'the array has no end')];
}
