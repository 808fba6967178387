import { columnsOf, type HistoryFormat } from '#ingest/history/format';
import type { DistinctLine, LineRow } from '#ingest/history/lines';
import { admission } from '#methodology/admission';
import type { ClickHouse } from '#store/clickhouse/client';
import { clickhouseInstant } from '#store/clickhouse/observations';

/**
 * The tables a file passes through: its rows as text, what its lines have in common, and where their prices changed. They are dropped at the start and at the end of
 * an import, so one import at a time uses a store.
 */
const POINTS = 'csi.history_points';
const LINES = 'csi.history_lines';
const PRICES = 'csi.history_prices';
const LOOKS = 'csi.history_looks';

/** Which instants count: not older than admission's limit, not in the future of the importing machine. */
export interface Span {
  earliest: string;
  latest: string;
}

/** The file's own facts, bound into its statements. */
export interface FileFacts extends Span {
  source: string;
  capture_id: string;
  capture_sha256: string;
  fetched_at: string;
}

/** Part of a file: the change points of some instants, in order. */
export interface Chunk {
  from: string;
  to: string;
  rows: number;
}

/** Change points handled at once: bounds memory, and the parts an insert makes. */
const CHUNK_ROWS = 100_000;
/** A catalogue has thousands of lines; a file with more than this has another shape than it says. */
const LINES_MAX = 500_000;

const PARSED = "parseDateTime64BestEffortOrZero(observed_at, 3, 'UTC')";
/** Only an instant that reads back as written is one: 30 February would otherwise pass as a day in March. 0 where it is none. */
const AT = `if(formatDateTime(${PARSED}, '%Y-%m-%dT%H:%i:%SZ') = observed_at, ${PARSED}, toDateTime64(0, 3, 'UTC'))`;

const IS_CHANGE = "event IN ('new', 'change', 'removed')";
const PLAIN = "'^-?[0-9]{1,24}([.][0-9]{1,18})?$'";
/** A plain decimal number, exact; NULL for anything else and for what is too large to hold. */
const priceOf = (column: string) => `if(match(${column}, ${PLAIN}), toDecimal128OrNull(${column}, 18), NULL)`;

export function spanAt(now: Date): Span {
  const second = 1000;
  return {
    earliest: clickhouseInstant(new Date(now.getTime() - admission.maximum_age_days * 86_400 * second)),
    latest: clickhouseInstant(new Date(now.getTime() + admission.future_tolerance_seconds * second)),
  };
}

export async function dropStaging(store: ClickHouse): Promise<void> {
  for (const table of [POINTS, LINES, PRICES]) await store.command(`DROP TABLE IF EXISTS ${table} SYNC`);
}

/** Loads a file as it is: every column text. */
export async function stageFile(store: ClickHouse, format: HistoryFormat, path: string): Promise<void> {
  const columns = columnsOf(format);
  await store.command(
    `CREATE TABLE ${POINTS} (${columns.map((column) => `${column} String`).join(', ')},
      at DateTime64(3, 'UTC') MATERIALIZED ${AT}, line UInt64 MATERIALIZED cityHash64(${format.key.join(', ')}),
      ${format.prices.map(({ column }, kind) => `price_${kind} Nullable(Decimal(38, 18)) MATERIALIZED ${priceOf(column)}`).join(', ')}
    ) ENGINE = MergeTree ORDER BY at`,
  );
  await store.insertCsvFile(POINTS, columns, path);
}

/** How many rows are staged, and the last instant that counts: when the archive can be said to have been read. */
export async function stagedFile(store: ClickHouse, span: Span): Promise<{ rows: number; last: string }> {
  const [found] = await store.rows<{ rows: number; last: string }>(
    `SELECT count() AS rows, maxIf(at, ${TIMED}) AS last FROM ${POINTS}`,
    { ...span },
  );
  return found ?? { rows: 0, last: '1970-01-01T00:00:00.000Z' };
}

const TIMED = "at BETWEEN {earliest:DateTime64(3, 'UTC')} AND {latest:DateTime64(3, 'UTC')}";

/** The lines of the staged file. @throws Error where there are too many, or two share a hash */
export async function distinctLines(store: ClickHouse, format: HistoryFormat): Promise<DistinctLine[]> {
  const key = format.key.join(', ');
  const stated = format.prices.map(({ column }) => `countIf(${column} != '') > 0`).join(', ');
  const rows = await store.rows<{ line: string; rows: number; stated: boolean[] } & Record<string, string>>(
    `SELECT toString(line) AS line, ${key}, count() AS rows, [${stated}] AS stated FROM ${POINTS}
     GROUP BY line, ${key} ORDER BY ${key} LIMIT ${LINES_MAX + 1}`,
  );
  if (rows.length > LINES_MAX) throw new Error(`it names more than ${LINES_MAX} lines`);
  if (new Set(rows.map((row) => row.line)).size !== rows.length) throw new Error('two of its lines share a hash');
  return rows.map((row) => ({
    line: row.line,
    key: Object.fromEntries(format.key.map((column) => [column, row[column] ?? ''])),
    rows: row.rows,
    stated: row.stated.map(Boolean),
  }));
}

