import type { Source } from '#ingest/source';

export type Row = Record<string, unknown>;

/** A response of a source, and the ways in which the conformance cards bend it. */
export interface Specimen {
  name: string;
  source: Source;
  content_type: string;
  /** Where the response came from; the source's first request where it is left out. */
  url?: string;
  text: string;
  /** What the source was told before it came to this answer, in order. */
  before?: readonly string[];
  /** What it was told after it, where the pages of a sweep are joined. */
  after?: readonly string[];
  /** One number of it is part of several prices. */
  shared?: true;
  /** 0 is a value there, and no missing price. */
  zeros?: true;
  /** The response is one part of a book by its nature, and never complete. */
  partial?: boolean;
  /** Least number of facts in it, three where it is left out: some questions have one answer. */
  least?: number;
  /** A price is quoted in units of about 10^-scale, so that a price too high has so many digits more. */
  scale?: number;
  /** Every price of the response, or of one row of it, replaced by a JSON token or attribute value. */
  withPrice(token: string, row?: number): string;
  /** How many rows can be bent one by one. */
  rows: number;
  shuffled(): string;
  /** Every label replaced by one nobody knows; null where the body names no hardware. */
  withUnknownLabels: (() => string) | null;
  /** What becomes of an unknown label: the fact without a class, or a refusal where only the label would tell the lot. */
  unknown: 'kept' | 'refused';
  withoutCanaryRow(): string;
  /** Answers of another shape, by what happened to them. */
  reshaped: Record<string, string>;
}

export const HTML = '<!doctype html><html><head><title>502</title></head><body><h1>Bad gateway</h1></body></html>';
const PRICE_MARK = '@price@';

/** How the rows of a response are found in it and written back, and where in a row the prices and labels stand. */
export interface Shape {
  source: Source;
  content_type?: string;
  url?: string;
  before?: readonly string[];
  after?: readonly string[];
  shared?: true;
  zeros?: true;
  partial?: boolean;
  least?: number;
  scale?: number;
  unknown?: 'kept' | 'refused';
  read(text: string): Row[];
  /** The response around its rows. */
  write(rows: unknown): string;
  /** Paths such as `price`, `prices.onDemand`, `prices[].price` or `price.on_demand{}`. */
  prices: readonly string[];
  labels: readonly string[];
  /** A label nobody knows, in the form in which the source writes one. */
  unknownLabel?: (index: number) => string;
  isCanary(row: Row): boolean;
  withoutCanaryRow?: () => string;
  /** Where the response is no JSON: a price stands bare, and other shapes than these are meant. */
  bare?: Record<string, string>;
}

interface Place {
  holder: Row;
  field: string;
}

/** Every place that a path names in a row, where something but 0 stands. */
function placesOf(row: unknown, path: string): Place[] {
  const [head = '', ...rest] = path.split('.');
  const field = head.replace(/(\[\]|\{\})$/, '');
  if (row === null || typeof row !== 'object') return [];
  const holder = row as Row;
  const value = field === '' ? holder : holder[field];
  if (/(\[\]|\{\})$/.test(head)) {
    if (value === null || typeof value !== 'object') return [];
    const inner = value as Row;
    if (rest.length > 0) return Object.values(inner).flatMap((one) => placesOf(one, rest.join('.')));
    return Object.keys(inner).map((name) => ({ holder: inner, field: name }));
  }
  if (rest.length > 0) return placesOf(value, rest.join('.'));
  return value == null || value === 0 ? [] : [{ holder, field }];
}

/** Builds a specimen of a text and its shape. */
export function specimenOf(name: string, text: string, shape: Shape): Specimen {
  const fresh = () => shape.read(text);
  const places = (row: Row, paths: readonly string[]) => paths.flatMap((path) => placesOf(row, path));
  const renamed = (paths: readonly string[]) => {
    const rows = fresh();
    for (const { holder, field } of rows.flatMap((row) => places(row, paths))) {
      holder[`${field}_v2`] = holder[field];
      delete holder[field];
    }
    return shape.write(rows);
  };
  const unknownLabel = shape.unknownLabel ?? ((index) => `Abacus 9000-${index}x`);
  return {
    name,
    source: shape.source,
    content_type: shape.content_type ?? 'application/json',
    ...(shape.url === undefined ? {} : { url: shape.url }),
    ...(shape.before === undefined ? {} : { before: shape.before }),
    ...(shape.after === undefined ? {} : { after: shape.after }),
    ...(shape.shared === undefined ? {} : { shared: shape.shared }),
    ...(shape.zeros === undefined ? {} : { zeros: shape.zeros }),
    ...(shape.partial === undefined ? {} : { partial: shape.partial }),
    ...(shape.least === undefined ? {} : { least: shape.least }),
    ...(shape.scale === undefined ? {} : { scale: shape.scale }),
    text,
    rows: fresh().length,
    withPrice(token, only) {
      const rows = fresh();
      for (const [index, row] of rows.entries()) {
        if (only !== undefined && only !== index) continue;
        for (const { holder, field } of places(row, shape.prices)) holder[field] = PRICE_MARK;
      }
      const written = shape.write(rows);
      return shape.bare
        ? written.replaceAll(PRICE_MARK, token.replaceAll('"', ''))
        : // Some answers hold JSON in a JSON string: the mark is escaped there, and so must the token be.
          written
            .replaceAll(JSON.stringify(PRICE_MARK), token)
            .replaceAll(`\\"${PRICE_MARK}\\"`, token.replaceAll('"', '\\"'));
    },
    shuffled() {
      const sorted = fresh()
        .reverse()
        .sort((a, b) => JSON.stringify(a).length - JSON.stringify(b).length);
      const written = [shape.write(sorted), shape.write(fresh().reverse())].find((one) => one !== text);
      // One row alone has no other order: the same answer in other white space.
      return written ?? JSON.stringify(JSON.parse(text), null, 2);
    },
    withUnknownLabels:
      shape.labels.length === 0
        ? null
        : () => {
            const rows = fresh();
            for (const [index, row] of rows.entries()) {
              for (const { holder, field } of places(row, shape.labels)) holder[field] = unknownLabel(index);
            }
            return shape.write(rows);
          },
    unknown: shape.unknown ?? 'kept',
    withoutCanaryRow: shape.withoutCanaryRow ?? (() => shape.write(fresh().filter((row) => !shape.isCanary(row)))),
    reshaped: shape.bare ?? {
      'price renamed': renamed(shape.prices),
      ...(shape.labels.length === 0 ? {} : { 'label renamed': renamed(shape.labels) }),
      'array became object': shape.write(Object.fromEntries(fresh().map((row, index) => [`row-${index}`, row]))),
      'empty list': shape.write([]),
      'HTML error page': HTML,
      'empty body': '',
      'JSON null': 'null',
    },
  };
}
