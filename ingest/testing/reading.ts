import { type Row, type Shape, type Specimen, specimenOf } from '#ingest/testing/shapes';

/** Rows that are the response itself, or stand under one name of it. */
export const bareList = {
  read: (text: string) => JSON.parse(text) as Row[],
  write: (rows: unknown) => JSON.stringify(rows),
};
export const under = (field: string, around: Row = {}) => ({
  read: (text: string) => (JSON.parse(text) as Record<string, Row[]>)[field] ?? [],
  write: (rows: unknown) => JSON.stringify({ ...around, [field]: rows }),
});
/** Rows that are the values of a map; its names travel in the row as `@`. */
export const mapUnder = (field: string, around: Row = {}) => ({
  read: (text: string) => {
    const map = field === '' ? JSON.parse(text) : (JSON.parse(text) as Row)[field];
    return Object.entries(map as Record<string, Row>).map(([name, row]) => ({ '@': name, ...row }) as Row);
  },
  write: (rows: unknown) => {
    const map = Array.isArray(rows)
      ? Object.fromEntries((rows as Row[]).map(({ '@': name, ...row }) => [String(name), row]))
      : [rows];
    return JSON.stringify(field === '' ? map : { ...around, [field]: map });
  },
});
/** One row that is the response itself. */
export const single = {
  read: (text: string) => [JSON.parse(text) as Row],
  write: (rows: unknown) => JSON.stringify(Array.isArray(rows) && rows.length === 1 ? rows[0] : rows),
};

export type Reading = Pick<Shape, 'read' | 'write'>;
/** A documented answer made of rows. */
export function documented(rows: readonly Row[], reading: Reading, shape: Omit<Shape, 'read' | 'write'>): Specimen {
  return specimenOf('documented answer', reading.write(rows), { ...reading, ...shape });
}
/** Whether a field of a row holds words. */
export const has = (field: string, words: RegExp) => (row: Row) => words.test(String(row[field]));
