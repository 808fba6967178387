import { parse as csvParser, type Options } from 'csv-parse';
import { readOn, unreadable, withoutMark } from '#ingest/contribute/body';
import type { RawRecord } from '#ingest/contribute/seal';

/** The cell of a column, as the JSON value it stands for: numbers where the field is a count, text else. */
function cellValue(name: string, cell: string): unknown {
  if (['gpus', 'available_gpus', 'bids_withheld', 'memory_gb'].includes(name)) {
    return /^\d{1,15}(\.\d{1,9})?$/.test(cell) ? Number(cell) : cell;
  }
  if (name.startsWith('attributes.')) {
    if (cell === 'true' || cell === 'false') return cell === 'true';
    return /^-?(0|[1-9]\d{0,14})(\.\d{1,9})?$/.test(cell) ? Number(cell) : cell;
  }
  return cell;
}

/** Cells under their header: an empty cell is no field, and `attributes.x` is a member of `attributes`. */
function rowValue(header: readonly string[], cells: readonly string[]): Record<string, unknown> {
  const row: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  header.forEach((name, column) => {
    const cell = cells[column] ?? '';
    if (cell === '') return;
    const dot = name.indexOf('.');
    if (dot < 0) row[name] = cellValue(name, cell);
    else {
      const outer = name.slice(0, dot);
      row[outer] ??= Object.create(null);
      (row[outer] as Record<string, unknown>)[name.slice(dot + 1)] = cellValue(name, cell);
    }
  });
  return row;
}

/** A chunk in pieces that end with a line: neither end of a line is ever part of another character. */
function* linesOf(chunk: Uint8Array): Generator<Uint8Array> {
  let from = 0;
  for (let at = 0; at < chunk.byteLength; at += 1) {
    if (chunk[at] !== LINE_FEED && chunk[at] !== CARRIAGE_RETURN) continue;
    yield chunk.subarray(from, at + 1);
    from = at + 1;
  }
  if (from < chunk.byteLength) yield chunk.subarray(from);
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** CSV (RFC 4180) under one header line of field names. What it reads does not depend on how the body is cut into chunks. */
export async function* readCsv(body: AsyncIterable<Uint8Array>, lineBytesMax: number): AsyncGenerator<RawRecord[]> {
  let failure: Error | null = null;
  const parsed: string[][] = [];
  const options: Options = {
    max_record_size: lineBytesMax,
    relax_column_count: true,
    skip_empty_lines: true,
    // Taken here and not from the stream: a stream that fails drops what it has read before.
    on_record: (cells: string[]) => {
      parsed.push(cells);
      return null;
    },
  };
  const parser = csvParser(options);
  parser.on('error', (error: Error) => {
    failure = error;
  });
  // Nothing comes out of it, and its end waits for somebody who reads.
  parser.resume();
  let header: string[] | null = null;
  const taken = (): RawRecord[] => {
    const records: RawRecord[] = [];
    for (const cells of parsed.splice(0)) {
      if (header === null) {
        header = cells.map((name) => name.trim());
        if (new Set(header).size === header.length) continue;
        failure = new Error('a column is there twice');
        return records;
      }
      if (cells.length !== header.length) {
        const detail = `a line must have as many cells as the header: ${header.length}, not ${cells.length}`;
        records.push({ text: JSON.stringify(cells), refusal: { reason: 'line.cells', detail } });
      } else records.push({ text: JSON.stringify(cells), value: rowValue(header, cells) });
    }
    return records;
  };
  const write = (text: string) => new Promise<void>((resolve) => parser.write(text, () => resolve()));
  const end = () =>
    new Promise<void>((resolve) => {
      parser.once('error', () => resolve());
      parser.end(() => resolve());
    });
  const chunks = withoutMark(body)[Symbol.asyncIterator]();
  const failed = () => unreadable('the text is not CSV under one header, or a line is too long');
  const decoder = new TextDecoder('utf-8', { fatal: true });
  // The parser is given whole lines, so that it has read the same wherever a byte that is no text stands in a chunk.
  let held = '';
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    let isText = true;
    try {
      for (const line of linesOf(next.value)) held += decoder.decode(line, { stream: true });
    } catch {
      isText = false;
    }
    const whole =
      held.length > lineBytesMax ? held.length : Math.max(held.lastIndexOf('\n'), held.lastIndexOf('\r')) + 1;
    await write(held.slice(0, whole));
    held = held.slice(whole);
    if (!isText && !failure) await end();
    yield taken();
    if (failure || !isText) {
      yield [failed()];
      return readOn(chunks);
    }
  }
  try {
    held += decoder.decode();
    await write(held);
  } catch {
    failure = new Error('not UTF-8');
  }
  await end();
  yield taken();
  if (failure) yield [failed()];
  else if (header === null) yield [unreadable('the body is empty')];
}