export async function stageLines(store: ClickHouse, rows: readonly LineRow[]): Promise<void> {
  await store.command(
    `CREATE TABLE ${LINES} (
      line UInt64, kind UInt8, rank UInt32, name UInt32, refusal String, refusal_detail String, native_id String,
      provider LowCardinality(String), venue_type LowCardinality(String), evidence LowCardinality(String),
      label LowCardinality(String), memory_gb Nullable(Float64), hardware_class LowCardinality(String), gpus Nullable(UInt32),
      tenor LowCardinality(String), country LowCardinality(String), region LowCardinality(String),
      price_basis LowCardinality(String), attributes String, before String, between String, after String
    ) ENGINE = MergeTree ORDER BY rank`,
  );
  const batch = 20_000;
  for (let at = 0; at < rows.length; at += batch) await store.insert(LINES, rows.slice(at, at + batch));
}

/** The prices of a span with the columns asked for, a row for each kind; NULL where none can be read. */
function statedPrices(format: HistoryFormat, columns: string, where: string): string {
  const prices = format.prices.map((_, kind) => `(toUInt8(${kind}), price_${kind})`).join(', ');
  return `SELECT ${columns}, tupleElement(stated, 1) AS kind, tupleElement(stated, 2) AS price
    FROM (SELECT ${columns}, arrayJoin([${prices}]) AS stated FROM ${POINTS} WHERE ${where} AND ${IS_CHANGE})`;
}

const MAXIMUM = `toDecimal128('${admission.maximum_price}', 18)`;
const IN_CHUNK = "at BETWEEN {from:DateTime64(3, 'UTC')} AND {to:DateTime64(3, 'UTC')}";
const ADMITTED = `ifNull(price > 0 AND price <= ${MAXIMUM}, false)`;
/** RFC 3339 with milliseconds, as everywhere. */
const INSTANT = "concat(replaceOne(toString(at), ' ', 'T'), 'Z')";

/**
 * Stages the prices that are facts: where a line's price is another than it was, or is stated again after it was not. A row of the file
 * that changes one price restates the others; that they still stood then is said by the looks.
 */
export async function stagePrices(store: ClickHouse, format: HistoryFormat, span: Span): Promise<void> {
  await store.command(
    `CREATE TABLE ${PRICES} (rank UInt32, at DateTime64(3, 'UTC'), price Decimal(38, 18)) ENGINE = MergeTree ORDER BY (at, rank, price)`,
  );
  await store.command(
    `INSERT INTO ${PRICES} SELECT DISTINCT rank, at, assumeNotNull(price) FROM (
       SELECT rank, at, price, admitted, lagInFrame(admitted, 1, false) OVER line AS stood, lagInFrame(price, 1) OVER line AS before
       FROM (SELECT rank, name, at, price, ${ADMITTED} AS admitted FROM (${statedPrices(format, 'at, line', TIMED)}) AS prices
         INNER JOIN (SELECT line, kind, rank, name FROM ${LINES} WHERE refusal = '') AS lines USING (line, kind))
       WINDOW line AS (PARTITION BY name ORDER BY at, rank, price ROWS BETWEEN 1 PRECEDING AND CURRENT ROW))
     WHERE admitted AND NOT (stood AND before = price)`,
    { ...span },
  );
}

/** Cuts the staged prices at their instants into chunks of about `CHUNK_ROWS`. */
export async function chunksOf(store: ClickHouse): Promise<Chunk[]> {
  const instants = await store.rows<{ at: string; rows: number }>(
    `SELECT at, count() AS rows FROM ${PRICES} GROUP BY at ORDER BY at`,
  );
  const chunks: Chunk[] = [];
  let open: Chunk | null = null;
  for (const { at, rows } of instants) {
    const instant = clickhouseInstant(at);
    if (open && open.rows + rows <= CHUNK_ROWS) Object.assign(open, { to: instant, rows: open.rows + rows });
    else {
      open = { from: instant, to: instant, rows };
      chunks.push(open);
    }
  }
  return chunks;
}

/**
 * The observations of a chunk that are not stored yet. Their ids are those of `observationId`: the hash of the same canonical text, of
 * which only instant and price are put in here.
 */
