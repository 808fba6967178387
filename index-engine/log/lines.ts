import { isUtf8 } from 'node:buffer';

const NEWLINE = 0x0a;

/** One line of a file: its text without the line feed, and its number from 1. */
export interface Line {
  number: number;
  text: string;
}

/** A line that cannot be read. */
export class BadLine extends Error {
  constructor(
    readonly number: number,
    problem: string,
  ) {
    super(`line ${number} ${problem}`);
  }
}

/**
 * The lines of a stream of bytes, one at a time, with no more than one line and one piece in memory.
 * @throws BadLine naming the line that is too long, not UTF-8, or without its line feed
 */
export async function* readLines(body: AsyncIterable<Uint8Array>, lineBytesMax: number): AsyncGenerator<Line> {
  let rest: Uint8Array[] = [];
  let restBytes = 0;
  let number = 0;
  const line = (last: Uint8Array): Line => {
    number += 1;
    const bytes = rest.length === 0 ? last : Buffer.concat([...rest, last]);
    rest = [];
    restBytes = 0;
    if (bytes.length > lineBytesMax) throw new BadLine(number, `has more than ${lineBytesMax} bytes`);
    if (!isUtf8(bytes)) throw new BadLine(number, 'is not UTF-8 text');
    return { number, text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8') };
  };
  for await (const piece of body) {
    let at = 0;
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, at)) {
      yield line(piece.subarray(at, end));
      at = end + 1;
    }
    if (at < piece.length) {
      rest.push(Buffer.from(piece.subarray(at)));
      restBytes += piece.length - at;
      if (restBytes > lineBytesMax) throw new BadLine(number + 1, `has more than ${lineBytesMax} bytes`);
    }
  }
  if (restBytes > 0) throw new BadLine(number + 1, 'is cut short: it has no line feed at its end');
}
