import { createReadStream, mkdirSync } from 'node:fs';
import { PassThrough, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type ClickHouseClient, ClickHouseLogLevel, type ClickHouseSettings, createClient } from '@clickhouse/client';
import { type ChdbExtension, createChdbConnection } from 'chdb/connection';
import { clusterStatements } from '#store/clickhouse/cluster';
import { migrations } from '#store/clickhouse/schema';

/** Where the observations live: an embedded engine in a folder, or a server. */
export type ClickHouseTarget = { path: string } | { url: string; cluster?: string };

/** Values ClickHouse binds into `{name:Type}` placeholders. */
export type Parameters = Record<string, string | number | boolean | readonly string[]>;

// Decimals as strings, or they come back as floating point; instants as RFC 3339.
const readSettings = {
  output_format_json_quote_decimals: 1,
  output_format_json_quote_64bit_integers: 0,
  date_time_output_format: 'iso',
} as const;
// What goes wrong is thrown: the client need not print it as well.
const log = { level: ClickHouseLogLevel.OFF };
/** A field that no column takes is a defect, not something to drop. */
export const writeSettings = {
  date_time_input_format: 'best_effort',
  async_insert: 0,
  // On a cluster an insert is done when every shard has it.
  insert_distributed_sync: 1,
  input_format_skip_unknown_fields: 0,
} as const;
// A row of another length is a bad row, not a bad file: what it lacks is empty. Columns nobody asked for are left.
const csvSettings = {
  input_format_csv_allow_variable_number_of_columns: 1,
  input_format_skip_unknown_fields: 1,
} as const;

/** A text as an SQL literal. */
const literal = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** A client, and the engine itself where it runs in this process. */
interface Connected {
  client: ClickHouseClient;
  engine: ChdbExtension | null;
}

function connectEmbedded(path: string): Connected {
  mkdirSync(path, { recursive: true });
  const connection = createChdbConnection({ path });
  // The injection point is declared internal by @clickhouse/client, so its types do not name it yet.
  return { client: createClient({ connection, log } as never), engine: connection.chdb };
}

function connectServer(url: string): Connected {
  const client = createClient({
    url,
    application: 'compute-spot-index',
    log,
    // Thousands of ids in one IN would make an address longer than servers and proxies take.
    use_multipart_params_auto: true,
  });
  return { client, engine: null };
}

function whyNotOpen(target: ClickHouseTarget, error: unknown): string {
  const text = error instanceof Error ? error.message || String((error as NodeJS.ErrnoException).code) : String(error);
  const line = text.split('\n')[0] ?? '';
  return 'path' in target
    ? `the observation store in ${target.path} could not be opened, most often because another process has it: ${line}`
    : `the ClickHouse server at ${new URL(target.url).host} could not be used: ${line}`;
}

/** ClickHouse, embedded or server, through one client and one SQL. */
export class ClickHouse {
  private readonly client: ClickHouseClient;
  private readonly engine: ChdbExtension | null;

  private constructor({ client, engine }: Connected) {
    this.client = client;
    this.engine = engine;
  }

  /**
   * Opens the store and brings its tables up to date.
   * @throws Error in one sentence where the folder is in use or the server does not answer
   */
  static async open(target: ClickHouseTarget): Promise<ClickHouse> {
    let store: ClickHouse | null = null;
    try {
      store = new ClickHouse('path' in target ? connectEmbedded(target.path) : connectServer(target.url));
      await store.migrate('cluster' in target ? target.cluster : undefined);
      return store;
    } catch (error) {
      await store?.close();
      throw new Error(whyNotOpen(target, error), { cause: error });
    }
  }

  /** Rows of a query, as objects. Decimals and instants are strings. */
  async rows<Row>(query: string, parameters: Parameters = {}): Promise<Row[]> {
    const result = await this.client.query({
      query,
      query_params: parameters,
      format: 'JSONEachRow',
      clickhouse_settings: readSettings,
    });
    return result.json<Row>();
  }

  /** Inserts rows as one block: all of them or none. An empty list does nothing. */
  async insert(table: string, rows: readonly object[]): Promise<void> {
    await this.insertText(table, rows.map((row) => JSON.stringify(row)).join('\n'));
  }

  /** Inserts rows that are JSONEachRow text already, as one block. Empty text does nothing. The engine in this process takes the bytes as they
   * are: an insert whose data stand in the statement reads on in the standard input of the process, whatever is there. */
  async insertText(table: string, text: string | Uint8Array): Promise<void> {
    if (text.length === 0) return;
    const values =
      typeof text === 'string' ? Buffer.from(text, 'utf8') : Buffer.from(text.buffer, text.byteOffset, text.byteLength);
    if (this.engine) {
      await this.engine.rawInsert({ table, values, format: 'JSONEachRow', settings: writeSettings });
      return;
    }
    const { stream } = await this.client.exec({
      query: `INSERT INTO ${table} FORMAT JSONEachRow`,
      values: Readable.from([values], { objectMode: false }),
      clickhouse_settings: writeSettings,
    });
    // The answer is empty, and its end frees the connection.
    for await (const _ of stream);
  }

  /** Runs a statement that returns nothing. */
  async command(query: string, parameters: Parameters = {}, settings: ClickHouseSettings = {}): Promise<void> {
    await this.client.command({ query, query_params: parameters, clickhouse_settings: settings });
  }

  /**
   * Loads columns of text from a CSV file with a header, gzipped or plain, by their names. Embedded, the engine reads the file itself;
   * a server gets it as a stream.
   * @throws Error where the file cannot be read to its end
   */
  async insertCsvFile(table: string, columns: readonly string[], path: string): Promise<void> {
    if (this.engine) {
      const structure = columns.map((column) => `${column} String`).join(', ');
      await this.command(
        `INSERT INTO ${table} (${columns.join(', ')})
         SELECT ${columns.join(', ')} FROM file(${literal(path)}, 'CSVWithNames', ${literal(structure)})`,
        {},
        csvSettings,
      );
      return;
    }
    const file = createReadStream(path);
    const values = path.endsWith('.gz') ? createGunzip() : new PassThrough();
    file.on('error', (error) => values.destroy(error)).pipe(values);
    await this.client.insert({ table, values, format: 'CSVWithNames', clickhouse_settings: csvSettings });
  }

  async close(): Promise<void> {
    await this.client.close();
  }

  private async migrate(cluster?: string): Promise<void> {
    const define = async (statement: string) => {
      for (const one of cluster ? clusterStatements(statement, cluster) : [statement]) await this.command(one);
    };
    await define('CREATE DATABASE IF NOT EXISTS csi');
    await define(
      'CREATE TABLE IF NOT EXISTS csi.migrations (id UInt32, at DateTime DEFAULT now()) ENGINE = ReplacingMergeTree ORDER BY id',
    );
    const done = new Set((await this.rows<{ id: number }>('SELECT id FROM csi.migrations')).map((row) => row.id));
    for (const { id, statements } of migrations) {
      if (done.has(id)) continue;
      // Every statement is idempotent: a crash between them runs the whole migration again.
      for (const statement of statements) await define(statement);
      await this.insert('csi.migrations', [{ id }]);
    }
  }
}