export async function insertChunk(
  store: ClickHouse,
  format: HistoryFormat,
  facts: FileFacts,
  chunk: Chunk,
): Promise<void> {
  await store.command(
    `INSERT INTO csi.observations (observation_id, source, native_id, sweep_id, event_at, observed_at, provider, venue, venue_type,
       evidence, aggregator, label, memory_gb, hardware_class, gpus, available_gpus, tenor, country, region, price, currency,
       price_basis, attributes, trade, capture_id, capture_sha256)
     SELECT id, {source:String}, native_id, concat(provider, '/', instant), at, at, provider, provider, venue_type,
       evidence, ${format.aggregator}, label, memory_gb, hardware_class, gpus, NULL, tenor, country, region, price, 'USD',
       price_basis, attributes, '', {capture_id:String}, {capture_sha256:String}
     FROM (
       SELECT *, ${INSTANT} AS instant,
         lower(hex(substring(SHA256(concat(before, instant, between, toString(price), after)), 1, 16))) AS id
       FROM (
         SELECT rank, at, price FROM ${PRICES} WHERE ${IN_CHUNK} ORDER BY rank, at) AS ranked
       INNER JOIN ${LINES} AS lines USING (rank))
     WHERE id NOT IN (SELECT observation_id FROM csi.observations WHERE source = {source:String}
       AND event_at BETWEEN {from:DateTime64(3, 'UTC')} AND {to:DateTime64(3, 'UTC')})`,
    { ...facts, from: chunk.from, to: chunk.to },
    // The rows come sorted and once each: collapsing the block again would only cost.
    { optimize_on_insert: 0 },
  );
}

/**
 * Where a line that stood states no price, or none that can be read, the old one stands no longer. Over the whole file at once, because
 * what stood was said in an earlier chunk; only lines that ended at all are looked at.
 */
export async function insertWithdrawals(store: ClickHouse, format: HistoryFormat, facts: FileFacts): Promise<void> {
  const prices = statedPrices(format, 'at, line', TIMED);
  const lines = (columns: string) => `(SELECT line, kind, ${columns} FROM ${LINES} WHERE refusal = '')`;
  const ended = `SELECT DISTINCT name FROM (${prices}) AS prices INNER JOIN ${lines('name')} AS lines USING (line, kind)
    WHERE NOT ${ADMITTED}`;
  await store.command(
    `INSERT INTO csi.withdrawals (source, native_id, at, sweep_id)
     SELECT DISTINCT {source:String}, native_id, at, concat(provider, '/', ${INSTANT})
     FROM (
       SELECT line, kind, at, admitted,
         lagInFrame(admitted, 1, false) OVER (PARTITION BY name ORDER BY at ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS stood
       FROM (SELECT line, kind, name, at, ${ADMITTED} AS admitted FROM (${prices}) AS prices
         INNER JOIN ${lines('name')} AS lines USING (line, kind) WHERE name IN (${ended}))) AS told
     INNER JOIN ${lines('native_id, provider')} AS lines USING (line, kind)
     WHERE stood AND NOT admitted
       AND (native_id, at) NOT IN (SELECT native_id, at FROM csi.withdrawals WHERE source = {source:String})`,
    { ...facts },
  );
}

/** The first 500 characters of a row, as it stands. */
const excerpt = (columns: readonly string[]) => `substringUTF8(toJSONString([${columns.join(', ')}]), 1, 500)`;

/** Completes refusals with an id that is their content. */
const quarantine = (refusals: string) =>
  `INSERT INTO csi.quarantine (quarantine_id, source, capture_id, observed_at, reason, detail, native_id, excerpt)
   SELECT DISTINCT lower(hex(substring(SHA256(toJSONString([{capture_id:String}, reason, detail, name, excerpt])), 1, 16))) AS id,
     {source:String}, {capture_id:String}, {fetched_at:DateTime64(3, 'UTC')}, reason, detail, name, excerpt
   FROM (${refusals})
   WHERE id NOT IN (SELECT quarantine_id FROM csi.quarantine WHERE source = {source:String} AND capture_id = {capture_id:String})`;

