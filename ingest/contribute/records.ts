import { readCsv } from '#ingest/contribute/csv';
import { readJsonArray } from '#ingest/contribute/json-array';
import { readNdjson } from '#ingest/contribute/ndjson';
import type { RawRecord } from '#ingest/contribute/seal';

/** The formats in which lines come. */
export type Format = 'ndjson' | 'json' | 'csv';

/** Reads the bytes of a body into records, a chunk at a time and in constant memory. Whatever the bytes, it never throws. */
export type ReadRecords = (body: AsyncIterable<Uint8Array>, lineBytesMax: number) => AsyncGenerator<RawRecord[]>;

/** How each format is read. */
export const readers: Readonly<Record<Format, ReadRecords>> = {
  ndjson: readNdjson,
  json: readJsonArray,
  csv: readCsv,
};
