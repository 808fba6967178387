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

/** CSV (RFC 4180) under one header line of field names. */
export async function* readCsv(body: AsyncIterable<Uint8Array>, lineBytesMax: number): AsyncGenerator<RawRecord[]> {
  let failure: Error | null = null;
  const options: Options & { readableHighWaterMark: number } = {
    max_record_size: lineBytesMax,
    relax_column_count: true,
    skip_empty_lines: true,
    // What one chunk holds is taken before the next comes: a full buffer must not hold up the parser itself.
    readableHighWaterMark: 1_000_000,
  };
  const parser = csvParser(options);
  parser.on('error', (error: Error) => {
    failure = error;
  });
  let header: string[] | null = null;
  const taken = (): RawRecord[] => {
    const records: RawRecord[] = [];
    for (let cells = parser.read() as string[] | null; cells !== null; cells = parser.read() as string[] | null) {
      if (header === null) {
        header = cells.map((name) => name.trim());
        if (new Set(header).size < header.length) failure = new Error('a column is there twice');
      } else if (cells.length !== header.length) {
        const detail = `a line must have as many cells as the header: ${header.length}, not ${cells.length}`;
        records.push({ text: JSON.stringify(cells), refusal: { reason: 'line.cells', detail } });
      } else records.push({ text: JSON.stringify(cells), value: rowValue(header, cells) });
    }
    return records;
  };
  const chunks = withoutMark(body)[Symbol.asyncIterator]();
  const failed = () => unreadable('the text is not CSV under one header, or a line is too long');
  let decoder: TextDecoder | null = new TextDecoder('utf-8', { fatal: true });
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    try {
      const text: string = decoder?.decode(next.value, { stream: true }) ?? '';
      await new Promise<void>((resolve) => parser.write(text, () => resolve()));
    } catch {
      decoder = null;
      failure = new Error('not UTF-8');
    }
    yield taken();
    if (failure) {
      yield [failed()];
      return readOn(chunks);
    }
  }
  await new Promise<void>((resolve) => {
    parser.once('error', () => resolve());
    parser.end(() => resolve());
  });
  yield taken();
  if (failure) yield [failed()];
  else if (header === null) yield [unreadable('the body is empty')];
}