/** Rows that are no change point, or whose instant cannot be believed, whatever else they say. */
export async function quarantineRows(store: ClickHouse, format: HistoryFormat, facts: FileFacts): Promise<void> {
  const quoted = 'substringUTF8(observed_at, 1, 100)';
  await store.command(
    quarantine(
      `SELECT multiIf(toUnixTimestamp64Milli(at) = 0, 'event.not_an_instant',
           at < {earliest:DateTime64(3, 'UTC')}, 'event.too_old', at > {latest:DateTime64(3, 'UTC')}, 'event.future', 'row.shape') AS reason,
         multiIf(reason = 'event.not_an_instant', concat(${quoted}, ' is not an instant such as 2024-01-31T23:59:59Z'),
           reason = 'event.too_old', concat(${quoted}, ' is older than ${admission.maximum_age_days} days'),
           reason = 'event.future', concat(${quoted}, ' lies in the future'),
           concat('event: ', substringUTF8(event, 1, 100), ' is none of new, change, removed')) AS detail,
         substringUTF8(arrayStringConcat([${format.key.join(', ')}], '/'), 1, 500) AS name,
         ${excerpt(columnsOf(format))} AS excerpt
       FROM ${POINTS} WHERE NOT (${TIMED}) OR NOT ${IS_CHANGE}`,
    ),
    { ...facts },
  );
}

/** Prices that are no prices, and those of lines that are refused whole. */
export async function quarantinePrices(store: ClickHouse, format: HistoryFormat, facts: FileFacts): Promise<void> {
  const shown = 'substringUTF8(quoted, 1, 100)';
  const refused = `line IN (SELECT line FROM ${LINES} WHERE refusal != '')`;
  const quotes = format.prices.map(
    ({ column }, kind) =>
      `SELECT line, toUInt8(${kind}) AS kind, ${column} AS quoted, price_${kind} AS price, ${excerpt(columnsOf(format))} AS excerpt
       FROM ${POINTS} WHERE ${TIMED} AND ${IS_CHANGE} AND quoted != '' AND (NOT ${ADMITTED} OR ${refused})`,
  );
  await store.command(
    quarantine(
      `SELECT multiIf(refusal != '', refusal, NOT match(quoted, ${PLAIN}), 'price.not_a_number',
           isNull(price) OR price > ${MAXIMUM}, 'price.absurd', price = 0, 'price.zero', 'price.negative') AS reason,
         multiIf(refusal != '', refusal_detail, reason = 'price.not_a_number', concat(${shown}, ' is not a plain decimal number'),
           reason = 'price.absurd', concat(${shown}, ' is above ${admission.maximum_price}'),
           reason = 'price.zero', 'a price of 0', concat(${shown}, ' is below 0')) AS detail,
         substringUTF8(native_id, 1, 500) AS name, excerpt
       FROM (${quotes.join(' UNION ALL ')}) AS quotes
       INNER JOIN (SELECT line, kind, native_id, refusal, refusal_detail FROM ${LINES}) AS lines USING (line, kind)`,
    ),
    { ...facts },
  );
}

/** The staged file's own instants as looks at its providers: complete, since what is not in them did not change. */
export async function insertOwnLooks(store: ClickHouse, facts: FileFacts): Promise<void> {
  await store.command(
    `INSERT INTO csi.sweeps (source, sweep_id, observed_at, complete, covers)
     SELECT DISTINCT {source:String}, concat(provider, '/', ${INSTANT}) AS id, at, true, [provider]
     FROM (SELECT DISTINCT at, line FROM ${POINTS} WHERE ${TIMED}) AS looks
     INNER JOIN (SELECT DISTINCT line, toString(provider) AS provider FROM ${LINES} WHERE provider != '') AS lines USING (line)
     WHERE id NOT IN (SELECT sweep_id FROM csi.sweeps WHERE source = {source:String})`,
    { ...facts },
  );
}

export async function dropLooks(store: ClickHouse): Promise<void> {
  await store.command(`DROP TABLE IF EXISTS ${LOOKS} SYNC`);
}

/** Loads a file of looks: every instant and cloud once, and how many rows have no instant that counts. */
export async function stageLooks(
  store: ClickHouse,
  path: string,
  span: Span,
): Promise<{ looks: { at: string; cloud: string }[]; untimed: number }> {
  await store.command(
    `CREATE TABLE ${LOOKS} (observed_at String, cloud String, at DateTime64(3, 'UTC') MATERIALIZED ${AT})
     ENGINE = MergeTree ORDER BY at`,
  );
  await store.insertCsvFile(LOOKS, ['observed_at', 'cloud'], path);
  const looks = await store.rows<{ at: string; cloud: string }>(
    `SELECT DISTINCT at, cloud FROM ${LOOKS} WHERE ${TIMED} ORDER BY at, cloud`,
    { ...span },
  );
  const [untimed] = await store.rows<{ rows: number }>(`SELECT count() AS rows FROM ${LOOKS} WHERE NOT (${TIMED})`, {
    ...span,
  });
  return { looks, untimed: untimed?.rows ?? 0 };
}
